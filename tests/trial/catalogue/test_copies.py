"""The catalogue: connections that race for a shard, and are renewed without a gap."""

import pytest
from tests.trial.catalogue.stage import QUIET, Stage, on_stage, playing

from pr3dict.model.events import BookReset, FeedLost, FeedOpened, StateChanged, Trade
from pr3dict.model.links import Phase
from pr3dict.model.states import BookState
from pr3dict.trial import try_seed
from pr3dict.trial.time import run
from pr3dict.trial.wire import Wire

LIVE = {BookState.LIVE}
SEEDS = 8


def wires(stage: Stage, token: str) -> list[Wire]:
    """Return the open connections that follow a token, the oldest first."""
    return [w for w in stage.venue.open_wires() if token in stage.venue.following(w)]


def cut(_: Stage, wire: Wire) -> None:
    wire.end(1006, "reset")


def close(_: Stage, wire: Wire) -> None:
    wire.hang_up(1012, "restart")


def half_open(_: Stage, wire: Wire) -> None:
    wire.dead = True


def freeze(stage: Stage, wire: Wire) -> None:
    stage.faults.freeze(connection=wire.number)


def deafen(stage: Stage, wire: Wire) -> None:
    stage.venue.deaf_next = 1
    wire.end(1006, "reset")


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("strike", [cut, close, half_open, freeze, deafen])
@on_stage(copies=2)
async def test_a_copy_in_trouble_costs_no_book_a_moment(stage: Stage, strike, which) -> None:
    token = stage.tokens[0]
    await stage.passes(30)
    sick = wires(stage, token)[which]
    strike(stage, sick)

    for _ in range(120):
        await stage.passes(1)
        assert LIVE == stage.states()
        assert stage.well()
    assert not sick.open
    assert 2 == len(wires(stage, token))
    assert [] == stage.of(FeedLost)
    assert [] == stage.oracle.findings
    assert {Phase.OPEN} == {status.phase for status in stage.feed.statuses()}


@on_stage(copies=2)
async def test_the_loss_of_both_copies_is_one_loss(stage: Stage) -> None:
    token = stage.tokens[0]
    await stage.passes(5)
    for wire in wires(stage, token):
        wire.end(1006, "reset")
    await stage.passes(0.01)
    assert BookState.STALE == stage.state(token)
    await stage.until_well()
    assert ["reset", "lost", "reset"] == stage.gaps(token)


@on_stage(copies=2)
async def test_a_copy_that_has_no_books_yet_does_not_hide_the_loss_of_the_other(
    stage: Stage,
) -> None:
    token = stage.tokens[0]
    await stage.passes(5)
    first, second = wires(stage, token)
    stage.venue.deaf_next = 1
    second.end(1006, "reset")
    await stage.until(lambda: len(stage.venue.open_wires()) == 2, within=10)
    assert LIVE == stage.states()
    first.end(1006, "reset")
    await stage.passes(0.001)

    assert ["reset", "lost"] == stage.gaps(token)
    assert {BookState.SYNCING} == stage.states()
    assert [1, 2] == [opened.epoch for opened in stage.of(FeedOpened)]


@on_stage(copies=2, activity=QUIET)
async def test_what_one_copy_loses_comes_by_the_other(stage: Stage) -> None:
    token = stage.tokens[0]
    await stage.passes(5)
    price, size = stage.best(token)
    stage.faults.drop(token, 1)
    stage.place(token, price, size)
    await stage.passes(1)

    assert 1 == stage.struck["drop"]
    assert stage.well()
    assert 0 == stage.counter("proofs.failed")
    assert [] == stage.causes(token)


@on_stage(copies=2)
async def test_the_race_is_counted_and_its_losers_timed(stage: Stage) -> None:
    await stage.passes(5)
    wires(stage, stage.tokens[0])[1].slow_ns = 500_000_000
    await stage.passes(60)
    races = [status.race for status in stage.feed.statuses() if status.race is not None]
    slow, fast = sorted(races, key=lambda race: race.first)
    assert fast.first > 10 * slow.first
    assert slow.late > 10 * fast.late
    assert slow.late <= fast.first
    assert 0.4e9 < slow.late_ns_sum / slow.late <= slow.late_ns_max < 0.7e9
    assert slow.frames >= slow.first + slow.late


def test_A13_a_connection_is_renewed_without_a_gap_and_nothing_is_told_twice() -> None:
    async def story(rotate_every_s: float) -> tuple[dict[str, list[tuple[int, str]]], list[Trade]]:
        seen: dict[str, list[tuple[int, str]]] = {}
        async with playing(rotate_every_s=rotate_every_s, seed=4) as stage:

            def saw(tokens: tuple[str, ...]) -> None:
                for token in tokens:
                    venue_ns = stage.view(token).venue_ns
                    seen.setdefault(token, []).append((venue_ns, stage.books.digest(token)))

            stage.parts.engine.on_books(saw)
            told = len(stage.told)
            for _ in range(200):
                await stage.passes(1)
                assert LIVE == stage.states()
            news = stage.told[told:]
            assert [] == [e for e in news if isinstance(e, StateChanged | FeedLost | FeedOpened)]
            (status,) = stage.feed.statuses()
            assert (status.rotated >= 4) == bool(rotate_every_s)
            assert status.opened == status.rotated + 1
            assert len(stage.attempts) in {status.opened, status.opened + 1}
            assert {} == status.lost
            assert [1] * 4 == [len(stage.of(BookReset, token)) for token in stage.tokens]
        return seen, [event for event in news if isinstance(event, Trade)]

    plain, renewed = run(story(0)), run(story(30))
    assert len(plain[1]) > 20
    ids = [[trade.transaction_hash for trade in trades] for _, trades in (plain, renewed)]
    shorter = min(map(len, ids))
    assert abs(len(ids[0]) - len(ids[1])) < 2  # one may be under way at the end
    assert ids[0][:shorter] == ids[1][:shorter]
    for token, states in plain[0].items():
        shorter = min(len(states), len(renewed[0][token]))
        assert shorter > len(states) - 3
        assert states[:shorter] == renewed[0][token][:shorter]


def test_what_is_still_under_way_on_the_old_connection_comes() -> None:
    async def trades(rotate_every_s: float) -> list[str]:
        async with playing(rotate_every_s=rotate_every_s, seed=4) as stage:
            told = len(stage.told)
            for _ in range(300):
                for wire in stage.venue.open_wires():
                    wire.slow_ns = 3_000_000_000
                await stage.passes(1)
            assert (len(stage.attempts) > 5) == bool(rotate_every_s)
            assert [] == stage.of(FeedLost)
            found = [event for event in stage.told[told:] if isinstance(event, Trade)]
        return [trade.transaction_hash for trade in found]

    plain, renewed = run(trades(0)), run(trades(30))
    assert len(plain) > 50
    assert {*plain} <= {*renewed}
    assert len(renewed) == len({*renewed})


@on_stage(copies=2, rotate_every_s=60.0)
async def test_of_two_copies_none_is_ever_away_while_they_are_renewed(stage: Stage) -> None:
    token = stage.tokens[0]
    await stage.passes(1)
    first = {wire.number for wire in wires(stage, token)}
    for _ in range(1800):
        await stage.passes(0.1)
        assert len(wires(stage, token)) in {2, 3}
    assert not first & {wire.number for wire in wires(stage, token)}
    assert [] == stage.of(FeedLost)
    assert 1 == len(stage.of(BookReset, token))


@on_stage(rotate_every_s=20.0)
async def test_a_new_connection_that_brings_no_books_leaves_and_the_old_one_stays(
    stage: Stage,
) -> None:
    token = stage.tokens[0]
    (old,) = wires(stage, token)
    stage.venue.deaf_next = 1
    await stage.until(lambda: stage.struck["deaf"] > 0, within=30)
    await stage.passes(16)
    assert [old] == stage.venue.open_wires()
    assert [] == stage.of(FeedLost)
    await stage.until(lambda: not old.open, within=60)  # the next one does better
    assert LIVE == stage.states()


@pytest.mark.parametrize("copies", [1, 2])
def test_A15_a_partition_of_one_connection_of_three_concerns_its_tokens_only(copies: int) -> None:
    async def story() -> None:
        async with playing(markets=6, copies=copies) as stage:
            sick, others = stage.tokens[:4], stage.tokens[4:]
            assert 3 * copies == len(stage.venue.open_wires())
            wires(stage, sick[0])[0].dead = True
            stage.faults.refuse(0, times=1000)
            for _ in range(45):
                await stage.passes(1)
                assert LIVE == stage.states(others)
            assert ({BookState.STALE} if copies == 1 else LIVE) == stage.states(sick)
            stage.faults.forgive()
            await stage.until_well(within=60)
            assert {*sick} == {t for lost in stage.of(FeedLost) for t in lost.tokens} or copies > 1
            assert copies == 1 or [] == stage.of(FeedLost)

    run(story())


@pytest.mark.parametrize(("copies", "rotate_every_s"), [(2, 0.0), (2, 40.0), (1, 30.0)])
def test_every_invariant_holds_while_connections_race(copies: int, rotate_every_s: float) -> None:
    for seed in range(SEEDS):
        verdict = try_seed(seed, copies=copies, rotate_every_s=rotate_every_s)
        assert "" == verdict.broken, f"seed {seed}"


def test_a_race_is_the_same_race_again() -> None:
    traces = [try_seed(5, copies=2, rotate_every_s=30).trace for _ in range(2)]
    assert traces[0] == traces[1] != try_seed(5, copies=2).trace
