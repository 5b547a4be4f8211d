"""Which stream serves a topic: its own, or, where the venue has retired it, its successor. Pure."""

from collections.abc import Iterable
from enum import Enum
from typing import Any, Final, NamedTuple

import msgspec

from pr3dict.model.errors import ConfigError
from pr3dict.venues.polymarket.live.polybolt_wire import DEFAULT_PROVIDERS, Channel
from pr3dict.venues.polymarket.live.types import Message, Subscription


class Source(Enum):
    """Where a topic is served from."""

    RTDS = "RTDS"
    POLYBOLT = "PolyBolt"
    SPORTS = "the sports stream"
    MARKET = "the market channel"
    USER = "the user channel"
    NOBODY = "nothing"


RETIRED: Final = {"clob_market": Source.MARKET, "clob_user": Source.USER, "rfq": Source.NOBODY}
"""Topics that the venue serves no more (protocol section 3.2, late 2026)."""
_SUCCESSORS: Final = {
    "crypto_prices": ("price.crypto", "", 0),
    "crypto_prices_chainlink": ("price.crypto", "chainlink", 0),
    "crypto_prices_twap_sixty": ("price.crypto.twap", "", 60),
    "equity_prices": ("price.equity", "", 0),
}
"""Channel, provider and seconds of the average; the one of 30 seconds has no successor."""
TOKEN_DIGITS_MIN: Final = 30


class Route(NamedTuple):
    """How a subscription is served."""

    source: Source
    channels: tuple[Channel, ...] = ()
    """Where it is PolyBolt."""


def route(subscription: Subscription, *, has_key: bool) -> Route:
    """Return how a subscription is served. `has_key`: whether we have an API key, for PolyBolt.

    A price topic without symbols stays with RTDS, which alone can tell them all. Raises
    `ConfigError` for a channel of PolyBolt without a symbol.

    >>> route(Subscription("crypto_prices", "*", "btcusdt"), has_key=False).source
    <Source.RTDS: 'RTDS'>
    """
    topic = subscription.topic
    if topic in RETIRED:
        return Route(RETIRED[topic])
    if topic == "sports":
        return Route(Source.SPORTS)
    if topic in DEFAULT_PROVIDERS:
        return Route(Source.POLYBOLT, _native(subscription))
    if topic in _SUCCESSORS and has_key and (names := symbols(subscription.filters)):
        channel, provider, window = _SUCCESSORS[topic]
        made = (Channel(channel, successor(name), provider, window) for name in names)
        return Route(Source.POLYBOLT, tuple(made))
    return Route(Source.RTDS)


def sentence(topic: str, source: Source) -> str:
    """Return what a user should know of how a topic is served; `""`: nothing.

    >>> sentence("rfq", Source.NOBODY)
    'rfq: Polymarket serves it no more, and nothing stands in for it'
    """
    if source is Source.NOBODY:
        return f"{topic}: Polymarket serves it no more, and nothing stands in for it"
    if topic in RETIRED:
        return f"{topic}: Polymarket serves it no more; it is served from {source.value}"
    if topic in _SUCCESSORS and source is Source.POLYBOLT:
        return f"{topic}: Polymarket is to end it; it is served from {source.value}"
    return ""


def symbols(filters: str) -> tuple[str, ...]:
    """Return the symbols that a filter names: a list with commas, or JSON with `symbol`.

    >>> symbols("btcusdt,ethusdt"), symbols('{"symbol":"btc/usd"}')
    (('btcusdt', 'ethusdt'), ('btc/usd',))
    """
    text = filters.strip()
    if text[:1] not in {"{", "["}:
        return tuple(name.strip() for name in text.split(",") if name.strip())
    found = _json(text)
    name = found.get("symbol") if isinstance(found, dict) else None
    return (name,) if isinstance(name, str) and name else ()


def successor(symbol: str) -> str:
    """Return a symbol as PolyBolt writes it.

    >>> successor("btcusdt"), successor("btc/usd"), successor("AAPL")
    ('btcusd', 'btcusd', 'aapl')
    """
    plain = symbol.lower().replace("/", "")
    return plain.removesuffix("t") if plain.endswith("usdt") else plain


def tokens(subscription: Subscription) -> tuple[str, ...]:
    """Return the names in the filter of a `clob_market` subscription: JSON, a list of texts.

    Raises `ConfigError` for anything else: that topic cannot be had without a name.
    """
    found = _json(subscription.filters)
    if not isinstance(found, list) or not found or not all(isinstance(n, str) for n in found):
        raise ConfigError(
            "clob_market: wanted filters as a JSON list of token ids or names of markets, found"
            f" {subscription.filters!r:.80}: create_market_subscription writes it"
        )
    return tuple(found)


def is_token(name: str) -> bool:
    """Tell a token id from other names of markets: ids of the catalogue have a few digits.

    >>> is_token("100"), is_token("71321045679252212594626385532706912750332728571942")
    (False, True)
    """
    return name.isdecimal() and len(name) >= TOKEN_DIGITS_MIN


def as_asked(message: Message, topic: str) -> Message:
    """Return a message of PolyBolt as one of the topic that it stands in for."""
    if topic == message.topic:
        return message
    return msgspec.structs.replace(
        message,
        topic=topic,
        type="subscribe" if message.backfill else "update",
        served_from=f"{Source.POLYBOLT.value} {message.topic}",
    )


def topics_of(message: Message, routes: Iterable[tuple[str, Channel]]) -> list[str]:
    """Return the topics under which a message of PolyBolt was asked for.

    `routes`: topics with their channels. A channel that leaves the provider to the venue is told
    those prices of another provider that nobody asked for by its name.
    """
    mine = [
        (topic, channel)
        for topic, channel in routes
        if (channel.channel, channel.symbol) == (message.topic, message.payload.get("symbol"))
    ]
    source = message.payload.get("source")
    named = any(channel.provider == source for _, channel in mine)
    is_default = source == DEFAULT_PROVIDERS.get(message.topic)
    taken = {source} if named and not is_default else {source, ""}
    told = (topic for topic, channel in mine if not source or channel.provider in taken)
    return list(dict.fromkeys(told))


def _native(subscription: Subscription) -> tuple[Channel, ...]:
    """Return what is asked for by PolyBolt's own names: symbols, and perhaps a provider."""
    topic, found = subscription.topic, _json(subscription.filters)
    window = 60 if topic.endswith(".twap") else 0
    provider = found.get("provider", "") if isinstance(found, dict) else ""
    names = symbols(subscription.filters)
    if not names or not isinstance(provider, str):
        raise ConfigError(
            f'{topic}: wanted symbols as filters, as {{"symbol":"btcusd"}}, found'
            f" {subscription.filters!r:.80}"
        )
    return tuple(Channel(topic, name.lower(), provider, window) for name in names)


def _json(text: str) -> Any:  # noqa: ANN401 - whatever it is
    """Return what a filter says as JSON; None: it is none."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
