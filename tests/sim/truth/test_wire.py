"""Frames are written as the venue writes them, to the byte."""

import json
import re
from random import Random

from pr3dict.sim.truth import wire
from pr3dict.sim.truth.books import Change, Market, Rules
from pr3dict.sim.truth.config import SimConfig
from pr3dict.sim.truth.markets import new_market
from pr3dict.sim.truth.names import Names
from pr3dict.sim.truth.wire import Fill

NAME = Names(1, 1_790_000_000_000).name(neg_risk=False)

RULES = Rules("0xc0", ("111", "222"), ("Yes", "No"), "5", "0.01", neg_risk=False)


def market() -> Market:
    made = Market(RULES, tick=10_000, title="Will it?")
    made.traded(520_000)
    made.apply([Change(0, 480_000, 5_500_000, 0), Change(0, 470_000, 1_000_000, 0)], now_ms=77)
    return made


def test_an_opening_book_is_compact_and_tells_grid_and_last_trade():
    made = market()

    assert (
        '[{"market":"0xc0","asset_id":"222","timestamp":"77","hash":"HASH","bids":[],'
        '"asks":[{"price":"0.53","size":"1"},{"price":"0.52","size":"5.5"}],'
        '"tick_size":"0.01","event_type":"book","last_trade_price":"0.520"}]'
    ).replace("HASH", made.hashes[1]).encode() == wire.opening([wire.opening_book(made, 1)])


def test_an_opening_of_nothing_ends_with_a_line_feed():
    assert b"[]\n" == wire.opening([])


def test_a_later_book_is_spaced_and_tells_neither_grid_nor_last_trade():
    made = market()

    assert (
        '{"market":"0xc0", "asset_id":"111", "bids":[{"price":"0.47", "size":"1"}, '
        '{"price":"0.48", "size":"5.5"}], "asks":[], "hash":"HASH", "timestamp":"77", '
        '"event_type":"book"}'
    ).replace("HASH", made.hashes[0]).encode() == wire.book(made, 0).text


def test_a_change_is_told_from_both_tokens_the_owner_first():
    made = market()
    bought, sold = (
        wire.price_changes(made, [Change(0, 480_000, 5_500_000, owner)])[0].text for owner in (0, 1)
    )
    first = (
        '{"asset_id":"111", "price":"0.48", "size":"5.5", "side":"BUY", '
        f'"hash":"{made.hashes[0]}", "best_bid":"0.48", "best_ask":"1"}}'
    )
    second = (
        '{"asset_id":"222", "price":"0.52", "size":"5.5", "side":"SELL", '
        f'"hash":"{made.hashes[1]}", "best_bid":"0", "best_ask":"0.52"}}'
    )
    start = '{"market":"0xc0", "price_changes":['
    end = '], "timestamp":"77", "event_type":"price_change"}'

    assert f"{start}{first}, {second}{end}".encode() == bought
    assert f"{start}{second}, {first}{end}".encode() == sold


def test_a_removal_has_size_zero():
    assert b'"size":"0"' in wire.price_changes(market(), [Change(0, 460_000, 0, 0)])[0].text


def test_a_trade_is_told_with_the_members_of_the_venue():
    frame = wire.last_trade_price(market(), Fill(1, "SELL", 520_000, 56_204_080), "0xabc", 99)

    assert (
        b'{"market":"0xc0", "asset_id":"222", "price":"0.52", "size":"56.20408", '
        b'"fee_rate_bps":"0", "side":"SELL", "timestamp":"99", '
        b'"event_type":"last_trade_price", "transaction_hash":"0xabc"}'
    ) == frame.text
    assert "222" == frame.token


def test_a_new_grid_is_told_with_the_old():
    made = market()
    made.regrid(1_000)
    told = json.loads(wire.tick_size_change(made, 0, 10_000, 99).text)

    assert ("0.01", "0.001") == (told["old_tick_size"], told["new_tick_size"])


def test_an_empty_side_of_a_quote_is_an_empty_text():
    told = json.loads(wire.best_bid_ask(market(), 0, 99).text)

    assert ("0.48", "", "") == (told["best_bid"], told["best_ask"], told["spread"])


def test_a_new_market_is_as_large_as_real_ones_and_for_everyone():
    frame = wire.new_market(new_market(SimConfig(), 3, 0, Random(1)), 3, NAME, 99)

    assert 2_000 <= len(frame.text) <= 3_800
    assert "" == frame.token
    assert frame.custom


def test_a_resolution_names_the_winner():
    told = json.loads(wire.market_resolved(market(), 3, NAME, 1, 99).text)

    assert ("222", "No") == (told["winning_asset_id"], told["winning_outcome"])


def test_no_later_frame_has_a_space_after_a_colon_or_none_after_a_comma():
    made = market()
    frames = [
        wire.book(made, 0),
        *wire.price_changes(made, [Change(0, 480_000, 5_500_000, 0)]),
        wire.last_trade_price(made, Fill(0, "BUY", 520_000, 1), "0x", 99),
        wire.tick_size_change(made, 0, 10_000, 99),
        wire.best_bid_ask(made, 0, 99),
        wire.market_resolved(made, 3, NAME, 1, 99),
    ]
    for frame in frames:
        assert not re.search(rb'":\s|,\S', frame.text)
        assert not frame.text.startswith(b'{"event_type"')
