"""Our frames are those of the official client, byte for byte."""

import json
import re
from pathlib import Path

import msgspec
import pytest

from pr3dict.core import EVENTS, reference
from pr3dict.venues.polymarket import wire

CAPTURE = Path(__file__).parents[4] / "shared/vectors/polymarket/conformance_capture.json"
YES = "71321045679252212594626385532706912750332728571942532289631379312455583992563"
NO = "52114319501245915516055106046884209969926127482827954674443846427813813222426"


def test_sends_what_the_official_client_sends():
    if not CAPTURE.exists():
        pytest.skip(f"absent: {CAPTURE.name}, the recorded frames of the official client")
    sent = json.loads(CAPTURE.read_text())["result"]["ws_frames_sent_by_clients"]
    frames = [one["frame"].encode() for one in sent if one["path"] == "/ws/market"]
    assert [
        wire.open_with([YES], custom_features=True),
        wire.subscribe([NO], custom_features=True),
        wire.unsubscribe([NO]),
        wire.PING,
    ] == frames


def test_sorts_the_tokens_as_text():
    assert b'{"operation":"unsubscribe","assets_ids":["10","2","3"]}' == wire.unsubscribe(
        ["3", "10", "2"]
    )


def test_shows_an_example_of_each_message_that_comes():
    shown = set(re.findall(r'"event_type":"(\w+)"', wire.__doc__ or ""))
    assert {
        "book",
        "price_change",
        "last_trade_price",
        "tick_size_change",
        "best_bid_ask",
        "new_market",
        "market_resolved",
    } == shown


@pytest.mark.parametrize("name", ["tick_size_change", "last_trade_price", "best_bid_ask"])
def test_the_examples_are_read_by_the_core(name):
    blocks = re.findall(r"\n    (\{.*?\}|\[.*?\])\n\n", wire.__doc__ or "", re.DOTALL)
    example = next(block for block in blocks if f'"event_type":"{name}"' in block)
    text = " ".join(example.split()).replace("…", "")
    token = msgspec.json.decode(text)["asset_id"]
    books = reference.new_books()
    books.track(token, 1)
    books.open_link(1, 1)
    books.take()
    assert EVENTS == books.feed(1, text.encode(), 2) & EVENTS
    assert {} == {
        n: c for n, c in books.counters().items() if n.startswith("frames.rejected") and c
    }
