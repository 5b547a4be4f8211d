"""Frames as the venue writes them, to the byte (protocol, sections 1.3, 1.4 and 10).

Opening books are compact; everything later has a space after each comma and none after a colon.
The type of a message is never its first member, and levels come worst first.
"""

import json
from collections.abc import Iterable
from typing import NamedTuple

from pr3dict.sim.truth.books import Change, Market, Rules
from pr3dict.sim.truth.hash import MICROS, plain, price_text
from pr3dict.sim.truth.names import CATEGORIES, Name

NOTHING = b"[]\n"
"""The opening frame where no token is known; the line feed was seen."""


class Frame(NamedTuple):
    """One text on its way to those who want it."""

    text: bytes
    token: str = ""
    """Who hears it: the followers of this token; `""`: of any token of the market."""
    custom: bool = False
    """Only for connections that asked for the custom features."""


class Fill(NamedTuple):
    """A trade as it is told: the taker's token and side, micros."""

    token: int
    side: str
    price: int
    size: int


class Trade(NamedTuple):
    """A trade for those within the venue: what happened, whoever is told of it."""

    time_ms: int
    condition: str
    token: str
    """The taker's."""
    side: str
    """The taker's: BUY or SELL."""
    price: int
    """Micros, as the size."""
    size: int
    transaction: str


class Made(NamedTuple):
    """What was taken of the orders of accounts that rest at one price (`Venue.rest`)."""

    token: str
    """Whose bids they are; a SELL of the other token at 1 - price is the same."""
    price: int
    size: int
    """Micros, as the price. The orders of the generated crowd were taken before them."""


class Step(NamedTuple):
    """What the venue says at one moment: the frames of one batch, or of one notice."""

    time_ms: int
    tokens: tuple[str, ...]
    """The tokens of the market; none where the notice is for the whole site."""
    frames: tuple[Frame, ...]
    trades: tuple[Trade, ...] = ()
    """What was traded at this moment; the frame that tells it comes a moment later."""
    made: tuple[Made, ...] = ()
    """What of it was taken of accounts; the last of `trades` is the taker's side of it."""
    settled: str = ""
    """The condition of a market whose question was answered now: all its orders are gone."""


def spaced(message: object) -> bytes:
    """Return JSON with the venue's later spacing."""
    return json.dumps(message, separators=(", ", ":"), ensure_ascii=False).encode()


def opening_book(market: Market, side: int) -> bytes:
    """Return the `book` of one token as the opening array holds it."""
    rules = market.rules
    bids, asks = market.joined(side)
    return (
        b'{"market":"%b","asset_id":"%b","timestamp":"%d","hash":"%b","bids":[%b],"asks":[%b],'
        b'"tick_size":"%b","event_type":"book","last_trade_price":"%b"}'
    ) % (
        rules.condition.encode(),
        rules.tokens[side].encode(),
        market.time_ms,
        market.hashes[side].encode(),
        bids,
        asks,
        rules.tick_size.encode(),
        market.last_trade.encode(),
    )


def opening(books: Iterable[bytes]) -> bytes:
    """Return the first answer to a subscription: all its books in one array."""
    array = b",".join(books)
    return b"[%b]" % array if array else NOTHING


def book(market: Market, side: int) -> Frame:
    """Return the `book` of one token as it follows a trade."""
    token = market.rules.tokens[side]
    bids, asks = market.joined(side)
    text = (
        b'{"market":"%b", "asset_id":"%b", "bids":[%b], "asks":[%b], "hash":"%b", '
        b'"timestamp":"%d", "event_type":"book"}'
    ) % (
        market.rules.condition.encode(),
        token.encode(),
        bids.replace(b",", b", "),
        asks.replace(b",", b", "),
        market.hashes[side].encode(),
        market.time_ms,
    )
    return Frame(text, token)


def price_changes(market: Market, changes: Iterable[Change]) -> list[Frame]:
    """Return the frames of one batch, after it was applied.

    Each tells one change from both tokens, the owner of the order first. Fingerprints and tops are
    those after the whole batch, in every frame of it.
    """
    heads = []
    tails = []
    for side in (0, 1):
        bid, ask = market.best(side)
        heads.append(f'{{"asset_id":"{market.rules.tokens[side]}", "price":"')
        tails.append(
            f'", "hash":"{market.hashes[side]}", '
            f'"best_bid":"{price_text(bid)}", "best_ask":"{price_text(ask)}"}}'
        )
    start = f'{{"market":"{market.rules.condition}", "price_changes":['
    end = f'], "timestamp":"{market.time_ms}", "event_type":"price_change"}}'
    frames = []
    for ladder, price, size, owner in changes:
        other = 1 - ladder
        amount = plain(size)
        buy = f'{heads[ladder]}{price_text(price)}", "size":"{amount}", "side":"BUY{tails[ladder]}'
        mirrored = price_text(MICROS - price)
        sell = f'{heads[other]}{mirrored}", "size":"{amount}", "side":"SELL{tails[other]}'
        pair = f"{buy}, {sell}" if owner == ladder else f"{sell}, {buy}"
        frames.append(Frame(f"{start}{pair}{end}".encode()))
    return frames


def last_trade_price(market: Market, fill: Fill, transaction: str, now_ms: int) -> Frame:
    """Return the notice of a trade, as the venue sends it a moment after the batch."""
    token = market.rules.tokens[fill.token]
    message = {
        "market": market.rules.condition,
        "asset_id": token,
        "price": plain(fill.price),
        "size": plain(fill.size),
        "fee_rate_bps": "0",
        "side": fill.side,
        "timestamp": str(now_ms),
        "event_type": "last_trade_price",
        "transaction_hash": transaction,
    }
    return Frame(spaced(message), token)


def tick_size_change(market: Market, side: int, old: int, now_ms: int) -> Frame:
    """Return the notice that the price grid of a token is another, after it changed."""
    token = market.rules.tokens[side]
    message = {
        "market": market.rules.condition,
        "asset_id": token,
        "old_tick_size": plain(old),
        "new_tick_size": plain(market.tick),
        "timestamp": str(now_ms),
        "event_type": "tick_size_change",
    }
    return Frame(spaced(message), token)


def best_bid_ask(market: Market, side: int, now_ms: int) -> Frame:
    """Return the venue's own top of a book; an empty side, and then the spread, is `""`."""
    token = market.rules.tokens[side]
    bid, ask = market.best(side)
    whole = bid and ask < MICROS
    message = {
        "market": market.rules.condition,
        "asset_id": token,
        "best_bid": plain(bid) if bid else "",
        "best_ask": plain(ask) if ask < MICROS else "",
        "spread": plain(ask - bid) if whole else "",
        "timestamp": str(now_ms),
        "event_type": "best_bid_ask",
    }
    return Frame(spaced(message), token, custom=True)


def new_market(market: Market, number: int, name: Name, now_ms: int) -> Frame:
    """Return the notice of a new market, which everyone hears who asked for custom features."""
    rules, event = market.rules, name.event
    fees = CATEGORIES[event.category]
    message = {
        "id": str(number),
        "question": name.question,
        "market": rules.condition,
        "slug": name.slug,
        "description": story(name, rules) * 6,
        "assets_ids": list(rules.tokens),
        "outcomes": list(rules.outcomes),
        "event_message": {
            "id": str(event.id),
            "ticker": event.slug,
            "slug": event.slug,
            "title": event.title,
            "description": story(name, rules) * 2,
        },
        "timestamp": str(now_ms),
        "event_type": "new_market",
        "tags": [tag.slug for tag in event.tags],
        "condition_id": rules.condition,
        "active": True,
        "clob_token_ids": list(rules.tokens),
        "sports_market_type": "",
        "line": "",
        "game_start_time": "",
        "order_price_min_tick_size": rules.tick_size,
        "group_item_title": name.group,
        "taker_base_fee": "1000",
        "fees_enabled": fees.rate != "0",
        "fee_schedule": {
            "exponent": "1",
            "rate": fees.rate,
            "taker_only": True,
            "rebate_rate": fees.rebate,
        },
    }
    return Frame(spaced(message), custom=True)


def story(name: Name, rules: Rules) -> str:
    """Return how a market is decided, in a sentence."""
    yes, no = rules.outcomes
    return (
        f'This market will resolve to "{yes}" if what "{name.event.title}" asks comes to be '
        f'before its end date, and to "{no}" otherwise. '
    )


def market_resolved(market: Market, number: int, name: Name, winner: int, now_ms: int) -> Frame:
    """Return the notice that a question is answered, for the followers of its tokens."""
    rules = market.rules
    message = {
        "id": str(number),
        "market": rules.condition,
        "assets_ids": list(rules.tokens),
        "winning_asset_id": rules.tokens[winner],
        "winning_outcome": rules.outcomes[winner],
        "event_message": None,
        "timestamp": str(now_ms),
        "event_type": "market_resolved",
        "tags": [tag.slug for tag in name.event.tags],
    }
    return Frame(spaced(message), custom=True)
