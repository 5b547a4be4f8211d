"""What can be subscribed to with `RealTimeDataClient`: one function for each topic of the brief.

Each returns a `Subscriptions` for `client.subscribe`. Filters are texts, as the venue wants them.
"""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from pr3dict.client.live.legacy import TYPES
from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.model.errors import ConfigError, CredentialsError
from pr3dict.venues.polymarket.live.types import ANY, Subscription
from pr3dict.venues.polymarket.query import is_sendable

__all__ = ["Subscription", "Subscriptions"]

CRYPTO: Final = {
    "binance": "crypto_prices",
    "chainlink": "crypto_prices_chainlink",
    "twap_30": "crypto_prices_twap_thirty",
    "twap_60": "crypto_prices_twap_sixty",
}
"""Topics of coins by their source."""


class Subscriptions(msgspec.Struct, frozen=True):
    """What one call of `subscribe` asks for."""

    subscriptions: tuple[Subscription, ...]


def create_market_subscription(market_ids: Iterable[str], type: str = ANY) -> Subscriptions:  # noqa: A002 - the name on the wire
    """Return a subscription to the order books of tokens: topic `clob_market`, one entry each.

    market_ids: token ids, or any name of a market that the client's `resolve` understands.
    type: one of price_change, agg_orderbook, last_trade_price, tick_size_change, market_created,
    market_resolved; `*`: all.
    """
    return _each("clob_market", type, (_json([name]) for name in _names(market_ids)))


def create_user_subscription(creds: ClobApiKeyCreds, type: str = ANY) -> Subscriptions:  # noqa: A002 - likewise
    """Return a subscription to one's own orders and trades: topic `clob_user`.

    type: order, trade or `*`. Raises `CredentialsError` for what is no API key.
    """
    if not isinstance(creds, ClobApiKeyCreds):
        raise CredentialsError(
            f"wanted ClobApiKeyCreds(key, secret, passphrase), found a {_kind(creds)}"
        )
    return Subscriptions((_checked(Subscription("clob_user", type, clob_auth=creds)),))


def create_activity_subscription(
    event_slug: str | None = None,
    market_slug: str | None = None,
    *,
    type: str = ANY,  # noqa: A002
) -> Subscriptions:
    """Return a subscription to trades: of one event, of one market, or of the whole site.

    type: trades (taker and every maker), orders_matched (one a transaction) or `*`.
    """
    slugs = {"event_slug": event_slug, "market_slug": market_slug}
    _names(slug for slug in slugs.values() if slug)
    return _one("activity", type, {name: slug for name, slug in slugs.items() if slug})


def create_comments_subscription(
    parent_entity_id: int | None = None,
    parent_entity_type: str = "Event",
    *,
    type: str = ANY,  # noqa: A002 - likewise
) -> Subscriptions:
    """Return a subscription to comments and reactions: of one event (or series), or of all.

    type: comment_created, comment_removed, reaction_created, reaction_removed or `*`.
    """
    if parent_entity_id is None:
        return _one("comments", type, {})
    if not isinstance(parent_entity_id, int) or isinstance(parent_entity_id, bool):
        raise ConfigError(
            f"parent_entity_id: wanted a whole number, found {parent_entity_id!r:.80}"
        )
    _names([parent_entity_type])
    parent = {"parentEntityID": parent_entity_id, "parentEntityType": parent_entity_type}
    return _one("comments", type, parent)


def create_rfq_subscription(type: str = ANY) -> Subscriptions:  # noqa: A002 - likewise
    """Return a subscription to requests for quotes, which the venue serves no more (2026).

    Nothing stands in for it: the client says so, in its log and in `get_stats()`.
    """
    return _one("rfq", type, {})


def create_crypto_prices_subscription(
    symbols: Iterable[str] = (), source: str = "binance"
) -> Subscriptions:
    """Return a subscription to prices of coins; without symbols to all that there are.

    symbols: of Binance as `btcusdt`, of Chainlink as `btc/usd`. source: binance, chainlink,
    twap_30 or twap_60 (averages of so many seconds). Raises `ConfigError` for another one.
    """
    topic = CRYPTO.get(source) if isinstance(source, str) else None
    if topic is None:
        raise ConfigError(f"source: wanted one of {', '.join(CRYPTO)}, found {source!r:.80}")
    wanted = _names(symbols)
    if source == "binance":
        return Subscriptions((_checked(Subscription(topic, ANY, ",".join(wanted))),))
    return _each(topic, ANY, (_json({"symbol": symbol}) for symbol in wanted) if wanted else ("",))


def create_equity_prices_subscription(symbols: Iterable[str] = ()) -> Subscriptions:
    """Return a subscription to prices of shares and metals, as `AAPL`; without symbols to all."""
    wanted = _names(symbols)
    filters = (_json({"symbol": symbol}) for symbol in wanted) if wanted else ("",)
    return _each("equity_prices", ANY, filters)


def create_sports_subscription() -> Subscriptions:
    """Return a subscription to how games stand: topic `sports`, always all of them."""
    return _one("sports", ANY, {})


def entries(wanted: Subscriptions | Subscription | Iterable[Any]) -> tuple[Subscription, ...]:
    """Return the single subscriptions of what a user passed.

    Raises `ConfigError` for what is none and for a type that nobody tells, `CredentialsError` for
    what is no API key.
    """
    if isinstance(wanted, Subscription):
        found: tuple[Any, ...] = (wanted,)
    elif isinstance(wanted, Subscriptions):
        found = wanted.subscriptions
    else:
        many = isinstance(wanted, Iterable) and not isinstance(wanted, str | bytes)
        parts = list(wanted) if many else [None]
        found = tuple(
            one
            for part in parts
            for one in (part.subscriptions if isinstance(part, Subscriptions) else (part,))
        )
    for one in found:
        if not isinstance(one, Subscription):
            raise ConfigError(
                "wanted what create_market_subscription and its siblings return, found a"
                f" {_kind(wanted)}"
            )
        _checked(one)
    return found


def _checked(one: Subscription) -> Subscription:
    """Return a subscription as it is, if it can be one."""
    if not all(map(_is_text, (one.topic, one.type))):
        raise ConfigError(
            f"wanted a topic and a type as text, found {one.topic!r:.80} and {one.type!r:.80}:"
            " create_market_subscription and its siblings know them"
        )
    if not isinstance(one.filters, str):
        raise ConfigError(
            f"{one.topic}: wanted filters as text, as the venue does, found a"
            f" {_kind(one.filters)}: write it as JSON"
        )
    if not is_sendable(one.topic + one.type + one.filters):
        raise _unsendable(one)
    known = TYPES.get(one.topic)
    if known is not None and one.type not in {ANY, *known}:
        raise ConfigError(
            f"{one.topic}: wanted as type one of {', '.join(known)} or {ANY}, found"
            f" {one.type!r:.80}"
        )
    if not isinstance(one.clob_auth, ClobApiKeyCreds | None):
        raise CredentialsError(
            f"{one.topic}: wanted ClobApiKeyCreds(key, secret, passphrase) as clob_auth, found a"
            f" {_kind(one.clob_auth)}"
        )
    return one


def _one(topic: str, kind: str, filters: dict[str, Any]) -> Subscriptions:
    return Subscriptions((_checked(Subscription(topic, kind, _json(filters) if filters else "")),))


def _each(topic: str, kind: str, filters: Iterable[str]) -> Subscriptions:
    return Subscriptions(tuple(_checked(Subscription(topic, kind, one)) for one in filters))


def _names(given: Iterable[str]) -> tuple[str, ...]:
    if not isinstance(given, Iterable):
        raise ConfigError(f"wanted names as text, found a {_kind(given)}")
    found = (given,) if isinstance(given, str) else tuple(given)
    wrong = [name for name in found if not _is_text(name)]
    if wrong:
        raise ConfigError(f"wanted names as text, found a {_kind(wrong[0])}")
    return tuple(dict.fromkeys(found))


def _is_text(name: object) -> bool:
    return isinstance(name, str) and bool(name.strip())


def _json(filters: object) -> str:
    try:
        return msgspec.json.encode(filters).decode()
    except UnicodeEncodeError:
        raise _unsendable(filters) from None


def _unsendable(found: object) -> ConfigError:
    return ConfigError(f"wanted text that UTF-8 can write, found {found!r:.80}")


def _kind(thing: object) -> str:
    return type(thing).__name__
