"""Answers of HTTP, in one sentence each."""

import pytest

from pr3dict.model.errors import LinkRefused
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.net import handshake

URL = "wss://venue/ws"
NOW = Nanos(1_766_000_000 * NS_PER_S)  # Wed, 17 Dec 2025 19:33:20 GMT


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 520, 599])
def test_what_may_pass_is_tried_again_soon(status):
    error = handshake.refused(URL, status, {}, b"", NOW)
    assert not isinstance(error, LinkRefused)
    assert (f"http_{status}", 0) == (error.name, error.retry_after)
    assert f"{URL} answered HTTP {status}" == str(error)


@pytest.mark.parametrize("status", [200, 301, 302, 307, 308, 400, 401, 403, 404, 410])
def test_what_will_not_pass_is_a_refusal(status):
    error = handshake.refused(URL, status, {}, b"", NOW)
    assert isinstance(error, LinkRefused)
    assert f"http_{status}" == error.name


def test_a_401_speaks_of_credentials():
    error = handshake.refused(URL, 401, {}, b'{"error":"bad key"}', NOW)
    assert (
        f"""{URL} answered HTTP 401: our credentials are not accepted: '{{"error":"bad key"}}'"""
        == (str(error))
    )


def test_of_a_page_only_its_words_are_shown():
    page = b"<html><style>p { x }</style><title>Just a moment</title><p class='y"
    error = handshake.refused(URL, 403, {}, page, NOW)
    assert str(error).endswith("blocks this program or this network: 'Just a moment'")


def test_an_answer_is_shown_cut_and_on_one_line():
    error = handshake.refused(URL, 403, {}, b"<html>\r\n\x00\xff " + b"y" * 10_000, NOW)
    assert "\n" not in str(error)
    assert str(error).count("y") < 257


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7),
        (" 7 ", 7),
        ("0", 0),
        ("Wed, 17 Dec 2025 19:34:20 GMT", 60),
        ("Wed, 17 Dec 2025 19:34:20 -0000", 60),
        ("Wed, 17 Dec 2025 19:00:00 GMT", 0),
        ("-5", 0),
        ("1.5", 0),
        ("\u0663", 0),
        ("soon", 0),
        ("", 0),
        ("9" * 5000, 999_999_999),
        ("Wed, 99 Dec 2025 19:34:20 GMT", 0),
        ("Mon, 99999999999999 Jan 1970 00:00:00 GMT", 0),
        ("Mon, 1 Jan 1970 00:00:00 +99999999999999999", 0),
        ("Mon, 01 Jan 0001 00:00:00 +2359", 0),
        ("Fri, 31 Dec 9999 23:59:59 -2359", 251_636_387_139),
    ],
)
def test_retry_after_is_seconds_or_a_date(text, seconds):
    assert seconds * NS_PER_S == handshake.retry_after(text, NOW)


def test_an_error_without_words_is_named():
    assert f"{URL} cannot be reached: EOFError" == str(handshake.unreachable(URL, EOFError()))


def test_a_timeout_is_told_from_other_ends():
    assert "timeout" == handshake.unreachable(URL, TimeoutError()).name
