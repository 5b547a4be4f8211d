"""The catalogue, group E: clocks, stamps, and long stretches of time."""

import asyncio
import gc

import pytest
from tests.core.kit import LINK, MS, NOW, YES, Venue, frame
from tests.trial.catalogue.stage import Stage, on_stage

from pr3dict.core import Books, load
from pr3dict.model.events import FeedLost
from pr3dict.model.states import BookState
from pr3dict.model.units import NS_PER_MS

HOUR_S = 3600.0
CORES = ["native", "reference"]


def listening(core: str, venue: Venue) -> Books:
    """Return books that have heard the opening of a venue."""
    books = load(core).new_books()
    books.open_link(LINK, NOW)
    books.track(YES, LINK)
    books.feed(LINK, frame([venue.book()]), NOW)
    return books


def change(ms: object) -> bytes:
    one = {"asset_id": YES, "price": "0.47", "size": "9", "side": "BUY"}
    message = {"market": "0xaa", "price_changes": [one], "timestamp": ms}
    return frame(message | {"event_type": "price_change"})


@pytest.mark.parametrize("core", CORES)
def test_E2_a_clock_of_the_venue_that_is_ahead_shows_as_negative_latency(core: str) -> None:
    books = listening(core, Venue())
    books.feed(LINK, change(str(MS + 700)), NOW)
    _, count, total, smallest, largest, negative = books.latency()
    ahead = -700 * NS_PER_MS
    assert (1, ahead, ahead, ahead, 1) == (count, total, smallest, largest, negative)
    assert BookState.LIVE == books.view(YES).state  # type: ignore[union-attr]


@pytest.mark.parametrize("core", CORES)
@pytest.mark.parametrize("ms", [MS + 1, float(MS), None, "", "-1", "1e12", f"{MS}.5", "9" * 17])
def test_E3_a_timestamp_in_another_form_is_rejected_by_name(core: str, ms: object) -> None:
    books = listening(core, Venue())
    before = books.digest(YES)
    books.feed(LINK, change(ms), NOW)
    counts = books.counters()
    assert 1 == counts["frames.rejected.timestamp"] + counts["frames.rejected.schema"]
    assert before == books.digest(YES)


@pytest.mark.parametrize("core", CORES)
@pytest.mark.parametrize("ms", ["0", str(MS // 1000), "1"])
def test_E3_a_timestamp_in_seconds_is_older_than_the_book_and_changes_nothing(
    core: str, ms: str
) -> None:
    books = listening(core, Venue())
    before = books.digest(YES)
    books.feed(LINK, change(ms), NOW)
    assert before == books.digest(YES)
    assert 1 == books.counters()["entries.ignored.older"]


@pytest.mark.parametrize("core", CORES)
@pytest.mark.parametrize("ms", [str(MS * 1000), str(MS * 1_000_000)])
def test_E3_a_timestamp_in_micro_or_nanoseconds_is_rejected(core: str, ms: str) -> None:
    books = listening(core, Venue())
    books.feed(LINK, change(ms), NOW)
    assert 1 == books.counters()["frames.rejected.timestamp"]
    assert BookState.SUSPECT == books.view(YES).state  # type: ignore[union-attr]


async def _live(stage: Stage, hours: float) -> None:
    """Lose a connection every ten minutes for hours; nothing may be more in the end."""
    sizes: list[tuple[int, int, int]] = []
    for _ in range(round(hours * 6)):
        stage.venue.open_wires()[0].end(1006, "reset")
        await stage.passes(590)
        await stage.until_well()
        for kept in (stage.told, stage.outgoing, stage.attempts, stage.asked):
            kept.clear()  # what only the stage remembers
        gc.collect()
        keeper = stage.feed.keeper
        timers = len(vars(keeper.heal)["_timers"]) + len(vars(keeper.audit)["_timers"])
        sizes.append((len(asyncio.all_tasks()), len(stage.venue.wires), timers))
    first, last = sizes[1], sizes[-1]
    assert first[:2] == last[:2]
    assert last[2] <= 2 * (64 + 5 * len(stage.tokens))
    assert [] == stage.of(FeedLost)


@on_stage(activity=0.1)
async def test_E7_an_hour_in_virtual_time_leaves_nothing_behind(stage: Stage) -> None:
    await _live(stage, 1)


@pytest.mark.soak
@on_stage(activity=0.1)
async def test_E7_a_day_in_virtual_time_leaves_nothing_behind(stage: Stage) -> None:
    await _live(stage, 24)
