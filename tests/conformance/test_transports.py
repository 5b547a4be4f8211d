"""What every transport must do, on real sockets and on both loops."""

import asyncio

import pytest
from tests.net.peers import (
    BINARY,
    CLOSE,
    PING,
    PONG,
    TEXT,
    Peer,
    close_frame,
    frame,
    serving,
)

from pr3dict.model.links import Closed
from pr3dict.net.limits import Limits
from pr3dict.ports import Connect, Transport

MIB = 1 << 20
pytestmark = pytest.mark.timeout(30)


async def heard(connect: Connect, url: str) -> tuple[list[bytes], Closed]:
    """Listen to a connection until it ends; return the messages and how it ended."""
    messages: list[bytes] = []
    transport = await connect(url, lambda _: None, messages.append)
    return messages, await transport.run()


async def test_hands_over_whole_messages_in_order(connect):
    async def script(peer: Peer):
        await peer.accept()
        peer.say(frame(b"first"), frame(b""), frame(b"\xff not text"), frame(b"[]", BINARY))
        await peer.goodbye(1000)

    async with serving(script) as url:
        messages, _ = await heard(connect, url)
    assert [b"first", b"", b"\xff not text", b"[]"] == messages


async def test_tells_of_the_open_socket_before_the_first_message(connect):
    order: list[object] = []

    async def script(peer: Peer):
        await peer.accept(first=frame(b"at once"))
        await peer.goodbye(1000)

    async with serving(script) as url:
        transport = await connect(url, lambda _: order.append("open"), order.append)
        await transport.run()
    assert ["open", b"at once"] == order


async def test_joins_the_fragments_of_a_message_around_a_ping(connect):
    async def script(peer: Peer):
        await peer.accept()
        peer.say(frame(b"one ", fin=False), frame(b"x", PING))
        assert (PONG, b"x") == await peer.hear()
        peer.say(frame(b"two ", 0, fin=False), frame(b"", 0, fin=False), frame(b"three", 0))
        peer.say(frame(b"next"))
        await peer.goodbye(1000)

    async with serving(script) as url:
        messages, _ = await heard(connect, url)
    assert [b"one two three", b"next"] == messages


@pytest.mark.parametrize("pieces", [1, 30])
async def test_takes_an_opening_array_of_thirty_mebibytes(connect, pieces):
    opening = bytes(range(256)) * (30 * 4096)

    async def script(peer: Peer):
        await peer.accept()
        step = len(opening) // pieces
        for start in range(0, len(opening), step):
            last = start + step == len(opening)
            piece = opening[start : start + step]
            peer.say(frame(piece, TEXT if start == 0 else 0, fin=last))
            await peer.writer.drain()
        await peer.goodbye(1000)

    async with serving(script) as url:
        messages, _ = await heard(connect, url)
    assert [30 * MIB] == [len(message) for message in messages]
    assert opening == messages[0]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (1000, "all subscribed assets resolved"),
        (1001, ""),
        (1008, "invalid subscription payload"),
        (1012, ""),
        (1013, "slow consumer: send buffer full"),
        (4003, "draining"),
    ],
)
async def test_tells_code_and_reason_of_a_close_and_answers_it(connect, code, reason):
    answers: list[bytes] = []

    async def script(peer: Peer):
        await peer.accept()
        answers.append(await peer.goodbye(code, reason))

    async with serving(script) as url:
        messages, ended = await heard(connect, url)
    assert ([], Closed(code, reason)) == (messages, ended)
    assert [code.to_bytes(2)] == [answer[:2] for answer in answers]


async def test_tells_a_close_without_a_code(connect):
    async def script(peer: Peer):
        await peer.accept()
        peer.say(frame(b"", CLOSE))
        await peer.hear()

    async with serving(script) as url:
        assert Closed(1005, "") == (await heard(connect, url))[1]


async def test_hears_nothing_after_a_close(connect):
    async def script(peer: Peer):
        await peer.accept()
        peer.say(frame(b"before"), close_frame(1000) + frame(b"after"))
        await peer.hear()

    async with serving(script) as url:
        messages, ended = await heard(connect, url)
    assert [b"before"] == messages
    assert 1000 == ended.code


@pytest.mark.parametrize("end", ["reset", "fin"])
async def test_tells_a_broken_connection_at_once(connect, end):
    async def script(peer: Peer):
        await peer.accept()
        peer.say(frame(b"whole"), frame(b"cut short")[:5])
        await peer.writer.drain()
        await peer.hear()
        if end == "reset":
            peer.reset()

    async with serving(script) as url:
        messages: list[bytes] = []
        transport = await connect(url, lambda _: None, messages.append)
        transport.send(b"go on")
        async with asyncio.timeout(2):
            ended = await transport.run()
    assert [b"whole"] == messages
    assert 1006 == ended.code


@pytest.mark.parametrize(
    ("what", "code"),
    [
        (frame(b"x", reserved=4), 1002),
        (frame(b"x", reserved=1), 1002),
        (frame(b"x", 3), 1002),
        (frame(b"rest of nothing", 0), 1002),
        (frame(b"a", fin=False) + frame(b"b"), 1002),
        (frame(b"x", PING, fin=False), 1002),
        (frame(b"\x03", CLOSE), 1002),
    ],
    ids=["rsv1", "rsv3", "opcode", "continuation", "nested", "ping in parts", "half a code"],
)
async def test_fails_a_connection_that_breaks_the_protocol(connect, what, code):
    answers: list[bytes] = []

    async def script(peer: Peer):
        await peer.accept()
        peer.say(what)
        answers.append((await peer.hear())[1])

    async with serving(script) as url:
        messages, ended = await heard(connect, url)
    assert ([], code) == (messages, ended.code)
    assert [code] == [int.from_bytes(answer[:2]) for answer in answers]


@pytest.mark.parametrize("fragmented", [False, True])
async def test_fails_a_connection_with_a_message_that_is_too_big(make, fragmented):
    async def script(peer: Peer):
        await peer.accept()
        if fragmented:
            peer.say(frame(bytes(600), fin=False), frame(bytes(600), 0, fin=False))
        else:
            peer.say(frame(bytes(1200)))
        assert CLOSE == (await peer.hear())[0]

    async with serving(script) as url:
        small = make(Limits(frame_bytes_max=1000, close_timeout_s=0.3))
        messages, ended = await heard(small, url)
    assert ([], 1009) == (messages, ended.code)


async def test_sends_frames_as_text_in_order(connect):
    frames: list[tuple[int, bytes]] = []

    async def script(peer: Peer):
        await peer.accept()
        frames.extend([await peer.hear() for _ in range(3)])
        await peer.goodbye(1000)

    def say(transport: Transport) -> None:
        transport.send(b'{"type":"market"}')
        transport.send(b"PING")
        transport.send(b"x" * 70_000)

    async with serving(script) as url:
        transport = await connect(url, say, lambda _: None)
        await transport.run()
    assert [(TEXT, b'{"type":"market"}'), (TEXT, b"PING"), (TEXT, b"x" * 70_000)] == frames


async def test_says_goodbye_when_it_closes(connect):
    heard_by_peer: list[tuple[int, bytes]] = []

    async def script(peer: Peer):
        await peer.accept()
        heard_by_peer.append(await peer.hear())
        peer.say(close_frame(1000))
        await peer.reader.read()

    async with serving(script) as url:
        transport = await connect(url, lambda _: None, lambda _: None)
        await transport.close()
        await transport.close()
        transport.send(b"too late")
        transport.abort()
        await transport.run()
    assert [(CLOSE, (1000).to_bytes(2))] == heard_by_peer


async def test_leaves_within_its_bound_when_the_peer_does_not_answer_the_close(connect):
    async def script(peer: Peer):
        await peer.accept()
        await peer.reader.read()  # Our Close among the rest, which it does not answer.

    async with serving(script) as url:
        transport = await connect(url, lambda _: None, lambda _: None)
        running = asyncio.ensure_future(transport.run())
        async with asyncio.timeout(2):
            await transport.close()
            await running


async def test_an_abort_ends_the_run(connect):
    async def script(peer: Peer):
        await peer.accept()
        await peer.reader.read()

    async with serving(script) as url:
        transport = await connect(url, lambda _: None, lambda _: None)
        transport.abort()
        assert 1006 == (await transport.run()).code


@pytest.mark.parametrize("fragmented", [False, True])
async def test_what_a_listener_raises_ends_the_connection_and_is_raised_by_the_run(
    connect, fragmented, caplog
):
    messages: list[bytes] = []
    answers: list[tuple[int, bytes]] = []

    async def script(peer: Peer):
        await peer.accept()
        second = [frame(b"sec", fin=False), frame(b"ond", 0)] if fragmented else [frame(b"second")]
        peer.say(b"".join([frame(b"first"), *second, frame(b"third"), frame(b"fourth")]))
        answers.append(await peer.hear())
        peer.say(close_frame(1011))

    def broken(message: bytes) -> None:
        messages.append(message)
        if message == b"second":
            raise ZeroDivisionError

    async with serving(script) as url:
        transport = await connect(url, lambda _: None, broken)
        async with asyncio.timeout(2):
            with pytest.raises(ZeroDivisionError):
                await transport.run()
            await transport.close()
    assert [b"first", b"second"] == messages
    assert [(CLOSE, (1011).to_bytes(2))] == answers
    assert [] == caplog.records


async def test_cancelling_the_run_loses_no_socket(connect):
    gone = asyncio.Event()

    async def script(peer: Peer):
        await peer.accept()
        await peer.reader.read()
        gone.set()

    async with serving(script) as url:
        transport = await connect(url, lambda _: None, lambda _: None)
        running = asyncio.ensure_future(transport.run())
        await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        await transport.close()
        async with asyncio.timeout(2):
            await gone.wait()
