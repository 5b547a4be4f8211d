"""Rows of the Data API have the members of the real ones."""

import json

from tests.real.shared import shared_file
from tests.sim.client import quiet

from pr3dict.sim.data import rows as data_rows
from pr3dict.sim.truth.facts import facts_of
from pr3dict.sim.truth.history import Deal, History
from pr3dict.sim.truth.holdings import Holding
from pr3dict.sim.truth.traders import parties_of
from pr3dict.sim.truth.wire import Trade

SAMPLES = "vectors/polymarket/rest_samples.json"
V2_TRADE = {
    "proxy_wallet", "side", "token_id", "condition_id", "size", "price", "timestamp", "title",
    "slug", "event_slug", "outcome", "outcome_index", "name", "pseudonym", "transaction_hash",
}  # fmt: skip
VENUE = quiet(markets=1)
FACTS = facts_of(VENUE, History(VENUE), VENUE.listings[0])
TRADE = Trade(
    1_790_000_000_999,
    FACTS.rules.condition,
    FACTS.rules.tokens[1],
    "BUY",
    520_000,
    7_000_000,
    "0xa",
)
DEAL = Deal(1, TRADE, *parties_of("0xa"))


def test_a_trade_has_the_members_of_the_protocol_in_either_version():
    row = data_rows.trade(DEAL, FACTS)
    real = json.loads(shared_file(SAMPLES).read_text("utf-8"))["samples"]
    old = real["py_http_trades.json"]["body"][0]

    assert row.keys() >= V2_TRADE
    assert old.keys() <= data_rows.camel(row).keys()
    assert (0.52, 7, 1_790_000_000, 1, "No") == (
        row["price"],
        row["size"],
        row["timestamp"],
        row["outcome_index"],
        row["outcome"],
    )


def test_a_maker_did_the_opposite():
    row = data_rows.trade(DEAL, FACTS, 0)

    assert ("SELL", DEAL.maker.wallet) == (row["side"], row["proxy_wallet"])


def test_a_position_has_the_members_of_the_old_sample():
    held = Holding(DEAL.taker, TRADE.token, TRADE.condition, 4_000_000, 2_000_000, 5_000_000, 9)
    row = data_rows.position(held, FACTS)
    real = json.loads(shared_file(SAMPLES).read_text("utf-8"))["samples"]
    old = real["data_api_positions_response.json"]["body"][0]

    assert old.keys() <= data_rows.camel(row).keys()
    assert (4, 0.5, 2, 5) == (
        row["current_size"],
        row["avg_price"],
        row["entry_cost_usdc"],
        row["total_size"],
    )


def test_an_activity_tells_its_dollars():
    row = data_rows.activity(data_rows.trade(DEAL, FACTS))

    assert ("TRADE", 3.64) == (row["type"], row["usdc_size"])
