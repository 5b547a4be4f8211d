"""Requests to the catalogue, and which limits they count under."""

import pytest
from tests.venues.polymarket.samples import body

from pr3dict.model.errors import RestError
from pr3dict.venues.polymarket import limits
from pr3dict.venues.polymarket.gamma import requests as gamma

GAMMA = "http://127.0.0.1:8001/gamma/"
UNDER_EVENT = "parent_entity_type=Event"
UNKNOWN = {"tokens": "42"}
WALLET = "0x56687bf447db6ffa42ffe2204a05edaa20f55839"


def path(request):
    assert request.url.startswith(GAMMA)
    return request.url.removeprefix(GAMMA.rstrip("/"))


@pytest.mark.parametrize(
    ("request_", "asked"),
    [
        (gamma.markets(GAMMA), "/markets/keyset?limit=100"),
        (gamma.markets(GAMMA, "c=", 5), "/markets/keyset?limit=5&after_cursor=c%3D"),
        (
            gamma.markets(GAMMA, limit=2, ids=[1, "2"], closed=True, volume_min=0.5),
            "/markets/keyset?limit=2&id=1&id=2&closed=true&volume_num_min=0.5",
        ),
        (
            gamma.markets(GAMMA, token_ids="42", order="volume", ascending=False),
            "/markets/keyset?limit=100&clob_token_ids=42&order=volumeNum&ascending=false",
        ),
        (gamma.market(GAMMA, 1557558), "/markets/1557558"),
        (gamma.market_by_slug(GAMMA, "will-it"), "/markets/slug/will-it"),
        (gamma.market_tags(GAMMA, "5"), "/markets/5/tags"),
        (gamma.events(GAMMA, series_ids=10684), "/events/keyset?limit=500&series_id=10684"),
        (gamma.event(GAMMA, "30829"), "/events/30829"),
        (gamma.event_by_slug(GAMMA, "btc/up"), "/events/slug/btc%2Fup"),
        (gamma.event_tags(GAMMA, 30829), "/events/30829/tags"),
        (gamma.series_list(GAMMA, "50", closed=False), "/series?limit=50&offset=50&closed=false"),
        (gamma.series(GAMMA, 1), "/series/1"),
        (gamma.tags(GAMMA, is_carousel=True), "/tags?limit=100&offset=0&is_carousel=true"),
        (gamma.tag(GAMMA, 235), "/tags/235"),
        (gamma.tag_by_slug(GAMMA, "bitcoin"), "/tags/slug/bitcoin"),
        (gamma.related_tags(GAMMA, 235), "/tags/235/related-tags"),
        (gamma.sports(GAMMA), "/sports"),
        (gamma.sports_market_types(GAMMA), "/sports/market-types"),
        (
            gamma.teams(GAMMA, leagues=["nba", "nfl"]),
            "/teams?limit=100&offset=0&league=nba&league=nfl",
        ),
        (
            gamma.comments(GAMMA, limit=9, parent_entity_id=3, order="id", ascending=True),
            f"/comments/keyset?limit=9&parent_entity_id=3&{UNDER_EVENT}&order=id&ascending=true",
        ),
        (gamma.comment_thread(GAMMA, 1), "/comments/1"),
        (
            gamma.comments_by_wallet(GAMMA, WALLET),
            f"/comments/user_address/{WALLET}?limit=100&offset=0",
        ),
        (
            gamma.search(GAMMA, " fed rate ", 2, 5, sort="volume"),
            "/public-search?q=fed+rate&page=2&limit_per_type=5&sort=volume",
        ),
        (gamma.profile(GAMMA, WALLET), f"/public-profile?address={WALLET}"),
    ],
    ids=lambda found: found.split("?")[0] if isinstance(found, str) else "",
)
def test_asks_at_the_venues_address_and_counts_under_its_limits(request_, asked):
    assert asked == path(request_)
    assert (limits.ALL, "gamma") == request_.limits[:2]
    assert set(request_.limits) <= set(limits.RULES)
    assert ("GET", b"", True) == (request_.method, request_.body, request_.repeatable)


def test_a_list_counts_as_a_listing_and_one_market_does_not():
    assert "gamma listing" in gamma.markets(GAMMA).limits
    assert "gamma listing" not in gamma.market(GAMMA, 1).limits
    assert "gamma /events" in gamma.events(GAMMA).limits


@pytest.mark.parametrize(
    "ask",
    [
        lambda: gamma.markets(GAMMA, limit=101),
        lambda: gamma.events(GAMMA, limit=501),
        lambda: gamma.markets(GAMMA, ids=[]),
        lambda: gamma.markets(GAMMA, **UNKNOWN),
        lambda: gamma.market(GAMMA, ".."),
        lambda: gamma.market_by_slug(GAMMA, " "),
        lambda: gamma.search(GAMMA, "  "),
        lambda: gamma.search(GAMMA, "x" * 501),
        lambda: gamma.search(GAMMA, "fed", 0),
        lambda: gamma.profile(GAMMA, "0x5"),
        lambda: gamma.tags(GAMMA, "abc"),
        lambda: gamma.comments(GAMMA, parent_entity_id=1, parent_entity_type="Market"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_it_is_sent(ask):
    with pytest.raises(ValueError, match=r"wanted") as found:
        ask()
    assert "\n" not in str(found.value)


def test_reads_what_was_recorded():
    assert "1557558" == gamma.market(GAMMA, 1).read(body("gamma_market.json")).id
    assert "185377" == gamma.event(GAMMA, 1).read(body("py_http_event.json")).id
    page = gamma.markets(GAMMA).read(b'{"markets":[' + body("gamma_market.json") + b"]}")
    assert ("1557558", "") == (page.items[0].id, page.next_cursor)
    assert 1 == len(gamma.search(GAMMA, "x").read(body("search_response.json")).events)


def test_a_legacy_list_of_markets_is_no_part_of_a_list():
    with pytest.raises(RestError, match=r"wanted an object"):
        gamma.markets(GAMMA).read(body("py_http_markets_list.json"))


def test_a_counted_list_goes_on_behind_a_full_part():
    read = gamma.tags(GAMMA, "2", 2).read
    assert "4" == read(b'[{"id":1},{"id":2}]').next_cursor
    assert "" == read(b'[{"id":1}]').next_cursor
