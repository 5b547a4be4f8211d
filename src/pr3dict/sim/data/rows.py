"""Rows of the Data API, member by member (protocol, section 4.4).

Version 2 writes snake_case, version 1 camelCase with names of its own; both are numbers where
the market channel has texts, and seconds where it has milliseconds.
"""

from typing import Any, Final

from pr3dict.sim.truth.facts import Facts, iso, number
from pr3dict.sim.truth.hash import MICROS
from pr3dict.sim.truth.history import Deal
from pr3dict.sim.truth.holdings import Holding
from pr3dict.sim.truth.listing import Listing
from pr3dict.sim.truth.traders import Trader

Row = dict[str, Any]

RENAMED: Final = {
    "token_id": "asset",
    "current_size": "size",
    "entry_cost_usdc": "initialValue",
    "unrealized_pnl": "cashPnl",
    "percent_pnl": "percentPnl",
    "current_price": "curPrice",
    "total_size": "totalBought",
    "opposite_token_id": "oppositeAsset",
    "negative_risk": "negativeRisk",
    "display_username_public": "displayUsernamePublic",
}
"""Members whose names in version 1 are not only written otherwise."""
PERCENT: Final = 100


def camel(row: Row) -> Row:
    """Return a row of version 2 as version 1 writes it."""
    return {RENAMED.get(name, _camel(name)): value for name, value in row.items()}


def trade(deal: Deal, facts: Facts, made: int | None = None) -> Row:
    """Return a trade as its taker sees it, or as one of those does who made it (by number)."""
    told, maker = deal.trade, made is not None
    who, size = (deal.taker, told.size) if made is None else deal.made[made]
    opposite = "SELL" if told.side == "BUY" else "BUY"
    return {
        "proxy_wallet": who.wallet,
        "side": opposite if maker else told.side,
        "token_id": told.token,
        "condition_id": told.condition,
        "size": number(size),
        "price": number(told.price),
        "timestamp": told.time_ms // 1000,
        **about(facts, told.token),
        **person(who),
        "transaction_hash": told.transaction,
    }


def activity(row: Row) -> Row:
    """Return a row of trades as a row of activity: the only thing that people do here."""
    dollars = round(row["size"] * MICROS) * round(row["price"] * MICROS) // MICROS
    return {"type": "TRADE", "is_combo": False, "usdc_size": number(dollars), **row}


def position(held: Holding, facts: Facts) -> Row:
    """Return what somebody holds."""
    at = facts.rules.tokens.index(held.token)
    worth = facts.worth[at]
    value = worth * held.size // MICROS
    gain = value - held.cost
    redeemable = facts.closed and held.size > 0
    return {
        "proxy_wallet": held.trader.wallet,
        "token_id": held.token,
        "condition_id": held.condition,
        "current_size": number(held.size),
        "avg_price": number(held.average),
        "entry_cost_usdc": number(held.cost),
        "entry_fees_usdc": 0,
        "total_cost_usdc": number(held.cost),
        "current_price": number(worth),
        "current_value": number(value),
        "total_size": number(held.bought),
        "realized_pnl": number(held.realized),
        "unrealized_pnl": number(gain),
        "total_pnl": number(gain + held.realized),
        "percent_pnl": _percent(gain, held.cost),
        "percent_realized_pnl": _percent(held.realized, held.cost),
        "status": ("REDEEMABLE" if redeemable else "OPEN") if held.size else "CLOSED",
        "redeemable": redeemable,
        "mergeable": False,
        "negative_risk": facts.rules.neg_risk,
        "archived": False,
        "verified": False,
        **about(facts, held.token),
        "opposite_outcome": facts.rules.outcomes[1 - at],
        "opposite_token_id": facts.rules.tokens[1 - at],
        "event_id": facts.listing.name.event.id,
        "end_date": iso(facts.listing.ends_ms)[:10],
        "name": held.trader.name,
        "profile_image": "",
        "first_entry_at": held.first_ms // 1000,
        "last_event_at": held.last_ms // 1000,
    }


def holder(held: Holding, at: int) -> Row:
    """Return somebody who holds a token; `at` is the number of its outcome."""
    return {
        "proxy_wallet": held.trader.wallet,
        "token_id": held.token,
        "amount": number(held.size),
        "outcome_index": at,
        "display_username_public": True,
        "verified": False,
        **person(held.trader),
    }


def token(facts: Facts, at: int) -> Row:
    """Return what version 2 knows of a token by itself."""
    listing, rules = facts.listing, facts.rules
    event = listing.name.event
    return {
        "token_id": rules.tokens[at],
        "condition_id": rules.condition,
        "structural_condition_id": None,
        "module": "v1_ctf",
        "outcome_index": at,
        "clob_index": at,
        "outcome": rules.outcomes[at],
        "opposite_token_id": rules.tokens[1 - at],
        "resolved": facts.closed,
        "final_price": number(facts.worth[at]) if facts.closed else None,
        "title": listing.name.question,
        "market_slug": listing.name.slug,
        "closed": facts.closed,
        "neg_risk": rules.neg_risk,
        "neg_risk_market_id": None,
        "question_index": None,
        "event_id": event.id,
        "event_slug": event.slug,
    }


def resolution(listing: Listing, question: str) -> Row:
    """Return how a market that is closed was decided."""
    won = listing.winner == 0
    return {
        "question_id": question,
        "condition_id": listing.condition,
        "status": "resolved",
        "extended_review": False,
        "was_disputed": False,
        "new_version_q": False,
        "proposed_price": None,
        "reproposed_price": None,
        "price": "1" if won else "0",
        "last_update_timestamp": listing.closed_ms // 1000,
        "market_type": "BINARY",
        "payouts": [MICROS, 0] if won else [0, MICROS],
        "resolution_source": "reported",
        "reporter": "UMA_OO",
        "was_arbitrated": False,
        "resolved_at": iso(listing.closed_ms),
    }


def about(facts: Facts, token_id: str) -> Row:
    """Return what a row tells of the market that it is about."""
    name = facts.listing.name
    at = facts.rules.tokens.index(token_id)
    return {
        "title": name.question,
        "slug": name.slug,
        "icon": "",
        "event_slug": name.event.slug,
        "outcome": facts.rules.outcomes[at],
        "outcome_index": at,
    }


def person(who: Trader) -> Row:
    """Return what a row tells of the person whose row it is."""
    return {
        "name": who.name,
        "pseudonym": who.pseudonym,
        "bio": "",
        "profile_image": "",
        "profile_image_optimized": "",
    }


def _percent(part: int, whole: int) -> float:
    return round(PERCENT * part / whole, 2) if whole else 0.0


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))
