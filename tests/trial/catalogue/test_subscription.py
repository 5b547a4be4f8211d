"""The catalogue, group B: subscriptions and opening books that do not come as they should."""

import asyncio
import json

import pytest
from tests.trial.catalogue.stage import QUIET, Stage, on_stage

from pr3dict.model.errors import FeedError
from pr3dict.model.events import FeedLost
from pr3dict.model.states import BookState, Cause, Source
from pr3dict.ports import Transport

SEEDS = 40
"""A call in flight at so many different moments of a reconnect."""


@on_stage(markets=4)
async def test_B1_one_token_that_is_not_delivered_is_found_helped_and_moved(stage: Stage) -> None:
    token, sibling = stage.tokens[0], stage.tokens[1]
    sick = stage.feed.link_of(token)
    sick_wire, epoch = stage.wire(token), stage.view(sibling).epoch
    stage.faults.freeze(token, sick_wire.number)
    stage.faults.withhold_snapshot(token)

    def found() -> bool:
        return Cause.MIRROR in stage.causes(token) or Cause.SILENT in stage.causes(token)

    await stage.until(found, within=40)
    assert stage.state(sibling) == BookState.LIVE or stage.causes(sibling)
    await stage.until(lambda: stage.feed.link_of(token) != sick, within=180)
    assert stage.healing["resubscribed"] >= 3  # asked for again and again before that
    assert stage.healing["fetched"] >= 1  # REST helped meanwhile
    assert sick_wire.open
    assert (sick, epoch) == (stage.feed.link_of(sibling), stage.view(sibling).epoch)
    stage.faults.withhold_no_more()


@on_stage(wanted=False)
async def test_B1_a_new_token_without_a_first_book_is_read_by_rest_and_moved(
    stage: Stage,
) -> None:
    token = stage.tokens[0]
    stage.faults.withhold_snapshot(token)
    stage.faults.freeze(token)
    stage.feed.subscribe(stage.tokens)
    first = stage.feed.link_of(token)
    await stage.until(lambda: stage.view(token).source == Source.REST, within=7)
    assert (BookState.SUSPECT, Cause.SILENT) == (stage.state(token), stage.view(token).cause)
    assert stage.feed.link_of(token) == first
    await stage.until(lambda: stage.feed.link_of(token) != first, within=90)
    stage.faults.thaw()
    stage.faults.withhold_no_more()


@on_stage(wanted=False, rest=False, activity=QUIET)
async def test_B1_a_first_book_that_never_comes_is_asked_for_three_times_then_elsewhere(
    stage: Stage,
) -> None:
    token = stage.tokens[0]
    stage.faults.withhold_snapshot(token)
    stage.feed.subscribe(stage.tokens)
    first = stage.feed.link_of(token)
    await stage.until(lambda: stage.feed.link_of(token) != first, within=75)
    assert 2 <= stage.healing["resubscribed"] <= 3
    assert stage.state(token) in {BookState.EMPTY, BookState.SYNCING}
    stage.faults.withhold_no_more()
    await stage.until_well(within=60)


@on_stage(wanted=False)
async def test_B2_changes_before_any_book_are_counted_and_make_no_book(stage: Stage) -> None:
    for token in stage.tokens:
        stage.faults.withhold_snapshot(token)
    stage.feed.subscribe(stage.tokens)
    await stage.until(lambda: stage.counter("entries.ignored.unsynced") > 0, within=7)
    for token in stage.tokens:
        view = stage.view(token)
        assert (BookState.SYNCING, [], []) == (view.state, view.bids(), view.asks())
    await stage.until(lambda: stage.states() == {BookState.LIVE}, within=7)
    assert {Source.REST} == {Source(stage.view(token).source) for token in stage.tokens}


@pytest.mark.parametrize("wait_ms", [0, 1, 5, 10, 60, 150])
@on_stage()
async def test_B7_let_go_and_wanted_again_at_once_is_right_in_the_end(
    stage: Stage, wait_ms: int
) -> None:
    first, second = stage.tokens[:2]
    for token in (first, second, first):
        stage.feed.unsubscribe([token])
        stage.oracle.forget([token])
        await asyncio.sleep(wait_ms / 1000)
        stage.feed.subscribe([token])
        await asyncio.sleep(wait_ms / 1000)
    await stage.until_well(within=10)
    await stage.passes(30)
    asked = [json.loads(frame) for _, frame in stage.outgoing if frame.startswith(b"{")]
    assert all(each["assets_ids"] for each in asked)
    assert first in stage.venue.following(stage.wire(second))


@on_stage(activity=2.0)
async def test_B7_a_late_frame_of_what_was_let_go_makes_no_book(stage: Stage) -> None:
    token = stage.tokens[0]
    stage.feed.unsubscribe([token])
    stage.oracle.forget([token])
    await stage.passes(0.5)  # what was on its way arrives
    assert stage.books.view(token) is None
    assert stage.counter("entries.ignored.untracked") > 0
    stage.feed.subscribe([token])


@on_stage()
async def test_B10_a_subscription_that_could_not_be_sent_is_sent_again(stage: Stage) -> None:
    token = stage.tokens[0]
    stage.feed.unsubscribe([token])
    stage.oracle.forget([token])
    await stage.passes(1)
    wire = stage.wire(stage.tokens[1])
    wire.dead = wire.resets = True  # whoever sends on it is told so: what was noted is not so
    stage.feed.subscribe([token])

    assert not wire.open
    await stage.until_well(within=5)
    assert token in stage.venue.following(stage.wire(token))


def test_B10_a_send_that_raises_costs_the_connection_and_no_token() -> None:
    """Not as a loss of the network: by an error in the very call."""
    broken: list[Transport] = []

    class Broken:
        def __init__(self, wire: Transport) -> None:
            self._wire, self._sent = wire, 0

        def __getattr__(self, name: str) -> object:
            return getattr(self._wire, name)

        def send(self, frame: bytes) -> None:
            self._wire.abort()
            raise FeedError("the socket is gone", name="dropped")

    @on_stage(wanted=False, around=lambda connect, _: _breaking(connect, Broken, broken))
    async def scenario(stage: Stage) -> None:
        stage.feed.subscribe(stage.tokens)
        await stage.until(lambda: broken, within=1)
        await stage.until_well(within=10)

    scenario()


def _breaking(connect, make, broken):
    """Open sockets of which the first breaks when something is sent."""

    async def open_socket(url, on_open, on_message):
        def opened(wire):
            if broken:
                on_open(wire)
            else:
                broken.append(make(wire))
                on_open(broken[0])

        return await connect(url, opened, on_message)

    return open_socket


@pytest.mark.parametrize("seed", range(SEEDS))
def test_B11_a_wish_during_a_reconnect_is_fulfilled(seed: int) -> None:
    @on_stage(seed=seed, markets=3)
    async def scenario(stage: Stage) -> None:
        first, *others = stage.tokens
        stage.feed.unsubscribe(others)
        stage.oracle.forget(others)
        await stage.passes(1)
        stage.wire(first).end(1006, "reset")
        await asyncio.sleep(seed * 2.0 / SEEDS)  # before, in the middle of, and after it
        stage.feed.subscribe(others)
        awaited = stage.feed.wait_for(others)
        await stage.until(awaited.done.done, within=10)
        assert {} == awaited.missing
        await stage.until_well()
        assert 1 == len([lost for lost in stage.of(FeedLost) if first in lost.tokens])

    scenario()
