"""What may be subscribed at the live data, and which of it a filter lets pass (section 3.2).

A filter is a string: JSON text (`{"symbol":"btc/usd"}`, `["token"]`) or a list with commas. The
venue is strict about it, and one bad subscription silences the whole array that it stands in.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

BINANCE_TOPIC: Final = "crypto_prices"
CHAINLINK_TOPIC: Final = "crypto_prices_chainlink"
EQUITY_TOPIC: Final = "equity_prices"
WINDOWS: Final = {"crypto_prices_twap_thirty": 30, "crypto_prices_twap_sixty": 60}
"""The topics of averages, with their seconds."""
PRICE_TYPES: Final = ("subscribe", "update")
RFQ_TYPES: Final = tuple(
    f"{what}_{done}"
    for what in ("request", "quote")
    for done in ("created", "edited", "canceled", "expired")
)

TOPICS: Final[dict[str, tuple[str, ...]]] = {
    "activity": ("trades", "orders_matched"),
    "comments": ("comment_created", "comment_removed", "reaction_created", "reaction_removed"),
    BINANCE_TOPIC: PRICE_TYPES,
    CHAINLINK_TOPIC: PRICE_TYPES,
    EQUITY_TOPIC: PRICE_TYPES,
    **dict.fromkeys(WINDOWS, PRICE_TYPES),
}
"""The types of each topic that is served today."""
RETIRED: Final[dict[str, tuple[str, ...]]] = {
    "clob_market": (
        "price_change",
        "agg_orderbook",
        "last_trade_price",
        "tick_size_change",
        "market_created",
        "market_resolved",
    ),
    "clob_user": ("order", "trade"),
    "rfq": RFQ_TYPES,
}
"""What the venue's client of 2025 knows and the venue of 2026 does not."""
UNFILTERED: Final = frozenset({"market_created", "market_resolved"})
"""The types of `clob_market` that need no list of tokens."""

Tags = Mapping[str, object]
"""What filters ask a message about: the names and values that they may hold."""


class Told(NamedTuple):
    """One message of a topic, for all who want it."""

    topic: str
    type: str
    time_ms: int
    payload: Mapping[str, Any]
    tags: Tags


class Filter(NamedTuple):
    """What one subscription lets pass."""

    text: str = ""
    """As the client wrote it; empty lets everything pass."""
    members: tuple[tuple[str, object], ...] = ()
    """What the tags of a message must hold."""
    among: tuple[str, ...] = ()
    """The symbols or tokens of a list."""
    deaf: bool = False
    """It was written with spaces: the venue sends the back-fill and then nothing."""

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols that it names, for their back-fill."""
        named = tuple(str(value) for name, value in self.members if name == "symbol")
        return named or self.among

    def passes(self, tags: Tags) -> bool:
        """Tell whether a message with these tags gets through."""
        if self.deaf:
            return False
        if self.among and not {tags.get("symbol"), *_listed(tags.get("tokens"))} & {*self.among}:
            return False
        return all(tags.get(name) == value for name, value in self.members)


class Wanted(NamedTuple):
    """One subscription of an array, spread over its types."""

    topic: str
    types: tuple[str, ...]
    filter: Filter
    auth: Mapping[str, str]


class Refused(Exception):
    """The venue's answer to a bad array, as the text that it sends."""


def parsed(text: str, *, legacy: bool) -> tuple[str, list[Wanted]]:
    """Return the action of a request and what it names.

    Raises `Refused` with the venue's answer: no JSON or wrong members (400), a topic or a type
    that it does not know (401), a filter that it does not understand (400).
    """
    try:
        request = json.loads(text)
    except (ValueError, RecursionError):
        request = None
    if not isinstance(request, dict) or request.get("action") not in {"subscribe", "unsubscribe"}:
        raise Refused(_invalid_body())
    subscriptions = request.get("subscriptions")
    if not isinstance(subscriptions, list) or not subscriptions:
        raise Refused(_invalid_body())
    begins = request["action"] == "subscribe"
    return request["action"], [
        _wanted(at, each, legacy=legacy, begins=begins) for at, each in enumerate(subscriptions)
    ]


def _wanted(at: int, asked: Any, *, legacy: bool, begins: bool) -> Wanted:  # noqa: ANN401 - JSON
    if not isinstance(asked, dict):
        raise Refused(_invalid_body())
    topic, kind, filters = asked.get("topic"), asked.get("type"), asked.get("filters", "")
    if not (isinstance(topic, str) and isinstance(kind, str) and isinstance(filters, str)):
        raise Refused(_invalid_body())
    types = (TOPICS | RETIRED if legacy else TOPICS).get(topic, ())
    if kind != "*":
        types = (kind,) if kind in types else ()
    if not types:
        missing = f"topic: {topic} and type: {kind} not found"
        raise Refused(_error(401, f"leger GetTopics error: rpc error: code = NotFound {missing}"))
    needs_tokens = topic == "clob_market" and not set(types) <= UNFILTERED
    found = _filter(topic, filters)
    if found is None or (begins and needs_tokens and not found.among):
        where = f"invalid Subscriptions.Subscriptions[{at}]: embedded message failed validation"
        cause = "invalid Subscription.Filters: value does not match regex pattern"
        raise Refused(_error(400, f"{where} | caused by: {cause}"))
    auth = asked.get("clob_auth")
    return Wanted(topic, types, found, auth if isinstance(auth, dict) else {})


def _filter(topic: str, text: str) -> Filter | None:
    """Return what a filter of a topic means; None where the venue refuses it."""
    if not text:
        return Filter()
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        names = tuple(text.split(","))
        simple = topic == BINANCE_TOPIC and all(name.isalnum() and name.islower() for name in names)
        return Filter(text, among=names) if simple else None
    deaf = " " in text and topic in {CHAINLINK_TOPIC, EQUITY_TOPIC, *WINDOWS}
    if isinstance(value, dict):
        members = tuple((name, _plain(name, held)) for name, held in value.items())
        return Filter(text, members=members, deaf=deaf)
    if (
        isinstance(value, list)
        and topic == "clob_market"
        and all(isinstance(t, str) for t in value)
    ):
        return Filter(text, among=tuple(value))
    return None


def _plain(name: str, value: object) -> object:
    """Return a value as tags hold it: symbols are lower case whatever the client wrote."""
    return value.lower() if name == "symbol" and isinstance(value, str) else value


def _listed(tokens: object) -> Sequence[str]:
    return tokens if isinstance(tokens, tuple) else ()


def _error(status: int, message: str) -> str:
    body = {"body": {"message": message}, "statusCode": status}
    return json.dumps(body, separators=(",", ":"))


def _invalid_body() -> str:
    """Return how the gateway before the venue answers what it cannot read."""
    message = {"message": "Invalid request body", "connectionId": "", "requestId": ""}
    return json.dumps(message)
