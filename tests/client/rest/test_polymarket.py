"""`AsyncPolymarket` as a whole."""

import sys

import pytest
from tests.client.rest_venue import rest_venue
from tests.net.peers import free_address

from pr3dict.client.rest.polymarket import AsyncPolymarket
from pr3dict.config import Config
from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.model.errors import MissingExtra, RestError


async def test_says_where_it_asks():
    async with AsyncPolymarket(Config()) as venue:
        assert "<AsyncPolymarket https://clob.polymarket.com>" == repr(venue)


async def test_shows_nothing_of_its_credentials():
    async with AsyncPolymarket(Config(), ClobApiKeyCreds("key-1", "hidden", "phrase")) as venue:
        assert not any(word in repr(venue) for word in ("key-1", "hidden", "phrase"))


async def test_a_venue_that_is_not_there_is_one_sentence_within_the_patience():
    url = free_address().replace("ws://", "http://")
    config = Config(polymarket_clob_url=url, rest_patience_s=0.5)
    async with AsyncPolymarket(config) as venue:
        with pytest.raises(RestError, match=r"cannot be reached|in time") as raised:
            await venue.get_version()
    assert raised.value.name in ("unreachable", "timeout")


async def test_takes_its_settings_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    async with rest_venue({"GET /version": {"version": 3}}) as asked:
        monkeypatch.setenv("PR3DICT_POLYMARKET_CLOB_URL", asked.config.polymarket_clob_url)
        async with AsyncPolymarket() as venue:
            assert 3 == await venue.get_version()


def test_says_how_to_get_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "httpx2", None)
    with pytest.raises(MissingExtra, match="pip install"):
        AsyncPolymarket(Config())
