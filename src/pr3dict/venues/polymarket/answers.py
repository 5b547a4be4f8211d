"""Answers of REST made into typed rows, with the habits of the venue allowed for.

The same member comes as a number here and as text there, as null or not at all, and a list may be
JSON inside a string (protocol 4.1). A row says by its annotations what it wants; `row` takes every
spelling of that exactly, leaves out what it does not know, and refuses the rest in one sentence.

| annotation | taken for it |
|---|---|
| `str` | text, a whole number; `""` where there is nothing |
| `bool` | true, false, and both as text |
| `int` | a whole number, also as text |
| `Decimal` | a finite number, also as text, exactly |
| `datetime` | ISO 8601, seconds or milliseconds since 1970, also as text; aware, in UTC |
| `tuple[X, ...]` | a list, or a list as JSON in a string |
| a `Row` | an object |
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Any, ClassVar, Final, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from pr3dict.model.errors import RestError
from pr3dict.model.requests import Page

T = TypeVar("T")
R = TypeVar("R", bound="Row")

_NUMBER: Final = re.compile(r"-?[0-9]{1,60}(?:\.[0-9]{1,60})?(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
_DIGITS_MAX: Final = 60
"""Before or behind the point; a number beyond is no price, size or volume of anybody."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECONDS_FROM: Final = 10**11
"""A time as a number is in milliseconds from here on: in seconds it would be the year 5138."""
_SHOWN_MAX: Final = 120
_JSON: Final = msgspec.json.Decoder(float_hook=Decimal)
"""Floats become decimals by their text, so that nothing is lost."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """Base of what answers are made of.

    A member is looked for under its own name (the v2 APIs), in camelCase (the others), and under
    the names in `WIRE`, which come first.
    """

    WIRE: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    @classmethod
    def arranged(cls, found: dict[str, object]) -> dict[str, object]:
        """Bring the members of an object into the shape of the row; as they are, unless told."""
        return found


def opened(body: bytes) -> object:
    """Return what a body holds, floats as decimals.

    Raises `RestError`: `bad_answer` for HTML and half a body, `refused` for an error of the venue
    that comes with status 200.

    >>> opened(b'{"price": 0.1}')
    {'price': Decimal('0.1')}
    """
    try:
        found = _JSON.decode(body)
    except (msgspec.MsgspecError, ValueError, ArithmeticError, RecursionError) as wrong:
        raise RestError(f"wanted JSON, found {_shown(body)}: {wrong}", name="bad_answer") from wrong
    if isinstance(found, dict) and found.get("error"):
        raise RestError(f"the venue says: {_shown(found['error'])}", name="refused")
    return found


def one(kind: type[R]) -> Callable[[bytes], R]:
    """Return the reader of an answer that is one object."""
    return lambda body: _read(kind, lambda: row(kind, opened(body)))


def many(kind: type[R]) -> Callable[[bytes], tuple[R, ...]]:
    """Return the reader of an answer that is a list."""
    return lambda body: _read(kind, lambda: _rows(kind, opened(body)))


def keyset(name: str, kind: type[R]) -> Callable[[bytes], Page[R]]:
    """Return the reader of a part of a list of Gamma: `{name: […], "next_cursor": …}`."""

    def read(body: bytes) -> Page[R]:
        found = _object(opened(body))
        return Page(_rows(kind, _member(found, name)), _text(found.get("next_cursor")))

    return lambda body: _read(kind, lambda: read(body))


def offset(
    kind: type[R], start: int, limit: int, *, deepest: int | None = None
) -> Callable[[bytes], Page[R]]:
    """Return the reader of a part of a list that is counted: the next one begins behind it.

    A part with fewer than `limit` rows is the last, and one behind which the venue lets nobody
    begin: at more than `deepest`.
    """

    def read(body: bytes) -> Page[R]:
        rows, behind = _rows(kind, opened(body)), start + limit
        more = len(rows) >= limit and (deepest is None or behind <= deepest)
        return Page(rows, str(behind) if more else "")

    return lambda body: _read(kind, lambda: read(body))


def page(kind: type[R]) -> Callable[[bytes], Page[R]]:
    """Return the reader of a part of a list of the Data API v2, protocol 4.4."""

    def read(body: bytes) -> Page[R]:
        found = _object(opened(body))
        place = _object(_member(found, "pagination"))
        cursor = _text(place.get("next_cursor"))
        if bool(place.get("has_more")) != bool(cursor):
            raise ValueError("has_more and next_cursor contradict each other")
        return Page(_rows(kind, _member(found, "data")), cursor)

    return lambda body: _read(kind, lambda: read(body))


def data(read: Callable[[object], T]) -> Callable[[bytes], T]:
    """Return the reader of an answer of the Data API v2 that is no list in parts."""
    return lambda body: _read(Row, lambda: read(_member(_object(opened(body)), "data")))


def just(kind: type[R]) -> Callable[[object], R]:
    """Return the reader of an object."""
    return lambda found: row(kind, found)


def first(kind: type[R]) -> Callable[[bytes], R]:
    """Return the reader of an answer that is a list of one object."""

    def read(body: bytes) -> R:
        found = _rows(kind, opened(body))
        if len(found) != 1:
            raise ValueError(f"wanted a list of one, found {len(found)}")
        return found[0]

    return lambda body: _read(kind, lambda: read(body))


def maybe(kind: type[R]) -> Callable[[object], R | None]:
    """Return the reader of an object that may be null."""
    return lambda found: None if found is None else row(kind, found)


def rows(kind: type[R]) -> Callable[[object], tuple[R, ...]]:
    """Return the reader of a list of objects."""
    return lambda found: _rows(kind, found)


def row(kind: type[R], found: object) -> R:
    """Make a row of an object; raises `ValueError`, which names the member."""
    members = kind.arranged(_object(found))
    values: dict[str, object] = {}
    for name, spellings, take, required in plan(kind):
        value = _said(members, spellings)
        try:
            taken = None if value is None else take(value)
        except ValueError as wrong:
            raise ValueError(f"{spellings[0]}: {wrong}") from wrong
        if taken is not None:
            values[name] = taken
        elif required:
            raise ValueError(f"{spellings[0]} is missing")
    return kind(**values)


def _said(members: dict[str, object], spellings: tuple[str, ...]) -> object:
    """Return what stands under the first spelling that says anything."""
    for spelling in spellings:
        value = members.get(spelling)
        if value is not None and value != "":
            return value
    return None


def listed(found: object) -> list[object]:
    """Return a list, whether it comes as one or as JSON in a string.

    >>> listed('["Up", "Down"]'), listed(["Up"]), listed(""), listed(None)
    (['Up', 'Down'], ['Up'], [], [])
    """
    inner = found
    if isinstance(found, str):
        try:
            inner = _JSON.decode(found) if found else None
        except (msgspec.MsgspecError, ValueError, ArithmeticError, RecursionError) as wrong:
            raise _unlike("a list as JSON", found) from wrong
    if inner is None:
        return []
    if not isinstance(inner, list):
        raise _unlike("a list", found)
    return inner


def _read(kind: type[Row], read: Callable[[], T]) -> T:
    try:
        return read()
    except ValueError as wrong:
        raise RestError(f"cannot read this {kind.__name__}: {wrong}", name="bad_answer") from wrong


def _rows(kind: type[R], found: object) -> tuple[R, ...]:
    if not isinstance(found, list):
        raise _unlike("a list", found)
    return tuple(row(kind, item) for item in found)


def _object(found: object) -> dict[str, object]:
    if not isinstance(found, dict):
        raise _unlike("an object", found)
    return found


def _member(found: dict[str, object], name: str) -> object:
    if name not in found:
        raise ValueError(f"{name} is missing in {_shown(found)}")
    return found[name]


Plan = tuple[tuple[str, tuple[str, ...], Callable[[Any], object], bool], ...]
"""For each member of a row: its name, its spellings, its taker, and whether it must be there."""


@cache
def plan(kind: type[Row]) -> Plan:
    """Return how a row is read."""
    hints = get_type_hints(kind)
    return tuple(
        (
            member.name,
            _spellings(kind, member.name),
            _taker(hints[member.name]),
            member.required,
        )
        for member in msgspec.structs.fields(kind)
    )


def _taker(wanted: Any) -> Callable[[Any], object]:  # noqa: ANN401 - an annotation
    if isinstance(wanted, UnionType):
        part = next(part for part in get_args(wanted) if part is not type(None))
        return _moment_or_none if part is datetime else _taker(part)
    if get_origin(wanted) is tuple:
        take = _taker(get_args(wanted)[0])
        return lambda found: tuple(take(item) for item in listed(found) if item is not None)
    if isinstance(wanted, type) and issubclass(wanted, Row):
        return lambda found: row(wanted, found)
    return _TAKERS[wanted]


def _text(found: object) -> str:
    if found is None or isinstance(found, str):
        return found or ""
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found)
    raise _unlike("text", found)


def _flag(found: object) -> bool:
    if isinstance(found, bool):
        return found
    if found in ("true", "false"):
        return found == "true"
    raise _unlike("true or false", found)


def _number(found: object) -> Decimal:
    if isinstance(found, bool) or not isinstance(found, str | int | Decimal):
        raise _unlike("a number", found)
    if isinstance(found, str) and not _NUMBER.fullmatch(found):
        raise _unlike("a number", found)
    number = Decimal(found)
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or max(number.adjusted(), -exponent) > _DIGITS_MAX:
        raise _unlike(f"a number of at most {_DIGITS_MAX} digits", found)
    return number


def _whole(found: object) -> int:
    number = _number(found)
    if number != number.to_integral_value():
        raise _unlike("a whole number", found)
    return int(number)


def _moment(found: object) -> datetime:
    try:
        if not isinstance(found, str) or _NUMBER.fullmatch(found):
            number = _number(found)
            scale = 3 if abs(number) >= _MILLISECONDS_FROM else 6
            return _EPOCH + timedelta(microseconds=int(number.scaleb(scale)))
        moment = datetime.fromisoformat(found)
    except (ValueError, ArithmeticError) as wrong:
        raise _unlike("a time", found) from wrong
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC) if moment.year > 1 else _EPOCH


def _moment_or_none(found: object) -> datetime | None:
    """Take a time that stands for nothing, 0 or in the year 1, for nothing."""
    moment = _moment(found)
    return moment if moment > _EPOCH else None


_TAKERS: Final[dict[object, Callable[[Any], object]]] = {
    str: _text,
    bool: _flag,
    int: _whole,
    Decimal: _number,
    datetime: _moment,
}


def _spellings(kind: type[Row], name: str) -> tuple[str, ...]:
    """Return the names under which a member is looked for, each once."""
    return tuple(dict.fromkeys((*kind.WIRE.get(name, ()), name, _camel(name))))


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


def _unlike(wanted: str, found: object) -> ValueError:
    return ValueError(f"wanted {wanted}, found {_shown(found)}")


def _shown(found: object) -> str:
    text = repr(found)
    return text if len(text) <= _SHOWN_MAX else text[:_SHOWN_MAX] + "…"
