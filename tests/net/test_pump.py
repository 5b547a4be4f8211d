"""One link, carried in virtual time over sockets in memory, and once over real ones."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import pytest
from tests.net.virtual import Net, Session, VirtualClock, run

from pr3dict.core import CONTROL
from pr3dict.model.errors import FeedError, LinkRefused
from pr3dict.model.links import LinkStatus, Phase
from pr3dict.model.records import Kind, pack_closed
from pr3dict.model.states import Cause
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.net.pump import Link
from pr3dict.net.retry import Backoff
from pr3dict.ports import Clock, Connect

Story = Callable[["Scene"], Awaitable[None]]


class Tape:
    """A recorder that remembers."""

    def __init__(self) -> None:
        self.records: list[tuple[Kind, int, bytes]] = []

    def append(self, kind: int, link: int, now: Nanos, payload: bytes) -> None:
        self.records.append((Kind(kind), link, payload))


class Scene:
    """A link with all that it is given, at work while a story is told."""

    def __init__(self, session: Session, connect: Connect, clock: Clock) -> None:
        self.session = session
        self.changes: list[int] = []
        self.changed = asyncio.Event()
        self.phases: list[Phase] = []
        self.tape = Tape()
        self.link = Link(
            session,
            connect,
            clock,
            Backoff(random.Random(0)),
            on_changed=self._change,
            on_status=self._note,
            recorder=self.tape,
        )

    @property
    def status(self) -> LinkStatus:
        return self.link.status

    def _change(self, flags: int) -> None:
        self.changes.append(flags)
        self.changed.set()

    def _note(self, status: LinkStatus) -> None:
        self.phases.append(status.phase)

    async def during(self, story: Story) -> "Scene":
        keeping = asyncio.ensure_future(self.link.keep())
        try:
            async with asyncio.timeout(10_000):
                await story(self)
        finally:
            keeping.cancel()
            with pytest.raises(asyncio.CancelledError):
                await keeping
        return self


def played(story: Story, *tokens: str, net: Net | None = None) -> Scene:
    async def main() -> Scene:
        scene = Scene(Session(*tokens), net or Net(), VirtualClock())
        return await scene.during(story)

    return run(main())


def test_carries_frames_in_and_out_and_leaves_with_a_goodbye():
    net = Net()

    async def story(scene: Scene):
        wire = await net.wire(0)
        wire.say(b"first")
        scene.session.flags = 0
        wire.say(b"nothing new")

    scene = played(story, "1", "2", net=net)
    assert [b"tokens 1 2"] == net.wires[0].sent
    assert [b"first", b"nothing new"] == scene.session.heard
    assert [1] == scene.changes
    assert ["opened", "closed LINK_DOWN"] == scene.session.told
    assert 1 == net.wires[0].goodbyes
    assert (1, 10) == (scene.status.frames_out, scene.status.bytes_out)


def test_the_tape_hears_first_and_everything():
    net = Net()

    async def story(scene: Scene):
        wire = await net.wire(0)
        wire.say(b"frame")
        wire.end(1013, "slow consumer")
        await net.wire(1)

    scene = played(story, "1", net=net)
    assert [
        (Kind.OPENED, 7, b"ws://127.0.0.1/ws/market"),
        (Kind.OUT, 7, b"tokens 1"),
        (Kind.IN, 7, b"frame"),
        (Kind.CLOSED, 7, pack_closed(Cause.LINK_DOWN, 1013, "slow consumer")),
        (Kind.OPENED, 7, b"ws://127.0.0.1/ws/market"),
        (Kind.OUT, 7, b"tokens 1"),
        (Kind.CLOSED, 7, pack_closed(Cause.LINK_DOWN, 1000, "closed by us")),
    ] == scene.tape.records


def test_the_frame_is_on_the_tape_before_the_session_sees_it():
    net = Net()
    seen: list[Kind] = []

    async def story(scene: Scene):
        def feed(_link: int, _frame: bytes, _now: Nanos) -> int:
            seen.append(scene.tape.records[-1][0])
            return 0

        await net.wire(0)
        scene.session.feed = feed  # type: ignore[assignment,method-assign]
        scene.link.drop("begin anew, with the session as it is now")
        (await net.wire(1)).say(b"frame")

    played(story, "1", net=net)
    assert [Kind.IN] == seen


def test_a_text_that_is_no_data_is_told_to_the_session():
    net = Net()

    async def story(scene: Scene):
        wire = await net.wire(0)
        scene.session.flags = CONTROL
        wire.say(b"PONG")

    assert "control b'PONG'" in played(story, "1", net=net).session.told


def test_wakes_the_session_when_it_wants_to_be_woken():
    net = Net()

    async def story(_scene: Scene):
        await net.wire(0)
        await asyncio.sleep(35)

    played(story, "1", net=net)
    assert [b"tokens 1", b"beat", b"beat", b"beat"] == net.wires[0].sent


def test_a_link_without_tokens_is_not_opened_until_it_is_kicked():
    net = Net()

    async def story(scene: Scene):
        await asyncio.sleep(1000)
        assert [] == net.attempted_at
        assert Phase.IDLE is scene.status.phase
        scene.session.subscribe(["5"], VirtualClock().now())
        scene.link.kick()
        await net.wire(0)

    played(story, net=net)
    assert [b"tokens 5"] == net.wires[0].sent


def test_a_kick_sends_what_the_session_has_to_send():
    net = Net()

    async def story(scene: Scene):
        wire = await net.wire(0)
        scene.session.subscribe(["2"], VirtualClock().now())
        assert [b"tokens 1"] == wire.sent
        scene.link.kick()
        assert [b"tokens 1", b"add 2"] == wire.sent

    played(story, "1", net=net)


def test_a_connection_whose_session_has_expired_is_dropped_and_opened_again():
    net = Net()

    async def story(scene: Scene):
        await net.wire(0)
        scene.session.dead_at = Nanos(VirtualClock().now() + 15 * NS_PER_S)
        await asyncio.sleep(19.9)
        assert {} == scene.status.lost
        await asyncio.sleep(0.2)
        assert {"expired": 1} == scene.status.lost
        scene.session.dead_at = None
        await net.wire(1)

    scene = played(story, "1", net=net)
    assert "no answer for ages" == scene.status.last_error
    assert (Kind.CLOSED, 7, pack_closed(Cause.LINK_DOWN, 1006, "no answer for ages")) in (
        scene.tape.records
    )


def test_tells_each_phase_after_the_session():
    net = Net(FeedError("no route"))

    async def story(_scene: Scene):
        (await net.wire(0)).end(1001)
        await net.wire(1)

    scene = played(story, "1", net=net)
    assert [
        Phase.CONNECTING,
        Phase.WAITING,
        Phase.CONNECTING,
        Phase.OPEN,
        Phase.WAITING,
        Phase.CONNECTING,
        Phase.OPEN,
        Phase.IDLE,
    ] == scene.phases
    assert (3, 2, {"unreachable": 1, "closed_1001": 1}) == (
        scene.status.attempts,
        scene.status.opened,
        scene.status.lost,
    )


def test_a_venue_that_accepts_and_drops_is_asked_ever_more_slowly():
    net = Net()

    async def story(_scene: Scene):
        for number in range(12):
            (await net.wire(number)).end(1006)

    played(story, "1", net=net)
    in_a_minute = [at for at in net.attempted_at if at < 60 * NS_PER_S]
    assert len(in_a_minute) <= 10
    assert net.attempted_at[-1] > 90 * NS_PER_S


def test_an_outage_after_a_good_connection_is_met_ever_more_slowly():
    net = Net()

    async def story(_scene: Scene):
        wire = await net.wire(0)
        await asyncio.sleep(40)
        wire.say(b"data")
        net.answers = [FeedError("no route") for _ in range(12)]
        wire.end(1006)
        await net.wire(1)

    played(story, "1", net=net)
    outage = [at - net.attempted_at[1] for at in net.attempted_at[1:]]
    assert len([at for at in outage if at < 60 * NS_PER_S]) <= 10
    assert outage[-1] > 90 * NS_PER_S


def test_only_live_data_makes_the_next_failure_the_first_again():
    net = Net()

    async def story(_scene: Scene):
        for number in range(8):
            wire = await net.wire(number)
            await asyncio.sleep(40)
            wire.say(b"data")
            wire.end(1006)

    played(story, "1", net=net)
    gaps = [b - a for a, b in zip(net.attempted_at, net.attempted_at[1:], strict=False)]
    assert all(40 * NS_PER_S <= gap <= 41 * NS_PER_S for gap in gaps)


def test_a_refusal_waits_five_minutes_whatever_is_asked_meanwhile():
    net = Net(LinkRefused("blocked", name="http_403"))

    async def story(scene: Scene):
        await asyncio.sleep(10)
        scene.link.kick()
        await net.wire(0)

    scene = played(story, "1", net=net)
    assert net.attempted_at[1] >= 300 * NS_PER_S
    assert {"http_403": 1} == scene.status.lost
    assert "blocked" == scene.status.last_error


def test_the_wait_that_the_venue_asks_for_is_kept():
    net = Net(FeedError("later", name="http_429", retry_after=90 * NS_PER_S))

    async def story(_scene: Scene):
        await net.wire(0)

    played(story, "1", net=net)
    assert 90 * NS_PER_S <= net.attempted_at[1] <= 91 * NS_PER_S


def test_a_link_whose_markets_are_all_resolved_waits_for_a_new_token():
    net = Net()

    async def story(scene: Scene):
        (await net.wire(0)).end(1000, "resolved")
        await asyncio.sleep(100)
        assert 1 == len(net.wires)
        scene.session.subscribe(["9"], VirtualClock().now())
        scene.link.kick()
        await net.wire(1)
        assert 100 * NS_PER_S == VirtualClock().monotonic()

    played(story, "1", net=net)


def test_what_a_control_text_makes_the_session_say_is_sent_at_once():
    net = Net()

    class Answering(Session):
        def control(self, frame: bytes) -> None:
            self._outgoing.append(b"answer to " + frame)

    async def story(scene: Scene):
        wire = await net.wire(0)
        scene.session.flags = CONTROL
        wire.say(b"ping")
        assert [b"tokens 1", b"answer to ping"] == wire.sent

    async def main() -> Scene:
        return await Scene(Answering("1"), net, VirtualClock()).during(story)

    run(main())


def test_what_is_redacted_is_sent_whole_and_recorded_without():
    net, tape = Net(), Tape()

    async def main() -> None:
        link = Link(
            Session("secret"),
            net,
            VirtualClock(),
            Backoff(random.Random(0)),
            on_changed=lambda _: None,
            on_status=lambda _: None,
            recorder=tape,
            redact=lambda frame: frame.replace(b"secret", b"..."),
        )
        keeping = asyncio.ensure_future(link.keep())
        wire = await net.wire(0)
        assert [b"tokens secret"] == wire.sent
        keeping.cancel()
        with pytest.raises(asyncio.CancelledError):
            await keeping

    run(main())
    assert (Kind.OUT, 7, b"tokens ...") in tape.records
