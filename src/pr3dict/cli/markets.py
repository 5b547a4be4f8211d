"""`pr3dict markets`: from a few words to the names by which everything else is had."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from pr3dict.cli.output import remark, say, say_json
from pr3dict.client.rest.polymarket_sync import Polymarket
from pr3dict.config import from_environment
from pr3dict.monitor.words import many
from pr3dict.venues.polymarket.markets.market import Market

SHOWN_MAX: Final = 20
"""Markets that people are shown; JSON has them all."""
NOT_KNOWN: Final = "–"  # noqa: RUF001 - a dash, as in a printed table


def run(words: str, *, closed: bool, as_json: bool) -> int:
    """Print what is found; return the exit code: 1 where all of it is closed."""
    with Polymarket(from_environment()) as polymarket:
        found = polymarket.markets(words)
    shown = [market for market in found if closed or not market.closed]
    if as_json:
        for market in shown:
            say_json(as_builtins(market))
    else:
        _print(shown)
    hidden = len(found) - len(shown)
    if hidden and not as_json:
        remark(f"{many(hidden, 'closed market')} left out: --closed shows all")
    return 0 if shown else 1


def as_builtins(market: Market) -> dict[str, Any]:
    """Return a market as JSON takes it; numbers that must stay exact are text."""
    return {
        "id": market.id,
        "slug": market.slug,
        "question": market.question,
        "condition_id": market.condition_id,
        "outcomes": [
            {"label": each.label, "token_id": each.token_id, "price": _text(each.price)}
            for each in market.outcomes
        ],
        "tick_size": _text(market.tick_size),
        "min_order_size": _text(market.min_order_size),
        "neg_risk": market.neg_risk,
        "fee_rate": None if market.fees is None else _text(market.fees.rate),
        "fee_exponent": None if market.fees is None else _text(market.fees.exponent),
        "accepting_orders": market.accepting_orders,
        "closed": market.closed,
        "winner": market.winner,
        "start": _iso(market.start),
        "end": _iso(market.end),
        "event": market.event_slug,
        "url": market.url,
    }


def _print(markets: Sequence[Market]) -> None:
    for market in markets[:SHOWN_MAX]:
        ends = f"ends {market.end:%Y-%m-%d %H:%M} UTC" if market.end is not None else ""
        state = f"closed, {market.winner or 'nothing'} won" if market.closed else ends
        prices = "  ".join(f"{each.label} {_price(each.price)}" for each in market.outcomes)
        say(market.question)
        say(f"  {market.slug}")
        say(f"  {prices}{'  ' if state else ''}{state}")
    if len(markets) > SHOWN_MAX:
        remark(f"and {len(markets) - SHOWN_MAX} more: --json has them all")
    if markets:
        remark(f"pr3dict book {markets[0].slug}, or watch")


def _price(price: Decimal | None) -> str:
    return NOT_KNOWN if price is None else f"{price:f}"


def _text(number: Decimal | None) -> str | None:
    return None if number is None else f"{number:f}"


def _iso(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()
