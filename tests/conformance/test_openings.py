"""What becomes of an attempt to open a socket, for every transport and on both loops."""

import pytest
from tests.net.peers import Peer, free_address, serving

from pr3dict.model.errors import FeedError, LinkRefused
from pr3dict.model.links import Closed
from pr3dict.net.limits import Limits
from pr3dict.ports import Connect, Transport

pytestmark = pytest.mark.timeout(30)


async def error_of(connect: Connect, url: str) -> FeedError:
    opened: list[Transport] = []
    with pytest.raises(FeedError) as raised:
        await connect(url, opened.append, lambda _: None)
    assert [] == opened
    return raised.value


async def test_a_429_is_told_with_the_wait_that_it_asks_for(connect):
    async with serving(
        lambda p: p.refuse("429 Too Many Requests", b"slow", Retry_After="7")
    ) as url:
        error = await error_of(connect, url)
    assert ("http_429", 7_000_000_000) == (error.name, error.retry_after)
    assert not isinstance(error, LinkRefused)
    assert f"{url} answered HTTP 429, and asked us to wait 7 s: 'slow'" == str(error)


async def test_a_block_at_the_edge_is_named_and_its_page_is_cut(connect):
    page = b"<html>Attention Required!" + b"x" * 200_000
    async with serving(lambda peer: peer.refuse("403 Forbidden", page)) as url:
        error = await error_of(connect, url)
    assert isinstance(error, LinkRefused)
    assert "http_403" == error.name
    assert "its edge blocks this program or this network: 'Attention" in str(error)
    assert len(str(error)) < 400


async def test_a_redirect_is_refused_and_not_followed(connect):
    visitors: list[Peer] = []

    async def elsewhere(peer: Peer):
        visitors.append(peer)

    async with (
        serving(elsewhere) as target,
        serving(lambda peer: peer.refuse("302 Found", location=target)) as url,
    ):
        error = await error_of(connect, url)
    assert isinstance(error, LinkRefused)
    assert f"{url} answered HTTP 302, a redirect to {target}, which is not followed" in str(error)
    assert [] == visitors


async def test_a_port_without_a_listener_is_told_in_a_sentence(connect):
    url = free_address()
    error = await error_of(connect, url)
    assert "unreachable" == error.name
    assert str(error).startswith(f"{url} cannot be reached: ")


async def test_a_peer_that_never_answers_the_handshake_is_given_up(make):
    async def mute(peer: Peer):
        await peer.reader.read()

    async with serving(mute) as url:
        error = await error_of(make(Limits(connect_timeout_s=0.2)), url)
    assert ("timeout", f"{url} did not answer in time") == (error.name, str(error))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:99999999",
        "127.0.0.1:port",
        "[::1",
        "[x]",
        "a..b",
        "a" * 64 + ".b",
        "a\x00b",
        ":80",
        "127.0.0.1/#part",
        "\u00fc@127.0.0.1",
    ],
)
async def test_an_address_that_is_none_is_told_in_a_sentence(connect, host):
    error = await error_of(connect, f"ws://{host}")
    assert "unreachable" == error.name
    assert str(error).startswith(f"ws://{host} cannot be reached: ")


async def test_a_429_with_a_date_beyond_time_asks_for_no_wait(connect):
    beyond = "Mon, 99999999999999 Jan 1970 00:00:00 GMT"
    async with serving(lambda p: p.refuse("429 Too Many Requests", Retry_After=beyond)) as url:
        error = await error_of(connect, url)
    assert ("http_429", 0) == (error.name, error.retry_after)


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"",
        b"HTTP/1.1 \xb2\xb2\xb2 Superscript\r\nContent-Length: 0\r\n\r\n",
    ],
)
async def test_a_peer_that_does_not_speak_websocket_is_told(connect, answer):
    async def script(peer: Peer):
        await peer.hear_request()
        peer.writer.write(answer)

    async with serving(script) as url:
        error = await error_of(connect, url)
    assert "unreachable" == error.name


async def test_proxies_of_the_environment_are_not_used(connect, monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "ws_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, free_address().replace("ws://", "http://"))

    async def script(peer: Peer):
        await peer.accept()
        await peer.goodbye(1000)

    async with serving(script) as url:
        socket = await connect(url, lambda _: None, lambda _: None)
        assert Closed(1000, "") == await socket.run()


async def test_no_compression_is_asked_for(connect):
    requests: list[bytes] = []

    async def script(peer: Peer):
        await peer.accept()
        requests.append(peer.request)
        await peer.goodbye(1000)

    async with serving(script) as url:
        await (await connect(url, lambda _: None, lambda _: None)).run()
    assert b"permessage-deflate" not in requests[0].lower()
