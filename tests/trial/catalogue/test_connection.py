"""The catalogue, group A: connections that fail in every way we know of."""

import itertools
import json

import pytest
from tests.trial.catalogue.stage import QUIET, Stage, on_stage

from pr3dict.model.events import BookReset, FeedLost
from pr3dict.model.links import Phase
from pr3dict.model.states import BookState, Cause
from pr3dict.net.transport import spaced

SPACING = 250_000_000
HOUR_S = 3600.0


def per_minute(times: list[float]) -> int:
    """Return how many of these fell into the minute that had the most."""
    return max((sum(at <= other < at + 60 for other in times) for at in times), default=0)


def gap(stage: Stage, token: str) -> tuple[FeedLost, BookReset]:
    """Return the one loss of a token and its end, which follows it."""
    assert ["reset", "lost", "reset"] == stage.gaps(token)
    (lost,) = [event for event in stage.of(FeedLost) if token in event.tokens]
    return lost, stage.of(BookReset, token)[-1]


@on_stage(markets=4)
async def test_A1_a_zombie_that_answers_ping_is_found_and_replaced(stage: Stage) -> None:
    sick, sound = stage.tokens[0], stage.tokens[-1]
    await stage.passes(60)
    zombie, other = stage.wire(sick), stage.wire(sound)
    assert zombie is not other

    stage.faults.freeze(connection=zombie.number)
    await stage.until(lambda: stage.state(sick) != BookState.LIVE, within=30)
    assert zombie.open or stage.of(FeedLost)
    await stage.until(lambda: not zombie.open, within=30)
    await stage.until_well()

    gap(stage, sick)
    assert other.open
    assert ["reset"] == stage.gaps(sound)


@on_stage(markets=4, activity=QUIET)
async def test_A1_a_quiet_market_is_no_zombie(stage: Stage) -> None:
    await stage.passes(600)
    assert 2 == len(stage.attempts)
    assert [] == stage.of(FeedLost)
    assert {BookState.LIVE} == stage.states()


@on_stage(markets=4)
async def test_A2_a_half_open_socket_is_aborted_and_opened_anew(stage: Stage) -> None:
    token = stage.tokens[0]
    dead = stage.wire(token)
    dead.dead = True

    await stage.until(lambda: not dead.open, within=20)
    assert ["reset", "lost"] == stage.gaps(token)
    assert BookState.STALE == stage.state(token)
    await stage.until_well(within=5)
    lost, reset = gap(stage, token)
    assert Cause.LINK_DOWN == lost.cause
    assert 0 < reset.gap_from_ns < lost.local_ns < reset.gap_to_ns


@pytest.mark.parametrize("code", [1000, 1001, 1011, 1012, 1013])
@on_stage()
async def test_A4_a_clean_close_is_followed_by_a_new_connection(stage: Stage, code: int) -> None:
    token = stage.tokens[0]
    stage.wire(token).hang_up(code, "")

    await stage.until(lambda: stage.state(token) == BookState.STALE, within=1)
    closed_s = stage.now_s
    await stage.until_well(within=5)
    gap(stage, token)
    patient = stage.attempts[-1] - closed_s >= 1 - 0.1
    assert patient or code != 1013  # a venue that found us too slow is given a moment


@on_stage(markets=10, tokens_per_link=1)
async def test_A4_many_links_that_fall_together_do_not_rise_together(stage: Stage) -> None:
    for wire in stage.venue.open_wires():
        wire.hang_up(1012, "restart")
    await stage.passes(0.2)
    await stage.until_well()
    again = sorted(stage.attempts)[20:]
    assert 20 == len(again)
    assert again[-1] - again[0] > 0.5
    assert max(sum(at <= other < at + 0.1 for other in again) for at in again) < 8


@pytest.mark.parametrize("code", [1002, 1003, 1007, 1008, 1009, 4001])
@on_stage(backoff_slow_s=300.0)
async def test_A5_a_refusal_is_told_and_tried_again_after_minutes(stage: Stage, code: int) -> None:
    token = stage.tokens[0]
    before = len(stage.attempts)
    stage.wire(token).hang_up(code, "not like this")

    await stage.until(lambda: stage.link(token).phase is Phase.WAITING, within=1)
    status = stage.link(token)
    assert f"({code} not like this)" in status.last_error
    assert 1 == sum(status.lost.values())
    await stage.passes(299)
    assert before == len(stage.attempts)
    assert BookState.STALE == stage.state(token)
    await stage.until_well(within=10)


@on_stage(markets=1, ends_well=False, backoff_cap_s=60.0)
async def test_A6_an_accepting_venue_that_drops_us_at_once_is_asked_ever_more_rarely(
    stage: Stage,
) -> None:
    def drop() -> None:
        for wire in stage.venue.open_wires():
            wire.hang_up(1006, "so it goes")
        stage.loop.call_later(0.2, drop)

    began = len(stage.attempts)
    drop()
    await stage.passes(1800)
    attempts = stage.attempts[began:]
    assert per_minute(attempts) <= 10
    assert sum(at > 600 for at in attempts) <= 20 * 3  # waits have grown: 30 s in the mean
    assert stage.now_s - attempts[-1] <= 62
    assert len(attempts) > 20


@on_stage()
async def test_A7_an_hour_without_a_venue_is_borne_and_ends_soon_after(stage: Stage) -> None:
    token = stage.tokens[0]
    stage.faults.refuse(0, times=100_000)
    stage.wire(token).end(1006, "reset")
    await stage.passes(HOUR_S)

    assert {BookState.STALE} == stage.states()
    assert "refused" in stage.link(token).last_error
    assert per_minute(stage.attempts) <= 10
    assert len(stage.told) < 100  # no storm of events
    stage.faults.forgive()
    assert await stage.until_well(within=61) <= 61
    gap(stage, token)


@on_stage(ends_well=False)
async def test_A8_too_many_requests_is_waited_for_as_long_as_the_venue_says(stage: Stage) -> None:
    token = stage.tokens[0]
    stage.faults.refuse(429, {"Retry-After": "40"}, "slow down")
    stage.wire(token).end(1006, "reset")
    await stage.until(lambda: stage.link(token).lost.get("http_429"), within=5)
    refused_s, attempts = stage.now_s, len(stage.attempts)

    await stage.until_well(within=45)
    assert stage.attempts[attempts] - refused_s >= 40 - 0.1
    assert attempts + 1 == len(stage.attempts)


@on_stage()
async def test_A8_too_many_requests_without_a_word_is_answered_by_growing_waits(
    stage: Stage,
) -> None:
    stage.faults.refuse(429, times=8)
    stage.wire(stage.tokens[0]).end(1006, "reset")
    await stage.until(lambda: stage.struck["refuse"] == 8, within=300)
    await stage.until_well(within=61)
    assert per_minute(stage.attempts) <= 10


@on_stage(backoff_slow_s=300.0)
async def test_A8_a_page_of_the_edge_is_named_and_its_text_cut(stage: Stage) -> None:
    token = stage.tokens[0]
    stage.faults.refuse(403, {"Content-Type": "text/html"}, "<html>blocked" + "x" * 200_000)
    stage.wire(token).end(1006, "reset")
    await stage.until(lambda: stage.link(token).lost.get("http_403"), within=5)
    assert len(stage.link(token).last_error) < 1_000
    attempts = len(stage.attempts)
    await stage.passes(290)
    assert attempts == len(stage.attempts)  # no quick retry would mend it …
    await stage.until_well(within=15)  # … and no end of trying


@on_stage(wanted=False)
async def test_A9_an_open_socket_that_says_nothing_is_helped_by_rest_and_left(
    stage: Stage,
) -> None:
    stage.venue.deaf_next = 1
    stage.feed.subscribe(stage.tokens)
    await stage.until(lambda: all(stage.view(t).local_ns for t in stage.tokens), within=8)
    assert {2} == {stage.view(token).source for token in stage.tokens}  # read by REST …
    deaf = stage.venue.open_wires()
    await stage.until(lambda: not any(wire.open for wire in deaf), within=60)  # … and left
    await stage.until_well()
    assert {1} == {stage.view(token).source for token in stage.tokens}


@on_stage(
    markets=40,
    tokens_per_link=4,
    wanted=False,
    activity=0.01,
    around=lambda connect, clock: spaced(connect, SPACING, clock),
)
async def test_A11_twenty_sockets_at_once_are_opened_one_after_the_other(stage: Stage) -> None:
    stage.feed.subscribe(stage.tokens)
    await stage.until_well()
    times = sorted(stage.attempts)
    assert 20 == len(times)
    assert min(b - a for a, b in itertools.pairwise(times)) >= 0.249
    asked = [json.loads(frame) for _, frame in stage.outgoing if frame.startswith(b"{")]
    assert max(len(each["assets_ids"]) for each in asked) <= 4
