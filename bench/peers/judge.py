"""From a recording to an outcome, by the same rules for everybody.

Every 50 ms of the time after the fault is put into one of four kinds, by the worst of the tokens
that the fault is about: *wrong* (a book is served as good and is not, and was not within the last
0.8 s, the venue's), *without* (no wrong one, but one is missing or said to be no good), *still*
(the driver has not been able to look for 0.6 s, so nobody can read) and *right*.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

import msgspec

from bench.peers.recording import Recording, Truth

NS: Final = 1_000_000_000
STEP_NS: Final = NS // 20
GRACE_NS: Final = 8 * NS // 10
"""A right book may be this old: a look each 0.1 s, and two busy cores."""
STILL_NS: Final = 6 * NS // 10
"""A beat comes each 0.25 s; without one for so long nobody can read."""
CALM_NS: Final = 2 * NS
"""A client has recovered if it is right during the last stretch of this length."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What is measured of everybody. Seconds count from the fault."""

    scenario: str
    peer: str
    bound_s: float = 0.0
    """How long we looked after the fault."""
    noticed_s: float | None = None
    """When the client first showed that something is wrong; None: not within the bound."""
    how: str = ""
    wrong_s: float = 0.0
    """How long a wrong or stale book was served as good."""
    without_s: float = 0.0
    """How long there was no book that is said to be good, though none wrong."""
    still_s: float = 0.0
    """How long nobody could read."""
    wrong_tokens: int = 0
    """How many tokens of those concerned had a wrong book served as good."""
    victims: int = 0
    others_wrong_s: float = 0.0
    """How long a wrong book was served of a token that the fault was not about."""
    recovered_s: float | None = None
    """From when on every book was right until the end; None: not at the end."""
    reconnects: int = 0
    trouble: str = ""
    """Why nothing was measured; `""` where it was."""


def judge(recording: Recording) -> Outcome:
    """Return the outcome of a recording."""
    if recording.trouble or not recording.struck:
        return Outcome(
            scenario=recording.scenario,
            peer=recording.peer,
            trouble=recording.trouble or "the fault never struck",
        )
    moments = range(recording.struck, recording.ended, STEP_NS)
    kinds = {token: list(kinds_at(recording, token, moments)) for token in recording.tokens}
    concerned = [kinds[token] for token in recording.victims]
    others = [kinds[token] for token in recording.tokens if token not in recording.victims]
    worst = [_worst(each) for each in zip(*concerned, strict=True)]
    noticed, how = _noticed(recording)
    return Outcome(
        scenario=recording.scenario,
        peer=recording.peer,
        bound_s=_seconds(recording.ended - recording.struck),
        noticed_s=None if noticed is None else max(0.0, _seconds(noticed - recording.struck)),
        how=how,
        wrong_s=_spent(worst, "wrong"),
        without_s=_spent(worst, "without"),
        still_s=_spent(worst, "still"),
        wrong_tokens=sum("wrong" in each for each in concerned),
        victims=len(concerned),
        others_wrong_s=_spent([_worst(each) for each in zip(*others, strict=True)], "wrong"),
        recovered_s=_recovered(worst),
        reconnects=sum(at > recording.struck for at in recording.connects[1:]),
    )


def kinds_at(recording: Recording, token: str, moments: range) -> Iterator[str]:
    """Yield, for each moment, how it stands about one token."""
    own = [line for line in _books(recording) if line["token"] == token]
    beats = [line["at"] for line in recording.lines]
    truth = [book for book in recording.truth if book.token == token]
    shown = beat = first = last = 0
    for moment in moments:
        while shown < len(own) and own[shown]["at"] <= moment:
            shown += 1
        while beat < len(beats) and beats[beat] <= moment:
            beat += 1
        while last < len(truth) and truth[last].at <= moment:
            last += 1
        while first + 1 < len(truth) and truth[first + 1].at <= moment - GRACE_NS:
            first += 1
        if not beat or moment - beats[beat - 1] > STILL_NS:
            yield "still"
        elif not shown or not own[shown - 1]["good"]:
            yield "without"
        else:
            right = any(_agrees(own[shown - 1], book) for book in truth[first:last])
            yield "right" if right else "wrong"


def _agrees(line: dict[str, Any], book: Truth) -> bool:
    """Compare whole books; only tops where the client keeps no book."""
    if line["digest"] is not None:
        return bool(line["digest"] == book.digest)
    return line["top"] is not None and tuple(line["top"]) == book.top


def _worst(kinds: tuple[str, ...]) -> str:
    return next(kind for kind in ("still", "wrong", "without", "right") if kind in kinds)


def _noticed(recording: Recording) -> tuple[int | None, str]:
    """Return when and how the client first showed that something is wrong."""
    signs = [(at, "a new connection") for at in recording.connects[1:]]
    concerned = {*recording.victims, ""}
    told = [line for line in recording.lines if line["kind"] == "event"]
    signs += [(line["at"], f"event {line['name']}") for line in told if line["token"] in concerned]
    for token in recording.victims:
        shown = [line for line in _books(recording) if line["token"] == token]
        signs += [
            (after["at"], f"state {after['state']}")
            for before, after in pairwise(shown)
            if before["good"] and not after["good"]
        ]
    return min((sign for sign in signs if sign[0] > recording.struck), default=(None, ""))


def _books(recording: Recording) -> list[dict[str, Any]]:
    return [line for line in recording.lines if line["kind"] == "book"]


def _recovered(kinds: list[str]) -> float | None:
    """Return the seconds to the end of the last trouble, if the last stretch is right."""
    bad = [number for number, kind in enumerate(kinds) if kind != "right"]
    if not bad:
        return 0.0
    after = bad[-1] + 1
    return after * STEP_NS / NS if len(kinds) - after >= CALM_NS // STEP_NS else None


def _spent(kinds: list[str], kind: str) -> float:
    return round(kinds.count(kind) * STEP_NS / NS, 2)


def _seconds(ns: int) -> float:
    return round(ns / NS, 2)
