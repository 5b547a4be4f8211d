"""The catalogue, group C: what happens to the content of a book."""

import pytest
from tests.trial.catalogue.stage import QUIET, Stage, on_stage

from pr3dict.model.events import BookReset, FeedLost, MarketResolved, TickSizeChanged
from pr3dict.model.states import BookState, Cause, Source
from pr3dict.model.units import NS_PER_MS
from pr3dict.sim.truth.config import TICKS

CENT = 10_000
SHARES = 1_000_000


def change(stage: Stage, token: str, bids: str, *, hash_: str = "", best: str = "") -> bytes:
    """Return a `price_change` of one bid of a token, `price:size`."""
    price, size = bids.split(":")
    rules = stage.source.rules(token)
    assert rules is not None
    ms = stage.view(token).venue_ns // NS_PER_MS
    return (
        f'{{"market":"{rules.condition}", "price_changes":[{{"asset_id":"{token}", '
        f'"price":"{price}", "size":"{size}", "side":"BUY", "hash":"{hash_}"{best}}}], '
        f'"timestamp":"{ms}", "event_type":"price_change"}}'
    ).encode()


@on_stage(activity=QUIET)
async def test_C1_a_lost_change_of_the_best_price_is_found_by_the_next_batch(
    stage: Stage,
) -> None:
    token = stage.tokens[0]
    price, _ = stage.best(token)
    stage.faults.drop(token)
    stage.place(token, price, 0)
    await stage.passes(1)
    assert BookState.LIVE == stage.state(token)  # nobody can know yet
    assert not stage.equal(token)

    stage.place(token, price - CENT, 9 * SHARES)
    await stage.until(lambda: stage.causes(token), within=0.5)
    assert stage.causes(token)[0] in {Cause.HASH, Cause.BEST}
    await stage.until_well(within=2)


@on_stage(activity=QUIET, core="reference")
async def test_C1_the_best_price_alone_convicts_where_no_hash_can_be_proved(stage: Stage) -> None:
    token = stage.tokens[0]
    price, _ = stage.best(token)
    best = f', "best_bid":"{(price + CENT) / 1e6:.2f}", "best_ask":"0.99"'
    stage.say(token, change(stage, token, "0.01:5", best=best))
    await stage.until(lambda: stage.causes(token), within=0.5)
    assert [Cause.BEST] == stage.causes(token)


@on_stage(activity=QUIET, core="reference")
async def test_C2_a_lost_change_deep_in_the_book_is_found_by_the_next_batch(stage: Stage) -> None:
    token = stage.tokens[0]
    deep = stage.source.levels(token)[0][-1][0]
    stage.faults.drop(token)
    stage.place(token, deep, 3 * SHARES)
    await stage.passes(1)
    price, size = stage.best(token)
    stage.place(token, price, size + SHARES)
    await stage.until(lambda: stage.causes(token), within=0.5)
    assert Cause.HASH == stage.causes(token)[0]  # the best prices agree: nothing else sees it
    await stage.until_well(within=2)


@on_stage(activity=QUIET)
async def test_C2_the_last_change_before_a_silence_is_found_by_rest(stage: Stage) -> None:
    token = stage.tokens[0]
    deep = stage.source.levels(token)[0][-1][0]
    stage.faults.drop(token)
    stage.place(token, deep, 3 * SHARES)
    await stage.until(lambda: stage.causes(token), within=30)
    assert Cause.SILENT == stage.causes(token)[0]
    assert stage.healing["doubted"] >= 1
    await stage.until_well(within=2)


@on_stage(activity=QUIET)
async def test_C2_a_whole_book_that_differs_is_counted(stage: Stage) -> None:
    token = stage.tokens[0]
    deep = stage.source.levels(token)[0][-1][0]
    stage.faults.drop(token)
    stage.place(token, deep, 3 * SHARES)
    await stage.passes(0.2)
    both = stage.tokens[:2]
    stage.say(token, stage.source.opening(both), *both)
    await stage.until(lambda: stage.counter("snapshots.diverged"), within=0.5)
    assert stage.of(BookReset, token)[-1].changed


@on_stage(activity=QUIET)
async def test_C5_a_book_that_is_crossed_for_a_moment_is_not_served_as_live_at_a_batch_end(
    stage: Stage,
) -> None:
    token = stage.tokens[0]
    ask = 1_000_000 - stage.best(stage.tokens[1])[0]
    stage.say(token, change(stage, token, f"{ask / 1e6:.2f}:5"))
    await stage.until(lambda: stage.causes(token), within=0.5)
    assert Cause.CROSSED == stage.causes(token)[0]
    await stage.until_well(within=2)


@on_stage(activity=QUIET)
async def test_C5_a_book_that_crosses_again_and_again_is_resynced_and_no_storm(
    stage: Stage,
) -> None:
    token = stage.tokens[0]
    ask = 1_000_000 - stage.best(stage.tokens[1])[0]
    before = stage.healing["resubscribed"]
    for _ in range(40):
        stage.say(token, change(stage, token, f"{ask / 1e6:.2f}:5"))
        await stage.passes(0.25)
        top = stage.view(token).top()
        assert stage.state(token) != BookState.LIVE or top[0] < top[2]
    assert 1 <= stage.healing["resubscribed"] - before <= 6
    await stage.until_well(within=15)


@on_stage(activity=QUIET)
async def test_C6_a_new_tick_puts_the_book_in_doubt_until_it_is_proved(stage: Stage) -> None:
    token = stage.tokens[0]
    stage.source.change_tick(token, TICKS["0.001"])
    stage.play()
    await stage.until(lambda: stage.causes(token), within=0.5)
    assert Cause.TICK == stage.causes(token)[0]
    await stage.until_well(within=3)
    (told,) = stage.of(TickSizeChanged, token)
    assert (10_000, 1_000) == (told.old_tick, told.new_tick)


@on_stage(activity=QUIET)
async def test_C6_a_coarser_tick_with_levels_off_its_grid_ends_in_the_book_of_the_venue(
    stage: Stage,
) -> None:
    token = stage.tokens[0]
    stage.source.change_tick(token, TICKS["0.001"])
    stage.play()
    await stage.until_well(within=3)
    price, _ = stage.best(token)
    stage.place(token, price - 5_000, 4 * SHARES)  # half a cent
    await stage.passes(1)
    stage.source.change_tick(token, TICKS["0.01"])
    stage.play()
    await stage.until(lambda: len(stage.of(TickSizeChanged, token)) == 2, within=0.5)
    await stage.until_well(within=5)
    assert 2 == len(stage.of(TickSizeChanged, token))


@on_stage(activity=QUIET)
async def test_C6_a_change_to_the_same_tick_is_none(stage: Stage) -> None:
    token = stage.tokens[0]
    rules = stage.source.rules(token)
    assert rules is not None
    before = stage.view(token)
    frame = (
        f'{{"event_type":"tick_size_change", "asset_id":"{token}", "market":"{rules.condition}", '
        f'"old_tick_size":"0.01", "new_tick_size":"0.01", "timestamp":"1790000001000"}}'
    )
    stage.say(token, frame.encode(), token)
    await stage.until(lambda: stage.counter("entries.ignored.no_change"), within=0.5)
    assert before.version == stage.view(token).version
    assert ([], []) == (stage.causes(token), stage.of(TickSizeChanged))


@on_stage(activity=QUIET)
async def test_C10_a_ghost_of_rest_is_seen_once_and_not_believed(stage: Stage) -> None:
    await stage.passes(15)
    stage.venue.rest_fault = "ghost"
    await stage.until(lambda: stage.struck["rest_ghost"], within=20)
    await stage.passes(5)
    assert 1 == stage.healing["differed"]
    assert 0 == stage.healing["doubted"]
    assert {Source.WS} == {Source(stage.view(token).source) for token in stage.tokens}
    assert all(stage.gaps(token) == ["reset"] for token in stage.tokens)


@pytest.mark.parametrize("late_ms", range(0, 400, 10))
def test_C11_an_answer_of_rest_that_races_changes_never_replaces_a_newer_book(
    late_ms: int,
) -> None:
    @on_stage(activity=5.0, markets=1, seed=late_ms)
    async def scenario(stage: Stage) -> None:
        token = stage.tokens[0]
        answer = stage.source.book(token)
        assert answer is not None
        asked_ns = stage.view(token).venue_ns
        await stage.passes(late_ms / 1000 + 0.001)
        before = stage.view(token).venue_ns
        stage.books.feed_rest(0, b"[%b]" % answer, stage.clock.now())
        assert stage.view(token).venue_ns >= before >= asked_ns
        await stage.passes(2)
        assert [] == stage.causes(token)  # it was harmless, whichever came first

    scenario()


@on_stage(activity=5.0, markets=1, core="reference")
async def test_C11_an_old_answer_of_rest_is_left(stage: Stage) -> None:
    token = stage.tokens[0]
    answer = stage.source.book(token)
    assert answer is not None
    await stage.passes(3)
    newest = stage.view(token).venue_ns
    stage.books.feed_rest(0, b"[%b]" % answer, stage.clock.now())
    assert stage.view(token).venue_ns == newest, "an older book took the place of a newer one"
    assert stage.counter("entries.ignored.older") == 1


@on_stage(activity=5.0, markets=1, core="reference")
async def test_B3_a_book_older_than_what_was_applied_is_left(stage: Stage) -> None:
    token = stage.tokens[0]
    old = stage.source.opening([token])
    await stage.passes(3)
    newest = stage.view(token).venue_ns
    stage.books.feed(stage.link(token).link, old, stage.clock.now())
    assert stage.view(token).venue_ns == newest, "an older book took the place of a newer one"


@on_stage(activity=5.0, markets=1, core="reference")
async def test_C4_a_change_older_than_what_was_applied_is_left(stage: Stage) -> None:
    token = stage.tokens[0]
    old = change(stage, token, "0.01:5")
    await stage.passes(3)
    newest = stage.view(token).venue_ns
    stage.books.feed(stage.link(token).link, old, stage.clock.now())
    assert stage.view(token).venue_ns == newest, "an older change was applied to a newer book"


@on_stage(activity=QUIET, ends_well=False, markets=3)
async def test_C13_a_market_that_ends_without_a_word_is_asked_for_without_a_storm(
    stage: Stage,
) -> None:
    token, twin, *others = stage.tokens
    stage.source.vanish(token)
    asked = len(stage.asked)
    await stage.until(lambda: stage.state(token) == BookState.SUSPECT, within=30)
    await stage.passes(600)
    for gone in (token, twin):
        assert (BookState.SUSPECT, Cause.NO_BOOK) == (stage.state(gone), stage.view(gone).cause)
        assert gone in stage.feed.keeper.heal.no_book
    assert len(stage.asked) - asked <= len(others) * 600 / 20 + 600 / 60 + 10  # audits, and looks
    assert [] == stage.of(MarketResolved)
    assert [] == stage.of(FeedLost)
    assert stage.well(others)
