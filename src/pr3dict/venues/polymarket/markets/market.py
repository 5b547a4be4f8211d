"""A market as a trader needs it: its outcomes, its rules, and whether it can be traded."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

import msgspec

from pr3dict.model.errors import UnknownMarketError
from pr3dict.venues.polymarket.fees import FREE, FeeSchedule
from pr3dict.venues.polymarket.gamma.types import GammaEvent, GammaMarket, Outcome

SHOWN_MAX: Final = 6
"""Names that a sentence lists."""
_WON: Final = Decimal(1)


class Market(msgspec.Struct, frozen=True, kw_only=True):
    """One question with its outcomes. Prices in dollars per share, sizes in shares, times in UTC.

    `None` stands where the catalogue says nothing.
    """

    id: str
    """In the catalogue: a few digits."""
    slug: str
    question: str
    condition_id: str
    outcomes: tuple[Outcome, ...]
    """In the venue's order: YES, then NO."""
    tick_size: Decimal | None
    min_order_size: Decimal | None
    neg_risk: bool
    """Whether it is one of several of which exactly one comes true."""
    fees: FeeSchedule | None
    """What a taker pays; `FREE` where the venue takes nothing."""
    accepting_orders: bool
    closed: bool
    winner: str
    """The label of the outcome that came true; `""`: not known."""
    start: datetime | None
    """When what it asks about begins, where it says so: of five minutes their first second."""
    end: datetime | None
    event_slug: str
    event_title: str
    url: str

    @property
    def token_ids(self) -> tuple[str, ...]:
        """The token ids of the outcomes, in their order."""
        return tuple(outcome.token_id for outcome in self.outcomes)

    def outcome(self, label: str) -> Outcome:
        """Return an outcome by its label, whatever its case, or by its token id.

        Raises `UnknownMarketError`, which names those that there are.
        """
        wanted = label.strip().casefold()
        for outcome in self.outcomes:
            if wanted in {outcome.label.casefold(), outcome.token_id}:
                return outcome
        labels = ", ".join(outcome.label for outcome in self.outcomes)
        raise UnknownMarketError(f"{self.slug}: wanted an outcome of {labels}, found {label!r:.80}")

    def token(self, label: str) -> str:
        """Return the token id of an outcome; as `outcome`."""
        return self.outcome(label).token_id


def market_of(found: GammaMarket, event: GammaEvent | None = None) -> Market:
    """Return what a trader needs of a market of the catalogue, which lists it under this event."""
    name = found.events[0] if found.events else None
    slug = event.slug if event is not None else name.slug if name is not None else ""
    title = event.title if event is not None else name.title if name is not None else ""
    begins = name.start_time if name is not None else None
    closed = bool(found.closed)
    place = f"event/{slug}/{found.slug}" if slug else f"market/{found.slug}"
    return Market(
        id=found.id,
        slug=found.slug,
        question=found.question,
        condition_id=found.condition_id,
        outcomes=found.outcomes,
        tick_size=found.tick_size,
        min_order_size=found.min_order_size,
        neg_risk=bool(found.neg_risk),
        fees=_fees(found),
        accepting_orders=bool(found.accepting_orders) and not closed,
        closed=closed,
        winner=_winner(found),
        start=found.event_start_time or found.game_start_time or begins,
        end=found.end_date,
        event_slug=slug,
        event_title=title,
        url=f"https://polymarket.com/{place}",
    )


def still_open(market: Market) -> Market:
    """Return a market as it is; raises `UnknownMarketError` where it is closed: it has no book."""
    if not market.closed:
        return market
    won = f": {market.winner} won" if market.winner else ""
    raise UnknownMarketError(f"{market.slug} is closed{won}: it has no book any more")


def the_one(markets: Sequence[Market], said: str) -> Market:
    """Return the only market, or the only one that is open.

    Raises `UnknownMarketError`: there is none, or several, which the sentence names.
    """
    still = [market for market in markets if not market.closed] or list(markets)
    if len(still) == 1:
        return still[0]
    if not still:
        raise UnknownMarketError(f"{said!r:.80} names no market of Polymarket")
    more = f" and {len(still) - SHOWN_MAX} more" if len(still) > SHOWN_MAX else ""
    slugs = ", ".join(market.slug for market in still[:SHOWN_MAX])
    raise UnknownMarketError(
        f"{said!r:.80} names {len(still)} markets; name one of them: {slugs}{more}"
    )


def _fees(found: GammaMarket) -> FeeSchedule | None:
    """Return the schedule; None where fees are on and nobody says which."""
    if found.fees_enabled is False:
        return FREE
    if found.fees is None:
        return FREE if found.fees_enabled is None else None
    return found.fees


def _winner(found: GammaMarket) -> str:
    """Return the label of the outcome that pays a dollar, once the market is closed."""
    won = [outcome.label for outcome in found.outcomes if outcome.price == _WON]
    return won[0] if found.closed and len(won) == 1 else ""
