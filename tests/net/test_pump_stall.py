"""A process that stood still does not take its own absence for the silence of a venue."""

import asyncio

from tests.net.test_pump import Scene, played
from tests.net.virtual import Net, VirtualClock, VirtualLoop

from pr3dict.model.units import NS_PER_S, Nanos


async def stands_still(scene: Scene, *, after_s: float, for_s: float) -> None:
    """Let the loop stand still over the deadline of a link, which is in eleven seconds."""
    scene.session.dead_at = Nanos(VirtualClock().now() + 11 * NS_PER_S)
    await asyncio.sleep(after_s)
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    loop.jump(for_s)


def test_after_a_stall_the_backlog_is_read_before_a_link_is_given_up():
    net = Net()

    async def story(scene: Scene):
        await net.wire(0)
        await stands_still(scene, after_s=9, for_s=12)
        await asyncio.sleep(0.5)
        scene.session.dead_at = None  # what was waiting in the socket has been read by now
        await asyncio.sleep(30)
        assert {} == scene.status.lost

    played(story, "1", net=net)


def test_a_link_that_is_dead_after_the_backlog_too_is_given_up():
    net = Net()

    async def story(scene: Scene):
        await net.wire(0)
        await stands_still(scene, after_s=9, for_s=12)
        await asyncio.sleep(2.5)
        assert {"expired": 1} == scene.status.lost
        scene.session.dead_at = None

    played(story, "1", net=net)


def test_a_stall_that_ends_just_after_a_deadline_is_seen_as_one():
    """The timer of the deadline is hardly late, but the loop stood still for ten seconds."""
    net = Net()

    async def story(scene: Scene):
        await net.wire(0)
        await stands_still(scene, after_s=1, for_s=10.1)
        await asyncio.sleep(0.5)
        scene.session.dead_at = None  # what was waiting in the socket has been read by now
        await asyncio.sleep(30)
        assert {} == scene.status.lost

    played(story, "1", net=net)


def test_what_is_sent_right_after_a_stall_does_not_hurry_the_judgement():
    net = Net()

    async def story(scene: Scene):
        await net.wire(0)
        await stands_still(scene, after_s=1, for_s=12)
        for _ in range(5):
            scene.link.kick()  # healing is awake too, and asks for books
            await asyncio.sleep(0.1)
        scene.session.dead_at = None
        await asyncio.sleep(30)
        assert {} == scene.status.lost

    played(story, "1", net=net)
