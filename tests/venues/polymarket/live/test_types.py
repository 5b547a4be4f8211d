"""Payloads in types: exact, and lenient where the venue is."""

from decimal import Decimal

import pytest
from tests.venues.polymarket.live_vectors import messages

from pr3dict.venues.polymarket.live.types import (
    Activity,
    Comment,
    PriceHistory,
    PriceUpdate,
    Reaction,
    SportsResult,
    typed,
)

TRADE = {
    "asset": "1" * 77,
    "side": "BUY",
    "price": Decimal("0.123456"),
    "size": 5,
    "timestamp": 1_780_730_269,
    "outcomeIndex": 1,
    "proxyWallet": "0xabc",
    "somethingNew": [],
}


def test_prices_of_the_vectors_are_exact():
    said = messages("rtds")
    coin = typed("crypto_prices", "update", said["rtds_crypto_prices_update"]["payload"])
    assert PriceUpdate("btcusdt", Decimal("61035.86000000"), 1780730269000) == coin
    share = typed("equity_prices", "update", said["rtds_equity_prices_update"]["payload"])
    assert (Decimal("198.4523"), 1711382400005) == (share.value, share.received_at)


def test_chainlink_counts_in_eighteen_decimals_and_binance_in_plain_ones():
    """Both frames were captured within a second on 2026-09-05; their members are the same."""
    chainlink = {"full_accuracy_value": "79696948174287960000000", "symbol": "btc/usd"}
    binance = {"full_accuracy_value": "79697.73000000", "symbol": "btcusdt"}
    times = {"timestamp": 1788600388000, "value": Decimal("79696.94817428796")}
    one = typed("crypto_prices_chainlink", "update", chainlink | times)
    other = typed("crypto_prices", "update", binance | times)
    assert (Decimal("79696.94817428796"), Decimal("79697.73")) == (one.value, other.value)


def test_an_average_counts_in_eighteen_decimals_and_loses_none():
    payload = {"symbol": "btcusd", "timestamp": 1, "value": 1, "window_s": 30}
    payload["full_accuracy_value"] = "61035860000000000000001"
    found = typed("crypto_prices_twap_thirty", "update", payload)
    assert Decimal("61035.860000000000000001") == found.value
    assert 30 == found.window_s


def test_a_number_without_its_accurate_text_is_taken_as_it_was_written():
    found = typed("crypto_prices", "update", {"symbol": "s", "timestamp": 1, "value": Decimal(1)})
    assert Decimal(1) == found.value


def test_a_trade_may_have_members_that_we_do_not_know():
    found = typed("activity", "trades", TRADE)
    assert isinstance(found, Activity)
    assert (Decimal("0.123456"), Decimal(5), 1, "0xabc") == (
        found.price,
        found.size,
        found.outcome_index,
        found.proxy_wallet,
    )


def test_comments_and_reactions_are_told_apart():
    comment = typed("comments", "comment_created", {"id": "1", "body": "hm", "parentEntityID": 7})
    assert comment == Comment(id="1", body="hm", parent_entity_id=7)
    reaction = typed("comments", "reaction_removed", {"id": 2, "commentID": "1"})
    assert reaction == Reaction(id=2, comment_id="1")


def test_the_end_of_a_game_may_name_no_game():
    found = typed("sports", "sport_result", {"metadataGameId": 9, "ended": True, "score": "3-16"})
    assert SportsResult(metadata_game_id=9, ended=True, score="3-16") == found


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"symbol": "s", "timestamp": 1, "value": "abc"},
        {"symbol": "s", "timestamp": 1, "value": "NaN"},
        {"symbol": "s", "timestamp": 1, "value": Decimal("Infinity")},
        {"symbol": "s", "timestamp": "soon", "value": 1},
        {"symbol": "s", "data": 5},
        {"symbol": "s", "data": [{"value": 1}]},
    ],
)
def test_another_shape_is_told_without_a_type(payload):
    assert typed("crypto_prices", "update", payload) is None


def test_the_past_is_a_list_of_points():
    data = [{"timestamp": 1, "value": Decimal("1.5")}, {"timestamp": 2, "value": 2}]
    found = typed("price.crypto", "snapshot", {"symbol": "btcusd", "source": "pyth", "data": data})
    assert isinstance(found, PriceHistory)
    assert [Decimal("1.5"), Decimal(2)] == [point.value for point in found.points]
    assert typed("weather", "update", {}) is None
