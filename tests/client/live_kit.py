"""What tests of the live-data client wait for and listen to."""

import asyncio

from tests.app.kit import until
from tests.net.peers import CLOSE, Peer, frame


def only(kind, found):
    """Return a callback that keeps the events of one kind."""

    def on_event(event):
        if isinstance(event, kind):
            found.append(event)

    return on_event


async def until_gone(peer: Peer) -> None:
    """Hear out a client until it says goodbye, and answer that."""
    while True:
        opcode, payload = await peer.hear()
        if opcode == CLOSE:
            peer.say(frame(payload, CLOSE))
            return


async def later(true):
    """Return when this has become true."""
    return await asyncio.to_thread(until, true)
