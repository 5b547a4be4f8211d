"""A socket in memory keeps order, and loses what a network loses."""

import asyncio
import random

from pr3dict.model.links import Closed
from pr3dict.trial.time import run
from pr3dict.trial.wire import Parcel, Wire

LONG_S = 5.0


class Ends:
    """Both ends of one wire, and what each has heard."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.sent: list[bytes] = []
        self.arrived: list[Parcel] = []
        self.wire = Wire(
            1,
            self.heard.append,
            lambda _, frame: self.sent.append(frame),
            lambda _, parcel: self.arrived.append(parcel),
            random.Random(1),
        )

    def say(self, *frames: bytes, cause: str = "") -> None:
        for frame in frames:
            self.wire.deliver(Parcel(frame, ("t",), cause))


def test_order_is_kept_both_ways_even_when_the_loop_stood_still():
    async def main() -> Ends:
        ends = Ends()
        frames = [b"%d" % number for number in range(50)]
        ends.say(*frames)
        for frame in frames:
            ends.wire.send(frame)
        asyncio.get_running_loop().jump(LONG_S)  # type: ignore[attr-defined]
        await asyncio.sleep(LONG_S)
        assert frames == ends.heard == ends.sent
        return ends

    assert 0 == run(main()).wire.under_way["t"]


def test_what_is_lost_leaves_a_mark_that_arrives():
    async def main() -> None:
        ends = Ends()
        ends.wire.deliver(Parcel(None, ("t",), "drop"))
        await asyncio.sleep(LONG_S)
        assert ([], ["drop"]) == (ends.heard, [parcel.cause for parcel in ends.arrived])

    run(main())


def test_a_half_open_wire_takes_everything_and_delivers_nothing():
    async def main() -> None:
        ends = Ends()
        ends.say(b"on its way")
        ends.wire.dead = True
        ends.wire.send(b"PING")
        await asyncio.sleep(LONG_S)
        assert ([], [], ["half_open"]) == (
            ends.heard,
            ends.sent,
            [parcel.cause for parcel in ends.arrived],
        )
        assert ends.wire.open
        ends.wire.resets = True
        ends.wire.send(b"PING")
        assert Closed(1006, "reset") == await ends.wire.run()

    run(main())


def test_two_neighbours_change_places_once():
    async def main() -> None:
        ends = Ends()
        ends.wire.swap = 1
        ends.say(b"1", b"2", b"3")
        await asyncio.sleep(LONG_S)
        assert [b"2", b"1", b"3"] == ends.heard

    run(main())


def test_one_that_waits_for_a_neighbour_is_let_go():
    async def main() -> None:
        ends = Ends()
        ends.wire.swap = 1
        ends.say(b"1")
        await asyncio.sleep(LONG_S)
        assert [] == ends.heard
        ends.wire.release()
        await asyncio.sleep(LONG_S)
        assert [b"1"] == ends.heard

    run(main())


def test_a_goodbye_comes_after_all_that_was_said():
    async def main() -> None:
        ends = Ends()
        ends.say(b"1", b"2")
        ends.wire.hang_up(1013, "slow")
        assert Closed(1013, "slow") == await ends.wire.run()
        assert [b"1", b"2"] == ends.heard

    run(main())
