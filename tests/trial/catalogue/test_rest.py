"""The catalogue, group F: REST in trouble, the feed in trouble, and both."""

import asyncio
import itertools

import pytest
from tests.trial.catalogue.stage import QUIET, Stage, on_stage

from pr3dict.model.events import FeedLost
from pr3dict.model.states import BookState, Cause, Source

SHARES = 1_000_000


def gaps_between(times: list[float]) -> list[float]:
    return [b - a for a, b in itertools.pairwise(times)]


@pytest.mark.parametrize("trouble", ["429", "503", "425", "500", "slow", "html", "half"])
@on_stage(activity=QUIET)
async def test_F1s_rest_in_trouble_is_asked_ever_more_rarely_and_harms_no_book(
    stage: Stage, trouble: str
) -> None:
    before = {token: stage.books.digest(token) for token in stage.tokens}
    if trouble.isdigit():
        stage.faults.refuse_rest(int(trouble), {}, "<html>unavailable</html>", times=1_000_000)
    else:
        stage.venue.rest_fault = trouble
    await stage.passes(300)

    assert before == {token: stage.books.digest(token) for token in stage.tokens}
    assert {BookState.LIVE} == stage.states()
    assert [] == stage.of(FeedLost)
    assert stage.healing["failed"] >= 5
    assert len(stage.asked) <= 300 / 5
    assert min(gaps_between([at for at, _ in stage.asked])) >= 1
    stage.faults.forgive()
    stage.venue.rest_fault = ""
    agreed = stage.healing["agreed"]
    await stage.until(lambda: stage.healing["agreed"] > agreed, within=40)


@on_stage(activity=QUIET)
async def test_F1s_a_doubt_that_rest_cannot_resolve_keeps_its_cause(stage: Stage) -> None:
    token = stage.tokens[0]
    stage.faults.refuse_rest(503, times=1_000_000)
    stage.faults.withhold_snapshot(token)
    stage.say(token, b'{"event_type":', token)
    await stage.until(lambda: stage.state(token) == BookState.SUSPECT, within=1)
    await stage.passes(20)
    assert (BookState.SUSPECT, Cause.UNPARSABLE) == (stage.state(token), stage.view(token).cause)
    assert stage.healing["fetch_failed"] >= 2
    stage.faults.forgive()


@on_stage()
async def test_F2s_ten_minutes_without_a_feed_are_one_gap_and_no_old_answer_comes_after_it(
    stage: Stage,
) -> None:
    token = stage.tokens[0]
    stage.faults.refuse(503, times=100_000)
    before = stage.view(token)
    stage.wire(token).end(1006, "reset")
    await stage.passes(600)
    assert {BookState.STALE} == stage.states()
    assert Cause.LINK_DOWN == stage.view(token).cause
    assert Source.REST == stage.view(token).source  # it follows the venue, and says by what
    assert before.venue_ns < stage.view(token).venue_ns
    shown_ns = stage.view(token).venue_ns

    stage.faults.forgive()
    await stage.until_well(within=61)
    assert ["reset", "lost", "reset"] == stage.gaps(token)  # one gap, however long
    assert shown_ns <= stage.view(token).venue_ns
    assert Source.WS == stage.view(token).source
    newest = stage.view(token).venue_ns
    old = stage.source.book(token)
    assert old is not None
    await stage.passes(30)
    stage.books.feed_rest(0, b"[%b]" % old, stage.clock.now())  # an answer that took its time
    assert stage.view(token).venue_ns >= newest
    assert Source.WS == stage.view(token).source


@on_stage()
async def test_F2s_what_rest_tells_while_the_link_is_down_fills_a_book_and_leaves_it_stale(
    stage: Stage,
) -> None:
    token = stage.tokens[0]
    stage.faults.refuse(503, times=100_000)
    stage.wire(token).end(1006, "reset")
    await stage.until(lambda: stage.state(token) == BookState.STALE, within=1)
    await stage.passes(30)
    answer = stage.source.book(token)
    assert answer is not None
    stage.books.feed_rest(0, b"[%b]" % answer, stage.clock.now())
    assert (BookState.STALE, Source.REST) == (stage.state(token), stage.view(token).source)
    assert stage.equal(token)
    stage.faults.forgive()
    await stage.until_well(within=61)
    assert Source.WS == stage.view(token).source


@on_stage()
async def test_F3s_with_neither_books_are_stale_with_their_age_and_nobody_storms(
    stage: Stage,
) -> None:
    token = stage.tokens[0]
    stage.faults.refuse(0, times=100_000)
    stage.faults.refuse_rest(503, times=100_000)
    heard_ns = stage.view(token).local_ns
    told, asked, attempts = len(stage.told), len(stage.asked), len(stage.attempts)
    stage.wire(token).end(1006, "reset")
    await stage.passes(1800)

    assert {BookState.STALE} == stage.states()
    assert stage.view(token).local_ns == heard_ns  # its age grows, whoever reads it
    assert len(stage.told) - told <= 2 * len(stage.tokens)
    assert len(stage.asked) - asked <= 1800 / 8 + 5
    assert len(stage.attempts) - attempts <= 1800 / 20 + 10
    stage.faults.forgive()
    await stage.until_well(within=61)


@on_stage(activity=QUIET, ends_well=False)
async def test_F3s_a_loss_in_silence_is_found_once_rest_is_back(stage: Stage) -> None:
    token, twin = stage.tokens[:2]
    stage.faults.refuse_rest(503, times=12)
    stage.faults.drop(token)
    stage.place(token, stage.source.levels(token)[0][-1][0], 3 * SHARES)
    while stage.struck["refuse_rest"] < 12:
        await asyncio.sleep(1)
        stage.oracle.excuse()  # nobody else could show the loss
    # The book that silence asks for anew may have mended one of the two; REST finds the other.
    await stage.until_well(within=40)
    assert Cause.SILENT in stage.causes(token) + stage.causes(twin)
