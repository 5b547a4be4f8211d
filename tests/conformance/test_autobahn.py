"""The Autobahn cases, the proof that the whole field uses, through our transports.

kosoku runs the case files of the Autobahn test suite against a client that echoes what it hears.
The client here is an echo over `ports.Connect`, so what is proved is what the feed stands on.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final

import pytest
from kosoku import FailureError, run_fuzzingserver
from tests.conformance.conftest import CONNECTORS, LIMITS
from tests.net.peers import BINARY, CLOSE, PING, TEXT, Peer, frame, serving

from pr3dict.model.links import Closed
from pr3dict.net.clock import SystemClock
from pr3dict.ports import Connect, Transport

pytestmark = pytest.mark.timeout(90)

CASES: Final = 239
AT_ONCE: Final = 16
"""Cases that run side by side: many of them wait a second for what must not come."""
PATIENCE_S: Final = 10.0

LEFT_OUT: Final = {
    "1.2.*": "wants binary echoed as binary; a transport of ours speaks text, as the venue does",
    "9.*": "measures speed with messages of mebibytes; bench and test_transports do that",
    "12.*": "wants compression, which we refuse: a kilobyte may unpack to a mebibyte",
    "13.*": "likewise",
}
"""What is not run, and why."""

ALLOWED: Final = {
    "picows": {
        "7.1.2": "of two goodbyes in one segment it reads the second before we hear the first, "
        "and answers that; `run` tells the first",
    },
    "websockets": {
        "7.1.5": "its authors hold that a goodbye inside a message breaks the protocol: 1002",
    },
}
"""What may fail, and why nothing of ours can mend it."""


async def echo(connect: Connect, url: str) -> Closed | None:
    """Say what is heard until the end; text is judged here, as the decoder does it."""
    socket: list[Transport] = []

    def hear(message: bytes) -> None:
        message.decode()
        socket[0].send(message)

    transport = await connect(url, socket.append, hear)
    with suppress(UnicodeDecodeError):
        async with asyncio.timeout(PATIENCE_S):
            return await transport.run()
    return None


async def hear_one(connect: Connect, url: str) -> str:
    heard: list[bytes] = []
    await (await connect(url, lambda _: None, heard.append)).run()
    return heard[0].decode() if heard else ""


async def run_cases(connect: Connect) -> list[Any]:
    """Run all cases but those left out; return what came of each."""
    server = run_fuzzingserver(exclude_cases=list(LEFT_OUT), port=0)
    async with server:
        base = f"ws://{server.address}:{server.port}"
        count = int(await hear_one(connect, f"{base}/getCaseCount"))
        free = asyncio.Semaphore(AT_ONCE)

        async def run_case(number: int) -> None:
            async with free:
                await echo(connect, f"{base}/runCase?case={number}&agent=ours")

        async with asyncio.TaskGroup() as running:
            for number in range(1, count + 1):
                running.create_task(run_case(number))
        await hear_one(connect, f"{base}/updateReports?agent=ours")
        try:
            async with asyncio.timeout(PATIENCE_S):
                results = await server.get_result()
        except FailureError as failure:
            results = failure.results
    return list(results)


def failed(results: Iterable[Any]) -> dict[str, str]:
    return {
        result.case_id: f"{result.description}: {result.result} {result.result_close}"
        for result in results
        if not result.passed
    }


@pytest.mark.parametrize("name", CONNECTORS)
async def test_D7_every_autobahn_case_passes_but_those_with_a_reason(name):
    results = await run_cases(CONNECTORS[name](LIMITS, SystemClock()))
    unexpected = {case: why for case, why in failed(results).items() if case not in ALLOWED[name]}
    assert {} == unexpected
    assert CASES == len({result.case_id for result in results})


async def test_D6_a_binary_frame_is_heard_byte_for_byte(connect):
    heard: list[bytes] = []
    said = [b'{"event_type":"book"}', b"", bytes(range(256)) * 300]

    async def script(peer: Peer):
        await peer.accept()
        peer.say(*(frame(message, BINARY) for message in said))
        peer.say(frame(b"in ", BINARY, fin=False), frame(b"parts", 0))
        await peer.goodbye(1000)

    async with serving(script) as url:
        await (await connect(url, lambda _: None, heard.append)).run()
    assert [*said, b"in parts"] == heard


@pytest.mark.parametrize("opcode", [TEXT, BINARY, PING, CLOSE])
async def test_D6_a_masked_frame_of_a_server_ends_the_connection_with_1002(connect, opcode):
    assert 1002 == await told_for(connect, bytes([0x80 | opcode, 0x80, 0, 0, 0, 0]))


@pytest.mark.parametrize("reserved", [1, 2, 4, 7])
@pytest.mark.parametrize("opcode", [TEXT, BINARY, CLOSE])
async def test_D6_a_reserved_bit_ends_the_connection_with_1002(connect, opcode, reserved):
    assert 1002 == await told_for(connect, frame(b"", opcode, reserved=reserved))


@pytest.mark.parametrize("code", [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535])
async def test_D6_a_code_that_may_not_be_said_ends_the_connection_with_1002(connect, code):
    assert 1002 == await told_for(connect, frame(code.to_bytes(2), CLOSE))


async def test_D6_a_goodbye_without_a_code_gets_no_code_of_ours_that_may_not_be_said(connect):
    assert await told_for(connect, frame(b"", CLOSE)) in {None, 1000}


async def test_D6_text_that_the_listener_refuses_ends_the_connection_with_1007(connect):
    assert 1007 == await told_for(connect, frame(b"\xff"))


async def test_of_two_goodbyes_the_first_counts(connect):
    async def script(peer: Peer):
        await peer.accept()
        peer.say(frame((1013).to_bytes(2) + b"slow", CLOSE) + frame(b"", CLOSE))
        await peer.hear()

    async with serving(script) as url:
        assert Closed(1013, "slow") == await echo(connect, url)


async def told_for(connect: Connect, what: bytes) -> int | None:
    """Return the code with which we say goodbye to a peer that says this; None: without one."""
    answers: list[bytes] = []

    async def script(peer: Peer):
        await peer.accept()
        peer.say(what)
        answers.append((await peer.hear())[1])

    async with serving(script) as url:
        await echo(connect, url)
    return int.from_bytes(answers[0][:2]) if answers[0] else None
