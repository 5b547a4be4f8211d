"""What the live-data streams say: messages, their payloads in types, and what goes wrong.

Numbers are exact: what the wire writes as 61035.86 is `Decimal("61035.86")`, never a float. A
payload is kept as it came (a dict) and, where its topic is known, read into a struct as well.
Sources: protocol sections 3.1 to 3.3; github Polymarket/real-time-data-client 1.4.1 (2025-09-25).
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

import msgspec

from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.model.events import Event

ANY: Final = "*"
"""The type of a subscription that wants every type of its topic."""
BACKFILL: Final = frozenset({"subscribe", "snapshot"})
"""Types of messages that tell what was before: the answer to a subscription."""


class Subscription(msgspec.Struct, frozen=True):
    """One topic of a live-data stream."""

    topic: str
    type: str = ANY
    filters: str = ""
    """Text as the venue wants it: JSON, or symbols with commas; `""`: everything."""
    clob_auth: ClobApiKeyCreds | None = None


class Message(Event, frozen=True, gc=True, kw_only=True):
    """Something that a stream said."""

    topic: str
    type: str
    timestamp: int
    """Milliseconds since the epoch, as the venue has it; 0: it does not say."""
    payload: Mapping[str, Any]
    """As on the wire; numbers with a point are `Decimal`."""
    typed: Any = None
    """The payload as a struct of this module; None where its shape is not known."""
    backfill: bool = False
    """Whether it tells what was before (the answer to a subscription)."""
    served_from: str = ""
    """The stream that stands in for a topic which the venue has retired; `""`: the topic itself."""
    seq: int = 0
    """Its number on its channel where the venue counts (PolyBolt), from 1."""
    link: int = 0
    local_ns: int = 0
    """When its bytes reached our socket."""


class TopicSilent(Event, frozen=True, gc=False):
    """A topic that delivered, or was to deliver, is silent: it is asked for anew."""

    link: int
    topic: str
    since_ns: int
    """Arrival of its last message; 0: none came since it was asked for."""
    local_ns: int


class StreamGap(Event, frozen=True, gc=False):
    """Messages of a channel are missing right before this."""

    link: int
    topic: str
    missed: int
    """By the numbers of the venue."""
    dropped: int
    """By its own word: it left them out because we were slow."""
    local_ns: int


class StreamRefused(Event, frozen=True, gc=False):
    """The venue does not serve what was asked for, or does not know us."""

    link: int
    topic: str
    code: str
    sentence: str
    """For people: what was refused, and what to do."""
    local_ns: int
    symbol: str = ""
    """Of the topic, where the venue refuses one symbol and serves the others."""


class PriceUpdate(msgspec.Struct, frozen=True):
    """One price of a coin, share or metal."""

    symbol: str
    value: Decimal
    """Dollars, as exactly as the venue knows it (`full_accuracy_value` where there is one)."""
    timestamp: int
    """Milliseconds: when its source says it was so."""
    source: str = ""
    received_at: int = 0
    """Milliseconds: when the venue had it; 0: it does not say."""
    is_carried_forward: bool = False
    """Whether it repeats an older price because there is no newer one."""
    market_status: str = ""
    window_s: int = 0
    """Seconds that it is an average of; 0: it is none."""


class PricePoint(msgspec.Struct, frozen=True):
    """A price of the past."""

    timestamp: int
    """Milliseconds."""
    value: Decimal


class PriceHistory(msgspec.Struct, frozen=True):
    """The last minutes of a symbol, the oldest first: the answer to a subscription."""

    symbol: str
    points: tuple[PricePoint, ...]
    source: str = ""


class Activity(msgspec.Struct, frozen=True, rename="camel"):
    """A trade somewhere on the site, of topic `activity`."""

    asset: str
    """Token id."""
    side: str
    price: Decimal
    """Dollars per share."""
    size: Decimal
    """Shares."""
    timestamp: int
    """Seconds."""
    condition_id: str = ""
    event_slug: str = ""
    slug: str = ""
    title: str = ""
    outcome: str = ""
    outcome_index: int = 0
    transaction_hash: str = ""
    proxy_wallet: str = ""
    name: str = ""
    pseudonym: str = ""


class Comment(msgspec.Struct, frozen=True, rename="camel"):
    """A comment that was made or removed."""

    id: str | int
    body: str = ""
    parent_entity_type: str = ""
    parent_entity_id: str | int = msgspec.field(default="", name="parentEntityID")
    parent_comment_id: str | int | None = msgspec.field(default=None, name="parentCommentID")
    user_address: str = ""
    reply_address: str | None = None
    created_at: str = ""
    updated_at: str | None = None


class Reaction(msgspec.Struct, frozen=True, rename="camel"):
    """A reaction to a comment that was made or removed."""

    id: str | int
    comment_id: str | int = msgspec.field(default="", name="commentID")
    reaction_type: str = ""
    icon: str = ""
    user_address: str = ""
    created_at: str = ""


class SportsResult(msgspec.Struct, frozen=True, rename="camel"):
    """How a game stands. At its end the venue may leave out game, teams and status."""

    game_id: int | None = None
    league_abbreviation: str = ""
    status: str = ""
    live: bool = False
    ended: bool = False
    score: str = ""
    """As `3-16`."""
    slug: str = ""
    home_team: str | None = None
    away_team: str | None = None
    period: str | None = None
    elapsed: str | None = None
    turn: str | None = None
    metadata_game_id: int | str | None = None


def typed(topic: str, kind: str, payload: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any struct
    """Return the payload of a message as a struct; None where topic or shape are not known.

    >>> typed("crypto_prices", "update", {"symbol": "btcusdt", "timestamp": 1, "value": 5}).value
    Decimal('5')
    """
    read = _READERS.get(topic)
    if read is None:
        return None
    try:
        return read(topic, kind, payload)
    except (msgspec.ValidationError, KeyError, TypeError, ValueError, ArithmeticError):
        return None


def _price(topic: str, kind: str, payload: Mapping[str, Any]) -> PriceUpdate | PriceHistory:
    # RTDS counts Chainlink in 18 decimals, spot and averages; PolyBolt writes plain ones.
    scaled = topic.startswith(("crypto_prices_chainlink", "crypto_prices_twap"))
    if kind in BACKFILL or "data" in payload:
        points = tuple(
            PricePoint(int(point["timestamp"]), _value(point, scaled=scaled))
            for point in payload["data"]
        )
        return PriceHistory(str(payload["symbol"]), points, str(payload.get("source", "")))
    return PriceUpdate(
        symbol=str(payload["symbol"]),
        value=_value(payload, scaled=scaled),
        timestamp=int(payload["timestamp"]),
        source=str(payload.get("source", "")),
        received_at=int(payload.get("received_at") or 0),
        is_carried_forward=bool(payload.get("is_carried_forward", False)),
        market_status=str(payload.get("market_status") or ""),
        window_s=int(payload.get("window_seconds") or payload.get("window_s") or 0),
    )


def _value(price: Mapping[str, Any], *, scaled: bool) -> Decimal:
    """Return a price in dollars: the accurate text where there is one, else the number."""
    exact = price.get("full_accuracy_value")
    if exact is None:
        return _finite(Decimal(price["value"]))
    text = str(exact)
    if scaled and text.lstrip("-").isdigit():
        return _finite(Decimal(f"{text}e-18"))
    return _finite(Decimal(text))


def _finite(number: Decimal) -> Decimal:
    if not number.is_finite():
        raise ValueError(f"wanted a finite number, found {number}")
    return number


def _activity(_topic: str, _kind: str, payload: Mapping[str, Any]) -> Activity:
    return msgspec.convert(payload, Activity)


def _comment(_topic: str, kind: str, payload: Mapping[str, Any]) -> Comment | Reaction:
    shape: type[Comment | Reaction] = Reaction if kind.startswith("reaction") else Comment
    return msgspec.convert(payload, shape)


def _sports(_topic: str, _kind: str, payload: Mapping[str, Any]) -> SportsResult:
    return msgspec.convert(payload, SportsResult)


_Reader = Callable[[str, str, Mapping[str, Any]], Any]
_PRICES: Final = (
    "crypto_prices",
    "crypto_prices_chainlink",
    "crypto_prices_twap_thirty",
    "crypto_prices_twap_sixty",
    "equity_prices",
    "price.crypto",
    "price.crypto.twap",
    "price.equity",
    "price.equity.twap",
)
_READERS: Final[dict[str, _Reader]] = {
    **dict.fromkeys(_PRICES, _price),
    "activity": _activity,
    "comments": _comment,
    "sports": _sports,
}
