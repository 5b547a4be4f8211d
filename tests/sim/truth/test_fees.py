"""Fees of takers against the vectors of the protocol."""

import json
from decimal import Decimal

from tests.real.shared import shared_file
from tests.sim.client import quiet

from pr3dict.sim.truth.fees import rate_of, taker_fee
from pr3dict.sim.truth.names import CATEGORIES

MICROS = 1_000_000


def test_fees_are_those_of_the_published_formula():
    vectors = json.loads(shared_file("vectors/polymarket/fees.json").read_text("utf-8"))["vectors"]
    known = [v for v in vectors if "fee_usdc_5dp" in v and v["exponent"] == 1]
    assert len(known) > 10
    for vector in known:
        price, shares = (int(Decimal(vector[name]) * MICROS) for name in ("price", "shares"))
        fee = taker_fee(vector["fee_rate"], price, shares)
        assert Decimal(vector["fee_usdc_5dp"]) * MICROS == fee


def test_a_fee_too_small_for_five_decimals_is_none():
    assert 0 == taker_fee("0.05", 10_000, 9_000)
    assert 10 == taker_fee("0.05", 10_000, 11_000)


def test_the_rate_is_that_of_the_category_of_the_market():
    venue = quiet(markets=30)
    rules = [venue.rules(token) for token in venue.tokens[::2]]
    rates = {rate_of(venue, each.condition) for each in rules if each}
    assert rates <= {category.rate for category in CATEGORIES.values()}
    assert len(rates) > 1
    assert "0" == rate_of(venue, "0xnone")
