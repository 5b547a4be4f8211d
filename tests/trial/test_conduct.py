"""The conduct of a feed is judged once a second: what it keeps, gives up, and asks for."""

import asyncio
import random

from pr3dict.model.links import LinkStatus
from pr3dict.model.units import NS_PER_MS
from pr3dict.sim.truth.config import SimConfig
from pr3dict.sim.truth.venue import Venue
from pr3dict.trial.conduct import ATTEMPTS_MAX, DEAD_S, REQUESTS_MAX, ZOMBIE_S, Conduct
from pr3dict.trial.time import START, run
from pr3dict.trial.venue import URL, MemoryVenue
from pr3dict.trial.wire import Wire


class Court:
    """A venue with one client, and what is said of its conduct."""

    def __init__(self) -> None:
        config = SimConfig(markets=1, seed=1, start_ms=START // NS_PER_MS)
        self.venue = MemoryVenue(Venue(config), random.Random(1))
        self.status = LinkStatus(1, URL)
        self.said: list[str] = []
        self.conduct = Conduct(self.venue, lambda: [self.status], self._say)

    async def wire(self) -> Wire:
        await self.venue.connect(URL, lambda _: None, lambda _: None)
        return self.venue.open_wires()[-1]

    def pass_(self, seconds: float) -> list[str]:
        for _ in range(round(seconds)):
            self.conduct.second()
        return self.said

    def _say(self, invariant: str, what: str, sentence: str) -> None:
        self.said.append(f"{invariant} {what} {sentence}")


def test_a_dead_connection_is_to_be_left_in_time():
    async def story():
        court = Court()
        (await court.wire()).dead = True
        assert [] == court.pass_(DEAD_S + 1)
        assert ["I3 connection 1 is dead for 28 s and kept"] == court.pass_(1)

    run(story())


def test_a_zombie_is_to_be_left_in_time_and_is_none_once_it_speaks():
    async def story():
        court = Court()
        court.venue.faults.freeze(connection=(await court.wire()).number)
        assert [] == court.pass_(ZOMBIE_S)
        court.venue.faults.thaw()
        court.pass_(1)
        court.venue.faults.freeze(connection=1)
        assert [] == court.pass_(ZOMBIE_S)
        assert "is a zombie for" in court.pass_(2)[0]

    run(story())


def test_a_sound_connection_is_not_to_be_given_up_but_a_hurt_one_may_be():
    async def story():
        court = Court()
        hurt = await court.wire()
        hurt.touched = True
        hurt.abort()
        assert [] == court.pass_(1)
        (await court.wire()).abort()
        await asyncio.sleep(0)
        assert ["I8 connection 2 was given up, and it was sound"] == court.pass_(1)

    run(story())


def test_a_connection_on_which_the_venue_has_no_book_to_give_may_be_given_up():
    async def story():
        court = Court()
        wire = await court.wire()
        wire.send(b'{"type":"market","assets_ids":["1"]}')
        await asyncio.sleep(5)  # of virtual time
        wire.abort()
        assert [] == court.pass_(1)

    run(story())


def test_who_closes_a_connection_with_a_goodbye_gives_nothing_up():
    async def story():
        court = Court()
        await (await court.wire()).close()
        assert [] == court.pass_(1)

    run(story())


def test_a_connection_is_not_to_be_lost_by_a_fault_of_ours():
    async def story():
        court = Court()
        court.status.lost["fault"] = 1
        assert ["I0 link 1 was lost by a fault of this program"] == court.pass_(1)

    run(story())


def test_attempts_and_requests_are_bounded_by_the_minute():
    async def story():
        court = Court()
        court.pass_(1)
        court.status.attempts = ATTEMPTS_MAX
        court.venue.requests["asked"] = REQUESTS_MAX
        assert [] == court.pass_(1)
        court.status.attempts += 1
        court.venue.requests["asked"] += 1
        link, rest = court.pass_(1)
        assert "I8 link 1 was tried 46 times in 60 s" == link
        assert "I8 REST was asked 63 times in 60 s" == rest

    run(story())
