"""The facts of the rate limits, against the collected ones."""

import json
from typing import Final

import pytest
from tests.real.shared import shared_file

from pr3dict.model.rates import Refill, Window
from pr3dict.venues.polymarket import limits

PLACES: Final = {
    "general": {"all": "all"},
    "gamma": {
        "general": "gamma",
        "/markets + /events listing": "gamma listing",
        **{
            path: f"gamma {path}"
            for path in ("/events", "/markets", "/comments", "/tags", "/public-search")
        },
    },
    "data_v1": {
        "general": "data v1",
        **{path: f"data {path}" for path in ("/trades", "/positions")},
    },
    "data_v2": {
        "general": "data v2",
        "status": "data status",
        **{
            path: f"data {path}"
            for path in ("/v2/trades", "/v2/positions", "/v2/activity", "/v2/prices-history")
        },
    },
    "clob_public": {"general": "clob"},
    "clob_account": {
        "ledger (/trades,/orders,/notifications,/order)": "ledger",
        "/balance-allowance GET": "/balance-allowance",
    },
}
"""How the collected facts call what we name otherwise."""


@pytest.fixture
def facts():
    return json.loads(shared_file("vectors/polymarket/rate_limits.json").read_bytes())


def test_every_collected_limit_is_ours_and_no_other(facts):
    collected = {
        ours.get(name, name): number
        for group, ours in PLACES.items()
        for name, number in facts[group].items()
    }
    assert collected == limits.WINDOWS


def test_every_limit_of_trading_is_ours_and_no_other(facts):
    collected = {
        name: (each["burst_10s"], each["sustained_10min"])
        for name, each in facts["clob_trading"].items()
    }
    assert collected == limits.TRADING


def test_every_tier_is_ours_and_no_other(facts):
    tiers = facts["per_signer_token_buckets"]
    assert {n: tuple(t) for n, t in tiers.items() if n not in ("unit", "columns")} == limits.TIERS


def test_each_name_has_its_rules():
    assert {*limits.WINDOWS, *limits.TRADING, "orders", "cancels"} == set(limits.RULES)
    assert (Window(1_500, limits.WINDOW),) == limits.RULES["/book"]
    assert (Window(250, limits.WINDOW), Window(6_000, limits.SUSTAINED)) == (
        limits.RULES["DELETE /cancel-all"]
    )
    assert (Refill(40, 60),) == limits.RULES["orders"]
    assert {"orders": Refill(600, 900), "cancels": Refill(1_200, 1_800)} == (
        limits.TIER_RULES["Elite"]
    )


def test_requests_name_the_widest_limit_first():
    assert ("all", "clob", "/book") == limits.clob("/book")
    assert ("all", "gamma", "gamma /tags") == limits.gamma("gamma /tags")
    assert ("all", "data v2", "data /v2/trades") == limits.data("v2", "data /v2/trades")
