"""Entries applied to the books (docs/books.md section 3).

Each function applies one entry and returns None, or the reason for which it ignores it.
"""

from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct

from pr3dict.core.reference import witness
from pr3dict.core.reference.book import Book, Standing, remember
from pr3dict.core.reference.decimal_text import parse_micros
from pr3dict.core.reference.entries import (
    EMPTY_ASK,
    Change,
    Entry,
    NewMarket,
    Quote,
    Resolution,
    Snapshot,
    TickChange,
    TradeReport,
    Unknown,
)
from pr3dict.core.reference.proof import same_claim
from pr3dict.core.reference.shelf import Shelf
from pr3dict.core.reference.wire import context_text
from pr3dict.model.events import BestQuoted, MarketCreated, MarketResolved, TickSizeChanged, Trade
from pr3dict.model.states import BookState, Cause, Proof, Source
from pr3dict.model.units import NS_PER_MS

_LIVE: Final = BookState.LIVE
_SUSPECT: Final = BookState.SUSPECT
_CLOSED: Final = BookState.CLOSED
_PROVED: Final = Proof.PROVED
_SETTLED: Final = Standing.SETTLED
_CHANGED: Final = Standing.CHANGED


class Arrival(Struct, frozen=True, gc=False):
    """How the frame that is being applied came."""

    link: int
    local_ns: int
    is_rest: bool


def apply_all(shelf: Shelf, entries: list[Entry], arrival: Arrival) -> None:
    """Apply the entries of one frame in order and count them; then hear the witnesses."""
    counts = shelf.counts
    applied = 0
    first_reason = timed_ms = None
    for entry in entries:
        reason = _APPLY[type(entry)](shelf, entry, arrival)
        if reason is None:
            applied += 1
            if timed_ms is None and isinstance(entry, (Change, TradeReport)):
                timed_ms = entry.ms
        else:
            counts[f"entries.ignored.{reason}"] += 1
            first_reason = first_reason or reason
    counts["entries.received"] += len(entries)
    counts["entries.applied"] += applied
    if applied:
        counts["frames.applied"] += 1
    else:
        counts[f"frames.ignored.{first_reason or 'empty'}"] += 1
    if timed_ms is not None:
        shelf.latencies.record(arrival.local_ns, timed_ms)
    witness.hear(shelf, arrival.local_ns)


def _open_book(shelf: Shelf, token: str, arrival: Arrival) -> Book | str:
    """Return the book that an entry speaks of, or the reason to ignore the entry."""
    book = shelf.books.get(token)
    if book is None or (book.link != arrival.link and not arrival.is_rest):
        return "untracked"
    return "closed" if book.state is _CLOSED else book


def _apply_change(shelf: Shelf, change: Change, arrival: Arrival) -> str | None:
    book = shelf.books.get(change.token)
    if book is None or book.link != arrival.link:
        return "untracked"
    book.delivered = True
    if book.state is not _LIVE and book.state is not _SUSPECT:
        return "closed" if book.state is _CLOSED else "unsynced"
    if change.ms < book.ms:
        return "older"
    if change.ms == book.ms and same_claim(change.hash, book.hash_claimed):
        if book.proof is _PROVED:
            return "repeated"
    else:
        _begin_batch(shelf, book, arrival)
    if shelf.prove:
        book.proof = Proof.PENDING
        remember(book.batch_prices, change.price)
    if not change.canonical:
        book.canonical = False
    (book.bids if change.is_bid else book.asks).set(change.price, change.size)
    book.ms = change.ms
    book.local_ns = arrival.local_ns
    book.version += 1
    book.hash_claimed = change.hash
    book.best_bid_claimed = change.best_bid
    book.best_ask_claimed = change.best_ask
    book.standing = _CHANGED
    shelf.changed.append(book)
    shelf.heard.append(book)
    return None


def _begin_batch(shelf: Shelf, book: Book, arrival: Arrival) -> None:
    """Close the claim of the batch before, if it is still open."""
    if book.standing is not _SETTLED:
        witness.close_claim(shelf, book, arrival.local_ns)
    book.batch_prices.clear()


def _apply_snapshot(shelf: Shelf, snapshot: Snapshot, arrival: Arrival) -> str | None:
    if shelf.adopt and snapshot.token not in shelf.books:
        shelf.add(snapshot.token, arrival.link).delivered = True  # it has no stream to wait for
    book = _open_book(shelf, snapshot.token, arrival)
    if isinstance(book, str):
        return book
    book.delivered = book.delivered or not arrival.is_rest
    followed = book.state is _LIVE or book.state is _SUSPECT
    if snapshot.ms < book.ms and (arrival.is_rest or followed or book.source is Source.REST):
        return "older"
    if snapshot.ms != book.ms or not same_claim(snapshot.hash, book.hash_claimed):
        _begin_batch(shelf, book, arrival)
    shelf.join_market(book, snapshot.market)
    bids_changed = book.bids.replace(snapshot.bids)
    asks_changed = book.asks.replace(snapshot.asks)
    book.canonical = snapshot.canonical
    _believe(book, snapshot)
    book.ms = snapshot.ms
    book.version += 1
    book.hash_claimed = snapshot.hash
    book.best_bid_claimed = book.best_ask_claimed = None
    book.standing = Standing.SNAPSHOT
    if shelf.prove:
        book.proof = Proof.PENDING
    shelf.heard.append(book)
    source = Source.REST if arrival.is_rest else Source.WS
    shelf.counts[f"snapshots.{source.name.lower()}"] += 1
    changed = bids_changed or asks_changed
    shelf.reset(book, source, changed=changed, local_ns=arrival.local_ns)
    return None


def _believe(book: Book, snapshot: Snapshot) -> None:
    """Take over what a `book` tells of the context."""
    context = book.context
    if snapshot.tick_size is not None:
        context.tick_size = snapshot.tick_size
    if snapshot.min_order_size is not None:
        context.min_order_size = snapshot.min_order_size
    if snapshot.neg_risk is not None:
        context.neg_risk = snapshot.neg_risk
    if snapshot.last_trade_price is not None:
        context.last_trade_price = snapshot.last_trade_price
        price = parse_micros(snapshot.last_trade_price)
        book.last_trade_price = price[0] if price else 0


def _apply_trade(shelf: Shelf, trade: TradeReport, arrival: Arrival) -> str | None:
    book = _open_book(shelf, trade.token, arrival)
    if isinstance(book, str):
        return book
    remember(book.trade_prices, trade.price)
    book.last_trade_price = trade.price
    shelf.counts["trades"] += 1
    shelf.events.append(
        Trade(
            trade.token,
            trade.market,
            trade.price,
            trade.size,
            trade.side,
            trade.ms * NS_PER_MS,
            arrival.local_ns,
            trade.transaction_hash,
        )
    )
    return None


def _apply_tick_change(shelf: Shelf, change: TickChange, arrival: Arrival) -> str | None:
    book = _open_book(shelf, change.token, arrival)
    if isinstance(book, str):
        return book
    if change.old == change.new:
        return "no_change"
    if book.standing is not _SETTLED:
        witness.close_claim(shelf, book, arrival.local_ns)
    book.context.tick_size = context_text(change.text) or book.context.tick_size
    if book.state is _LIVE:
        shelf.change_state(book, _SUSPECT, Cause.TICK, arrival.local_ns)
    shelf.events.append(
        TickSizeChanged(
            change.token,
            change.market,
            change.old,
            change.new,
            change.ms * NS_PER_MS,
            arrival.local_ns,
        )
    )
    return None


def _apply_quote(shelf: Shelf, quote: Quote, arrival: Arrival) -> str | None:
    book = _open_book(shelf, quote.token, arrival)
    if isinstance(book, str):
        return book
    ask = 0 if quote.best_ask == EMPTY_ASK else quote.best_ask or 0
    venue_ns = quote.ms * NS_PER_MS
    shelf.events.append(
        BestQuoted(quote.token, quote.market, quote.best_bid or 0, ask, venue_ns, arrival.local_ns)
    )
    return None


def _apply_new_market(shelf: Shelf, new: NewMarket, arrival: Arrival) -> None:
    venue_ns = new.ms * NS_PER_MS
    shelf.events.append(
        MarketCreated(
            new.market,
            new.question,
            new.slug,
            new.tokens,
            new.outcomes,
            venue_ns,
            arrival.local_ns,
        )
    )


def _apply_resolution(shelf: Shelf, over: Resolution, arrival: Arrival) -> None:
    shelf.events.append(
        MarketResolved(
            over.market,
            over.tokens,
            over.winning_token,
            over.winning_outcome,
            over.ms * NS_PER_MS,
            arrival.local_ns,
        )
    )
    for token in over.tokens:
        book = shelf.books.get(token)
        if book is not None:
            shelf.forget_claim(book)
            shelf.change_state(book, _CLOSED, Cause.RESOLVED, arrival.local_ns)


def _apply_unknown(_shelf: Shelf, _entry: Unknown, _arrival: Arrival) -> str:
    return "unknown_type"


_APPLY: Final[dict[type[Entry], Callable[[Shelf, Any, Arrival], str | None]]] = {
    Change: _apply_change,
    Snapshot: _apply_snapshot,
    TradeReport: _apply_trade,
    TickChange: _apply_tick_change,
    Quote: _apply_quote,
    NewMarket: _apply_new_market,
    Resolution: _apply_resolution,
    Unknown: _apply_unknown,
}
