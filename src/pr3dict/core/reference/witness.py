"""The witnesses: the venue's hash, best bid and ask, the mirror (docs/books.md section 4).

A claim describes a book after the last frame of a batch, and nothing tells which frame is the
last. So equality ends a batch at once, and only what is still unequal when the batch is over
is a failure.
"""

from enum import Enum
from typing import Final

from pr3dict.core.reference import proof
from pr3dict.core.reference.book import Book, Standing
from pr3dict.core.reference.decimal_text import parse_micros, to_text
from pr3dict.core.reference.digest import Preimage
from pr3dict.core.reference.proof import Found
from pr3dict.core.reference.shelf import Shelf
from pr3dict.model.states import BookState, Cause, Proof
from pr3dict.model.units import NS_PER_MS

PENDING_NS: Final = 250 * NS_PER_MS
"""How long a claim may stay pending after its last frame."""
MISSES_MAX: Final = 3
"""`book`s in a row that nothing reproduces before their context is no longer believed."""


class Verdict(Enum):
    """What the hash says of a book."""

    PROVED = 0
    DIFFERS = 1
    """Not equal, and the context is trusted."""
    SILENT = 2
    """It cannot be judged."""


def hear(shelf: Shelf, now: int) -> None:
    """Judge every book that this frame changed, then the mirrors."""
    heard = list(dict.fromkeys(shelf.heard))
    for book in heard:
        if book.standing is Standing.CHANGED:
            _judge_change(shelf, book, now)
        elif book.standing is Standing.SNAPSHOT:
            _close_snapshot(shelf, book, now)
    compared: set[str] = set()
    for book in heard:
        _compare_mirror(shelf, book, compared, now)


def close_claim(shelf: Shelf, book: Book, now: int) -> None:
    """Judge a book for good: the batch of its claim is over."""
    shelf.pending.pop(book.token, None)
    if book.standing is Standing.SNAPSHOT:
        _close_snapshot(shelf, book, now)
        return
    verdict = _verdict_of_change(shelf, book, is_closing=True)
    if verdict is Verdict.DIFFERS:
        _fail_hash(shelf, book, now)
    else:
        _settle(shelf, book, verdict, now)


def close_due(shelf: Shelf, now: int) -> None:
    """Close the pending claims that are due, in the order of their times, then of tracking."""
    due = [book for book in shelf.pending.values() if book.due_ns <= now]
    for book in sorted(due, key=lambda book: (book.due_ns, book.born)):
        close_claim(shelf, book, now)
        shelf.touch(book)


def next_due(shelf: Shelf) -> int:
    """Return when the next pending claim must be closed; 0: none is pending."""
    return min((book.due_ns for book in shelf.pending.values()), default=0)


def _judge_change(shelf: Shelf, book: Book, now: int) -> None:
    """Judge a change: equal is proved, unequal may be the middle of a batch."""
    verdict = _verdict_of_change(shelf, book, is_closing=False)
    if verdict is Verdict.PROVED or (verdict is Verdict.SILENT and book.best_is_claimed()):
        shelf.pending.pop(book.token, None)
        _settle(shelf, book, verdict, now)
        return
    book.standing = Standing.PENDING
    book.due_ns = now + PENDING_NS
    shelf.pending[book.token] = book
    if shelf.prove:
        book.proof = Proof.PENDING


def _verdict_of_change(shelf: Shelf, book: Book, *, is_closing: bool) -> Verdict:
    if not (shelf.prove and book.context.has_rules() and proof.is_rebuildable(book)):
        return Verdict.SILENT
    preimage = Preimage(book)
    found = proof.likely(book, preimage)
    is_doubted = book.state is BookState.SUSPECT and book.cause is Cause.HASH
    if found is None and is_closing and book.context.trusted and not is_doubted:
        shelf.counts["proofs.searched"] += 1
        found = proof.on_grid(book, preimage)
    if found is not None:
        shelf.counts["proofs.proved"] += 1
        _trust(book, found)
        return Verdict.PROVED
    return Verdict.DIFFERS if book.context.trusted else Verdict.SILENT


def _close_snapshot(shelf: Shelf, book: Book, now: int) -> None:
    shelf.pending.pop(book.token, None)
    verdict = _verdict_of_snapshot(shelf, book)
    if verdict is Verdict.DIFFERS:
        _fail_hash(shelf, book, now)
    else:
        _settle(shelf, book, verdict, now)


def _verdict_of_snapshot(shelf: Shelf, book: Book) -> Verdict:
    if not (shelf.prove and proof.is_rebuildable(book)):
        return Verdict.SILENT
    preimage = Preimage(book)
    found = proof.likely(book, preimage)
    is_of_2024 = found is None and proof.is_of_2024(book)
    if found is None and not is_of_2024 and book.misses < MISSES_MAX:
        shelf.counts["proofs.searched"] += 1
        found = proof.on_grid(book, preimage)
    if found is not None:
        _trust(book, found)
    if found is not None or is_of_2024:
        book.misses = 0
        shelf.counts["snapshots.proved"] += 1
        return Verdict.PROVED
    book.misses += 1
    if book.misses >= MISSES_MAX:
        book.context.trusted = False
    return Verdict.DIFFERS if book.context.trusted else Verdict.SILENT


def _trust(book: Book, found: Found) -> None:
    """Believe a context that reproduced a hash."""
    context = book.context
    if found.last_trade_price != context.last_trade_price:
        price = parse_micros(found.last_trade_price)
        book.last_trade_price = price[0] if price else 0
    context.min_order_size = found.min_order_size
    context.tick_size = found.tick_size
    context.neg_risk = found.neg_risk
    context.last_trade_price = found.last_trade_price
    context.trusted = True
    book.misses = 0


def _settle(shelf: Shelf, book: Book, verdict: Verdict, now: int) -> None:
    """End a batch that the hash does not contradict; hear best and crossed."""
    book.standing = Standing.SETTLED
    if verdict is Verdict.PROVED:
        book.proof = Proof.PROVED
        book.verified_ns = book.local_ns
    elif shelf.prove:
        book.proof = Proof.UNVERIFIED
        shelf.counts["proofs.unverified"] += 1
    if not book.best_is_claimed():
        shelf.counts["best.failed"] += 1
        shelf.fail(book, Cause.BEST, _best_claimed(book), _best_held(book), now)
    elif book.is_crossed():
        shelf.counts["crossed.failed"] += 1
        shelf.fail(book, Cause.CROSSED, "", _best_held(book), now)
    elif verdict is Verdict.PROVED and book.state is BookState.SUSPECT and book.delivered:
        shelf.change_state(book, BookState.LIVE, Cause.NONE, now)


def _fail_hash(shelf: Shelf, book: Book, now: int) -> None:
    book.standing = Standing.SETTLED
    book.proof = Proof.FAILED
    shelf.counts["proofs.failed"] += 1
    shelf.fail(book, Cause.HASH, book.hash_claimed, proof.known_hash(book), now)


def _compare_mirror(shelf: Shelf, book: Book, compared: set[str], now: int) -> None:
    """Compare a book with its twin, once a pair and frame."""
    twin = book.twin()
    if twin is None or twin.token in compared or not _is_comparable(book, twin):
        return
    compared.add(book.token)
    shelf.counts["mirror.compared"] += 1
    if _is_mirror(book, twin, whole=shelf.prove):
        return
    shelf.counts["mirror.failed"] += 1
    if book.proof is Proof.PROVED and twin.proof is Proof.PROVED:
        return
    for one, other in ((book, twin), (twin, book)):
        if one.proof is not Proof.PROVED:
            shelf.fail(one, Cause.MIRROR, "", other.token, now)


def _is_comparable(book: Book, twin: Book) -> bool:
    live = book.state is BookState.LIVE and twin.state is BookState.LIVE
    settled = book.standing is Standing.SETTLED and twin.standing is Standing.SETTLED
    return live and settled and book.ms == twin.ms


def _is_mirror(book: Book, twin: Book, *, whole: bool) -> bool:
    """Tell whether bids are the twin's asks and asks its bids: all, or the best."""
    if whole:
        return book.bids.sizes == twin.asks.sizes and book.asks.sizes == twin.bids.sizes
    pairs = ((book.bids, twin.asks), (book.asks, twin.bids))
    return all(
        mine.keys[-1:] == other.keys[-1:] and mine.best()[1] == other.best()[1]
        for mine, other in pairs
    )


def _best_claimed(book: Book) -> str:
    bid, ask = book.best_bid_claimed, book.best_ask_claimed
    return f"{_told(bid)}/{_told(ask)}"


def _best_held(book: Book) -> str:
    return f"{to_text(book.bids.best_price())}/{to_text(book.asks.best_price())}"


def _told(micros: int | None) -> str:
    return "" if micros is None else to_text(micros)
