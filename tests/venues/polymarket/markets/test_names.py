"""What people call a market is read for what it is, or refused in one sentence."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pr3dict.model.errors import UnknownMarketError
from pr3dict.venues.polymarket.markets.names import Kind, read_name

CONDITION = "0x" + "Ab" * 32


@pytest.mark.parametrize(
    ("said", "kind", "text"),
    [
        ("https://polymarket.com/event/fed-in-december", Kind.EVENT, "fed-in-december"),
        ("https://polymarket.com/event/fed-in-december/fed-cuts-25", Kind.SLUG, "fed-cuts-25"),
        ("https://polymarket.com/event/fed/fed-cuts-25?tid=17#book", Kind.SLUG, "fed-cuts-25"),
        ("https://www.polymarket.com/market/fed-cuts-25/", Kind.SLUG, "fed-cuts-25"),
        ("polymarket.com/event/fed-in-december", Kind.EVENT, "fed-in-december"),
        ("https://polymarket.com/es/event/fed-in-december", Kind.EVENT, "fed-in-december"),
        ("https://polymarket.com/pt-BR/event/fed-in-december", Kind.EVENT, "fed-in-december"),
        ("https://polymarket.com/event/bitcoin", Kind.EVENT, "bitcoin"),
        ("https://polymarket.com/sports/nfl/games/week/12/nfl-den-kc", Kind.EVENT, "nfl-den-kc"),
        ("  fed-cuts-25 ", Kind.SLUG, "fed-cuts-25"),
        ("btc-updown-5m-1766481300", Kind.SLUG, "btc-updown-5m-1766481300"),
        (CONDITION, Kind.CONDITION, CONDITION.lower()),
        ("0x" + "ab" * 31, Kind.CONDITION, "0x" + "ab" * 31),
        ("7" * 77, Kind.TOKEN, "7" * 77),
        ("1557558", Kind.ID, "1557558"),
        ("fed  rate", Kind.WORDS, "fed rate"),
        ("Bitcoin", Kind.WORDS, "Bitcoin"),
        ("Wer gewinnt? Ümlaute", Kind.WORDS, "Wer gewinnt? Ümlaute"),
    ],
)
def test_a_name_is_read_for_what_it_is(said, kind, text):
    assert (kind, text) == (read_name(said).kind, read_name(said).text)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("", "wanted the address, slug, id or words of a market, found ''"),
        ("fed\udcff", "wanted the address, slug, id or words of a market, found 'fed\\udcff'"),
        ("polymarket.com/event/a\ud800b", "wanted the address, slug, id or words of a market"),
        (17, "wanted the address, slug, id or words of a market, found 17"),
        ("https://kalshi.com/markets/fed", "wanted an address of polymarket.com, found"),
        ("https://notpolymarket.com/event/fed", "wanted an address of polymarket.com, found"),
        ("https://polymarket.com", "wanted an address like https://polymarket.com/event/"),
        ("https://[polymarket.com/event/x", "wanted an address of polymarket.com, found"),
        ("0x" + "ab" * 20, "is the address of a wallet; wanted"),
        ("0x" + "ab" * 33, "wanted a condition id, 0x and 64 digits, found"),
        ("7" * 79, "wanted a token id of up to 78 digits, or up to 300 characters, found"),
        ("word " * 100, "wanted a token id of up to 78 digits, or up to 300 characters, found"),
    ],
)
def test_what_can_name_no_market_is_refused_in_one_sentence(said, sentence):
    with pytest.raises(UnknownMarketError) as raised:
        read_name(said)
    assert sentence in str(raised.value)
    assert len(str(raised.value)) < 250


@given(st.text())
def test_whatever_is_said_is_a_name_or_refused(said):
    with suppress(UnknownMarketError):
        assert read_name(said).text
