"""The topics that the live data has retired, in the shapes of the client of 2025."""

import json

from tests.real.shared import shared_file
from tests.sim.client import quiet

from pr3dict.sim.live.rtds_legacy import Rfq, agg_orderbook, market_messages
from pr3dict.sim.live.rtds_topics import Told
from pr3dict.sim.truth.venue import Venue


def shapes() -> dict[str, object]:
    vectors = json.loads(shared_file("vectors/polymarket/rtds_messages.json").read_text("utf-8"))
    found: dict[str, object] = vectors["legacy_clob_market_shapes"]
    return found


def played(venue: Venue, steps: int = 200) -> dict[str, list[Told]]:
    """Return what some steps are in the old topic, by type."""
    told: dict[str, list[Told]] = {}
    for _ in range(steps):
        step = venue.advance()
        assert step is not None
        for each in market_messages(step, venue):
            told.setdefault(each.type, []).append(each)
    return told


def scripted() -> dict[str, list[Told]]:
    venue = quiet(trade_share=0.3)
    venue.create()
    venue.change_tick(venue.tokens[0], 1_000)
    return played(venue)


def test_messages_have_the_members_of_the_old_ones():
    told, wanted = scripted(), shapes()

    assert wanted["price_change"]["payload"].keys() == told["price_change"][0].payload.keys()  # type: ignore[index]
    assert (
        wanted["price_change"]["payload"]["pc"][0].keys()  # type: ignore[index]
        == told["price_change"][0].payload["pc"][0].keys()
    )
    for kind in ("agg_orderbook", "last_trade_price"):
        assert str(wanted[kind]).split(",") == list(told[kind][0].payload)
    change = told["tick_size_change"][0].payload
    assert {"market", "asset_id", "old_tick_size", "new_tick_size"} == change.keys()
    assert 2 == len(change["asset_id"])
    created = told["market_created"][0].payload
    assert {"market", "asset_ids", "min_order_size", "tick_size", "neg_risk"} == created.keys()
    assert 2 == len(created["asset_ids"])


def test_a_change_of_the_grid_is_told_once_for_both_tokens():
    assert 1 == len(scripted()["tick_size_change"])


def test_the_whole_book_follows_each_change_with_the_hash_that_the_change_had():
    told = scripted()
    changed = {e["h"] for each in told["price_change"] for e in each.payload["pc"]}

    assert changed <= {each.payload["hash"] for each in told["agg_orderbook"]}


def test_who_filters_for_a_token_hears_its_books_only():
    for each in scripted()["agg_orderbook"]:
        assert (each.payload["asset_id"],) == each.tags["tokens"]


def test_an_answered_market_is_told_as_resolved():
    venue = quiet(markets=2)
    venue.settle(venue.tokens[0])
    [found] = played(venue, 2000)["market_resolved"]

    assert {"market", "asset_ids", "min_order_size", "tick_size", "neg_risk"} == (
        found.payload.keys()
    )


def test_an_unknown_token_has_no_book():
    assert agg_orderbook(quiet(), "1") is None


def test_requests_for_quotes_are_made_answered_and_expire():
    venue = quiet()
    start_ms = venue.now_ms
    told = list(Rfq(venue, start_ms).due(start_ms + 60_000))

    assert ["request_created", "quote_created", "quote_expired", "request_expired"] * 2 == [
        each.type for each in told
    ]
    assert 2 == len({each.payload["requestId"] for each in told})
    assert "ACTIVE" == told[0].payload["state"] != told[-1].payload["state"]
