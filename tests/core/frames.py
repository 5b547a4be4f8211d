"""Generated feeds: what a venue might send, what it should never send, and what a session does.

A `World` owns true books and hashes them as the venue does, with code of its own. `steps` makes
a run of calls to an engine from a seed: valid frames with true claims, now and then lost,
doubled, swapped or damaged, and links that open and close.
"""

import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Step = tuple[Any, ...]
"""A call: (name of the method of `core.Books`, its arguments…)."""
Message = dict[str, Any]

MICROS = 1_000_000
START_MS = 1_772_279_170_000
NS_PER_MS = 1_000_000
LINKS = 2


def text_of(micros: int) -> str:
    whole, rest = divmod(micros, MICROS)
    return f"{whole}.{rest:06d}".rstrip("0").rstrip(".")


def compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def spaced(message: Message) -> str:
    """As the venue writes later frames: a space after each comma between members."""
    members = (f"{compact(name)}:{compact(value)}" for name, value in message.items())
    return "{" + ", ".join(members) + "}"


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
        return hashlib.sha1(compact(book).encode()).hexdigest()

    def hash_of_2024(self) -> str:
        book = {
            "market": self.market,
            "asset_id": self.token,
            "hash": "",
            "bids": self.levels("BUY"),
            "asks": self.levels("SELL"),
        }
        return hashlib.sha1(compact(book).encode()).hexdigest()

    def best(self) -> tuple[str, str]:
        bids, asks = self.ladders["BUY"], self.ladders["SELL"]
        return text_of(max(bids)) if bids else "0", text_of(min(asks)) if asks else "1"

    def set(self, side: str, price: int, size: int) -> None:
        if size:
            self.ladders[side][price] = size
        else:
            self.ladders[side].pop(price, None)


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

    def _set_both(self, book: TrueBook, twin: TrueBook | None, side: str, price: int, size: int) -> None:
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
        """One order: frames with one timestamp and one hash a token."""
        rng = self.rng
        book = rng.choice(self.books)
        twin = self.twin(book)
        moves = []
        for _ in range(rng.choice((1, 1, 1, 1, 2, 3))):
            side, price = self._place(book)
            size = 0 if rng.random() < 0.25 else self._size()
            self._set_both(book, twin, side, price, size)
            moves.append((side, price, size))
        return [self._change_frame(book, twin, *move) for move in moves]

    def _place(self, book: TrueBook) -> tuple[str, int]:
        """Choose a side and a price that crosses nothing, near the best or held."""
        rng = self.rng
        side = rng.choice(("BUY", "SELL"))
        held = list(book.ladders[side])
        bid = max(book.ladders["BUY"], default=0)
        ask = min(book.ladders["SELL"], default=MICROS)
        if held and rng.random() < 0.5:
            return side, rng.choice(held)
        steps = rng.randrange(1, 8) * book.tick
        price = ask - steps if side == "BUY" else bid + steps
        if rng.random() < 0.02:
            price = ask if side == "BUY" else bid
        return side, min(max(price, book.tick), MICROS - book.tick)

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
        self, book: TrueBook, twin: TrueBook | None, side: str, price: int, size: int
    ) -> str:
        changes = [self._change(book, side, price, size)]
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
        rng = self.rng
        texts = (
            "PONG", "pong\n", " Pong ", "NO NEW ASSETS", "no new assets", "INVALID OPERATION",
            "", " \r\n", "[]", "[]\n", "[ ]", "[[]]", "null", "1", '"PONG"', "PONG" + " " * 60,
            "PONG" + " " * 61, "\x0bPONG", "[" * 64 + "]" * 64, "[" * 65 + "]" * 65, "{}", "[{}]",
            '{"event_type":"rumour"}', '{"event_type":1}', '[{"event_type":"rumour"},{}]',
            '{"event_type":"rumour","a":1e999}', '{"event_type":"rumour","a":"\\ud800"}',
            '{"event_type":"rumour","a":' + '{"a":' * 62 + "[]" + "}" * 63,
            '{"event_type":"rumour","a":' + '{"a":' * 63 + "[]" + "}" * 64,
            '{"event_type":"price_change","market":"m","timestamp":"1","price_changes":[]}',
        )  # fmt: skip
        return [rng.choice(texts)]

    def frames(self) -> list[str]:
        """Return what the venue sends next."""
        said = (self.batch, self.trade, self.tick_change, self.quote, self.news, self.oddity)
        weights = (70, 10, 3, 5, 3, 6)
        frames = self.rng.choices(said, weights)[0]()
        if self.rng.random() < 0.05 and all(frame.startswith("{") for frame in frames):
            return ["[" + ",".join(frames) + "]"]
        return frames


def damaged(rng: random.Random, frame: bytes) -> bytes:
    """Return a frame as it should never come."""
    damage = rng.choice((_flip, _cut, _join, _remember_json, _remember_json, _remember_json))
    return damage(rng, frame)


def _flip(rng: random.Random, frame: bytes) -> bytes:
    harmed = bytearray(frame or b" ")
    for _ in range(rng.choice((1, 1, 2, 5))):
        harmed[rng.randrange(len(harmed))] = rng.choice((rng.randrange(256), *b'"\\{}[],:0.'))
    return bytes(harmed)


def _cut(rng: random.Random, frame: bytes) -> bytes:
    at = rng.randrange(len(frame) + 1)
    return frame[:at] if rng.random() < 0.7 else frame[at:]


def _join(rng: random.Random, frame: bytes) -> bytes:
    between = rng.choice((b"", b"\n", b",", b"\xef\xbb\xbf", b"\xff", b"\x00", b" "))
    return rng.choice((frame + between + frame, between + frame, frame + between))


def _remember_json(rng: random.Random, frame: bytes) -> bytes:
    """Damage a member somewhere in the frame, its JSON kept whole (or nearly)."""
    try:
        value = json.loads(frame)
    except ValueError:
        return frame
    places = list(_objects(value))
    if not places:
        return frame
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        place = rng.choice(places)
        if place:
            _harm_member(rng, place, rng.choice(list(place)))
    text = compact(value) if rng.random() < 0.5 else json.dumps(value)
    return _harm_text(rng, text).encode("utf-8", "surrogatepass")


def _objects(value: object) -> Iterator[Message]:
    if isinstance(value, dict):
        yield value
        for member in value.values():
            yield from _objects(member)
    elif isinstance(value, list):
        for element in value:
            yield from _objects(element)


NUMBERS = (
    "0", "1", "0.0", "1.0", ".5", "0.50", "00.5", "5.", ".", "", "-1", "+1", "1e5", "NaN", "0x1",
    " 0.5", "0.5 ", "0.1234567", "0.123456", "123456789012", "1234567890123", "999999999999.999999",
    "000000000000.5", "0000000000000", "\uff10.\uff15", "0.\u0665", "0,5", "1_000", "0.999999", "1.000000",
    "0.000000", "1.000001", "0.1\n", "\x000", "Infinity", "0.5" + "0" * 50,
)  # fmt: skip
TIMESTAMPS = (
    "0", "1", "", "-1", "01772279170000", "9223372036854", "9223372036855", "1234567890123456",
    "12345678901234567", "1772279170000.5", " 1772279170000", "1.7e12", "\u0661",
)  # fmt: skip
OTHERS = (
    None, True, False, 0, 1, -1, 0.5, 1e300, 10**30, [], {}, [None], [1], {"a": []}, ["x"], [{}],
    "BUY", "SELL", "buy", "book", "price_change", "a" * 13, "a" * 40, "0.123456789", '"', "\\", "\u2028",
    "\x7f", "\U0001f600",
)  # fmt: skip


def _harm_member(rng: random.Random, place: Message, name: str) -> None:
    value = place[name]
    kind = rng.randrange(10)
    if kind == 0:
        del place[name]
    elif kind == 1:
        place[rng.choice((name + "s", name.upper(), "\u00e9", ""))] = place.pop(name)
    elif kind == 2:
        place["also"] = rng.choice((value, {"deep": [[value]]}))
    elif kind == 3 and isinstance(value, list) and value:
        value.append(rng.choice((value[0], rng.choice(OTHERS))))
    elif kind == 4 and isinstance(value, list):
        rng.shuffle(value)
    elif kind == 5 and isinstance(value, str):
        place[name] = _as_number(value)
    elif kind == 6 and name == "timestamp":
        place[name] = rng.choice((*TIMESTAMPS, str(int(value) + rng.randrange(-5, 6))) if str(value).isascii() and str(value).isdigit() else TIMESTAMPS)
    elif kind <= 8 and name in {"price", "size", "best_bid", "best_ask", "tick_size", "min_order_size", "last_trade_price", "old_tick_size", "new_tick_size"}:
        place[name] = rng.choice(NUMBERS)
    else:
        place[name] = rng.choice(OTHERS)


def _as_number(text: str) -> Any:
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text


def _harm_text(rng: random.Random, text: str) -> str:
    """Change a JSON text in ways that `json` would not write."""
    kind = rng.randrange(12)
    if kind == 0:
        return text.replace('"event_type"', '"event_type":"book","event_type"', 1)
    if kind == 1:
        return text.replace('"price"', '"price":[[["x"]]],"price"', 1)
    if kind == 2:
        return text.replace('"size"', '"s\\u0069ze"').replace('"0.', '"\\u0030.', 1)
    if kind == 3:
        return text.replace("{", '{"n":' + rng.choice(("NaN", "01", "1.", "-", "1e", "1e999", "-0.0e-1", "1" * 5000, '"\\ud800"', '"\\udc00\\ud800"', '"\\ud83d\\ude00"', '"\\x"', '"\t"', '"\x7f"', "tru", "nulls", "'a'", "[1,]", '{"a":1,}', "[" * 61 + "]" * 61, "[" * 63 + "]" * 63)) + ",", 1)
    if kind == 4:
        return text.replace(":", rng.choice((" : ", "\t:\n", "\x0c:", "\xa0:")))
    if kind == 5:
        return text.replace('"market"', '"market":"other","market"', 1)
    return text


def steps(seed: int, count: int = 100) -> list[Step]:
    """Return the calls of a run: about `count` frames of two links and what happens around."""
    rng = random.Random(seed)
    world = World(rng)
    run = _Run(rng, world)
    run.begin()
    while run.fed < count:
        run.go_on()
    run.calls.append(("wake", run.now + 10**9))
    return run.calls


class _Run:
    def __init__(self, rng: random.Random, world: World) -> None:
        self.rng = rng
        self.world = world
        self.now = START_MS * NS_PER_MS
        self.calls: list[Step] = []
        self.fed = 0
        self.harm = rng.choice((0.0, 0.05, 0.3))
        """How often a frame is lost, doubled, swapped or damaged."""
        self.last = b""

    def begin(self) -> None:
        rng, books = self.rng, self.world.books
        knows_rules = rng.random() < 0.8
        for book in books:
            if rng.random() < 0.9:
                self.calls.append(("track", book.token, rng.randrange(LINKS) if rng.random() < 0.2 else 0))
            if knows_rules:
                rules = (book.min_order_size, text_of(book.tick), book.neg_risk)
                self.calls.append(("set_rules", book.token, *rules))
        for link in range(LINKS):
            if rng.random() < 0.95:
                self.calls.append(("open_link", link, self.now))
            self._feed(self.world.opening(books).encode(), link)

    def go_on(self) -> None:
        rng = self.rng
        self._pass_time()
        chance = rng.random()
        if chance < 0.90:
            frames = [frame.encode("utf-8", "surrogatepass") for frame in self.world.frames()]
            link = 0 if rng.random() < 0.9 else 1
            for frame in self._lossy(frames):
                self._feed(frame, link)
        elif chance < 0.93:
            self._rest()
        else:
            self._happening()

    def _pass_time(self) -> None:
        ms = self.rng.choice((0, 0, 1, 1, 5, 40, 40, 300))
        self.world.ms += ms
        self.now += ms * NS_PER_MS + self.rng.randrange(1000)
        if self.rng.random() < 0.01:
            self.now = max(0, self.now - self.rng.choice((10**6, 10**9, 10**13)))

    def _feed(self, frame: bytes, link: int) -> None:
        self.now += self.rng.choice((0, 1000, 10**5))
        self.calls.append(("feed", link, frame, self.now))
        self.last = frame
        self.fed += 1

    def _lossy(self, frames: list[bytes]) -> list[bytes]:
        rng = self.rng
        if rng.random() >= self.harm:
            return frames
        at = rng.randrange(len(frames))
        harm = rng.randrange(5)
        if harm == 0:
            return frames[:at] + frames[at + 1 :]
        if harm == 1:
            return [*frames[: at + 1], *frames[at:], self.last]
        if harm == 2:
            return frames[::-1]
        return [*frames[:at], damaged(rng, frames[at]), *frames[at + 1 :]]

    def _rest(self) -> None:
        rng = self.rng
        books = rng.sample(self.world.books, rng.randrange(1, len(self.world.books) + 1))
        answers = [self.world.book(book, rest=True) for book in books]
        if rng.random() < 0.2:
            answers[0]["timestamp"] = str(self.world.ms - 1000)
        answer = compact(answers if rng.random() < 0.5 else answers[0]).encode()
        if rng.random() < 0.2:
            answer = rng.choice((damaged(rng, answer), b"", b"[]", b"PONG", b"<html>", b'{"error":"x"}'))
        self.calls.append(("feed_rest", 0, answer, self.now))
        self.fed += 1

    def _happening(self) -> None:
        rng, now = self.rng, self.now
        token = rng.choice((*(book.token for book in self.world.books), "nobody"))
        calls: tuple[tuple[Step, ...], ...] = (
            (("wake", now),),
            (("wake", now + 10**9),),
            (("close_link", 0, 7, now), ("open_link", 0, now)),
            (("open_link", rng.randrange(LINKS), now),),
            (("close_link", rng.randrange(LINKS), rng.choice((7, 10)), now),),
            (("track", token, rng.randrange(LINKS)),),
            (("untrack", token),),
            (("untrack", token), ("track", token, 0)),
            (("suspect", token, 10, now),),
            (("set_rules", token, rng.choice((None, "5", "7", "", "x" * 20)), rng.choice((None, "0.01", "nope")), rng.choice((None, True))),),
            (("set_clock_offset", rng.choice((0, 5 * 10**6, -(10**9)))),),
        )
        chosen = rng.choice(calls)
        self.calls += chosen
        if any(call[0] == "open_link" for call in chosen) or rng.random() < 0.5:
            self._feed(self.world.opening(self.world.books).encode(), 0)
