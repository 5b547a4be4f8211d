"""What is particular to picows; what holds for every transport is in tests/conformance."""

import asyncio

import pytest
from tests.net.peers import CLOSE, PING, PONG, Peer, frame, serving

from pr3dict.model.errors import FeedError
from pr3dict.model.links import Closed
from pr3dict.net.clock import SystemClock
from pr3dict.net.limits import Limits
from pr3dict.net.transport_picows import connector
from pr3dict.ports import Transport

pytestmark = pytest.mark.timeout(30)
CONNECT = connector(Limits(close_timeout_s=0.2), SystemClock())


async def test_a_status_that_python_does_not_know_is_a_status():
    async with serving(lambda peer: peer.refuse("520 Unknown Error", Retry_After="4")) as url:
        with pytest.raises(FeedError) as raised:
            await CONNECT(url, lambda _: None, lambda _: None)
    assert ("http_520", 4_000_000_000) == (raised.value.name, raised.value.retry_after)


async def test_a_peer_that_hangs_up_before_it_answers_has_opened_nothing():
    async with serving(lambda peer: peer.hear_request()) as url:
        with pytest.raises(FeedError, match="it hung up before it answered"):
            await CONNECT(url, lambda _: None, lambda _: None)


async def test_a_message_outlives_the_buffer_from_which_it_was_read():
    messages: list[bytes] = []
    sent = [bytes([number]) * 50_000 for number in range(100)]

    async def script(peer: Peer):
        await peer.accept()
        for message in sent:
            peer.say(frame(message))
            await peer.writer.drain()
        await peer.goodbye(1000)

    async with serving(script) as url:
        await (await CONNECT(url, lambda _: None, messages.append)).run()
    assert sent == messages


async def test_pings_of_the_protocol_are_answered_and_pongs_ignored():
    messages: list[bytes] = []

    async def script(peer: Peer):
        await peer.accept()
        peer.say(frame(b"unasked", PONG), frame(b"7", PING))
        assert (PONG, b"7") == await peer.hear()
        await peer.goodbye(1000)

    async with serving(script) as url:
        ended = await (await CONNECT(url, lambda _: None, messages.append)).run()
    assert ([], Closed(1000, "")) == (messages, ended)


async def test_a_peer_that_breaks_the_protocol_and_does_not_read_is_left_within_the_bound():
    left = asyncio.Event()

    async def script(peer: Peer):
        await peer.accept()
        peer.writer.transport.pause_reading()  # type: ignore[attr-defined]
        peer.say(frame(b"rest of nothing", 0))
        await left.wait()

    def flood(transport: Transport) -> None:
        for _ in range(64):
            transport.send(b"x" * (1 << 20))

    async with serving(script) as url:
        transport = await CONNECT(url, flood, lambda _: None)
        async with asyncio.timeout(2):
            ended = await transport.run()
        left.set()
    assert 1002 == ended.code


async def test_what_it_says_when_the_peer_broke_the_protocol_is_said_once():
    heard: list[tuple[int, bytes]] = []

    async def script(peer: Peer):
        await peer.accept()
        peer.say(frame(b"rest of nothing", 0), frame(b"more", 0), frame(b"text"))
        heard.append(await peer.hear())
        heard.append((CLOSE, await peer.reader.read()))

    messages: list[bytes] = []
    async with serving(script) as url:
        ended = await (await CONNECT(url, lambda _: None, messages.append)).run()
    assert Closed(1002, "the rest of no message") == ended
    assert [(CLOSE, (1002).to_bytes(2) + b"the rest of no message"), (CLOSE, b"")] == heard
    assert [] == messages


async def test_what_the_listener_raised_is_raised_whatever_the_peer_did_next():
    async def script(peer: Peer):
        await peer.accept()
        peer.say(frame(b"text") + frame(b"rest of nothing", 3))
        await peer.reader.read()

    def broken(message: bytes) -> None:
        raise ZeroDivisionError

    async with serving(script) as url:
        with pytest.raises(ZeroDivisionError):
            await (await CONNECT(url, lambda _: None, broken)).run()
