"""The venue's SHA-1 of a whole book, and our own digest of its content.

The fields that the stream does not carry stand at the end of the text that is hashed. The hash
of all before them is computed once (`Preimage`); each candidate then costs one short update.
"""

import hashlib
import json
from collections.abc import Iterable
from functools import lru_cache

from pr3dict.core.reference.book import Book
from pr3dict.core.reference.decimal_text import REMEMBERED, to_text
from pr3dict.core.reference.ladder import Ladder


class Preimage:
    """A book's text up to the context, hashed."""

    __slots__ = ("_hashed",)

    def __init__(self, book: Book) -> None:
        head = (
            f'{{"market":{_quoted(book.market)},"asset_id":{_quoted(book.token)},'
            f'"timestamp":"{book.ms}","hash":"",{_levels(book)},'
        )
        self._hashed = hashlib.sha1(head.encode())  # noqa: S324 - the venue's choice

    def hash(
        self, min_order_size: str, tick_size: str, last_trade_price: str, *, neg_risk: bool
    ) -> str:
        """Return the hash of the book with this context."""
        whole = self._with_rules(min_order_size, tick_size, neg_risk=neg_risk)
        whole.update(_last_of(last_trade_price))
        return whole.hexdigest()

    def last_trade_price(
        self,
        claimed: bytes,
        rules: tuple[str, str, bool],
        candidates: Iterable[str],
    ) -> str | None:
        """Return the first last trade price that gives the hash claimed, None where none does.

        The rules are tick size, min order size and neg risk.
        """
        tick_size, min_order_size, neg_risk = rules
        copy = self._with_rules(min_order_size, tick_size, neg_risk=neg_risk).copy
        for candidate in candidates:
            whole = copy()
            whole.update(_last_of(candidate))
            if whole.digest() == claimed:
                return candidate
        return None

    def _with_rules(
        self, min_order_size: str, tick_size: str, *, neg_risk: bool
    ) -> "hashlib._Hash":
        whole = self._hashed.copy()
        whole.update(
            f'"min_order_size":"{min_order_size}","tick_size":"{tick_size}",'
            f'"neg_risk":{"true" if neg_risk else "false"},"last_trade_price":"'.encode()
        )
        return whole


def hash_of_2024(book: Book) -> str:
    """Return the hash in the form of 2024: no time and no context."""
    text = (
        f'{{"market":{_quoted(book.market)},"asset_id":{_quoted(book.token)},'
        f'"hash":"",{_levels(book)}}}'
    )
    return _sha1(text)


def book_hash(
    market: str,
    asset_id: str,
    timestamp: str,
    bids: list[tuple[str, str]],
    asks: list[tuple[str, str]],
    min_order_size: str,
    tick_size: str,
    neg_risk: bool,
    last_trade_price: str,
) -> str:
    """Return the venue's hash of a book: levels as (price, size) texts in the order given."""
    book = {
        "market": market,
        "asset_id": asset_id,
        "timestamp": timestamp,
        "hash": "",
        "bids": [{"price": price, "size": size} for price, size in bids],
        "asks": [{"price": price, "size": size} for price, size in asks],
        "min_order_size": min_order_size,
        "tick_size": tick_size,
        "neg_risk": neg_risk,
        "last_trade_price": last_trade_price,
    }
    return _sha1(json.dumps(book, separators=(",", ":"), ensure_ascii=False))


def content_digest(book: Book) -> str:
    """Return our digest of what a book holds (docs/books.md section 7)."""
    return _sha1(f"{_digested(book.bids)}|{_digested(book.asks)}")


def whole_digest(books: list[Book]) -> str:
    """Return our digest of all books that were ever filled."""
    filled = sorted((book.token, content_digest(book)) for book in books if book.source)
    return _sha1("".join(f"{token}={digest};" for token, digest in filled))


def _digested(ladder: Ladder) -> str:
    return "".join(f"{to_text(price)}@{to_text(size)};" for price, size in ladder.worst_first())


def _levels(book: Book) -> str:
    return f'"bids":[{_rebuilt(book.bids)}],"asks":[{_rebuilt(book.asks)}]'


def _rebuilt(ladder: Ladder) -> str:
    return ",".join(
        [
            f'{{"price":"{to_text(price)}","size":"{to_text(size)}"}}'
            for price, size in ladder.worst_first()
        ]
    )


@lru_cache(REMEMBERED)
def _last_of(last_trade_price: str) -> bytes:
    return f'{last_trade_price}"}}'.encode()


@lru_cache(REMEMBERED)
def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _sha1(text: str) -> str:
    return hashlib.sha1(text.encode()).hexdigest()  # noqa: S324 - the venue's choice
