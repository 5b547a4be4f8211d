"""What is heard of events, and what is read of a running system."""

from tests.monitor.kit import NOW, Market

from pr3dict.app.events import FeedFailed, TapeHalted
from pr3dict.app.replay import Replay
from pr3dict.app.system import System
from pr3dict.config import Config
from pr3dict.model.events import (
    BestQuoted,
    Event,
    FeedLost,
    FeedOpened,
    FrameRejected,
    MarketCreated,
    StateChanged,
    TickSizeChanged,
    Trade,
)
from pr3dict.model.links import LinkStatus, Race
from pr3dict.model.states import BookState, Cause
from pr3dict.monitor.labels import Label
from pr3dict.monitor.sample import KEPT, Ear, take

TOKEN = "71321045679252212594626385532706912750332728571942532289631379312455583992563"


def traded(side: str, at: int = NOW) -> Trade:
    return Trade(TOKEN, "0x1", 520_000, 5_000_000, side, at, at, "")


def changed(was: BookState, now: BookState, cause: Cause = Cause.NONE) -> StateChanged:
    return StateChanged(TOKEN, was, now, cause, NOW)


def noticed(*events: Event) -> list[tuple[bool, str]]:
    ear = Ear()
    ear.events(events)
    return [(notice.bad, notice.words) for notice in ear.notices]


def test_buys_and_sells_are_counted_apart_and_the_newest_kept():
    ear = Ear()
    ear.events([traded("BUY", NOW + n) for n in range(KEPT)] + [traded("SELL")] * 2)
    assert (KEPT, 2) == (ear.buys[TOKEN], ear.sells[TOKEN])
    assert KEPT == len(ear.trades)
    assert "SELL" == ear.last[TOKEN].side


def test_trouble_is_bad_news_and_its_end_is_news():
    assert [
        (True, "7132…2563 SUSPECT hash"),
        (False, "7132…2563 LIVE again"),
        (False, "7132…2563 CLOSED resolved"),
    ] == noticed(
        changed(BookState.LIVE, BookState.SUSPECT, Cause.HASH),
        changed(BookState.SUSPECT, BookState.LIVE),
        changed(BookState.LIVE, BookState.CLOSED, Cause.RESOLVED),
    )


def test_a_token_that_has_a_name_is_called_by_it():
    ear = Ear({TOKEN: Label("Yes", "Will it?")})
    ear.events([changed(BookState.SUSPECT, BookState.LIVE)])
    assert ["Yes LIVE again"] == [notice.words for notice in ear.notices]


def test_connections_that_come_and_go_are_told_once_whatever_they_carry():
    lost = FeedLost(1, 1, Cause.LINK_DOWN, (TOKEN,) * 200, NOW)
    assert [(True, "link 1 lost, 200 books stale"), (False, "link 1 open, epoch 2")] == noticed(
        lost, FeedOpened(1, 2, NOW)
    )


def test_a_loss_is_known_as_one():
    ear = Ear()
    lost = FeedLost(1, 1, Cause.LINK_DOWN, (TOKEN,), NOW)
    ear.events([lost, changed(BookState.LIVE, BookState.STALE, Cause.LINK_DOWN)])
    ear.events([changed(BookState.LIVE, BookState.SUSPECT, Cause.HASH)])
    assert [True, True, False] == [notice.loss for notice in ear.notices]


def test_a_new_market_is_news():
    created = MarketCreated("0x2", "Will it?", "will-it", (), (), NOW, NOW)
    assert [(False, "new market: Will it?")] == noticed(created)


def test_daily_business_is_no_news():
    quoted = BestQuoted(TOKEN, "0x1", 1, 2, NOW, NOW)
    assert [] == noticed(quoted, changed(BookState.SYNCING, BookState.LIVE))


def test_a_new_price_grid_is_told_in_its_own_decimals():
    grid = TickSizeChanged(TOKEN, "0x1", 10_000, 1_000, NOW, NOW)
    assert [(False, "7132…2563 tick 0.01 to 0.001")] == noticed(grid)


def test_what_others_wrote_is_made_harmless():
    rejected = FrameRejected(1, "json", "\x1b[31mred", "", NOW)
    assert [(True, "frame rejected (json): ·[31mred")] == noticed(rejected)


def test_an_event_without_a_time_has_that_of_the_one_before():
    ear = Ear()
    ear.events([FeedOpened(1, 1, NOW), TapeHalted("disk full"), FeedFailed("bug")])
    assert [NOW] * 3 == [notice.local_ns for notice in ear.notices]


def test_a_system_that_does_not_run_yet_can_be_read():
    system = System(Config(clock_offset_ms=80.0))
    sample = take(system, Ear())
    assert ((), (), True, False) == (sample.books, sample.links, sample.live, sample.over)
    assert 80_000_000 == sample.offset_ns


def test_connections_that_race_are_read_each_for_itself(monkeypatch):
    system = System(Config(copies=2))
    race = Race(frames=7, data_ns=NOW)
    statuses = [LinkStatus(1, "", copy=1, race=race), LinkStatus(2, "")]
    monkeypatch.setattr(system, "statuses", lambda: statuses)
    found = [(link.data_ns, link.frames) for link in take(system, Ear()).links]
    assert [(NOW, 7), (0, 0)] == found


def test_a_recording_is_read_by_its_own_clock_until_it_is_over(tmp_path):
    market = Market()
    frames = [market.venue.opening(market.tokens)]
    while len(frames) < 40:
        frames += market.venue.step()
    path = tmp_path / "frames.jsonl"
    path.write_bytes(b"\n".join(frames))
    replay, ear = Replay(path), Ear()
    replay.engine.on_events(ear.events)
    replay.start()
    try:
        assert replay.wait(10)
        sample = take(replay, ear)
    finally:
        replay.stop()
    assert (False, True) == (sample.live, sample.over)
    assert set(market.tokens) == {book.view.token for book in sample.books}
    assert NOW <= sample.now <= NOW + 60_000_000_000
    assert sum(ear.buys.values()) + sum(ear.sells.values()) == sample.stats["trades"]


def test_the_newest_trade_and_notice_come_first():
    system, ear = System(Config()), Ear()
    ear.events([traded("BUY", NOW), traded("SELL", NOW + 1)])
    ear.events([FeedOpened(1, 1, NOW), FeedOpened(2, 1, NOW)])
    sample = take(system, ear)
    assert ["SELL", "BUY"] == [trade.side for trade in sample.trades]
    assert ["link 2 open, epoch 1", "link 1 open, epoch 1"] == [
        notice.words for notice in sample.notices
    ]
