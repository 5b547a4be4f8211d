"""What is fresh, quiet, silent or ill; how rows are sorted and filtered."""

import math

import msgspec
import pytest
from tests.monitor.kit import LINK, NOW, Market

from pr3dict.model.events import Trade
from pr3dict.model.links import Phase
from pr3dict.model.states import Cause
from pr3dict.model.units import NS_PER_S
from pr3dict.monitor.labels import Label
from pr3dict.monitor.model import (
    DEAD_NS,
    QUIET_NS,
    SORTS,
    Health,
    Model,
    Tone,
    age_tone,
    health_of,
    held,
    latency_tone,
    phase_tone,
    spread_bps,
    tone_of,
)


def opened(markets: int = 1) -> Market:
    market = Market(markets)
    market.open()
    return market


def health(market: Market, after_s: float, *, data_after_s: float = 0.0) -> Health:
    view = market.books.view(market.tokens[0], 1)
    assert view is not None
    now = market.now + round(after_s * NS_PER_S)
    return health_of(view, now, market.now + round(data_after_s * NS_PER_S), no_book=False)


def test_a_book_that_moved_within_ten_seconds_is_live():
    assert Health.LIVE == health(opened(), 10.0)


def test_a_book_without_updates_on_a_connection_that_delivers_is_quiet_and_not_stale():
    assert Health.QUIET == health(opened(), 10.1, data_after_s=10.0)
    assert Health.QUIET == health(opened(), 3600.0, data_after_s=3599.0)


def test_a_book_on_a_connection_that_delivers_nothing_is_silent():
    assert Health.SILENT == health(opened(), 10.1)


def test_of_connections_that_race_the_one_that_delivers_counts():
    market = opened()
    sample = market.sample(10.1)
    (one,) = sample.links
    both = (msgspec.structs.replace(one, data_ns=sample.now), one)
    for links in (both, both[::-1]):
        board = market.board(10.1, links=links)
        assert {Health.QUIET} == {row.health for row in board.rows}


def test_a_book_whose_connection_is_lost_is_stale_at_once():
    market = opened()
    market.books.close_link(LINK, Cause.LINK_DOWN, market.now)
    assert Health.STALE == health(market, 0.0)
    assert [Cause.LINK_DOWN] * 2 == [row.cause for row in market.board().rows]


def test_a_book_that_a_witness_contradicts_is_suspect():
    market = opened()
    market.books.suspect(market.tokens[0], Cause.SILENT, market.now)
    board = market.board()
    assert (Health.SUSPECT, Cause.SILENT) == (board.rows[0].health, board.rows[0].cause)
    assert ("1 SUSPECT",) == board.alerts


def test_a_token_that_the_venue_has_no_book_of_is_told_apart_from_one_that_waits():
    market = Market()
    view = market.books.view(market.tokens[0], 1)
    assert view is not None
    assert Health.SYNCING == health_of(view, market.now, 0, no_book=False)
    assert Health.NO_BOOK == health_of(view, market.now, 0, no_book=True)


def test_quiet_books_are_no_alert():
    market = opened()
    market.now += 20 * NS_PER_S
    market.books.feed(LINK, b'{"event_type":"unheard_of"}', market.now)
    board = market.board()
    assert {Health.QUIET: 2} == board.healths
    assert () == board.alerts


def test_half_a_minute_without_any_message_is_an_alert():
    alerts = opened().board(after_s=31).alerts
    assert ("no message for 31 s", "2 SILENT") == alerts


def test_a_connection_that_is_down_is_an_alert():
    market = opened()
    market.status.phase = Phase.WAITING
    assert "1 of 1 connections down" in market.board().alerts


def test_latency_is_good_below_5_ms_and_an_alert_above_10_ms():
    assert [Tone.GOOD, Tone.WARN, Tone.WARN, Tone.BAD] == [
        latency_tone(ms) for ms in (4.99, 5.0, 10.0, 10.01)
    ]
    assert Tone.DIM == latency_tone(math.nan)
    market = opened()
    slow = market.board(stats=market.figures(latency_avg_ms=12.0))
    assert ("latency above 10 ms",) == slow.alerts


def test_the_age_of_the_last_message_warns_after_ten_seconds_and_alerts_after_thirty():
    found = [age_tone(age) for age in (QUIET_NS, QUIET_NS + 1, DEAD_NS, DEAD_NS + 1, -1)]
    assert [Tone.GOOD, Tone.WARN, Tone.WARN, Tone.BAD, Tone.BAD] == found


def test_mostly_negative_latencies_mean_that_our_clock_is_behind():
    market = opened()
    board = market.board(stats=market.figures(latency_negative=6, latency_count=10))
    assert ("our clock is behind the venue's",) == board.alerts


def test_a_connection_is_good_when_open_and_bad_once_it_was_lost():
    status = Market().status
    assert Tone.GOOD == phase_tone(status)
    status.phase = Phase.CONNECTING
    assert Tone.WARN == phase_tone(status)
    status.lost["dropped"] = 1
    assert Tone.BAD == phase_tone(status)


def test_updates_a_second_are_counted_between_samples():
    market, model = opened(), Model()
    model.add(market.sample())
    assert math.isnan(model.board().rows[0].updates_per_s)
    version = market.books.view(market.tokens[0], 1)
    assert version is not None
    market.trade(20)
    after = market.books.view(market.tokens[0], 1)
    assert after is not None
    model.add(market.sample())
    seconds = (model.board().now - version.local_ns) / NS_PER_S
    expected = (after.version - version.version) / seconds
    assert pytest.approx(expected) == model.board().rows[0].updates_per_s
    assert expected > 0


def test_a_clock_that_stands_still_gives_no_rate():
    market, model = opened(), Model()
    model.add(market.sample())
    model.add(market.sample())
    assert math.isnan(model.board().messages_per_s)


def test_trouble_is_sorted_first_and_the_rest_stays_in_the_order_of_tracking():
    market = opened(markets=3)
    market.books.suspect(market.tokens[4], Cause.HASH, market.now)
    rows = market.board().rows
    assert [market.tokens[4], *market.tokens[:4], market.tokens[5]] == [row.token for row in rows]


def test_every_way_to_sort_takes_every_row():
    market, model = opened(markets=2), Model()
    model.add(market.sample())
    market.trade(10)
    model.add(market.sample())
    found = set()
    for _ in SORTS:
        assert set(market.tokens) == {row.token for row in model.board().rows}
        found.add(model.sort)
        model.next_sort()
    assert set(SORTS) == found
    assert "trouble" == model.sort


def test_the_widest_spread_and_the_oldest_book_come_first_when_asked_for():
    market, model = opened(markets=3), Model()
    market.trade(30)
    model.add(market.sample())
    model.sort = "spread"
    spreads = [row.spread_bps for row in model.board().rows]
    assert sorted(spreads, reverse=True) == spreads
    model.sort = "age"
    ages = [row.age_ns for row in model.board().rows]
    assert sorted(ages, reverse=True) == ages


def test_a_filter_finds_tokens_markets_states_and_proofs_in_any_case():
    market, model = opened(markets=2), Model()
    market.books.suspect(market.tokens[3], Cause.HASH, market.now)
    model.add(market.sample())
    for pattern, expected in (
        (market.tokens[1], [market.tokens[1]]),
        ("suspect", [market.tokens[3]]),
        ("hash", [market.tokens[3]]),
        ("PROVED", [market.tokens[3], *market.tokens[:3]]),
        ("nowhere", []),
    ):
        model.pattern = pattern
        assert expected == [row.token for row in model.board().rows], pattern
        assert 4 == sum(model.board().healths.values())


def test_a_recording_counts_as_one_connection():
    market = opened()
    board = market.board(after_s=20, live=False, links=())
    assert {Health.SILENT: 2} == board.healths
    assert "no message for 20 s" not in board.alerts


def test_an_empty_side_has_no_spread():
    assert math.isnan(spread_bps(0, 530_000))
    assert math.isnan(spread_bps(520_000, 0))


def test_proofs_of_snapshots_count_as_proofs():
    market = opened()
    assert 2 == held(market.figures())
    market.trade(10)
    counters = market.books.counters()
    expected = counters["proofs.proved"] + counters["snapshots.proved"]
    assert expected == held(market.figures())
    assert expected > 2


def test_a_row_shows_what_the_book_says():
    market = opened()
    row = market.board(after_s=1.5).rows[0]
    bids, asks = market.venue.levels(row.token)
    assert (bids[0][0], asks[0][0]) == (row.bid, row.ask)
    assert (1_500_000_000, 1_500_000_000) == (row.age_ns, row.verified_age_ns)
    assert ("PROVED", "WS") == (row.proof.name, row.source.name)
    assert msgspec.json.encode(row)


def test_a_changed_price_grid_is_told_as_the_reason_of_doubt():
    market = opened()
    market.books.suspect(market.tokens[0], Cause.TICK, market.now)
    assert ("1 SUSPECT until their next proof: the price grid changed",) == market.board().alerts
    market.books.suspect(market.tokens[1], Cause.SILENT, market.now)
    assert ("2 SUSPECT",) == market.board().alerts


def test_a_filter_narrows_the_trades_as_well():
    market = opened()
    trades = tuple(
        Trade(token, "0x1", 520_000, 10**6, "BUY", NOW, NOW, "") for token in market.tokens
    )
    model = Model()
    model.add(market.sample(trades=trades))
    assert trades == model.board().trades
    model.pattern = market.tokens[1]
    assert trades[1:] == model.board().trades


def test_when_a_recording_is_over_nothing_more_comes_and_that_is_no_alert():
    market = opened()
    market.books.close_link(LINK, Cause.LINK_DOWN, market.now)
    over = market.board(live=False, over=True, links=())
    assert {Health.STALE: 2} == over.healths
    assert () == over.alerts
    assert ("2 STALE",) == market.board(live=False, over=False, links=()).alerts
    assert Tone.DIM == tone_of(Health.STALE, over=True)
    assert Tone.BAD == tone_of(Health.SUSPECT, over=True)


def test_a_label_is_shown_and_can_be_filtered_by():
    market = opened(markets=2)
    model = Model({market.tokens[2]: Label("Yes", "Will it rain?")})
    model.add(market.sample())
    assert ["Yes Will it rain?"] == [row.label for row in model.board().rows if row.label]
    model.pattern = "RAIN"
    assert [market.tokens[2]] == [row.token for row in model.board().rows]
