"""The topics of the live data that people make: `activity` and `comments` (section 3.2)."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import count
from random import Random
from typing import Any, Final, NamedTuple

from pr3dict.sim.live.rtds_topics import Told
from pr3dict.sim.truth.hash import MICROS
from pr3dict.sim.truth.traders import Trader, traders
from pr3dict.sim.truth.wire import Trade

COMMENT_EVERY_MS: Final = 20_000
"""The mean time between two things that happen in the comments."""
COMMENTS_KEPT: Final = 50
"""Of older comments nothing more is heard."""
BODIES: Final = (
    "To the moon",
    "No way this resolves YES",
    "Thanks for the liquidity",
    "Why so low?",
)


class About(NamedTuple):
    """What people are told of a token's market."""

    condition: str
    tokens: tuple[str, str]
    outcomes: tuple[str, str]
    title: str
    slug: str
    event_slug: str


Describe = Callable[[str], About | None]
"""Tells about the market of a token; None for a token that the venue does not know."""


def trades(trade: Trade, about: About, taker: Trader, maker: Trader) -> list[Told]:
    """Return the messages of one trade: the taker's `orders_matched`, then everybody's `trades`."""
    own = _row(trade, about, taker, trade.side)
    other = _row(trade, about, maker, "SELL" if trade.side == "BUY" else "BUY")
    tags = {"event_slug": about.event_slug, "market_slug": about.slug}
    told = [("orders_matched", own), ("trades", own), ("trades", other)]
    return [Told("activity", kind, trade.time_ms, row, tags) for kind, row in told]


def _row(trade: Trade, about: About, trader: Trader, side: str) -> dict[str, Any]:
    """Return a trade as one of its parties did it; both hold the taker's token."""
    outcome = about.tokens.index(trade.token)
    return {
        "asset": trade.token,
        "bio": "",
        "conditionId": about.condition,
        "eventSlug": about.event_slug,
        "icon": f"https://example.com/{about.slug}.png",
        "name": trader.name,
        "outcome": about.outcomes[outcome],
        "outcomeIndex": outcome,
        "price": trade.price / MICROS,
        "profileImage": "",
        "proxyWallet": trader.wallet,
        "pseudonym": trader.pseudonym,
        "side": side,
        "size": trade.size / MICROS,
        "slug": about.slug,
        "timestamp": trade.time_ms // 1000,
        "title": about.title,
        "transactionHash": trade.transaction,
    }


class Comments:
    """What people write about events, in a plan that the seed makes."""

    def __init__(self, seed: int, start_ms: int, events: Sequence[int]) -> None:
        """`events`: the ids of those that people write about."""
        self.every_ms = COMMENT_EVERY_MS
        """Script: the mean time between two things that happen from the next one on."""
        self._rng = Random(f"{seed}:comments")  # noqa: S311 - a seed must give the same talk
        self._events = events
        self._ids = count(1_000_000)
        self._written: list[dict[str, Any]] = []
        self._reactions: list[tuple[dict[str, Any], dict[str, Any]]] = []
        self._next_ms = start_ms + self._gap_ms()

    def due(self, now_ms: int) -> Iterator[Told]:
        """Yield what was written, and taken back, up to now."""
        while self._next_ms <= now_ms:
            at_ms = self._next_ms
            self._next_ms += self._gap_ms()
            yield self._happens(at_ms)

    def _gap_ms(self) -> int:
        return 1 + round(self._rng.expovariate(1 / self.every_ms))

    def _happens(self, at_ms: int) -> Told:
        kind = self._rng.randrange(10)
        if self._reactions and kind == 0:
            reaction, comment = self._reactions.pop(self._rng.randrange(len(self._reactions)))
            return _told("reaction_removed", at_ms, reaction, comment)
        if self._written and kind == 1:
            comment = self._written.pop(self._rng.randrange(len(self._written)))
            self._reactions = [each for each in self._reactions if each[1] is not comment]
            return _told("comment_removed", at_ms, comment, comment)
        if self._written and kind < 5:  # noqa: PLR2004 - three of ten are reactions
            comment = self._rng.choice(self._written)
            reaction = self._reaction(comment, at_ms)
            self._reactions = [*self._reactions[-COMMENTS_KEPT:], (reaction, comment)]
            return _told("reaction_created", at_ms, reaction, comment)
        comment = self._comment(at_ms)
        self._written = [*self._written[-COMMENTS_KEPT:], comment]
        return _told("comment_created", at_ms, comment, comment)

    def _comment(self, at_ms: int) -> dict[str, Any]:
        identifier = str(next(self._ids))
        answered = (
            self._rng.choice(self._written) if self._written and self._rng.getrandbits(1) else None
        )
        writer = self._rng.choice(traders())
        return {
            "id": identifier,
            "body": self._rng.choice(BODIES),
            "parentEntityType": "Event",
            "parentEntityID": answered["parentEntityID"]
            if answered
            else self._rng.choice(self._events),
            "parentCommentID": answered["id"] if answered else None,
            "userAddress": writer.wallet,
            "replyAddress": answered["userAddress"] if answered else None,
            "createdAt": _iso(at_ms),
            "updatedAt": _iso(at_ms),
            "media": [],
            "profile": {
                "name": writer.name,
                "pseudonym": writer.pseudonym,
                "displayUsernamePublic": True,
                "bio": "",
                "proxyWallet": writer.wallet,
                "baseAddress": writer.wallet,
                "profileImage": "",
            },
            "reactions": [],
            "reportCount": 0,
            "reactionCount": 0,
            "tradeAsset": None,
        }

    def _reaction(self, comment: dict[str, Any], at_ms: int) -> dict[str, Any]:
        identifier = str(next(self._ids))
        return {
            "id": identifier,
            "commentID": int(comment["id"]),
            "reactionType": "HEART",
            "icon": "",
            "userAddress": self._rng.choice(traders()).wallet,
            "createdAt": _iso(at_ms),
        }


def _told(kind: str, at_ms: int, payload: dict[str, Any], comment: dict[str, Any]) -> Told:
    tags = {name: comment[name] for name in ("parentEntityID", "parentEntityType")}
    return Told("comments", kind, at_ms, payload, tags)


def _iso(at_ms: int) -> str:
    moment = datetime.fromtimestamp(at_ms // 1000, UTC).replace(microsecond=at_ms % 1000 * 1000)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
