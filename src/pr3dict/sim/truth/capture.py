"""A recorded conversation served again: JSON Lines, one frame of the market channel a line.

Opening arrays are not replayed but kept as books, for whoever subscribes; all later frames go out
as they were, by their own timestamps. The recording carries neither `min_order_size` nor
`neg_risk`, so REST tells what the caller knows of them.
"""

import json
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from pr3dict.model.errors import ConfigError
from pr3dict.sim.truth import wire
from pr3dict.sim.truth.books import Levels, Rules
from pr3dict.sim.truth.config import Pace
from pr3dict.sim.truth.listing import Listing
from pr3dict.sim.truth.names import plain_name
from pr3dict.sim.truth.wire import Frame, Step

MERGED_MAX: Final = 64
"""Frames of one step when a recording is played flat out."""

Message = dict[str, Any]


class Capture:
    """A recording, a file or its lines, as a venue. Raises `ConfigError` for what is none.

    Flat out, frames of one market that follow each other are one step, and quicker for it.
    """

    def __init__(
        self,
        recording: Path | str | Sequence[bytes],
        *,
        rate: Pace | None = None,
        loop: bool = False,
        min_order_size: str = "5",
        neg_risk: bool = False,
    ) -> None:
        self.rate = rate or Pace()
        self._loop = loop
        self._facts = (min_order_size, neg_risk)
        lines, name = _lines(recording)
        self._first, self._messages, frames = _read(lines, name)
        flat_out = not (self.rate.speed or self.rate.frames_per_s)
        self._steps = _merged(frames) if flat_out else frames
        self._books: dict[str, _Book] = {}
        self._at = self._played = self._followed = 0
        self.now_ms = 0
        self._wind_up()

    def _wind_up(self) -> None:
        self._books = {message["asset_id"]: _Book(message) for message in self._first}
        self._at = self._played = self._followed = 0
        self.now_ms = self._steps[0].time_ms if self._steps else 0

    @property
    def waits(self) -> bool:
        """A recording is for someone: it begins with the first subscriber."""
        return True

    def restart(self) -> bool:
        """Start again from the beginning, where it loops."""
        if self._loop:
            self._wind_up()
        return self._loop

    @property
    def tokens(self) -> list[str]:
        """The tokens of the opening arrays."""
        return list(self._books)

    @property
    def next_ms(self) -> int | None:
        """When the next step is due, in the time of the recording; None after its end."""
        return self._steps[self._at].time_ms if self._at < len(self._steps) else None

    def advance(self) -> Step | None:
        """Play the next step; None after the end."""
        if self._at == len(self._steps):
            return None
        step = self._steps[self._at]
        self._at += 1
        self._played += len(step.frames)
        self.now_ms = step.time_ms
        return step

    def known(self, token: str) -> bool:
        """Tell whether the recording has a book of a token."""
        return token in self._books

    def rules(self, token: str) -> Rules | None:
        """Return what the recording and the caller know of a token's market."""
        book = self._books.get(token)
        return self.rules_of(book.market) if book else None

    def rules_of(self, condition: str) -> Rules | None:
        """Return what the recording and the caller know of a market."""
        self._catch_up()
        held = [(token, book) for token, book in self._books.items() if book.market == condition]
        if not held:
            return None
        tokens = (held[0][0], held[-1][0])
        size, neg_risk = self._facts
        return Rules(condition, tokens, ("Yes", "No"), size, held[0][1].tick or "0.01", neg_risk)

    @property
    def listings(self) -> Sequence[Listing]:
        """The recorded markets; nothing is known of what they ask."""
        tokens: dict[str, list[str]] = {}
        for token, book in self._books.items():
            tokens.setdefault(book.market, []).append(token)
        return [
            Listing(number, market, (held[0], held[-1]), plain_name(number, "A recorded market"), 0)
            for number, (market, held) in enumerate(tokens.items())
        ]

    def listing_of(self, condition: str) -> Listing | None:
        """Return the recorded market with this condition."""
        return next((each for each in self.listings if each.condition == condition), None)

    def opening(self, tokens: Iterable[str]) -> bytes:
        """Return the opening frame as the books stand now."""
        self._catch_up()
        return wire.opening(
            self._books[token].opening(token) for token in tokens if token in self._books
        )

    def book(self, token: str) -> bytes | None:
        """Return the answer of REST `/book`; its hash is the one last claimed."""
        self._catch_up()
        book = self._books.get(token)
        return book.rest(token, *self._facts) if book else None

    def levels(self, token: str) -> tuple[Levels, Levels]:
        """Return the recorded (bids, asks) as (price, size) in micros, best first."""
        self._catch_up()
        book = self._books[token]
        bids, asks = (
            sorted((_micros(price), _micros(size)) for price, size in side.items())
            for side in (book.bids, book.asks)
        )
        return bids[::-1], asks

    def _catch_up(self) -> None:
        """Bring the books to what was played; only when someone looks, so playing is fast."""
        for message in self._messages[self._followed : self._played]:
            self._follow(message)
        self._followed = self._played

    def _follow(self, message: Message) -> None:
        match message["event_type"]:
            case "book":
                self._books[message["asset_id"]].replace(message)
            case "price_change":
                for change in message["price_changes"]:
                    if change["asset_id"] in self._books:
                        self._books[change["asset_id"]].change(change, message["timestamp"])
            case "tick_size_change" if message["asset_id"] in self._books:
                self._books[message["asset_id"]].tick = message["new_tick_size"]


class _Book:
    """One recorded book: sizes by price, texts as they came."""

    def __init__(self, message: Message) -> None:
        self.market: str = message["market"]
        self.tick: str = message.get("tick_size", "")
        self.last_trade: str | None = None
        self.replace(message)

    def replace(self, message: Message) -> None:
        self.bids = {level["price"]: level["size"] for level in message["bids"]}
        self.asks = {level["price"]: level["size"] for level in message["asks"]}
        self.claim = (message["timestamp"], message["hash"])
        self.last_trade = message.get("last_trade_price")

    def change(self, change: Message, timestamp: str) -> None:
        side = self.bids if change["side"] == "BUY" else self.asks
        if change["size"] == "0":
            side.pop(change["price"], None)
        else:
            side[change["price"]] = change["size"]
        self.claim = (timestamp, change["hash"])

    def opening(self, token: str) -> bytes:
        """Return the opening book; its last trade price only where the recording tells it."""
        message: Message = self._head(token)
        message |= {"tick_size": self.tick, "event_type": "book"}
        if self.last_trade is not None:
            message["last_trade_price"] = self.last_trade
        return _compact(message)

    def rest(self, token: str, min_order_size: str, neg_risk: bool) -> bytes:  # noqa: FBT001
        message = self._head(token)
        message |= {"min_order_size": min_order_size, "tick_size": self.tick, "neg_risk": neg_risk}
        return _compact(message | {"last_trade_price": self.last_trade or ""})

    def _head(self, token: str) -> Message:
        timestamp, digest = self.claim
        bids = [{"price": p, "size": s} for p, s in sorted(self.bids.items(), key=_by_price)]
        asks = [{"price": p, "size": s} for p, s in sorted(self.asks.items(), key=_by_price)]
        return {
            "market": self.market,
            "asset_id": token,
            "timestamp": timestamp,
            "hash": digest,
            "bids": bids,
            "asks": asks[::-1],
        }


def _by_price(level: tuple[str, str]) -> int:
    return _micros(level[0])


def _micros(text: str) -> int:
    whole, _, rest = text.partition(".")
    return int(whole or "0") * 1_000_000 + int(rest.ljust(6, "0"))


def _compact(message: Message) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode()


def _lines(recording: Path | str | Sequence[bytes]) -> tuple[Sequence[bytes], str]:
    """Return the lines of a recording and its name for messages."""
    if not isinstance(recording, Path | str):
        return recording, "the frames given"
    try:
        return Path(recording).read_bytes().splitlines(), str(recording)
    except OSError as absent:
        raise ConfigError(
            f"capture: wanted a file of frames, found {recording}: {absent}"
        ) from absent


def _read(lines: Sequence[bytes], name: str) -> tuple[list[Message], list[Message], list[Step]]:
    """Return the opening books, and the later frames as messages and as steps."""
    first: dict[str, Message] = {}
    messages: list[Message] = []
    steps: list[Step] = []
    for number, line in enumerate(lines, start=1):
        try:
            message = json.loads(line)
            if isinstance(message, list):
                for book in message:
                    first.setdefault(book["asset_id"], book)
            else:
                steps.append(_step(line, message, steps[-1].time_ms if steps else 0))
                messages.append(message)
        except (ValueError, KeyError, TypeError) as wrong:
            raise ConfigError(
                f"capture: wanted one frame of the market channel a line, found {name} line "
                f"{number}: {wrong!r}"
            ) from wrong
    if not first:
        raise ConfigError(f"capture: wanted an opening array of books, found none in {name}")
    return list(first.values()), messages, steps


def _step(line: bytes, message: Message, since_ms: int) -> Step:
    """Return a frame as a step; time does not go back, though timestamps may."""
    at_ms = max(int(message["timestamp"]), since_ms)
    if "price_changes" in message:
        changed = {change["asset_id"] for change in message["price_changes"]}
        return Step(at_ms, tuple(sorted(changed)), (Frame(line),))
    token = message.get("asset_id", "")
    tokens = (token,) if token else tuple(message.get("assets_ids", ()))
    custom = message["event_type"] in {"best_bid_ask", "new_market", "market_resolved"}
    return Step(at_ms, tokens, (Frame(line, token, custom),))


def _merged(steps: Iterable[Step]) -> list[Step]:
    """Return the same frames in fewer steps."""
    merged: list[Step] = []
    for tokens, same in groupby(steps, key=lambda step: step.tokens):
        alike = list(same)
        for start in range(0, len(alike), MERGED_MAX):
            part = alike[start : start + MERGED_MAX]
            frames = tuple(frame for step in part for frame in step.frames)
            merged.append(Step(part[-1].time_ms, tokens, frames))
    return merged
