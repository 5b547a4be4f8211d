"""What an answer means where it is not what was asked for."""

import pytest

from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.net.http import Answer
from pr3dict.net.refusals import EXCERPT, refusal, shown, words

NOW = Nanos(1_790_000_000 * NS_PER_S)  # Mon, 21 Sep 2026 14:13:20 GMT
ASKED = "GET https://clob.polymarket.com/book"
WALL = (
    b"<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title><style>p{}</style>"
    b"</head><body><h1>Sorry, you have been blocked</h1>Cloudflare Ray ID: 8</body></html>"
)
BANNED = (
    b"<html><title>Access denied</title><h1>Error 1015</h1>You are being rate limited. Cloudflare"
)
REGION = (
    b'{"error":"Trading restricted in your region, please refer to available regions -'
    b' https://docs.polymarket.com/developers/CLOB/geoblock"}'
)


def told(status: int, body: bytes = b"", **headers: str) -> tuple[str, str]:
    error = refusal(
        ASKED,
        Answer(status, {name.replace("_", "-"): text for name, text in headers.items()}, body),
        NOW,
    )
    assert error is not None
    assert status == error.status
    sentence = str(error)
    assert sentence.startswith(f"{ASKED}: HTTP {status}, ")
    assert "\n" not in sentence
    return error.name, sentence


@pytest.mark.parametrize(
    ("status", "body", "name", "part"),
    [
        (403, WALL, "challenged", "Sorry, you have been blocked"),
        (503, b"<html><title>Just a moment...</title></html>", "challenged", "robot"),
        (429, b"error code: 1015", "challenged", "banned this address for asking too often (1015)"),
        (429, BANNED, "challenged", "(1015)"),
        (403, b"error code: 1009", "geoblocked", "from this country"),
        (403, REGION, "geoblocked", "does not trade with this region"),
        (451, REGION, "geoblocked", "Trading restricted in your region"),
        (403, b'{"error":"closed only mode"}', "refused", "closed only mode"),
        (401, b'{"error":"Unauthorized/Invalid api key"}', "unauthorized", "Invalid api key"),
        (404, b'{"error":"No orderbook exists"}', "not_found", "(No orderbook exists)"),
        (425, b"", "restarting", "the matching engine restarts"),
        (429, b"Too Many Requests", "rate_limited", "asked too often"),
        (429, b'{"error":"You are being rate limited"}', "rate_limited", "asked too often"),
        (503, b'{"error":"post_only_mode"}', "post_only", "only post-only orders are taken"),
        (
            503,
            b'{"error":"Trading is currently cancel-only. New orders are not accepted"}',
            "cancel_only",
            "orders can only be cancelled",
        ),
        (503, b"", "unavailable", "trouble of its own"),
        (500, b'{"error":"Internal server error"}', "unavailable", "Internal server error"),
        (502, b"<html>cloudflare: bad gateway</html>", "unavailable", "bad gateway"),
        (408, b"", "unavailable", "trouble of its own"),
        (400, b'{"error_msg":"Invalid Heartbeat ID"}', "refused", "Invalid Heartbeat ID"),
        (418, b"[1]", "refused", "the venue refuses the request"),
        (200, b'{"error":"no such market"}', "refused", "no such market"),
        (200, b" \n<!DOCTYPE html><p>Welcome to the airport", "bad_answer", "the airport"),
        (200, WALL, "challenged", "a page of HTML"),
    ],
)
def test_each_refusal_has_its_name_and_its_sentence(status, body, name, part):
    found, sentence = told(status, body)
    assert name == found
    assert part in sentence


def test_a_challenge_is_known_by_its_header_alone():
    assert "challenged" == told(403, b"{}", cf_mitigated="challenge")[0]


def test_a_redirect_is_told_with_its_target():
    name, sentence = told(302, b"", location="https://elsewhere.example/")
    assert "refused" == name
    assert "a redirect to https://elsewhere.example/, which is not followed" in sentence


def test_the_wait_that_is_asked_for_is_told():
    answer = Answer(425, {"retry-after": "30"}, b"")
    error = refusal(ASKED, answer, NOW)
    assert error is not None
    assert 30 * NS_PER_S == error.retry_after
    assert "asks us to wait 30 s" in str(error)


@pytest.mark.parametrize(
    ("date", "part"),
    [
        ("Mon, 21 Sep 2026 14:13:18 GMT", "they are wrong or have expired"),
        ("Mon, 21 Sep 2026 14:12:20 GMT", "our clock is 60 s ahead of the venue's"),
        ("Mon, 21 Sep 2026 14:14:20 GMT", "our clock is 60 s behind the venue's"),
        ("yesterday", "they are wrong or have expired"),
        ("Mon, 99 Sep 99999 14:14:20 GMT", "they are wrong or have expired"),
        ("", "they are wrong or have expired"),
    ],
)
def test_a_401_tells_of_a_clock_that_is_wrong(date, part):
    assert part in told(401, b"", date=date)[1]


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"",
        b"{}",
        b'{"error":""}',
        b'{"error":null}',
        b'{"error":',
        b"OK",
        b'[{"error":"x"}]',
    ],
)
def test_a_200_that_says_no_error_is_for_the_request_to_read(body):
    assert None is refusal(ASKED, Answer(200, {}, body), NOW)


def test_what_is_shown_of_a_page_is_one_short_line():
    assert "Attention Required! | Cloudflare Sorry, you have been blocked Cloudflare Ray ID: 8" == (
        words(WALL)
    )
    assert EXCERPT + 1 == len(words(b"x" * 300_000))
    assert "a b" == words(b"a\x00\x1b\r\n\tb")
    assert "\N{REPLACEMENT CHARACTER}" in words(b"\xff\xfe")


def test_nesting_without_end_is_no_error_of_ours():
    assert words(b"[" * 100_000)
    assert None is refusal(ASKED, Answer(200, {}, b'{"error":' + b"[" * 100_000), NOW)


def test_an_address_is_shown_short_and_without_a_login():
    assert "https://host/p?a=1" == shown("https://me:secret@host/p?a=1")
    assert 200 > len(shown("https://host/p?" + "a" * 1000))
    assert "http://[::1" == shown("http://[::1")
