"""Bugs of books: what is read, applied and believed. In the reference engine, which is Python."""

from collections.abc import Callable
from typing import Any, Final
from unittest.mock import patch

import msgspec
from tests.trial.plant import Bug, Plant, around, instead, nothing

from pr3dict.core.reference import wire, witness
from pr3dict.core.reference.apply import _APPLY
from pr3dict.core.reference.book import Book
from pr3dict.core.reference.books import Books
from pr3dict.core.reference.entries import Change, Control, Snapshot, TickChange
from pr3dict.core.reference.json_text import Rejected
from pr3dict.core.reference.ladder import Ladder
from pr3dict.core.reference.shelf import Shelf
from pr3dict.core.reference.view import View
from pr3dict.core.reference.witness import Verdict as Heard
from pr3dict.model.events import FeedLost
from pr3dict.model.states import BookState, Cause


def _entry(kind: type, wrap: Callable[..., Any]) -> Callable[[], Plant]:
    def plant() -> Plant:
        return patch.dict(_APPLY, {kind: wrap(_APPLY[kind])})

    return plant


def _newest(applied: Callable[..., Any]) -> Callable[..., Any]:
    """Return the same, but nothing is too old for it."""

    def whatever(where: Shelf, entry: Any, arrival: Any) -> Any:
        book = where.books.get(entry.token)
        if book is not None and book.ms > entry.ms:
            book.ms = entry.ms
        return applied(where, entry, arrival)

    return whatever


def _rest_wins(applied: Callable[..., Any]) -> Callable[..., Any]:
    older = _newest(applied)

    def wins(where: Shelf, entry: Any, arrival: Any) -> Any:
        return (older if arrival.is_rest else applied)(where, entry, arrival)

    return wins


def _added_up(applied: Callable[..., Any]) -> Callable[..., Any]:
    def added(where: Shelf, entry: Change, arrival: Any) -> Any:
        book = where.books.get(entry.token)
        if book is not None and entry.size:
            ladder = book.bids if entry.is_bid else book.asks
            key = entry.price if entry.is_bid else 1_000_000 - entry.price
            size = entry.size + ladder.sizes.get(key, 0)
            entry = msgspec.structs.replace(entry, size=size)
        return applied(where, entry, arrival)

    return added


def _wrong_side(applied: Callable[..., Any]) -> Callable[..., Any]:
    def flipped(where: Shelf, entry: Change, arrival: Any) -> Any:
        return applied(where, msgspec.structs.replace(entry, is_bid=not entry.is_bid), arrival)

    return flipped


def _clears(applied: Callable[..., Any]) -> Callable[..., Any]:
    def cleared(where: Shelf, entry: TickChange, arrival: Any) -> Any:
        book = where.books.get(entry.token)
        if book is not None and entry.old == entry.new:
            book.bids.replace([])
            book.asks.replace([])
        return applied(where, entry, arrival)

    return cleared


def _merged(applied: Callable[..., Any]) -> Callable[..., Any]:
    def merged(where: Shelf, entry: Snapshot, arrival: Any) -> Any:
        book = where.books.get(entry.token)
        if book is not None:
            bids, asks = dict(book.bids.best_first()), dict(book.asks.best_first())
            entry = msgspec.structs.replace(
                entry,
                bids=list((bids | dict(entry.bids)).items()),
                asks=list((asks | dict(entry.asks)).items()),
            )
        return applied(where, entry, arrival)

    return merged


def _size_0_stays(self: Ladder, price: int, size: int) -> None:
    key = price if self.is_bid else 1_000_000 - price
    if key not in self.sizes:
        if not size:
            return
        self.keys = sorted([*self.keys, key])
    self.sizes[key] = size


def _first_listed(self: View) -> tuple[int, int, int, int]:
    bid, bid_size = self._bids[-1] if self._bids else (0, 0)
    ask, ask_size = self._asks[-1] if self._asks else (0, 0)
    return bid, bid_size, ask, ask_size


def _first_of_array(decode: Callable[..., Any]) -> Callable[..., Any]:
    def first(text: bytes) -> object:
        value = decode(text)
        return value[:1] if type(value) is list and value else value

    return first


def _absent_is_empty(array: Callable[..., Any]) -> Callable[..., Any]:
    def lenient(members: dict[str, Any], name: str) -> Any:
        return [] if members.get(name) is None else array(members, name)

    return lenient


def _swallowed(read: Callable[..., Any]) -> Callable[..., Any]:
    def whatever(frame: bytes) -> Any:
        try:
            return read(frame)
        except Rejected:
            return Control("pong", "PONG")

    return whatever


def _kept_live(self: Books, link: int, cause: int, now: int) -> None:
    lost = self._shelf.link(link)
    lost.is_open = False
    tokens = tuple(book.token for book in self._shelf.of_link(link))
    self._shelf.events.append(FeedLost(link, lost.epoch, Cause(cause), tokens, now))


def _untold(self: Books, link: int, cause: int, now: int) -> None:
    self._shelf.link(link).is_open = False
    for book in self._shelf.of_link(link):
        if book.state is not BookState.CLOSED:
            self._shelf.forget_claim(book)
            book.state, book.cause = BookState.STALE, Cause(cause)


def _kept_on_reconnect(open_link: Callable[..., Any]) -> Callable[..., Any]:
    def resumed(self: Books, link: int, now: int) -> None:
        held = [book for book in self._shelf.of_link(link) if book.state is BookState.STALE]
        open_link(self, link, now)
        for book in held:
            book.state = BookState.LIVE

    return resumed


def _every_link(self: Shelf, number: int) -> list[Any]:
    del number
    return list(self.books.values())


def _any_link(applied: Callable[..., Any]) -> Callable[..., Any]:
    def whichever(where: Shelf, entry: Any, arrival: Any) -> Any:
        book = where.books.get(entry.token)
        state = None if book is None else book.state
        if book is not None and state in {BookState.SYNCING, BookState.STALE}:
            book.state = BookState.LIVE  # a change of the connection before is as good as any
        reason = applied(where, entry, arrival)
        if book is not None and reason is not None and state is not None:
            book.state = state
        return reason

    return whichever


def _keeps(self: Books, token: str) -> bool:
    return token in self._shelf.books


BOOK_BUGS: Final = (
    Bug(
        "rest_overwrites_newer",
        "an answer of REST replaces a book that is newer",
        _entry(Snapshot, _rest_wins),
        (),
        "reference",
        "test_book:test_C11_an_old_answer_of_rest_is_left",
    ),
    Bug(
        "older_book_applied",
        "a whole book that is older than what is held replaces it",
        _entry(Snapshot, _newest),
        (),
        "reference",
        "test_book:test_B3_a_book_older_than_what_was_applied_is_left",
    ),
    Bug(
        "older_change_applied",
        "a change that is older than what is held is applied",
        _entry(Change, _newest),
        (),
        "reference",
        "test_book:test_C4_a_change_older_than_what_was_applied_is_left",
    ),
    Bug(
        "sizes_added",
        "a size is added to the one that is there: a duplicate doubles it",
        _entry(Change, _added_up),
        (-1,),
        "reference",
    ),
    Bug(
        "wrong_side",
        "bids and asks of a change are taken for each other",
        _entry(Change, _wrong_side),
        (-1,),
        "reference",
    ),
    Bug(
        "no_op_tick_clears",
        "a change to the same tick clears the book",
        _entry(TickChange, _clears),
        (),
        "reference",
    ),
    Bug(
        "snapshot_merged",
        "a whole book is laid over the old one: levels that are gone stay",
        _entry(Snapshot, _merged),
        (),
        "reference",
    ),
    Bug(
        "size_0_is_a_level",
        "a level of size 0 stays in the book",
        instead(Ladder, "set", _size_0_stays),
        (-1,),
        "reference",
    ),
    Bug(
        "best_by_list_order",
        "the first level that the venue lists, its worst, is taken for the best",
        instead(View, "top", _first_listed),
        (-1,),
        "reference",
    ),
    Bug(
        "first_of_array_only",
        "of an array of messages only the first is read",
        around(wire, "decode", _first_of_array),
        (-1,),
        "reference",
    ),
    Bug(
        "absent_side_is_empty",
        "a book without the member `asks` is read as one without asks",
        around(wire, "_array", _absent_is_empty),
        (),
        "reference",
    ),
    Bug(
        "garbage_swallowed",
        "what cannot be read is taken for a PONG",
        around(wire, "read", _swallowed),
        (),
        "reference",
    ),
    Bug(
        "rejected_but_trusted",
        "books stay LIVE though a frame of their connection could not be read",
        instead(Books, "_distrust", nothing),
        (),
        "reference",
    ),
    Bug(
        "live_after_close",
        "books stay LIVE though their connection is down",
        instead(Books, "close_link", _kept_live),
        (),
        "reference",
    ),
    Bug(
        "gap_untold",
        "the loss of a connection is told to nobody",
        instead(Books, "close_link", _untold),
        (),
        "reference",
    ),
    Bug(
        "kept_on_reconnect",
        "a new connection makes the books of the old one LIVE again",
        around(Books, "open_link", _kept_on_reconnect),
        (),
        "reference",
    ),
    Bug(
        "old_epoch_leaks",
        "changes are applied to a book that its connection has not opened yet",
        _entry(Change, _any_link),
        (),
        "reference",
    ),
    Bug(
        "one_loss_is_everybodys",
        "the loss of one connection makes the books of all others STALE",
        instead(Shelf, "of_link", _every_link),
        (60,),
        "reference",
    ),
    Bug(
        "no_hash_check",
        "the venue's hash of a book is not compared",
        lambda: patch.object(witness, "_verdict_of_change", lambda *_, **__: Heard.SILENT),
        (215, 266),
        "reference",
    ),
    Bug(
        "no_best_check",
        "best bid and ask of a message are not compared",
        lambda: patch.object(Book, "best_is_claimed", lambda _: True),
        (),
        "reference",
        "test_book:test_C1_the_best_price_alone_convicts_where_no_hash_can_be_proved",
    ),
    Bug(
        "claims_never_closed",
        "a claim that fails waits for the rest of its batch for ever",
        lambda: patch.object(witness, "close_due", nothing),
        (),
        "reference",
    ),
    Bug(
        "untracked_keeps_its_book",
        "a token that is let go keeps its old book for the next who asks",
        instead(Books, "untrack", _keeps),
        (),
        "reference",
    ),
)
