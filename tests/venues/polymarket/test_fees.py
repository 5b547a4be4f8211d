"""Fees: every row of the vectors, and what must hold of any fee."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.real.shared import shared_file

from pr3dict.model.units import MICROS, Money, Price, Size, to_micros
from pr3dict.venues.polymarket import fees
from pr3dict.venues.polymarket.fees import FREE, FeeSchedule, affordable, schedule

PRICES = st.integers(1, MICROS - 1).map(Price)
SIZES = st.integers(0, 10**13).map(Size)
SCHEDULES = st.builds(
    FeeSchedule,
    rate=st.decimals(0, 1, places=4),
    exponent=st.sampled_from([Decimal(0), Decimal(1), Decimal("1.5"), Decimal(2)]),
)


def vectors(path: str) -> Any:
    return json.loads(shared_file(f"vectors/polymarket/{path}.json").read_text("utf-8"))


def test_every_row_of_the_vectors_holds():
    rows = vectors("fees")["vectors"]
    for row in rows:
        made = FeeSchedule(rate=Decimal(row["fee_rate"]), exponent=Decimal(row["exponent"]))
        price, size = Price(to_micros(row["price"])), Size(to_micros(row["shares"]))
        exact = made.effective_rate(price) * size / MICROS
        assert Decimal(row["fee_usdc_unrounded"]) == exact
        if "fee_usdc_5dp" in row:
            assert to_micros(row["fee_usdc_5dp"]) == made.fee(price, size)
    assert len(rows) > 30


def test_every_row_of_the_buy_adjustment_holds_to_the_micro():
    for row in vectors("order_amounts")["buy_fee_adjustment"]:
        made = FeeSchedule(rate=Decimal(row["fee_rate"]), exponent=Decimal(row["fee_exponent"]))
        found = affordable(
            Money(to_micros(row["amount"])),
            Price(to_micros(row["price"])),
            made,
            max_spend=Money(to_micros(row["max_spend"])),
            builder_rate=Decimal(row["builder_taker_fee_rate"]),
        )
        assert int(Decimal(row["polymarket_client_0_14_0"]) * MICROS) == found


@given(SCHEDULES, PRICES, SIZES)
def test_a_fee_is_symmetric_in_a_price_and_its_opposite(fees_of, price, size):
    assert fees_of.fee(price, size) == fees_of.fee(Price(MICROS - price), size)


@given(SCHEDULES, PRICES, SIZES)
def test_a_fee_has_five_decimals_and_lies_within_half_a_step_of_the_exact_one(fees_of, price, size):
    fee = fees_of.fee(price, size)
    assert 0 == fee % fees.FEE_STEP
    assert abs(fees_of.effective_rate(price) * size - fee) <= Decimal(fees.FEE_STEP) / 2


@given(SCHEDULES, PRICES, st.integers(0, 10**12), st.integers(0, 10**12), st.booleans())
def test_what_is_affordable_is_paid_for_with_its_fee(fees_of, price, amount, max_spend, charged):
    builder = Decimal("0.01") if charged else Decimal(0)
    spent = affordable(
        Money(amount), price, fees_of, max_spend=Money(max_spend), builder_rate=builder
    )
    per_dollar = 1 + fees_of.effective_rate(price) * MICROS / price + builder
    assert spent * per_dollar <= max_spend + Decimal("1e-9")
    assert spent == amount or (spent + 1) * per_dollar > max_spend - Decimal("1e-9")


def test_a_half_step_is_charged_and_less_is_not():
    fee = FeeSchedule(rate=Decimal("0.04")).fee
    assert 10 == fee(Price(500_000), Size(500))
    assert 0 == fee(Price(500_000), Size(499))


def test_all_three_places_tell_the_same_schedule():
    wanted = FeeSchedule(rate=Decimal("0.07"), exponent=Decimal(1), rebate_rate=Decimal("0.2"))
    gamma = {"exponent": 1, "rate": Decimal("0.07"), "takerOnly": True, "rebateRate": "0.2"}
    channel = {"exponent": "1", "rate": "0.07", "taker_only": True, "rebate_rate": "0.2"}
    clob = {"r": Decimal("0.07"), "e": 1, "to": True}
    assert wanted == schedule(gamma) == schedule(channel)
    assert FeeSchedule(rate=Decimal("0.07")) == schedule(clob)


def test_no_schedule_and_fees_that_are_off_are_free():
    assert schedule(None) is FREE
    assert schedule({"rate": "0.07"}, enabled=False) is FREE
    assert 0 == FREE.fee(Price(500_000), Size(MICROS))


@pytest.mark.parametrize(
    "found",
    [{}, [], "0.07", {"rate": "seven"}, {"rate": -1}, {"rate": 2}, {"rate": 0, "exponent": 99}],
)
def test_what_is_no_schedule_is_refused(found):
    with pytest.raises(ValueError, match=r"wanted|missing"):
        schedule(found)
