"""Rows as a table of polars or pandas, with the types that the rows have: no float is made.

| of a row | polars | pandas |
|---|---|---|
| text | String | str |
| a flag, a whole number | Boolean, Int64 | boolean, Int64 |
| a decimal | Decimal, with as many places as its column needs | object, of `Decimal` |
| a time | Datetime in µs, UTC | datetime64[us, UTC] |
| a row in the row, a tuple | Struct, List | object, of `dict` and `list` |
| a word of an enumeration | String | str |
| anything else, as a dictionary | String, JSON | str, JSON |

What is `None` is null in its column. Both packages are heavy and imported here only, when a table
is asked for.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum
from importlib import import_module
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Any,
    Final,
    NewType,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

import msgspec

from pr3dict.model.errors import MissingExtra

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

_PLAIN: Final = (str, bool, int, float, Decimal, datetime)
VALUE: Final = "value"
"""The column of rows that are plain values."""
_DIGITS_MAX: Final = 38
"""Of a decimal of polars, before and behind the point."""
_PLACES_MIN: Final = 6
"""Behind the point of a column of decimals, so that prices and sizes are alike in all tables."""


def polars_frame(rows: Sequence[object], kind: type | None) -> "pl.DataFrame":
    """Return rows of a kind as a table of polars.

    Raises `MissingExtra` where polars is not installed, and `ValueError` for a decimal that its 38
    digits cannot hold exactly.
    """
    polars = _package("polars", "polars")
    columns = _columns(rows, kind)
    schema = {name: _polars_type(polars, hint, name, cells) for name, hint, cells in columns}
    frame: pl.DataFrame = polars.DataFrame(
        {name: cells for name, _, cells in columns}, schema=schema, strict=True
    )
    return frame


def pandas_frame(rows: Sequence[object], kind: type | None) -> "pd.DataFrame":
    """Return rows of a kind as a table of pandas; raises `MissingExtra` where it is missing."""
    pandas = _package("pandas", "pandas")
    dtypes: dict[object, object] = {
        str: "str",
        bool: "boolean",
        int: "Int64",
        datetime: pandas.DatetimeTZDtype("us", "UTC"),
    }
    columns = {
        name: pandas.Series(cells, dtype=dtypes.get(_bare(hint), "object"))
        for name, hint, cells in _columns(rows, kind)
    }
    frame: pd.DataFrame = pandas.DataFrame(columns)
    return frame


def _package(name: str, extra: str) -> Any:  # noqa: ANN401 - a module
    try:
        return import_module(name)
    except ImportError:
        raise MissingExtra(name, extra) from None


def _columns(rows: Sequence[object], kind: type | None) -> list[tuple[str, Any, list[object]]]:
    """Return the name, the annotation and the cells of each column."""
    if kind is None:
        return []
    if not _is_row(kind):
        return [(VALUE, kind, [_cell(row) for row in rows])]
    return [
        (name, hint, [_cell(getattr(row, name)) for row in rows]) for name, hint in _members(kind)
    ]


def _cell(found: object) -> object:
    """Return a value as a table holds it: rows as dictionaries, tuples as lists."""
    if isinstance(found, msgspec.Struct):
        return {name: _cell(getattr(found, name)) for name, _ in _members(type(found))}
    if isinstance(found, tuple):
        return [_cell(item) for item in found]
    if isinstance(found, Enum):
        return found.value if isinstance(found.value, str) else found.name
    if found is None or isinstance(found, _PLAIN):
        return found
    return msgspec.json.encode(found).decode()


def _members(kind: type) -> Iterator[tuple[str, Any]]:
    hints = get_type_hints(kind)
    return ((field.name, hints[field.name]) for field in msgspec.structs.fields(kind))


def _is_row(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _bare(hint: Any) -> Any:  # noqa: ANN401 - an annotation
    """Return the kind of cell that an annotation asks for: `X` for `X | None`, `str` for words."""
    if isinstance(hint, NewType):
        return _bare(hint.__supertype__)
    if get_origin(hint) in {UnionType, Union}:
        return _bare(next(part for part in get_args(hint) if part is not NoneType))
    is_cell = hint in _PLAIN or get_origin(hint) is tuple or _is_row(hint)
    return hint if is_cell else str


def _polars_type(polars: Any, hint: Any, name: str, cells: object) -> Any:  # noqa: ANN401
    """Return the type of a column, or of what is in it."""
    kind = _bare(hint)
    if get_origin(kind) is tuple:
        return polars.List(_polars_type(polars, get_args(kind)[0], name, cells))
    if _is_row(kind):
        fields = {inner: _polars_type(polars, part, name, cells) for inner, part in _members(kind)}
        return polars.Struct(fields)
    plain: dict[object, Callable[[], object]] = {
        str: polars.String,
        bool: polars.Boolean,
        int: polars.Int64,
        float: polars.Float64,
        datetime: lambda: polars.Datetime("us", "UTC"),
        Decimal: lambda: polars.Decimal(_DIGITS_MAX, _places(name, cells)),
    }
    return plain[kind]()


def _places(name: str, cells: object) -> int:
    """Return how many places the decimals of a column need behind the point, all together."""
    places, whole = _PLACES_MIN, 0
    for number in _decimals(cells):
        exponent = number.as_tuple().exponent
        places = max(places, -exponent if isinstance(exponent, int) else _DIGITS_MAX + 1)
        whole = max(whole, number.adjusted() + 1)
    if places + whole > _DIGITS_MAX:
        raise ValueError(
            f"{name}: polars holds decimals of {_DIGITS_MAX} digits and this column wants"
            f" {places + whole}: take to_pandas(), or the rows themselves"
        )
    return places


def _decimals(cells: object) -> Iterator[Decimal]:
    if isinstance(cells, Decimal):
        yield cells
    elif isinstance(cells, list | dict):
        for cell in cells.values() if isinstance(cells, dict) else cells:
            yield from _decimals(cell)
