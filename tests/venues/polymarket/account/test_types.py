"""Balances and receipts, in all the forms in which they come."""

import msgspec
import pytest

from pr3dict.venues.polymarket.account.types import (
    Balance,
    CancelReceipt,
    OrderReceipt,
    balance_of,
    canceled_of,
)


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (b'{"balance":"5","allowances":{"0x01":"7"}}', Balance(5, {"0x01": 7})),
        (b'{"balance":5,"allowances":{}}', Balance(5, {})),
        (b'{"balance":"5","allowance":"7"}', Balance(5, {"": 7})),
        (b'{"balance":"5"}', Balance(5, {})),
        (b'{"balance":"5","allowances":null}', Balance(5, {})),
    ],
)
def test_a_balance_is_read_with_its_allowances_or_without(body, wanted):
    assert wanted == balance_of(body)


@pytest.mark.parametrize("text", ["2.5", "", "-1", "1e6", "\u0661"])
def test_a_balance_that_is_no_whole_number_is_refused(text):
    with pytest.raises(ValueError, match="wanted whole micros"):
        balance_of(f'{{"balance":"{text}"}}'.encode())


def test_what_was_cancelled_may_be_null():
    assert CancelReceipt((), {}) == canceled_of(b'{"canceled":null,"not_canceled":null}')
    assert CancelReceipt(("a",), {"b": "why"}) == canceled_of(
        b'{"canceled":["a"],"not_canceled":{"b":"why"}}'
    )
    with pytest.raises(msgspec.MsgspecError):
        canceled_of(b'{"canceled":"a"}')


@pytest.mark.parametrize(
    ("receipt", "accepted"),
    [
        (OrderReceipt(success=True, order_id="0x01", status="live"), True),
        (OrderReceipt(success=True, order_id="", error="not enough balance"), False),
        (OrderReceipt(success=True, order_id="0x01", error="delayed"), False),
        (OrderReceipt(success=False, order_id="0x01"), False),
    ],
)
def test_an_order_is_accepted_only_where_nothing_speaks_against_it(receipt, accepted):
    assert accepted == receipt.accepted
