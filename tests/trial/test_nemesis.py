"""The nemesis strikes by the seed, counts, and leaves no trouble behind when it rests."""

import asyncio
import random

import pytest

from pr3dict.model.units import NS_PER_MS
from pr3dict.sim.truth.config import SimConfig
from pr3dict.sim.truth.venue import Venue
from pr3dict.trial.nemesis import COUNTED, FAULTS, Nemesis
from pr3dict.trial.time import START, VirtualLoop, run
from pr3dict.trial.venue import URL, MemoryVenue


class Client:
    def __init__(self) -> None:
        self.done: list[str] = []

    def churn(self, token: str) -> None:
        self.done.append(token)

    def stalled(self, seconds: float) -> None:
        self.done.append(f"{seconds}")

    def clock_set(self, seconds: float) -> None:
        self.done.append(f"{seconds}")


async def struck(seed: int, only: list[str] | None = None) -> dict[str, int]:
    """Let it strike for ten minutes at a venue with one client that comes back."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    config = SimConfig(markets=3, seed=1, levels=(3, 5), start_ms=START // NS_PER_MS)
    place = MemoryVenue(Venue(config), random.Random(1))
    place.play()
    nemesis = Nemesis(place, Client(), random.Random(seed), loop)
    nemesis.begin(only)
    for _ in range(60):
        if not place.open_wires():
            place.faults.forgive()
            place.open_slowly_s = 0.0
            await place.connect(URL, lambda _: None, lambda _: None)
        await asyncio.sleep(10)
    nemesis.rest()
    assert not place.faults.frozen
    assert ("", 0.0, 0) == (place.rest_fault, place.open_slowly_s, place.deaf_next)
    counted = dict(place.struck)
    place.stop()
    return counted


def test_the_same_seed_strikes_the_same():
    assert run(struck(5)) == run(struck(5)) != run(struck(6))


@pytest.mark.parametrize("name", ["close", "cut", "half_open", "slow", "stall", "churn", "tick"])
def test_only_what_is_named_strikes(name):
    found = run(struck(1, [name]))
    assert found[name] > 0
    assert set(found) <= {name}


def test_every_fault_has_a_sentence_and_a_counter():
    assert all(strike.__doc__ for strike in FAULTS.values())
    assert len(COUNTED) == len(set(COUNTED)) >= len(FAULTS)
