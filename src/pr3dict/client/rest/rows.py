"""Results as a sequence that can become a table."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, Self, SupportsIndex, TypeVar, overload

from pr3dict.client.rest import tables

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

T = TypeVar("T")

SHOWN_MAX: Final = 2
"""Rows that `repr` shows: one of the catalogue has 85 members."""


class Rows(tuple[T, ...]):  # noqa: SLOT001 - a tuple can have no slot, and `of` needs a place
    """What a list method found, in the venue's order: a tuple that can become a table.

    `of` is the type of the rows, from which also an empty table has its columns; that of the first
    row unless given.
    """

    of: type | None

    def __new__(cls, items: Iterable[T] = (), of: type | None = None) -> Self:
        """Take the rows, and what they are."""
        rows = super().__new__(cls, items)
        rows.of = of or (type(rows[0]) if rows else None)
        return rows

    @overload
    def __getitem__(self, key: SupportsIndex, /) -> T: ...
    @overload
    def __getitem__(self, key: slice, /) -> "Rows[T]": ...
    def __getitem__(self, key: SupportsIndex | slice, /) -> "T | Rows[T]":
        if isinstance(key, slice):
            return Rows(super().__getitem__(key), self.of)
        return super().__getitem__(key)

    def __repr__(self) -> str:
        shown = ", ".join(map(repr, self[:SHOWN_MAX]))
        more = f", … and {len(self) - SHOWN_MAX:,} more" if len(self) > SHOWN_MAX else ""
        return f"Rows({shown}{more})"

    def to_polars(self) -> "pl.DataFrame":
        """Return a table of polars, a column for each member; `client.tables` tells the types.

        Raises `MissingExtra` where polars is not installed, and `ValueError` for a decimal that
        its 38 digits cannot hold exactly.
        """
        return tables.polars_frame(self, self.of)

    def to_pandas(self) -> "pd.DataFrame":
        """Return a table of pandas, a column for each member; `client.tables` tells the types.

        Raises `MissingExtra` where pandas is not installed.
        """
        return tables.pandas_frame(self, self.of)
