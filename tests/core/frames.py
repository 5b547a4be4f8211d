"""A pretend venue for the engines: true books, hashed as the venue does, and its frames.

It shares no code with the engines. `damage` harms its frames, `runs` makes runs of them.
"""

import hashlib
import json
import random
from dataclasses import dataclass, field
from typing import Any

Message = dict[str, Any]

MICROS = 1_000_000
START_MS = 1_772_279_170_000


def text_of(micros: int) -> str:
    whole, rest = divmod(micros, MICROS)
    return f"{whole}.{rest:06d}".rstrip("0").rstrip(".")


def compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def spaced(message: Message) -> str:
    """As the venue writes later frames: a space after each comma between members."""
    members = (f"{compact(name)}:{compact(value)}" for name, value in message.items())
    return "{" + ", ".join(members) + "}"


def sha1(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


@dataclass
class TrueBook:
    """A token's book as the venue has it."""

    token: str
    market: str
    ladders: dict[str, dict[int, int]] = field(default_factory=lambda: {"BUY": {}, "SELL": {}})
    tick: int = 10_000
    min_order_size: str = "5"
    neg_risk: bool = False
    last_trade_price: str = "0.500"

    def levels(self, side: str) -> list[Message]:
        ladder = self.ladders[side]
        return [
            {"price": text_of(price), "size": text_of(ladder[price])}
            for price in sorted(ladder, reverse=side == "SELL")
        ]

    def hash(self, timestamp: str) -> str:
        book = {
            "market": self.market,
            "asset_id": self.token,
            "timestamp": timestamp,
            "hash": "",
            "bids": self.levels("BUY"),
            "asks": self.levels("SELL"),
            "min_order_size": self.min_order_size,
            "tick_size": text_of(self.tick),
            "neg_risk": self.neg_risk,
            "last_trade_price": self.last_trade_price,
        }
        return sha1(compact(book))

    def hash_of_2024(self) -> str:
        book = {
            "market": self.market,
            "asset_id": self.token,
            "hash": "",
            "bids": self.levels("BUY"),
            "asks": self.levels("SELL"),
        }
        return sha1(compact(book))

    def best(self) -> tuple[str, str]:
        bids, asks = self.ladders["BUY"], self.ladders["SELL"]
        return text_of(max(bids)) if bids else "0", text_of(min(asks)) if asks else "1"

    def set(self, side: str, price: int, size: int) -> None:
        if size:
            self.ladders[side][price] = size
        else:
            self.ladders[side].pop(price, None)


ODDITIES = (
    "PONG", "pong\n", " Pong ", "NO NEW ASSETS", "no new assets", "INVALID OPERATION", "", " \r\n",
    "[]", "[]\n", "[ ]", "[[]]", "null", "1", '"PONG"', "PONG" + " " * 60, "PONG" + " " * 61,
    "\x0bPONG", "[" * 64 + "]" * 64, "[" * 65 + "]" * 65, "{}", "[{}]",
    '{"event_type":"rumour"}', '{"event_type":1}', '[{"event_type":"rumour"},{}]',
    '{"event_type":"rumour","a":1e999}', '{"event_type":"rumour","a":"\\ud800"}',
    '{"event_type":"rumour","a":' + '{"a":' * 62 + "[]" + "}" * 63,
    '{"event_type":"rumour","a":' + '{"a":' * 63 + "[]" + "}" * 64,
    '{"event_type":"price_change","market":"m","timestamp":"1","price_changes":[]}',
)  # fmt: skip
"""What comes besides messages, and the edges of what can be read."""


class World:
    """A venue with a few markets, and the frames it sends about them."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.ms = START_MS
        self.books: list[TrueBook] = []
        self.told_in_books = rng.random() < 0.6
        for number in range(rng.choice((1, 2, 2, 3))):
            self._add_market(number)

    def _add_market(self, number: int) -> None:
        rng = self.rng
        market = rng.choice((f"0x{number:064x}", f"0x{number:062x}", f'm"{number}\\é\n'))
        tick = rng.choice((10_000, 10_000, 10_000, 1_000, 100_000, 100))
        shared = {
            "tick": tick,
            "min_order_size": rng.choice(("5", "5", "5", "15", "1", "0")),
            "neg_risk": rng.random() < 0.2,
            "last_trade_price": rng.choice(("0.500", "0.520", "", "0.5", "0.0375")),
        }
        tokens = [rng.randrange(10**20, 10**21) for _ in range(3)]
        yes = TrueBook(str(tokens[0]), market, **shared)
        no = TrueBook(str(tokens[1]), market, **shared)
        middle = rng.randrange(3, MICROS // tick - 3) * tick
        for distance in range(1, rng.randrange(1, 6)):
            self._set_both(yes, no, "BUY", middle - distance * tick, self._size())
            self._set_both(yes, no, "SELL", middle + distance * tick, self._size())
        self.books += [yes, no]
        if rng.random() < 0.1:
            self.books.append(TrueBook(str(tokens[2]), market, **shared))

    def _size(self) -> int:
        rng = self.rng
        return rng.choice(
            (
                rng.randrange(1, 500) * MICROS,
                rng.randrange(1, 10**9),
                rng.randrange(1, 10**6) * 10_000,
                10**18 - 1,
            )
        )

    def _set_both(
        self, book: TrueBook, twin: TrueBook | None, side: str, price: int, size: int
    ) -> None:
        if not 0 < price < MICROS:
            return
        book.set(side, price, size)
        if twin is not None:
            twin.set("SELL" if side == "BUY" else "BUY", MICROS - price, size)

    def twin(self, book: TrueBook) -> TrueBook | None:
        mates = [b for b in self.books if b.market == book.market and b is not book]
        return mates[0] if len(mates) == 1 else None

    # What the venue says.

    def opening(self, books: list[TrueBook]) -> str:
        return compact([self.book(book, opening=True) for book in books])

    def book(self, book: TrueBook, *, opening: bool = False, rest: bool = False) -> Message:
        rng = self.rng
        timestamp = str(self.ms)
        message: Message = {
            "market": book.market,
            "asset_id": book.token,
            "timestamp": timestamp,
            "hash": book.hash(timestamp),
            "bids": book.levels("BUY"),
            "asks": book.levels("SELL"),
        }
        if rest:
            message |= {"min_order_size": book.min_order_size, "neg_risk": book.neg_risk}
        if rest or (opening and self.told_in_books):
            message["tick_size"] = text_of(book.tick)
            message["last_trade_price"] = book.last_trade_price
        if rng.random() < 0.03:
            message["hash"] = book.hash_of_2024()
        if rng.random() < 0.03:
            message["hash"] = rng.choice((None, "", "x" * 40, f"{rng.getrandbits(160):040x}"))
        if not rest:
            message["event_type"] = "book"
        return message

    def batch(self) -> list[str]:
        """One order: frames with one timestamp and one hash a token, or one frame of them all."""
        rng = self.rng
        book = rng.choice(self.books)
        twin = self.twin(book)
        moves = []
        for _ in range(rng.choice((1, 1, 1, 1, 2, 3))):
            side, price, size = self._move(book)
            self._set_both(book, twin, side, price, size)
            moves.append((side, price, size))
        told = twin if rng.random() < 0.9 else None
        frames = [self._change_frame(book, told, [move]) for move in moves]
        return frames if rng.random() < 0.9 else [self._change_frame(book, told, moves)]

    def _move(self, book: TrueBook) -> tuple[str, int, int]:
        """Choose a change near the best or of a level held; hardly ever does it cross."""
        rng = self.rng
        side = rng.choice(("BUY", "SELL"))
        bid = max(book.ladders["BUY"], default=0)
        ask = min(book.ladders["SELL"], default=MICROS)
        if bid >= ask:
            return side, bid if side == "BUY" else ask, 0
        size = 0 if rng.random() < 0.25 else self._size()
        held = list(book.ladders[side])
        if held and rng.random() < 0.5:
            return side, rng.choice(held), size
        steps = rng.randrange(1, 8) * book.tick
        price = ask - steps if side == "BUY" else bid + steps
        if rng.random() < 0.01:
            price = ask if side == "BUY" else bid
        return side, min(max(price, book.tick), MICROS - book.tick), size

    def _change(self, book: TrueBook, side: str, price: int, size: int) -> Message:
        bid, ask = book.best()
        return {
            "asset_id": book.token,
            "price": text_of(price),
            "size": text_of(size),
            "side": side,
            "hash": book.hash(str(self.ms)),
            "best_bid": bid,
            "best_ask": ask,
        }

    def _change_frame(
        self, book: TrueBook, twin: TrueBook | None, moves: list[tuple[str, int, int]]
    ) -> str:
        changes = []
        for side, price, size in moves:
            changes.append(self._change(book, side, price, size))
            if twin is not None:
                other = "SELL" if side == "BUY" else "BUY"
                changes.append(self._change(twin, other, MICROS - price, size))
        message = {
            "market": book.market,
            "price_changes": changes,
            "timestamp": str(self.ms),
            "event_type": "price_change",
        }
        return spaced(self._aged(message) if self.rng.random() < 0.05 else message)

    def _aged(self, message: Message) -> Message:
        """Say the first change in one of the old schemas."""
        change = dict(message["price_changes"][0])
        del change["best_bid"], change["best_ask"]
        head = {"market": message["market"], "timestamp": message["timestamp"]}
        head["event_type"] = "price_change"
        if self.rng.random() < 0.5:
            return head | change
        token, claim = change.pop("asset_id"), change.pop("hash")
        return head | {"asset_id": token, "hash": claim, "changes": [change]}

    def trade(self) -> list[str]:
        """A match: changes, both books, and then what traded."""
        rng = self.rng
        book = rng.choice(self.books)
        twin = self.twin(book)
        price = rng.randrange(1, MICROS // book.tick) * book.tick
        whole, rest = divmod(price, MICROS)
        book.last_trade_price = f"{whole}." + f"{rest:06d}".rstrip("0").ljust(3, "0")
        frames = self.batch()
        frames += [spaced(self.book(one)) for one in (book, twin) if one is not None]
        report = {
            "market": book.market,
            "asset_id": book.token,
            "price": text_of(price),
            "size": text_of(self._size()),
            "fee_rate_bps": "0",
            "side": rng.choice(("BUY", "SELL")),
            "timestamp": str(self.ms + rng.randrange(3)),
            "event_type": "last_trade_price",
            "transaction_hash": f"0x{rng.getrandbits(256):064x}",
        }
        frames.insert(rng.randrange(len(frames) + 1), spaced(report))
        return frames

    def tick_change(self) -> list[str]:
        book = self.rng.choice(self.books)
        old = book.tick
        new = self.rng.choice((old, 1_000, 10_000))
        for one in (book, self.twin(book)):
            if one is not None:
                one.tick = new
        message = {
            "market": book.market,
            "asset_id": book.token,
            "old_tick_size": text_of(old),
            "new_tick_size": text_of(new),
            "timestamp": str(self.ms),
            "event_type": "tick_size_change",
        }
        return [spaced(message)]

    def quote(self) -> list[str]:
        book = self.rng.choice(self.books)
        bid, ask = book.best()
        message = {
            "market": book.market,
            "asset_id": book.token,
            "best_bid": self.rng.choice((bid, bid, "", None)),
            "best_ask": self.rng.choice((ask, ask, "", "0")),
            "spread": "",
            "timestamp": str(self.ms),
            "event_type": "best_bid_ask",
        }
        return [spaced(message)]

    def news(self) -> list[str]:
        rng = self.rng
        book = rng.choice(self.books)
        resolved = rng.random() < 0.1
        tokens = [b.token for b in self.books if b.market == book.market]
        message: Message = {
            "id": "1",
            "market": book.market,
            "assets_ids": tokens if resolved else ["1", "2"],
            "outcomes": ["Yes", "Nö"],
            "question": rng.choice(("Will it?", None, "\u2028 \U0001f600")),
            "slug": "will-it",
            "event_message": {"id": "1", "tags": [[], {}, 1.5e3, -0, True, None]},
            "timestamp": str(self.ms),
            "event_type": "market_resolved" if resolved else "new_market",
        }
        if resolved:
            message |= {"winning_asset_id": tokens[0], "winning_outcome": "Yes"}
        return [spaced(message)]

    def oddity(self) -> list[str]:
        return [self.rng.choice(ODDITIES)]

    def frames(self) -> list[str]:
        """Return what the venue sends next."""
        said = (self.batch, self.trade, self.tick_change, self.quote, self.news, self.oddity)
        weights = (70, 10, 3, 5, 3, 6)
        frames = self.rng.choices(said, weights)[0]()
        if self.rng.random() < 0.05 and all(frame.startswith("{") for frame in frames):
            return ["[" + ",".join(frames) + "]"]
        return frames
