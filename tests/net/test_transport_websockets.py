"""What is particular to websockets; what holds for every transport is in tests/conformance."""

import asyncio

import pytest
from tests.net.peers import Peer, serving
from websockets.asyncio.client import connect

from pr3dict.net.clock import SystemClock
from pr3dict.net.limits import Limits
from pr3dict.net.transport_websockets import connector
from pr3dict.ports import Transport

pytestmark = pytest.mark.timeout(30)


def test_what_we_override_to_refuse_redirects_exists():
    assert callable(connect.process_redirect)


async def test_a_peer_that_does_not_read_is_dropped_when_too_much_waits():
    async def script(peer: Peer):
        await peer.accept()
        await peer.reader.read()

    def flood(transport: Transport) -> None:
        for _ in range(4):
            transport.send(b"x")

    limits = Limits(outgoing_frames_max=3)
    async with serving(script) as url:
        transport = await connector(limits, SystemClock())(url, flood, lambda _: None)
        async with asyncio.timeout(2):
            assert 1006 == (await transport.run()).code
