"""Socket, driver, session and books together, against a peer that loses the connection."""

import asyncio
import random

import pytest
from tests.net.peers import CLOSE, Peer, close_frame, frame, serving

from pr3dict.core import reference
from pr3dict.model.links import LinkStatus, Phase
from pr3dict.model.states import BookState
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.net import transport_picows, transport_websockets
from pr3dict.net.clock import SystemClock
from pr3dict.net.limits import Limits
from pr3dict.net.pump import Link
from pr3dict.net.retry import Backoff, RetryRules
from pr3dict.venues.polymarket.session import MarketSession

BOOK = (
    b'[{"event_type":"book","asset_id":"42","market":"0xaa","timestamp":"1766000000000",'
    b'"bids":[{"price":"0.4","size":"10"}],"asks":[{"price":"0.6","size":"10"}]}]'
)
RETRY = RetryRules(base=Nanos(NS_PER_S // 1000), cap=Nanos(NS_PER_S // 100))
CONNECTORS = {
    "picows": transport_picows.connector,
    "websockets": transport_websockets.connector,
}


class Witness:
    """Notes each phase of the link with the state of the book at that moment."""

    def __init__(self) -> None:
        self.books = reference.new_books()
        self.seen: list[tuple[Phase, BookState]] = []
        self.live = asyncio.Queue[None]()

    def state(self) -> BookState:
        view = self.books.view("42")
        assert view is not None
        return BookState(view.state)

    def told(self, status: LinkStatus) -> None:
        self.seen.append((status.phase, self.state()))

    def changed(self, _flags: int) -> None:
        self.seen.append((Phase.OPEN, self.state()))
        self.live.put_nowait(None)


@pytest.mark.parametrize("transport", CONNECTORS)
async def test_a_book_is_live_stale_while_the_connection_is_lost_and_live_again(transport):
    peers: list[Peer] = []
    asked: list[bytes] = []

    async def script(peer: Peer):
        peers.append(peer)
        await peer.accept()
        asked.append((await peer.hear())[1])
        peer.say(frame(BOOK))
        await peer.reader.read()

    witness = Witness()
    async with serving(script) as url:
        clock = SystemClock()
        session = MarketSession(1, url, witness.books)
        session.subscribe(["42"], clock.now())
        connect = CONNECTORS[transport](Limits(close_timeout_s=0.2), clock)
        backoff = Backoff(random.Random(1), RETRY)
        told, changed = witness.told, witness.changed
        link = Link(session, connect, clock, backoff, on_changed=changed, on_status=told)
        keeping = asyncio.ensure_future(link.keep())
        async with asyncio.timeout(5):
            await witness.live.get()
            peers[0].reset()
            await witness.live.get()
        keeping.cancel()
        with pytest.raises(asyncio.CancelledError):
            await keeping

    assert [
        (Phase.CONNECTING, BookState.EMPTY),
        (Phase.OPEN, BookState.SYNCING),
        (Phase.OPEN, BookState.LIVE),
        (Phase.WAITING, BookState.STALE),
        (Phase.CONNECTING, BookState.STALE),
        (Phase.OPEN, BookState.SYNCING),
        (Phase.OPEN, BookState.LIVE),
        (Phase.IDLE, BookState.STALE),
    ] == witness.seen
    assert [b'{"type":"market","assets_ids":["42"],"custom_feature_enabled":true}'] * 2 == asked
    assert BookState.STALE is witness.state()
    assert {"dropped": 1} == link.status.lost


@pytest.mark.parametrize("transport", CONNECTORS)
async def test_a_frame_that_raises_loses_the_link_which_comes_back(transport, caplog):
    goodbyes: list[tuple[int, bytes]] = []

    async def script(peer: Peer):
        await peer.accept()
        await peer.hear()
        peer.say(frame(BOOK))
        goodbyes.append(await peer.hear())
        peer.say(close_frame(1011))

    witness = Witness()
    fails = iter([True, False])

    def changed(flags: int) -> None:
        if next(fails, False):
            raise ZeroDivisionError
        witness.changed(flags)

    async with serving(script) as url:
        clock = SystemClock()
        session = MarketSession(1, url, witness.books)
        session.subscribe(["42"], clock.now())
        connect = CONNECTORS[transport](Limits(close_timeout_s=0.2), clock)
        backoff = Backoff(random.Random(1), RETRY)
        link = Link(session, connect, clock, backoff, on_changed=changed, on_status=witness.told)
        keeping = asyncio.ensure_future(link.keep())
        async with asyncio.timeout(5):
            await witness.live.get()
        keeping.cancel()
        with pytest.raises(asyncio.CancelledError):
            await keeping

    assert {"fault": 1} == link.status.lost
    assert [(CLOSE, (1011).to_bytes(2)), (CLOSE, (1000).to_bytes(2))] == goodbyes
    assert [ZeroDivisionError] == [r.exc_info and r.exc_info[0] for r in caplog.records]
