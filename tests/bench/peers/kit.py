"""Recordings made by hand: seconds in, nanoseconds out."""

from bench.peers.recording import Recording, Truth

NS = 1_000_000_000
RIGHT, OLD = "right", "old"


def ns(seconds: float) -> int:
    return round((100 + seconds) * NS)


def book(at: float, digest: str | None = OLD, *, good: bool = True, token: str = "a", **more):
    line = {"at": ns(at), "kind": "book", "token": token, "top": [480_000, 490_000]}
    return {**line, "digest": digest, "good": good, "state": "", **more}


def event(at: float, name: str, token: str = ""):
    return {"at": ns(at), "kind": "event", "name": name, "token": token}


def beats(since: float, until: float):
    steps = round((until - since) * 4)
    return [{"at": ns(since + step / 4), "kind": "beat", "calls": 0} for step in range(steps)]


def truth(at: float, digest: str = RIGHT, token: str = "a") -> Truth:
    return Truth(ns(at), token, (480_000, 490_000), digest)


def recording(
    *lines, truths=None, connects=(), until: float = 20.0, tokens=("a",), victims=("a",), still=()
) -> Recording:
    """A fault at second 0 of a book that was OLD and is RIGHT from then on."""
    told = [*lines, *(beat for beat in beats(-1, until) if not any(map(_within(beat), still)))]
    return Recording(
        scenario="A1",
        peer="x",
        tokens=list(tokens),
        victims=list(victims),
        struck=ns(0),
        ended=ns(until),
        truth=truths or [truth(-5, OLD), truth(0)],
        lines=sorted(told, key=lambda line: line["at"]),
        connects=[ns(at) for at in connects],
    )


def _within(beat):
    return lambda span: ns(span[0]) < beat["at"] < ns(span[1])
