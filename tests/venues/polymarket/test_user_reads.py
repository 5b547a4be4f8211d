"""What the ledger asks of REST."""

import json

import pytest
from tests.real.shared import shared_file
from tests.venues.polymarket.user_kit import KEY, PASSPHRASE, SECRET, START, at, creds

from pr3dict.model.errors import RestError
from pr3dict.model.states import Source
from pr3dict.model.units import MICROS, NS_PER_S
from pr3dict.venues.polymarket import user_reads
from pr3dict.venues.polymarket.user_reads import Owner

ADDRESS = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
OWNER = Owner(clob_url="https://clob.polymarket.com/", creds=creds(), address=ADDRESS)


def sample(name: str) -> bytes:
    found = json.loads(shared_file("vectors/polymarket/rest_samples.json").read_text())
    return json.dumps(found["samples"][name]["body"]).encode()


def test_requests_are_signed_and_counted_and_may_be_repeated():
    for request, path in (
        (user_reads.open_orders(OWNER), "/data/orders?next_cursor=MA%3D%3D"),
        (user_reads.trades(OWNER, at(7)), f"/data/trades?after={START // NS_PER_S + 7}&next_curs"),
        (user_reads.order(OWNER, "0x1/.."), "/data/order/0x1%2F.."),
    ):
        assert request.url.startswith("https://clob.polymarket.com" + path)
        assert ("GET", b"", True) == (request.method, request.body, request.repeatable)
        assert "ledger" in request.limits
        assert request.sign is not None
        assert KEY == request.sign(START)["POLY_API_KEY"]
        for secret in (SECRET, PASSPHRASE):
            assert secret not in repr(request)
            assert secret not in repr(OWNER)


def test_open_orders_are_read_as_the_user_channel_tells_them():
    page = user_reads.open_orders(OWNER).read(sample("http_open_orders_page.json"))
    first, second = page.items
    assert ("LIVE", "", Source.REST, 0) == (
        first.status,
        first.kind,
        first.source,
        first.venue_ns,
    )
    assert (200 * MICROS, 0) == (first.original_size, first.matched_size)
    assert (150 * MICROS, 50 * MICROS, "SELL") == (
        second.original_size,
        second.matched_size,
        second.side,
    )
    assert 1_703_875_200 * NS_PER_S == first.created_ns


def test_trades_are_read_as_the_user_channel_tells_them():
    (found, *_) = user_reads.trades(OWNER, START).read(sample("http_trades_page.json")).items
    assert ("trade-0x001", "MINED", "TAKER") == (found.trade_id, found.status, found.role)
    assert 1_704_067_200 * NS_PER_S == found.matched_ns


def test_the_last_page_has_no_next():
    for cursor, then in (("LTE=", ""), ("", ""), ("MTAw", "MTAw")):
        body = json.dumps({"data": [], "next_cursor": cursor}).encode()
        assert then == user_reads.open_orders(OWNER).read(body).next_cursor


def test_one_order_may_be_none():
    read = user_reads.order(OWNER, "0x1").read
    for nothing in (b"null", b"{}", b"", b" null\n"):
        assert read(nothing) is None
    found = read(sample("http_open_order.json"))
    assert found is not None
    assert 25 * MICROS == found.matched_size


@pytest.mark.parametrize("body", [b"<html>", b'{"data":', b'{"error":"x"}', b"[]", b"\xff"])
def test_what_is_no_answer_is_refused_in_a_sentence(body):
    with pytest.raises(RestError, match="wanted our orders or trades") as refused:
        user_reads.open_orders(OWNER).read(body)
    assert "bad_answer" == refused.value.name
