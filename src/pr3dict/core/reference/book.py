"""One book: its content, what is known to prove it, and how far it can be trusted.

Only values live here; `apply` changes them and `witness` judges them.
"""

from enum import Enum
from typing import Final

from pr3dict.core.reference.decimal_text import trade_price_text
from pr3dict.core.reference.ladder import Ladder
from pr3dict.model.states import BookState, Cause, Proof, Source
from pr3dict.model.units import MICROS

REMEMBERED_PRICES: Final = 4
"""How many trade prices, and how many prices of a batch, are tried for the hash."""


class Standing(Enum):
    """Where the last claim of a book stands."""

    SETTLED = 0
    """Judged, or there is none."""
    SNAPSHOT = 1
    """Of a `book` in the frame that is being applied."""
    CHANGED = 2
    """Of a change in the frame that is being applied."""
    PENDING = 3
    """Judged and not yet equal: more of its batch may come."""


class Context:
    """The fields at the end of the preimage, as far as they are known, as texts."""

    __slots__ = ("last_trade_price", "min_order_size", "neg_risk", "tick_size", "trusted")

    def __init__(self) -> None:
        self.min_order_size: str | None = None
        self.tick_size: str | None = None
        self.neg_risk: bool | None = None
        self.last_trade_price: str | None = None
        self.trusted = False
        """It has reproduced a hash, and was not unproved since."""

    def has_rules(self) -> bool:
        """Tell whether only the last trade price may be missing."""
        known = (self.min_order_size, self.tick_size, self.neg_risk)
        return None not in known


class Book:
    """A token's book. Micros and nanoseconds, but `ms`, the venue's time, in milliseconds."""

    __slots__ = (
        "asks",
        "batch_prices",
        "best_ask_claimed",
        "best_bid_claimed",
        "bids",
        "born",
        "canonical",
        "cause",
        "context",
        "delivered",
        "due_ns",
        "hash_claimed",
        "last_trade_price",
        "link",
        "local_ns",
        "market",
        "mates",
        "misses",
        "ms",
        "proof",
        "source",
        "standing",
        "state",
        "token",
        "trade_prices",
        "verified_ns",
        "version",
    )

    def __init__(self, token: str, link: int, born: int) -> None:
        self.token = token
        self.market = ""
        self.mates: list[Book] = []
        """All books of its market, itself among them: one list, shared by them."""
        self.link = link
        self.delivered = False
        """The stream told something of its content since its connection opened, or since a witness
        said that it delivers nothing."""
        self.born = born
        """Its place in the order of tracking."""
        self.state = BookState.EMPTY
        self.cause = Cause.NONE
        self.source = Source.NONE
        """Of the last `book`; NONE: never filled."""
        self.proof = Proof.NONE
        self.version = 0

        self.bids = Ladder(is_bid=True)
        self.asks = Ladder(is_bid=False)
        self.canonical = True
        """Every text since the last `book` was canonical: the venue's texts can be rebuilt."""
        self.last_trade_price = 0
        self.ms = 0
        self.local_ns = 0
        self.verified_ns = 0

        self.hash_claimed = ""
        self.best_bid_claimed: int | None = None
        self.best_ask_claimed: int | None = None
        self.standing = Standing.SETTLED
        self.due_ns = 0
        """When a pending claim is closed at the latest."""

        self.context = Context()
        self.misses = 0
        """`book`s in a row that no candidate reproduced."""
        self.trade_prices: list[int] = []
        self.batch_prices: list[int] = []

    def twin(self) -> "Book | None":
        """Return the other token of the market, where exactly two are held."""
        if len(self.mates) != 2:  # noqa: PLR2004 - YES and NO
            return None
        return self.mates[1] if self.mates[0] is self else self.mates[0]

    def forget_claim(self) -> None:
        """Leave the last claim unjudged for good."""
        self.standing = Standing.SETTLED
        if self.proof is Proof.PENDING:
            self.proof = Proof.UNVERIFIED

    def best_is_claimed(self) -> bool:
        """Tell whether best bid and ask are what the claim tells of them."""
        bid, ask = self.best_bid_claimed, self.best_ask_claimed
        return (bid is None or bid == self.bids.best_price()) and (
            ask is None or ask == self.asks.best_price()
        )

    def is_crossed(self) -> bool:
        """Tell whether best bid is at or above best ask."""
        bids, asks = self.bids.keys, self.asks.keys
        return bool(bids and asks) and bids[-1] + asks[-1] >= MICROS

    def likely_trade_prices(self) -> list[str]:
        """Return the short list of last trade prices, likeliest first."""
        known = self.context.last_trade_price
        prices = self.trade_prices + self.batch_prices
        # A trade is told with the maker's price in the books of both tokens.
        missing = [max(0, MICROS - price) for price in prices]
        told = [trade_price_text(price) for price in prices + missing]
        return told if known is None else [known, *told]


def remember(prices: list[int], price: int) -> None:
    """Put a price in front of the newest few, none twice."""
    if price in prices:
        prices.remove(price)
    prices.insert(0, price)
    del prices[REMEMBERED_PRICES:]
