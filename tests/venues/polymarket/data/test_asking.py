"""How requests to the Data API are put together."""

import pytest

from pr3dict.venues.polymarket import query
from pr3dict.venues.polymarket.data.asking import asked, counted, paged, single
from pr3dict.venues.polymarket.data.types import PricePoint

DATA = "http://127.0.0.1:8001/"
POINTS = b'[{"t":1,"p":1},{"t":2,"p":1}]'


def test_what_was_not_given_is_not_sent():
    assert {"end": ["5"]} == asked(("start", query.seconds, None), ("end", query.seconds, 5))


def test_a_part_of_v2_has_a_cursor_and_one_of_v1_counts():
    assert (
        f"{DATA}v2/x?a=1&limit=5&cursor=c"
        == paged(DATA, "/v2/x", PricePoint, {"a": ["1"]}, (5, 10, "c")).url
    )
    assert f"{DATA}v2/x" == paged(DATA, "/v2/x", PricePoint, {}, (None, 10, "")).url
    request = counted(DATA, "/x", PricePoint, {}, (2, 10, "4"))
    assert f"{DATA}x?limit=2&offset=4" == request.url
    assert "6" == request.read(POINTS).next_cursor


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/v2/trades", ("all", "data v2", "data /v2/trades")),
        ("/v2/oi", ("all", "data v2")),
        ("/trades", ("all", "data v1", "data /trades")),
        ("/oi", ("all", "data v1")),
    ],
)
def test_a_request_counts_under_its_version_and_its_own_limit(path, names):
    assert names == single(DATA, path, {}, lambda body: body).limits
