"""A real capture of one market: every batch end proved, and no lie survives one.

The capture (polymarket-predxt, 37.7 s of 2026-02-28) has no times of arrival: the venue's own
time stands for them.
"""

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
from tests.conftest import engine_named
from tests.real.shared import shared_file

from pr3dict.core import Core
from pr3dict.model.events import BookReset, Event, ProofFailed, Trade
from pr3dict.model.states import BookState, Proof

CAPTURE = "data/polymarket-predxt/merged.jsonl"
LINK = 0
NS_PER_MS = 1_000_000

BATCH_ENDS = 166
BOOKS = 16
CHANGE_FRAMES = 97
DOUBLED = 57
"""The one change frame that changes nothing: it repeats the one before."""
WITNESSES = (
    "best.failed",
    "crossed.failed",
    "mirror.failed",
    "proofs.failed",
    "snapshots.diverged",
)


@pytest.fixture(scope="module")
def frames() -> list[bytes]:
    return shared_file(CAPTURE).read_bytes().splitlines()


def arrival(frame: bytes) -> int:
    message = json.loads(frame)
    first = message[0] if isinstance(message, list) else message
    return int(first["timestamp"]) * NS_PER_MS


def claims(frame: bytes) -> list[tuple[str, str]]:
    """Return (token, hash) of each change, or book, of a frame."""
    message = json.loads(frame)
    if isinstance(message, list):
        return [(book["asset_id"], book["hash"]) for book in message]
    if "hash" in message:
        return [(message["asset_id"], message["hash"])]
    return [(change["asset_id"], change["hash"]) for change in message.get("price_changes", [])]


def is_change(frame: bytes) -> bool:
    return b'"price_change"' in frame


def opened(engine: Core, *, prove: bool = True) -> Any:
    books = engine.new_books(prove=prove, adopt=True)
    books.open_link(LINK, 1)
    return books


def fed(engine: Core, frames: list[bytes], *, prove: bool = True) -> tuple[Any, list[Event]]:
    """Return books after these frames and all that they told, every claim closed."""
    books = opened(engine, prove=prove)
    for frame in frames:
        books.feed(LINK, frame, arrival(frame))
    books.wake(arrival(frames[-1]) + 1000 * NS_PER_MS)
    return books, books.take()


def alarmed(told: list[Event]) -> set[str]:
    """Return the tokens whose book was found to be wrong, by a witness or by the next book."""
    failed = {event.token for event in told if isinstance(event, ProofFailed)}
    resets = [event for event in told if isinstance(event, BookReset)]
    return failed | {event.token for event in resets if event.changed and event.gap_from_ns}


def next_batch_end(frames: list[bytes], index: int, token: str) -> int | None:
    """Return the last frame of the first batch of a token that ends at or after this frame."""
    claimed = [(n, dict(claims(frame))[token]) for n, frame in enumerate(frames)
               if n >= index and token in dict(claims(frame))]  # fmt: skip
    return max((n for n, claim in claimed if claim == claimed[0][1]), default=None)


def altered(frame: bytes, number: int) -> bytes:
    """Return a frame with another size in one of its changes."""
    message = json.loads(frame)
    change = message["price_changes"][number]
    change["size"] = "77.77" if change["size"] != "77.77" else "0"
    return json.dumps(message).encode()


def test_every_batch_end_and_every_book_is_proved(engine, frames):
    books = opened(engine)
    proved = set()
    for frame in frames:
        books.feed(LINK, frame, arrival(frame))
        proved |= {claim for claim in claims(frame) if books.view(claim[0]).proof == Proof.PROVED}
    ends = {claim for frame in frames if is_change(frame) for claim in claims(frame)}
    assert BATCH_ENDS == len(ends)
    assert set() == ends - proved
    assert BOOKS == books.counters()["snapshots.proved"] == books.counters()["snapshots.ws"]


@pytest.mark.parametrize("prove", [True, False])
def test_nothing_is_rejected_and_nobody_raises_an_alarm(engine, frames, prove):
    books, told = fed(engine, frames, prove=prove)
    assert set() == alarmed(told)
    counts = books.counters()
    assert [] == [n for name, n in counts.items() if n and "rejected" in name]
    assert [0] * 5 == [counts[name] for name in WITNESSES]
    assert {BookState.LIVE} == {books.view(token).state for token in books.tracked()}
    assert [Trade] * 7 == [type(event) for event in told if isinstance(event, Trade)]
    assert 0 < counts["mirror.compared"]


def test_all_but_one_change_frame_change_a_book(engine, frames):
    books = opened(engine)
    seen = []
    for frame in frames:
        before = books.digest()
        books.feed(LINK, frame, arrival(frame))
        if is_change(frame):
            seen.append(before != books.digest())
    assert CHANGE_FRAMES == len(seen)
    assert [DOUBLED] == [number for number, changed in enumerate(seen) if not changed]


def outcomes(engine: Core, frames: list[bytes], index: int, lie: list[bytes]) -> list[str]:
    """Return what became of a lie at this place by the next batch end, for each of its tokens.

    `found`: an alarm was raised. `mended`: there was none and the book is the true one, as the
    same level was told anew before. `at the end`: there is no later batch end.
    """
    became = []
    for token, _ in claims(frames[index]):
        end = next_batch_end(lie, index, token)
        if end is None:
            became.append("at the end")
            continue
        books, told = fed(engine, lie[: end + 1])
        true_books, _ = fed(engine, frames[: end + 1 + len(frames) - len(lie)])
        mended = true_books.digest(token) == books.digest(token)
        became.append("found" if token in alarmed(told) else "mended" if mended else "missed")
    return became


def count(lies: Iterable[list[str]]) -> dict[str, int]:
    return dict(Counter(became for lie in lies for became in lie))


def test_a_lost_change_is_found_by_the_next_batch_end_unless_mended_before(engine, frames):
    places = [n for n, frame in enumerate(frames) if is_change(frame)]
    lies = [outcomes(engine, frames, n, [*frames[:n], *frames[n + 1 :]]) for n in places]
    assert {"found": 2 * 68, "mended": 2 * 28, "at the end": 2} == count(lies)


@pytest.mark.parametrize("entry", [0, 1])
def test_an_altered_change_is_found_by_its_own_batch_end_unless_mended_before(
    engine, frames, entry
):
    places = [n for n, frame in enumerate(frames) if is_change(frame)]
    lies = [[*frames[:n], altered(frames[n], entry), *frames[n + 1 :]] for n in places]
    became = [
        [outcomes(engine, frames, n, lie)[entry]] for n, lie in zip(places, lies, strict=True)
    ]
    assert {"found": 95, "mended": 2} == count(became)


def test_a_doubled_change_does_no_harm(engine, frames):
    true_digest = fed(engine, frames)[0].digest()
    for index in (n for n, frame in enumerate(frames) if is_change(frame)):
        books, told = fed(engine, [*frames[: index + 1], *frames[index:]])
        assert set() == alarmed(told)
        assert true_digest == books.digest()


def test_both_engines_end_with_the_same_digest(frames):
    digests = [fed(engine_named(name), frames)[0].digest() for name in ("reference", "native")]
    assert digests[0] == digests[1]
