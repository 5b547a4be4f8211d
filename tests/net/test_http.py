"""HTTP against a peer that says exactly what a test wants."""

import asyncio
import gzip
import sys

import pytest
from tests.net.peers import Peer, free_address, serving

from pr3dict.model.errors import FeedError, MissingExtra
from pr3dict.net.clock import SystemClock
from pr3dict.net.http import HttpClient

pytestmark = pytest.mark.timeout(30)


def client(*, timeout_s: float = 5.0, answer_bytes_max: int = 1 << 20) -> HttpClient:
    return HttpClient(SystemClock(), timeout_s=timeout_s, answer_bytes_max=answer_bytes_max)


def http(url: str) -> str:
    return url.replace("ws://", "http://")


async def test_returns_status_and_body_of_what_it_gets():
    async with serving(lambda peer: peer.refuse("200 OK", b'[{"a":1}]')) as url, client() as http1:
        assert (200, b'[{"a":1}]') == await http1.get(http(url))


async def test_returns_a_404_like_any_other_answer():
    async with serving(lambda peer: peer.refuse("404 Not Found", b"{}")) as url, client() as http1:
        assert (404, b"{}") == await http1.get(http(url))


async def test_posts_json():
    requests: list[bytes] = []

    async def script(peer: Peer):
        headers = await peer.hear_request()
        body = await peer.reader.readexactly(int(headers["content-length"]))
        requests.extend([peer.request.split(b" ")[0], headers["content-type"].encode(), body])
        peer.writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")

    async with serving(script) as url, client() as http1:
        assert (200, b"[]") == await http1.post(http(url), b'[{"token_id":"1"}]')
    assert [b"POST", b"application/json", b'[{"token_id":"1"}]'] == requests


async def test_sends_what_it_is_told_and_returns_all_of_the_answer():
    requests: list[bytes] = []

    async def script(peer: Peer):
        headers = await peer.hear_request()
        body = await peer.reader.readexactly(int(headers["content-length"]))
        requests.extend([peer.request.split(b" ")[0], headers["poly_nonce"].encode(), body])
        peer.writer.write(b"HTTP/1.1 429 Too Many\r\nX-Left: 0\r\nContent-Length: 2\r\n\r\n{}")

    async with serving(script) as url, client() as http1:
        answer = await http1.exchange("DELETE", http(url), headers={"POLY_NONCE": "7"}, body=b"[]")
    assert (429, "0", b"{}") == (answer.status, answer.headers["x-left"], answer.body)
    assert [b"DELETE", b"7", b"[]"] == requests


async def test_keeps_a_connection_for_the_next_request():
    peers: list[Peer] = []

    async def script(peer: Peer):
        peers.append(peer)
        for _ in range(2):
            await peer.hear_request()
            peer.writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")

    async with serving(script) as url, client() as http1:
        await http1.get(http(url))
        await http1.get(http(url))
    assert 1 == len(peers)


async def test_a_redirect_is_an_answer_and_not_followed():
    visitors: list[Peer] = []

    async def elsewhere(peer: Peer):
        visitors.append(peer)

    async with (
        serving(elsewhere) as target,
        serving(lambda peer: peer.refuse("302 Found", location=http(target))) as url,
        client() as http1,
    ):
        assert 302 == (await http1.get(http(url)))[0]
    assert [] == visitors


async def test_a_429_is_raised_with_the_wait_that_it_asks_for():
    async with (
        serving(lambda peer: peer.refuse("429 Too Many Requests", Retry_After="3")) as url,
        client() as http1,
    ):
        with pytest.raises(FeedError) as raised:
            await http1.get(http(url))
    assert ("http_429", 3_000_000_000) == (raised.value.name, raised.value.retry_after)


async def test_an_answer_that_is_too_big_is_given_up():
    async with (
        serving(lambda peer: peer.refuse("200 OK", bytes(5000))) as url,
        client(answer_bytes_max=4096) as http1,
    ):
        with pytest.raises(FeedError, match="answered more than 4096 bytes"):
            await http1.get(http(url))


async def test_a_bomb_is_given_up_unpacked():
    bomb = gzip.compress(bytes(50 << 20))
    async with (
        serving(lambda peer: peer.refuse("200 OK", bomb, Content_Encoding="gzip")) as url,
        client() as http1,
    ):
        with pytest.raises(FeedError) as raised:
            await http1.get(http(url))
    assert "too_big" == raised.value.name


async def test_a_host_that_does_not_answer_is_given_up():
    async def mute(peer: Peer):
        await peer.reader.read()

    async with serving(mute) as url, client(timeout_s=0.2) as http1:
        with pytest.raises(FeedError, match="did not answer in time") as raised:
            await http1.get(http(url))
    assert "timeout" == raised.value.name


async def test_a_host_that_answers_drop_by_drop_is_given_up():
    async def script(peer: Peer):
        await peer.hear_request()
        peer.writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not peer.writer.is_closing():
            peer.writer.write(b"x")
            await peer.writer.drain()
            await asyncio.sleep(0.01)

    async with serving(script) as url, client(timeout_s=0.2) as http1:
        with pytest.raises(FeedError, match="did not answer in time"):
            await http1.get(http(url))


async def test_a_host_that_is_not_there_is_told_in_a_sentence():
    url = http(free_address())
    async with client() as http1:
        with pytest.raises(FeedError, match=f"{url} cannot be reached: "):
            await http1.get(url)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:port", "[::1", "127.0.0.1:99999999", "a..b", "a" * 64 + ".b", "a\x00b", "[x]"],
)
async def test_an_address_that_is_none_is_told_in_a_sentence(host):
    url = f"http://{host}/book"
    async with client() as http1:
        with pytest.raises(FeedError) as raised:
            await http1.get(url)
    assert "unreachable" == raised.value.name
    assert str(raised.value).startswith(f"{url} cannot be reached: ")


async def test_a_429_with_a_date_beyond_time_asks_for_no_wait():
    beyond = "Mon, 99999999999999 Jan 1970 00:00:00 GMT"
    async with (
        serving(lambda peer: peer.refuse("429 Too Many Requests", Retry_After=beyond)) as url,
        client() as http1,
    ):
        with pytest.raises(FeedError) as raised:
            await http1.get(http(url))
    assert ("http_429", 0) == (raised.value.name, raised.value.retry_after)


async def test_proxies_of_the_environment_are_not_used(monkeypatch):
    for name in ("http_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, http(free_address()))
    async with serving(lambda peer: peer.refuse("200 OK", b"[]")) as url, client() as http1:
        assert (200, b"[]") == await http1.get(http(url))


def test_says_how_to_get_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "httpx2", None)
    with pytest.raises(MissingExtra) as raised:
        client()
    assert "httpx2 is not installed: pip install 'pr3dict[rest]'" == str(raised.value)
