"""The vectors of the venue's hash and of its messages, gathered from public sources."""

import hashlib
import json
from typing import Any

import pytest
from tests.real.shared import shared_file

from pr3dict.core import Core
from pr3dict.core.reference import wire
from pr3dict.model.events import BestQuoted, MarketCreated, MarketResolved, TickSizeChanged
from pr3dict.model.events import Trade as TradeEvent
from pr3dict.model.states import Proof

HASHES = "vectors/polymarket/orderbook_hash.json"
MESSAGES = "vectors/polymarket/ws_market_messages.json"
NOW = 1_800_000_000_000_000_000


@pytest.fixture(scope="module")
def hashes() -> dict[str, Any]:
    vectors: dict[str, Any] = json.loads(shared_file(HASHES).read_text("utf-8"))
    return vectors


@pytest.fixture(scope="module")
def messages() -> dict[str, Any]:
    """Return what the server sends, by kind."""
    vectors = json.loads(shared_file(MESSAGES).read_text("utf-8"))["messages"]
    return {v["kind"]: v["message"] for v in vectors if v["direction"] == "server->client"}


def pairs(levels: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(level["price"], level["size"]) for level in levels]


def sha1(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def opened(engine: Core, **options: bool) -> Any:
    books = engine.new_books(adopt=True, **options)
    books.open_link(0, 1)
    books.take()
    return books


def told(engine: Core, message: object) -> list[Any]:
    """Return what a message tells of a token that is tracked."""
    books = opened(engine)
    token = message.get("asset_id") if isinstance(message, dict) else None
    if token is not None:
        books.track(token, 0)
    books.feed(0, json.dumps(message).encode(), NOW)
    events: list[Any] = books.take()
    return events


def test_every_hash_of_today_is_reproduced(engine, hashes):
    assert 7 == len(hashes["vectors"])
    for vector in hashes["vectors"]:
        book = vector["book"]
        fields = [book[name] for name in ("min_order_size", "tick_size", "neg_risk")]
        head = (book["market"], book["asset_id"], book["timestamp"])
        levels = (pairs(book["bids"]), pairs(book["asks"]))
        found = engine.book_hash(*head, *levels, *fields, book["last_trade_price"])
        assert vector["expected_hash"] == found, vector["name"]


def test_every_hash_of_the_typescript_client_is_that_of_its_preimage(hashes):
    vectors = hashes["typescript_client"]["vectors"]
    assert [v["expected_hash"] for v in vectors] == [sha1(v["preimage"]) for v in vectors]


def test_every_book_of_2024_is_proved(engine, hashes):
    assert 2 == len(hashes["legacy"])
    for vector in hashes["legacy"]:
        books = opened(engine)
        message = {"event_type": "book", **vector["book"]}
        books.feed(0, json.dumps(message).encode(), NOW)
        assert Proof.PROVED == books.view(vector["book"]["asset_id"]).proof, vector["name"]


def test_the_book_that_nobody_reproduces_is_unverified(engine, hashes):
    (vector,) = hashes["not_reproduced"]
    books = opened(engine)
    books.feed(0, json.dumps({"event_type": "book", **vector["book"]}).encode(), NOW)
    assert Proof.UNVERIFIED == books.view(vector["book"]["asset_id"]).proof


def test_every_message_of_the_server_is_read(engine, messages):
    assert 19 == len(messages)
    for kind, message in messages.items():
        books = opened(engine)
        raw = message if isinstance(message, str) else json.dumps(message)
        books.feed(0, raw.encode(), NOW)
        counts = books.counters()
        rejected = [name for name, n in counts.items() if n and ".rejected." in name]
        fragment = kind.startswith(("FRAGMENT", "book (docs", "price_change (docs"))
        assert rejected == [] or fragment, kind


@pytest.mark.parametrize(
    ("kind", "proof"),
    [
        ("opening frame: ARRAY of book", Proof.PROVED),
        ("book after trade (single object)", Proof.PROVED),
        ("book (docs example)", Proof.UNVERIFIED),
        ("book, legacy 2024 capture", Proof.PROVED),
    ],
)
def test_a_book_has_the_levels_of_its_message(engine, messages, kind, proof):
    message = messages[kind]
    books = opened(engine)
    books.feed(0, json.dumps(message).encode(), NOW)
    for book in message if isinstance(message, list) else [message]:
        view = books.view(book["asset_id"])
        assert sorted(view.bids()) == sorted(in_micros(book["bids"]))
        assert sorted(view.asks()) == sorted(in_micros(book["asks"]))
        assert view.bids()[0][0] == max(price for price, _ in in_micros(book["bids"]))
        assert (proof, book["market"]) == (view.proof, view.market)


def read(message: object) -> Any:
    return wire.read(json.dumps(message).encode())


def in_micros(levels: list[dict[str, str]]) -> list[tuple[int, int]]:
    return [(micros(level["price"]), micros(level["size"])) for level in levels]


def micros(text: str) -> int:
    whole, _, places = text.partition(".")
    return int(whole) * 1_000_000 + int(places.ljust(6, "0"))


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        (
            "price_change (current schema, both outcomes)",
            [
                (True, 50_000, 548_550_000, 50_000, 60_000),
                (False, 950_000, 548_550_000, 940_000, 950_000),
            ],
        ),
        (
            "price_change (current schema, raw frame 2025-12-23)",
            [
                (True, 490_000, 55_000_000, 490_000, 500_000),
                (False, 510_000, 55_000_000, 500_000, 510_000),
            ],
        ),
        ("price_change (docs)", [(True, 500_000, 200_000_000, 500_000, 1_000_000)]),
        (
            "price_change (OLD schema, before 2025-09-15, flat)",
            [(False, 514_000, 21_574_080_000, None, None)],
        ),
        (
            "price_change (OLD schema, intermediate 'changes')",
            [
                (False, 400_000, 3_300_000_000, None, None),
                (False, 500_000, 3_400_000_000, None, None),
            ],
        ),
    ],
)  # fmt: skip
def test_a_change_says_what_its_message_says(messages, kind, changes):
    message = messages[kind]
    entries = read(message)
    assert changes == [(e.is_bid, e.price, e.size, e.best_bid, e.best_ask) for e in entries]
    told_changes = message.get("price_changes") or [message] * len(entries)
    assert [(c["asset_id"], int(message["timestamp"]), c["hash"]) for c in told_changes] == [
        (e.token, e.ms, e.hash) for e in entries
    ]


def test_the_fixture_of_many_changes_is_read_whole(messages):
    message = messages["price_change (multi, test fixture)"]
    assert len(message["price_changes"]) == len(read(message))


def test_other_messages_are_told(engine, messages):
    trade = told(engine, messages["last_trade_price (real)"])[0]
    assert isinstance(trade, TradeEvent)
    assert (60_000, 20_000_000, "BUY") == (trade.price, trade.size, trade.side)
    assert 1_778_143_744_114_000_000 == trade.venue_ns
    assert trade.transaction_hash.startswith("0x30e7")
    documented = told(engine, messages["last_trade_price (docs)"])[0]
    assert (456_000, 219_217_767) == (documented.price, documented.size)
    tick = told(engine, messages["tick_size_change (real)"])[0]
    assert isinstance(tick, TickSizeChanged)
    assert (10_000, 1_000) == (tick.old_tick, tick.new_tick)
    quote = told(engine, messages["best_bid_ask"])[0]
    assert isinstance(quote, BestQuoted)
    assert (730_000, 770_000) == (quote.bid, quote.ask)
    created = told(engine, messages["new_market"])[0]
    assert isinstance(created, MarketCreated)
    assert ("nvda-above-240-on-january-30-2026", ("Yes", "No")) == (created.slug, created.outcomes)
    resolved = told(engine, messages["market_resolved"])[0]
    assert isinstance(resolved, MarketResolved)
    assert ("Yes", resolved.tokens[0]) == (resolved.winning_outcome, resolved.winning_token)
