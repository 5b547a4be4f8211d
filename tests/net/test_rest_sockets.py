"""What carries requests, against real peers on 127.0.0.1 that misbehave."""

import gzip
import json
import random
from collections.abc import Awaitable, Callable

import pytest
from tests.net.peers import Peer, free_address, serving

from pr3dict.model.errors import RestError
from pr3dict.model.requests import Request
from pr3dict.net.buckets import Buckets
from pr3dict.net.clock import SystemClock
from pr3dict.net.http import HttpClient
from pr3dict.net.rest import Rest

pytestmark = pytest.mark.timeout(30)


def read(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        raise RestError(f"wanted JSON, found {body[:80]!r}", name="bad_answer") from None


def request(url: str, **how) -> Request[object]:
    return Request(url=url, read=read, **how)


async def really(script: Callable[[Peer], Awaitable[object]], **how) -> object:
    """Ask a real peer on 127.0.0.1 that follows a script, with real sockets."""
    clock = SystemClock()
    http = HttpClient(clock, timeout_s=how.pop("timeout_s", 5.0), answer_bytes_max=1 << 16)
    rest = Rest(http, clock, random.Random(1), Buckets({}), patience_s=5.0)
    try:
        async with serving(script) as url:
            return await rest.ask(request(url.replace("ws://", "http://"), **how))
    finally:
        await rest.aclose()


async def answer(peer: Peer, body: bytes = b'{"n":1}') -> None:
    await peer.refuse("200 OK", body, Connection="close")


async def test_a_peer_that_resets_once_is_asked_again():
    visits: list[Peer] = []

    async def script(peer: Peer) -> None:
        visits.append(peer)
        if len(visits) == 1:
            await peer.hear_request()
            peer.reset()
        else:
            await answer(peer)

    assert {"n": 1} == await really(script)
    assert 2 == len(visits)


@pytest.mark.parametrize(
    ("status", "body", "headers", "name"),
    [
        ("403 Forbidden", b"<html>Attention Required! | Cloudflare</html>", {}, "challenged"),
        ("200 OK", b"<!DOCTYPE html><p>Log in to this network", {}, "bad_answer"),
        ("200 OK", b'{"bids":[{"price":"0.5","si', {}, "bad_answer"),
        ("200 OK", b'{"error":"no such market"}', {}, "refused"),
        ("200 OK", b"", {}, "bad_answer"),
        ("200 OK", bytes(1 << 17), {}, "too_big"),
        ("200 OK", gzip.compress(bytes(1 << 22)), {"Content_Encoding": "gzip"}, "too_big"),
        ("302 Found", b"", {"Location": "http://127.0.0.1:1/"}, "refused"),
        ("401 Unauthorized", b"", {"Date": "Mon, 21 Sep 2015 14:14:20 GMT"}, "unauthorized"),
        ("425 Too Early", b"", {"Retry_After": "60"}, "restarting"),
    ],
)
async def test_a_peer_that_misbehaves_is_told_in_one_sentence(status, body, headers, name):
    with pytest.raises(RestError) as raised:
        await really(lambda peer: peer.refuse(status, body, **headers))
    assert name == raised.value.name
    assert "\n" not in str(raised.value)


async def test_a_mute_peer_is_given_up_in_time():
    async def mute(peer: Peer) -> None:
        await peer.reader.read()

    with pytest.raises(RestError, match="did not answer in time") as raised:
        await really(mute, timeout_s=0.2, repeatable=False)
    assert "timeout" == raised.value.name


async def test_nobody_there_is_told_in_one_sentence():
    clock = SystemClock()
    http = HttpClient(clock, timeout_s=1.0, answer_bytes_max=1 << 16)
    rest = Rest(http, clock, random.Random(1), Buckets({}), patience_s=1.0)
    with pytest.raises(RestError, match="cannot be reached") as raised:
        await rest.ask(request(free_address().replace("ws://", "http://")))
    assert "unreachable" == raised.value.name
    await rest.aclose()


@pytest.mark.parametrize("url", ["http://[::1", "http://127.0.0.1:99999999/", "nothing"])
async def test_an_address_that_is_none_is_told_in_one_sentence(url):
    http = HttpClient(SystemClock(), timeout_s=1.0, answer_bytes_max=1 << 16)
    rest = Rest(http, SystemClock(), random.Random(1), Buckets({}), patience_s=1.0)
    with pytest.raises(RestError, match="cannot be reached"):
        await rest.ask(request(url))
    await rest.aclose()
