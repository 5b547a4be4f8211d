"""Tables hold exactly what the rows hold."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Literal

import msgspec
import pytest

from pr3dict.client.rest import tables
from pr3dict.client.rest.rows import Rows
from pr3dict.client.rest.tables import pandas_frame, polars_frame
from pr3dict.model.errors import MissingExtra
from pr3dict.model.units import Nanos
from pr3dict.venues.polymarket.answers import Row

pl = pytest.importorskip("polars")
pd = pytest.importorskip("pandas")


class Inner(Row, frozen=True, kw_only=True):
    label: str = ""
    price: Decimal | None = None


class Sample(Row, frozen=True, kw_only=True):
    name: str = ""
    side: Literal["BUY", "SELL"] = "BUY"
    count: int | None = None
    local_ns: Nanos = Nanos(0)
    open: bool | None = None
    volume: Decimal | None = None
    at: datetime | None = None
    inner: Inner | None = None
    outcomes: tuple[Inner, ...] = ()


AT = datetime(2026, 3, 11, 9, 29, 1, 328428, tzinfo=UTC)
FULL = Sample(
    name="a",
    side="SELL",
    count=3,
    local_ns=Nanos(5),
    open=False,
    volume=Decimal("42805542.367599964"),
    at=AT,
    inner=Inner(label="x", price=Decimal("0.1")),
    outcomes=(Inner(label="Yes", price=Decimal("0.505")), Inner(label="No")),
)
COLUMNS = ["name", "side", "count", "local_ns", "open", "volume", "at", "inner", "outcomes"]


def test_polars_holds_each_value_exactly():
    frame = polars_frame([FULL, Sample()], Sample)
    assert {
        "name": "a",
        "side": "SELL",
        "count": 3,
        "local_ns": 5,
        "open": False,
        "volume": Decimal("42805542.367599964"),
        "at": AT,
        "inner": {"label": "x", "price": Decimal("0.1")},
        "outcomes": [
            {"label": "Yes", "price": Decimal("0.505")},
            {"label": "No", "price": None},
        ],
    } == frame.row(0, named=True)
    assert ("", "BUY", None, 0, None, None, None, None, []) == frame.row(1)


def test_polars_has_the_types_of_the_rows_whether_there_are_any_or_not():
    money = pl.Decimal(38, 6)
    inner = pl.Struct({"label": pl.String, "price": money})
    types = [pl.String, pl.String, pl.Int64, pl.Int64, pl.Boolean, money, pl.Datetime("us", "UTC")]
    expected = dict(zip(COLUMNS, [*types, inner, pl.List(inner)], strict=True))
    assert expected == dict(polars_frame([], Sample).schema)
    assert expected == dict(polars_frame([Sample(volume=Decimal("1E+3"))], Sample).schema)


def test_a_column_of_polars_has_as_many_places_as_its_decimals_need():
    sizes = [Decimal("0.1"), Decimal("0.123456789012345678"), Decimal("1E+4"), None]
    frame = polars_frame([Sample(volume=size) for size in sizes], Sample)
    assert sizes == frame["volume"].to_list()
    assert pl.Decimal(38, 18) == frame.schema["volume"]


@pytest.mark.parametrize("number", ["1E+33", "1E-39", "123456789012345678901234567890.123456789"])
def test_a_decimal_that_polars_cannot_hold_is_refused_and_never_rounded(number):
    row = Sample(volume=Decimal(number))
    with pytest.raises(ValueError, match="volume: polars holds decimals of 38 digits"):
        polars_frame([row], Sample)
    assert Decimal(number) == pandas_frame([row], Sample)["volume"][0]


def test_pandas_holds_each_value_exactly():
    frame = pandas_frame([FULL, Sample()], Sample)
    first = frame.iloc[0]
    assert ("a", "SELL", 3, 5, False) == tuple(first[COLUMNS[:5]])
    assert Decimal("42805542.367599964") == first["volume"]
    assert AT == first["at"].to_pydatetime()
    assert {"label": "x", "price": Decimal("0.1")} == first["inner"]
    assert [Decimal("0.505"), None] == [outcome["price"] for outcome in first["outcomes"]]
    assert frame.iloc[1].isna()[["count", "open", "volume", "at", "inner"]].all()


def test_pandas_has_the_types_of_the_rows_whether_there_are_any_or_not():
    expected = ["Int64", "Int64", "boolean", "object", "datetime64[us, UTC]", "object", "object"]
    for rows in ([], [FULL]):
        found = pandas_frame(rows, Sample).dtypes
        assert expected == [str(found[name]) for name in COLUMNS[2:]]


def test_plain_values_are_one_column():
    assert {"value": ["a", "b"]} == polars_frame(["a", "b"], str).to_dict(as_series=False)
    assert ["a", "b"] == list(pandas_frame(["a", "b"], str)["value"])
    assert (0, 0) == Rows().to_polars().shape == Rows().to_pandas().shape


class Colour(Enum):
    RED = 1
    BLUE = "blue"


class Odd(Row, frozen=True, kw_only=True):
    colour: Colour | None = None
    payload: dict[str, object] = msgspec.field(default_factory=dict)


def test_words_of_an_enumeration_and_dictionaries_are_text():
    rows = [Odd(colour=Colour.RED, payload={"a": [1]}), Odd(colour=Colour.BLUE), Odd()]
    frame = polars_frame(rows, Odd)
    assert {"colour": pl.String, "payload": pl.String} == dict(frame.schema)
    assert ["RED", "blue", None] == frame["colour"].to_list()
    assert [{"a": [1]}, {}, {}] == [json.loads(text) for text in frame["payload"]]
    assert ["RED", "blue"] == list(pandas_frame(rows, Odd)["colour"][:2])


@pytest.mark.parametrize("package", ["polars", "pandas"])
def test_a_package_that_is_missing_is_told_with_what_installs_it(monkeypatch, package):
    def absent(name):
        raise ImportError(name)

    monkeypatch.setattr(tables, "import_module", absent)
    make = polars_frame if package == "polars" else pandas_frame
    with pytest.raises(MissingExtra, match=rf"pip install 'pr3dict\[{package}\]'"):
        make([], Sample)
