"""A plain client of the venue, written for clarity: dicts of texts, and every hash recomputed.

It is the judge of the simulated venue's tests and shares nothing with it but the protocol.
"""

import hashlib
import json
from collections import Counter
from typing import Any

Message = dict[str, Any]


class Oracle:
    """Books from frames; `proved` and `failed` count the fingerprints at batch ends."""

    def __init__(self, rules: dict[str, Message]) -> None:
        self.rules = rules
        """By token: min_order_size, tick_size, neg_risk, last_trade_price, as REST tells them."""
        self.books: dict[str, dict[str, dict[str, str]]] = {}
        self.seen: Counter[str] = Counter()
        self.proved = 0
        self.failed = 0
        self.unseen = 0
        """Changes of tokens without a book."""
        self._claims: dict[str, tuple[Message, str, str, list[str]]] = {}

    def feed(self, text: bytes | str) -> None:
        """Apply a frame; a batch is judged when the next one of its token begins."""
        messages = json.loads(text)
        for message in messages if isinstance(messages, list) else [messages]:
            self.seen[message["event_type"]] += 1
            getattr(self, f"_{message['event_type']}", self._nothing)(message)

    def settle(self) -> None:
        """Judge the batches that are still open."""
        for token in list(self._claims):
            self._judge(token)

    def levels(self, token: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """Return (bids, asks) in micros, best first."""
        book = self.books[token]
        bids, asks = (
            sorted((micros(price), micros(size)) for price, size in book[side].items())
            for side in ("BUY", "SELL")
        )
        return bids[::-1], asks

    def _book(self, message: Message) -> None:
        token = message["asset_id"]
        if token not in self.rules:  # A market that was created since.
            return
        self._judge(token)
        told = {"tick_size", "last_trade_price"} & message.keys()
        self.rules[token] |= {name: message[name] for name in told}
        self.books[token] = {
            side: {level["price"]: level["size"] for level in message[name]}
            for side, name in (("BUY", "bids"), ("SELL", "asks"))
        }
        self._claims[token] = (message, message["timestamp"], message["hash"], [])
        self._judge(token)

    def _price_change(self, message: Message) -> None:
        for change in message["price_changes"]:
            token = change["asset_id"]
            if token not in self.books:
                self.unseen += 1
                continue
            claim = (message["timestamp"], change["hash"])
            held = self._claims.get(token)
            prices = held[3] if held and held[1:3] == claim else []
            if not prices:
                self._judge(token)
            side = self.books[token][change["side"]]
            side[change["price"]] = change["size"]
            if change["size"] == "0":
                del side[change["price"]]
            self._claims[token] = (message, *claim, [*prices, change["price"]])

    def _tick_size_change(self, message: Message) -> None:
        self._judge(message["asset_id"])
        self.rules[message["asset_id"]]["tick_size"] = message["new_tick_size"]

    def _nothing(self, message: Message) -> None:
        """Other messages change no book."""

    def _judge(self, token: str) -> None:
        if token not in self._claims:
            return
        message, timestamp, claim, prices = self._claims.pop(token)
        rules = self.rules[token]
        near = [f"{each:.3f}" for price in prices for each in (float(price), 1 - float(price))]
        for last_trade in [rules["last_trade_price"], *near]:
            if claim == self._hash(token, message["market"], timestamp, last_trade):
                rules["last_trade_price"] = last_trade
                self.proved += 1
                return
        self.failed += 1

    def _hash(self, token: str, market: str, timestamp: str, last_trade: str) -> str:
        rules, book = self.rules[token], self.books[token]
        bids = sorted(book["BUY"].items(), key=lambda level: float(level[0]))
        asks = sorted(book["SELL"].items(), key=lambda level: -float(level[0]))
        summary = {
            "market": market,
            "asset_id": token,
            "timestamp": timestamp,
            "hash": "",
            "bids": [{"price": price, "size": size} for price, size in bids],
            "asks": [{"price": price, "size": size} for price, size in asks],
            "min_order_size": rules["min_order_size"],
            "tick_size": rules["tick_size"],
            "neg_risk": rules["neg_risk"],
            "last_trade_price": last_trade,
        }
        return sha1(json.dumps(summary, separators=(",", ":")))


def sha1(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def micros(text: str) -> int:
    whole, _, rest = text.partition(".")
    return int(whole) * 1_000_000 + int(rest.ljust(6, "0"))


def rules_of(book: bytes | str) -> Message:
    """Return what the stream lacks, from an answer of REST `/book`."""
    answer: Message = json.loads(book)
    names = ("min_order_size", "tick_size", "neg_risk", "last_trade_price")
    return {name: answer[name] for name in names}
