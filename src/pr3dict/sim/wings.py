"""The wings of the simulated venue: who is built into it. `wing.py` tells how to add one."""

from collections.abc import Callable
from typing import Final

from pr3dict.sim.clob.channel import MarketChannel
from pr3dict.sim.clob.wing import ClobPublic
from pr3dict.sim.data.wing import DataApi
from pr3dict.sim.desk.wing import ClobPrivate
from pr3dict.sim.gamma.wing import Gamma
from pr3dict.sim.live.wing import PolyboltWing, RtdsWing, SportsWing
from pr3dict.sim.wing import House, Wing

WINGS: Final[tuple[Callable[[House], Wing], ...]] = (
    MarketChannel,
    ClobPublic,
    ClobPrivate,
    Gamma,
    DataApi,
    RtdsWing,
    PolyboltWing,
    SportsWing,
)
"""Made in this order, each with the house; a listener of an earlier one hears a step first."""
