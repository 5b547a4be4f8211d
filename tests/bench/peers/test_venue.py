"""The venue with a diary: every true book is in it, and one change at the top can be lost."""

import asyncio
from time import monotonic_ns

from bench.peers.drivers.telling import digest
from bench.peers.venue import QUIET, Watched

from pr3dict.sim.faults import Faults


def test_the_diary_has_every_true_book():
    venue = Watched()
    for _ in range(50):
        venue.advance()

    newest = {entry.token: entry.digest for entry in venue.diary}
    assert {token: digest(*venue.levels(token)) for token in venue.tokens} == newest
    assert len(venue.diary) > 100


def test_a_quiet_venue_sends_no_whole_book():
    venue = Watched(QUIET)
    texts = [frame.text for _ in range(300) for frame in _step(venue).frames]

    assert [] == [text for text in texts if b'"event_type":"book"' in text]
    assert [] == [text for text in texts if b"last_trade_price" in text]


async def test_one_change_of_the_best_level_is_lost_and_nothing_else():
    venue, faults = Watched(), Faults()
    token = venue.tokens[0]
    began = monotonic_ns()
    waiting = asyncio.ensure_future(venue.lose_next_best(token, faults))
    await asyncio.sleep(0)
    lost, heard = [], []
    for _ in range(400):
        before = [side[0] for side in venue.levels(token)]
        step = _step(venue)
        moved = before != [side[0] for side in venue.levels(token)]
        for frame in step.frames:
            sent = faults.strike(frame.text, step.tokens, 1)
            (heard if sent else lost).append((moved, b'"event_type":"book"' in frame.text))
    async with asyncio.timeout(1):
        assert began < await waiting

    assert lost
    assert {(True, False)} == set(lost)
    assert (True, False) in heard


def _step(venue):
    step = venue.advance()
    assert step is not None
    return step
