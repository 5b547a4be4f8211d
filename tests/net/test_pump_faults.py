"""What goes wrong on one link loses that link and nothing else."""

import asyncio

import pytest
from tests.net.peers import Peer, frame, serving
from tests.net.test_pump import Scene, played
from tests.net.virtual import Net, Session

from pr3dict.model.errors import FeedError
from pr3dict.model.records import Kind, pack_closed
from pr3dict.model.states import Cause
from pr3dict.net import transport_picows, transport_websockets
from pr3dict.net.clock import SystemClock
from pr3dict.net.limits import Limits


# A panic of the native engine is, like a cancellation, no `Exception`.
@pytest.mark.parametrize("kind", [ZeroDivisionError, FeedError, asyncio.CancelledError])
def test_a_frame_that_raises_loses_the_link_loudly_and_not_the_feed(kind, caplog):
    net = Net()
    failure = kind("no text: \ud800")

    async def story(scene: Scene):
        wire = await net.wire(0)
        scene.session.failure = failure
        wire.say(b"bad")
        wire.say(b"next")
        await net.wire(1)

    scene = played(story, "1", net=net)
    why = f"a frame could not be taken in, a fault of PR3DICT: {failure!r}"
    assert [b"bad"] == scene.session.heard
    assert ({"fault": 1}, why) == (scene.status.lost, scene.status.last_error)
    assert (Kind.CLOSED, 7, pack_closed(Cause.LINK_DOWN, 1011, why)) in scene.tape.records
    assert [("link 7: a frame could not be taken in; the link is lost", failure)] == [
        (record.getMessage(), record.exc_info and record.exc_info[1]) for record in caplog.records
    ]


def test_a_tape_that_raises_loses_the_link_and_not_the_feed():
    net = Net()

    async def story(scene: Scene):
        wire = await net.wire(0)
        scene.tape.records = ()  # type: ignore[assignment] # which cannot be appended to
        wire.say(b"frame")
        scene.tape.records = []
        await net.wire(1)

    assert {"fault": 1} == played(story, "1", net=net).status.lost


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_the_end_of_the_program_is_no_fault_of_a_frame(kind):
    net = Net()

    async def story(scene: Scene):
        wire = await net.wire(0)
        scene.session.failure = kind()
        with pytest.raises(kind):
            wire.say(b"frame")

    assert {} == played(story, "1", net=net).status.lost


REAL = {"picows": transport_picows.connector, "websockets": transport_websockets.connector}


@pytest.mark.parametrize("transport", REAL)
async def test_reads_a_real_socket_and_leaves_a_peer_that_never_answers_within_two_seconds(
    transport,
):
    async def script(peer: Peer):
        await peer.accept()
        assert b"tokens 1" == (await peer.hear())[1]
        peer.say(frame(b"book"))
        await peer.reader.read()

    async with serving(script) as url:
        clock = SystemClock()
        session = Session("1")
        session.url = url
        scene = Scene(session, REAL[transport](Limits(close_timeout_s=0.5), clock), clock)

        async def story(scene: Scene):
            await scene.changed.wait()

        async with asyncio.timeout(2):
            await scene.during(story)
    assert [b"book"] == session.heard
    assert ["opened", "closed LINK_DOWN"] == session.told
