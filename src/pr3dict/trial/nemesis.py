"""The nemesis: draws from a seed what goes wrong, when, and how often, and counts what struck.

The rates themselves are drawn, and some faults are left out altogether: a seed of nothing but
half-open sockets finds what an average of everything would hide.
"""

import random
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, Protocol

from pr3dict.sim.faults import EVERYTHING
from pr3dict.sim.truth.books import Rules
from pr3dict.sim.truth.config import TICKS
from pr3dict.trial.time import VirtualLoop
from pr3dict.trial.venue import MemoryVenue
from pr3dict.trial.wire import Parcel, Wire

if TYPE_CHECKING:
    import asyncio

MEAN_S: Final = (8.0, 90.0)
"""Between two strikes of one fault; the mean itself is drawn from here."""
RARE_S: Final = {"hash_drift": 900.0}
"""The same for what changes everything after it."""
LEFT_OUT: Final = (0.2, 0.95)
"""How many of the faults a seed leaves out, drawn too: some seeds have all, some but one."""
CLOSE_CODES: Final = (1000, 1001, 1006, 1011, 1012, 1013)
TEXTS: Final = (
    b"<html>502 Bad Gateway</html>",
    b'{"event_type":"new_thing","market":"0x1"}',
    b'{"event_type":"price_change","market":"0x1","timestamp":"1","price_changes":[{"price":NaN}]}',
    b"null",
    b"{}",
    b"[]",
    b" ",
    b"pong",
    b"NO NEW ASSETS",
    b"INVALID OPERATION",
    b'{"a":"\xff\xfe"}',
    b"[" * 200,
    b'{"event_type":"book"} {"event_type":"book"}',
)
"""What no client expects, and each must survive."""
REFUSALS: Final[tuple[tuple[int, dict[str, str], str], ...]] = (
    (429, {"Retry-After": "3"}, "slow down"),
    (429, {}, ""),
    (503, {}, "<html>unavailable</html>"),
    (0, {}, ""),
)
"""Answers to an upgrade; status 0 stands for a refused connection."""
REST_STATUSES: Final = (429, 500, 503, 425)


class Client(Protocol):
    """What the nemesis may do to the feed from inside, as its user would."""

    def churn(self, token: str) -> None:
        """Let go of a token and want it again, within milliseconds."""

    def stalled(self, seconds: float) -> None:
        """Note for how long the process stood still."""

    def clock_set(self, seconds: float) -> None:
        """Set the clock of the machine by so much."""


class Nemesis:
    """Strikes until it is told to rest. Everything it decides comes from `chance`."""

    def __init__(
        self, venue: MemoryVenue, client: Client, chance: random.Random, loop: VirtualLoop
    ) -> None:
        self._venue, self._client, self._chance, self._loop = venue, client, chance, loop
        self._timers: set[asyncio.TimerHandle] = set()
        self._resting = False

    def begin(self, only: Sequence[str] | None = None) -> None:
        """Draw the rates and start; `only` these faults where they are named."""
        share = self._chance.uniform(*LEFT_OUT)
        for name in FAULTS:
            left_out = self._chance.random() < share
            mean_s = RARE_S.get(name) or self._chance.uniform(*MEAN_S)
            if (name in only) if only is not None else not left_out:
                self._plan(name, mean_s)

    def rest(self) -> None:
        """Strike no more, and end what lasts."""
        self._resting = True
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        self._venue.mend()

    def _plan(self, name: str, mean_s: float) -> None:
        self._after(self._chance.expovariate(1 / mean_s), lambda: self._strike(name, mean_s))

    def _strike(self, name: str, mean_s: float) -> None:
        FAULTS[name](self)
        self._plan(name, mean_s)

    def _after(self, seconds: float, call: Callable[[], object]) -> None:
        if not self._resting:
            timer: asyncio.TimerHandle | None = None

            def due() -> None:
                assert timer is not None
                self._timers.discard(timer)
                call()

            timer = self._loop.call_later(seconds, due)
            self._timers.add(timer)

    def _count(self, name: str) -> None:
        self._venue.struck[name] += 1

    def _wire(self) -> Wire | None:
        wires = [wire for wire in self._venue.open_wires() if not wire.dead]
        return self._chance.choice(wires) if wires else None

    def _speaking(self) -> Wire | None:
        wire, frozen = self._wire(), self._venue.faults.frozen
        return wire if wire is not None and (wire.number, EVERYTHING) not in frozen else None

    def _followed(self, wire: Wire) -> str:
        followed = [t for t in self._venue.following(wire) if self._venue.source.known(t)]
        return self._chance.choice(followed) if followed else ""

    def _token(self) -> str:
        return self._chance.choice(self._venue.source.tokens)

    # -- connections -----------------------------------------------------------------------------

    def close(self) -> None:
        """Close a connection with a code, from the venue's side."""
        if (wire := self._wire()) is not None:
            self._count("close")
            wire.hang_up(self._chance.choice(CLOSE_CODES), "so it goes")

    def cut(self) -> None:
        """Reset a connection."""
        if (wire := self._wire()) is not None:
            self._count("cut")
            wire.end(1006, "reset")

    def half_open(self) -> None:
        """Let nothing pass any more, and tell nobody."""
        if (wire := self._wire()) is not None:
            self._count("half_open")
            wire.dead = True

    def zombie(self) -> None:
        """Answer PING and send no data, for a while."""
        if (wire := self._wire()) is not None:
            self._count("zombie")
            self._freeze(wire, EVERYTHING, self._chance.uniform(20, 90))

    def blackout(self) -> None:
        """Let a connection be a zombie while REST is no help."""
        if (wire := self._wire()) is not None:
            self._count("blackout")
            self._venue.rest_fault = "html"
            lasts_s = self._chance.uniform(80, 100)
            self._freeze(wire, EVERYTHING, lasts_s)
            self._after(lasts_s, self._rest_well)

    def mute(self) -> None:
        """Deliver one token of a healthy connection no more."""
        wire = self._wire()
        followed = self._venue.following(wire) if wire is not None else []
        if wire is not None and followed:
            self._count("mute")
            self._freeze(wire, self._chance.choice(followed), self._chance.uniform(20, 90))

    def deaf(self) -> None:
        """Accept the next connections, and forget what they subscribe; PONG comes."""
        self._venue.deaf_next = self._chance.randint(1, 2)

    def refuse(self) -> None:
        """Refuse the next attempts."""
        status, headers, body = self._chance.choice(REFUSALS)
        self._venue.faults.refuse(status, headers, body, times=self._chance.randint(1, 3))

    def slam(self) -> None:
        """Close each connection, old and new, for a while, as soon as it is used."""
        self._venue.slams = True
        for wire in self._venue.open_wires():
            wire.end(1006, "reset")
        self._after(self._chance.uniform(20, 60), self._open_again)

    def slow_open(self) -> None:
        """Let connections take long to open, some too long."""
        self._venue.open_slowly_s = self._chance.choice((2.0, 8.0, 15.0))
        self._after(self._chance.uniform(5, 30), self._open_quickly)

    def slow(self) -> None:
        """Let everything take seconds longer on a connection, for a while."""
        if (wire := self._wire()) is not None:
            self._count("slow")
            wire.slow_ns = round(self._chance.uniform(0.5, 3.0) * 1e9)
            self._after(self._chance.uniform(5, 20), lambda: setattr(wire, "slow_ns", 0))

    def no_pong(self) -> None:
        """Answer no PING for a while; data comes."""
        self._venue.faults.ignore_pings()
        self._after(self._chance.uniform(5, 45), self._answer_pings)

    # -- content ---------------------------------------------------------------------------------

    def drop(self) -> None:
        """Lose frames of a token."""
        self._venue.faults.drop(self._token(), self._chance.randint(1, 3))

    def duplicate(self) -> None:
        """Send frames of a token twice."""
        self._venue.faults.duplicate(self._token(), self._chance.randint(1, 3))

    def corrupt(self) -> None:
        """Cut frames of a token in the middle."""
        self._venue.faults.corrupt(self._token())

    def falsify(self) -> None:
        """Make a size in a frame of a token another."""
        self._venue.faults.falsify(self._token())

    def garbage(self) -> None:
        """Send something that nobody expects."""
        self._venue.faults.garbage(self._chance.choice(TEXTS))

    def swap(self) -> None:
        """Let two neighbouring frames change places."""
        if (wire := self._wire()) is not None:
            wire.swap = 1
            self._after(2.0, wire.release)

    def withhold(self) -> None:
        """Send no opening books of a token for a while."""
        self._venue.faults.withhold_snapshot(self._token())
        self._after(self._chance.uniform(10, 40), self._venue.faults.withhold_no_more)

    def tick(self) -> None:
        """Change the price grid of a market."""
        token = self._token()
        rules = self._venue.source.rules(token)
        assert rules is not None
        self._count("tick")
        fine = TICKS["0.001"] if rules.tick_size == "0.01" else TICKS["0.01"]
        self._venue.source.change_tick(token, fine)

    def tick_again(self) -> None:
        """Tell a change of the price grid that is none."""
        if (wire := self._speaking()) is not None and (token := self._followed(wire)):
            self._count("tick_again")
            rules = self._venue.source.rules(token)
            assert rules is not None
            wire.deliver(Parcel(_same_tick(token, rules), (token,), ""))

    def maim(self) -> None:
        """Send a whole book of a token without the member that has its asks."""
        if (wire := self._speaking()) is not None and (token := self._followed(wire)):
            self._count("maim")
            book = self._venue.source.opening([token])
            start, end = book.find(b'"asks":'), book.find(b'"tick_size"')
            wire.deliver(Parcel(book[:start] + book[end:], (token,), "maim"))

    def settle(self) -> None:
        """End a market."""
        if len(self._venue.source.tokens) > 4:  # noqa: PLR2004 - or nothing is left to look at
            self._count("settle")
            self._venue.source.settle(self._token())

    def hash_drift(self) -> None:
        """Let the venue change the recipe of its hash, for good."""
        if not self._venue.drifted:
            self._count("hash_drift")
            self._venue.drifted = True

    # -- REST, the process, the user -------------------------------------------------------------

    def rest_refuse(self) -> None:
        """Refuse some requests of REST."""
        status = self._chance.choice(REST_STATUSES)
        self._venue.faults.refuse_rest(status, {}, "<html>", times=self._chance.randint(1, 5))

    def rest_trouble(self) -> None:
        """Let REST be slow, or answer nonsense, half, a ghost or an old book, for a while."""
        kinds = ("slow", "html", "half", "ghost", "stale")
        self._venue.rest_fault = self._chance.choice(kinds)
        self._after(self._chance.uniform(3, 25), self._rest_well)

    def stall(self) -> None:
        """Let the process stand still for seconds."""
        self._count("stall")
        seconds = self._chance.uniform(1.0, 12.0)
        self._loop.jump(seconds)
        self._client.stalled(seconds)

    def clock_step(self) -> None:
        """Set the clock of the machine, by up to an hour either way."""
        self._count("clock_step")
        self._client.clock_set(self._chance.uniform(-3600, 3600))

    def doze(self) -> None:
        """Let the process stand still just when a PONG is on its way to it."""
        self._venue.on_ping = self._fall_asleep

    def _fall_asleep(self) -> None:
        self._venue.on_ping = None
        self._count("doze")
        seconds = self._chance.uniform(10.0, 12.0)
        self._loop.jump(seconds)
        self._client.stalled(seconds)

    def churn(self) -> None:
        """Let the user let go of a token and want it again at once."""
        self._count("churn")
        self._client.churn(self._token())

    # -- ends ------------------------------------------------------------------------------------

    def _freeze(self, wire: Wire, token: str, seconds: float) -> None:
        frozen = self._venue.faults.frozen
        self._venue.faults.freeze(token, wire.number)
        self._after(seconds, lambda: frozen.discard((wire.number, token)))

    def _open_again(self) -> None:
        self._venue.slams = False

    def _open_quickly(self) -> None:
        self._venue.open_slowly_s = 0.0

    def _answer_pings(self) -> None:
        self._venue.faults.ignore_pings(ignored=False)

    def _rest_well(self) -> None:
        self._venue.rest_fault = ""


def _same_tick(token: str, rules: Rules) -> bytes:
    return (
        f'{{"event_type":"tick_size_change", "asset_id":"{token}", "market":"{rules.condition}", '
        f'"old_tick_size":"{rules.tick_size}", "new_tick_size":"{rules.tick_size}", '
        '"timestamp":"1790000000001"}'
    ).encode()


FAULTS: Final[dict[str, Callable[[Nemesis], None]]] = {
    "close": Nemesis.close,
    "cut": Nemesis.cut,
    "half_open": Nemesis.half_open,
    "zombie": Nemesis.zombie,
    "mute": Nemesis.mute,
    "deaf": Nemesis.deaf,
    "refuse": Nemesis.refuse,
    "slow_open": Nemesis.slow_open,
    "slow": Nemesis.slow,
    "no_pong": Nemesis.no_pong,
    "drop": Nemesis.drop,
    "duplicate": Nemesis.duplicate,
    "corrupt": Nemesis.corrupt,
    "falsify": Nemesis.falsify,
    "garbage": Nemesis.garbage,
    "swap": Nemesis.swap,
    "withhold": Nemesis.withhold,
    "tick": Nemesis.tick,
    "settle": Nemesis.settle,
    "hash_drift": Nemesis.hash_drift,
    "rest_refuse": Nemesis.rest_refuse,
    "rest_trouble": Nemesis.rest_trouble,
    "stall": Nemesis.stall,
    "clock_step": Nemesis.clock_step,
    "churn": Nemesis.churn,
    "tick_again": Nemesis.tick_again,
    "maim": Nemesis.maim,
    "slam": Nemesis.slam,
    "blackout": Nemesis.blackout,
    "doze": Nemesis.doze,
}
"""What may go wrong, by name."""
COUNTED: Final = (
    *("close", "cut", "half_open", "zombie", "freeze", "mute", "deaf", "refuse", "slow_open"),
    *("slow", "ignore_pings", "drop", "duplicate", "corrupt", "falsify", "garbage", "swap"),
    *("withhold_snapshot", "tick", "settle", "hash_drift", "refuse_rest", "rest_slow", "rest_html"),
    *("rest_half", "rest_ghost", "rest_stale", "stall", "clock_step"),
    *("churn", "tick_again", "maim", "slam", "blackout", "doze"),
)
"""The counters of what struck: a campaign in which one of them stays 0 has not tried it."""
