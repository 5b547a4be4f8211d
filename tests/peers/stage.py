"""Other people's clients at work: each in a process of its own, all at once, none on our code.

A play is a venue and the drivers that share it. The drivers say in JSON what they did and saw
(`drivers/telling.py`); the venue's ledger says what it told and answered. A driver that cannot be
installed is left out, with the reason; one that hangs is ended.
"""

import asyncio
import os
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
from bench.peers import install
from bench.peers.catalogue import HOME, ROOT, is_node, pinned
from tests.peers.ledger import Ledgered

from pr3dict.net.clock import SystemClock
from pr3dict.sim.desk.accounts import TEST_ADDRESS, TEST_KEY, TEST_PRIVATE_KEY
from pr3dict.sim.live.wing import RtdsWing, SportsWing
from pr3dict.sim.truth.config import Pace, SimConfig
from pr3dict.sim.truth.venue import Venue

DRIVER_S: Final = 50.0
"""How long a driver may take in all."""
END_S: Final = 2.0
LINE_MAX: Final = 1 << 20
HISTORY_STEPS: Final = 1_500
"""What happens before the clients come, so that there is something to read."""
SETTLED_MS: Final = 95_000
"""How long before the clients come three questions are answered; that is told after 120 s."""
SPEED: Final = 5.0
"""A trade is confirmed after 10 s of venue time: 2 s of ours."""
COMMENT_EVERY_MS: Final = 300
"""Venue time: often enough for each kind within a few seconds."""
FOLLOWED: Final = 4
"""Markets of which the drivers follow all; three more are about to be resolved, one is closed."""
MARKETS: Final = 8
REGRID: Final = 100
"""A tick of 0.0001: another one than that of any market here."""
COMPLAINT: Final = 600
NEW_PRIVATE_KEY: Final = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"
NEW_ADDRESS: Final = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
"""The second account of every development chain, known to everyone, new to the venue."""

RUN_MODULE: Final = (
    "import runpy, sys, types; tests = sys.modules['tests'] = types.ModuleType('tests');"
    "tests.__path__ = ['tests']; runpy.run_module(sys.argv.pop(1), run_name='__main__')"
)
"""py_clob_client_v2 installs a package that is named `tests`, too."""


class Driver(NamedTuple):
    """A program that works with a client."""

    client: str
    file: str
    what: str


PUBLIC: Final = Driver("polymarket-client", "sdk_public.py", "public REST and streams")
SECURE: Final = Driver("polymarket-client", "sdk_secure.py", "orders, user channel, PolyBolt")
CLOB: Final = Driver("py_clob_client_v2", "clob_v2.py", "read, order, cancel")
RTDC: Final = Driver("@polymarket/real-time-data-client", "rtdc.cjs", "live data, 2025's included")
BOOKS: Final = Driver("@nevuamarkets/poly-websockets", "poly_websockets.cjs", "market channel")
PLAYS: Final = ((PUBLIC,), (SECURE,), (CLOB, RTDC), (BOOKS,))
"""Who shares a venue: the live data tells one client of the orders of the other."""


class Done(msgspec.Struct, frozen=True):
    """One thing that was done with a client."""

    did: str
    saw: int
    trouble: str = ""


class Seen(msgspec.Struct, frozen=True):
    """The last line of a driver."""

    seen: dict[str, int]
    answers: dict[str, int]
    rejected: list[str]
    dropped: int


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What one driver did, and what its venue says to it."""

    driver: Driver
    version: str
    absent: str = ""
    """Why it did not run; `""` where it did."""
    done: list[Done] = []
    last: Seen = Seen({}, {}, [], 0)
    told: dict[str, int] = {}
    heard: dict[str, int] = {}
    answered: dict[str, int] = {}
    refused: list[str] = []
    left: str = ""
    """The market that a driver followed for a while only."""
    struck: str = ""
    """How the driver ended where it did not end well."""

    @property
    def troubles(self) -> list[str]:
        """What went wrong, in sentences."""
        found = [f"{each.did}: {each.trouble}" for each in self.done if each.trouble]
        return [*found, self.struck] if self.struck else found


async def play_all(plays: Sequence[Sequence[Driver]] = PLAYS) -> dict[Driver, Run]:
    """Let every client work that is installed, all at once."""
    async with asyncio.TaskGroup() as group:
        playing = [group.create_task(_play(drivers)) for drivers in plays]
    return {run.driver: run for task in playing for run in task.result()}


async def _play(drivers: Sequence[Driver]) -> list[Run]:
    absent = {driver: install.absence(driver.client) for driver in drivers}
    there = [driver for driver in drivers if not absent[driver]]
    runs = [
        Run(driver=driver, version=pinned(driver.client), absent=absent[driver])
        for driver in drivers
        if absent[driver]
    ]
    if not there:
        return runs
    now_ms = SystemClock().now() // 1_000_000
    shape = {"created_per_hour": 0.0, "resolved_per_hour": 0.0, "trade_share": 0.3}
    venue = Venue(SimConfig(markets=MARKETS, rate=Pace(speed=SPEED), start_ms=now_ms, **shape))
    async with Ledgered(venue) as server:
        await _make_history(server, venue)
        live = server.wing(RtdsWing).stream
        live.legacy, live.comments.every_ms = RTDC in there, COMMENT_EVERY_MS
        server.wing(SportsWing).stream.keyless = False
        server.resume()
        stage = _Stage(server, there)
        async with asyncio.TaskGroup() as group:
            working = [group.create_task(stage.work(driver)) for driver in there]
    return [*runs, *(task.result() for task in working)]


async def _make_history(server: Ledgered, venue: Venue) -> None:
    """Let the venue trade, close one market, and bring three more near their end."""
    server.pause()
    await server.step(HISTORY_STEPS)
    *ending, over = venue.listings[FOLLOWED:]
    venue.settle(over.tokens[0])
    while not over.closed_ms:
        await server.step(100)
    for listing in ending:
        venue.settle(listing.tokens[0])
    settled_ms = venue.now_ms
    while venue.now_ms < settled_ms + SETTLED_MS:
        await server.step(100)


class _Stage:
    """A venue with its drivers."""

    def __init__(self, server: Ledgered, drivers: Sequence[Driver]) -> None:
        self._server = server
        self._drivers = drivers
        self._resting = 0
        self._rest = asyncio.Event()
        self._listening = asyncio.Event()
        if RTDC not in drivers:
            self._listening.set()

    async def work(self, driver: Driver) -> Run:
        """Let a driver work until it ends."""
        process = await asyncio.create_subprocess_exec(
            *_command(driver, self._task()),
            stdin=PIPE, stdout=PIPE, stderr=PIPE, cwd=ROOT, env=_environ(), limit=LINE_MAX,
        )  # fmt: skip
        done: list[Done] = []
        last, struck = Seen({}, {}, [], 0), ""
        assert process.stdout is not None
        assert process.stderr is not None
        complaint = asyncio.ensure_future(process.stderr.read())
        try:
            async with asyncio.timeout(DRIVER_S):
                async for line in process.stdout:
                    told = msgspec.json.decode(line)
                    if "did" in told:
                        done.append(msgspec.convert(told, Done))
                    elif "seen" in told:
                        last = msgspec.convert(told, Seen)
                    else:
                        await self._obey(told["ask"], process)
                await process.wait()
        except TimeoutError:
            struck = f"it took more than {DRIVER_S:.0f} s"
        finally:
            await self._leave(process)
        text = (await complaint).decode(errors="replace")[-COMPLAINT:]
        if not struck and process.returncode:
            struck = f"it ended with {process.returncode}: {text}"
        return self._run(driver, done, last, struck)

    def _run(self, driver: Driver, done: list[Done], last: Seen, struck: str) -> Run:
        return Run(
            driver=driver,
            version=pinned(driver.client),
            done=done,
            last=last,
            struck=struck,
            told=dict(self._server.told),
            heard=dict(self._server.heard),
            answered=dict(self._server.answered),
            refused=list(self._server.refused),
            left=self._markets()[FOLLOWED - 1]["condition"],
        )

    async def _obey(self, asked: str, process: Process) -> None:
        """Do at the venue what a driver asks for, then tell it so."""
        venue = self._server.source
        assert isinstance(venue, Venue)
        match asked:
            case "events":
                # Not of the first market, where others trade on its grid.
                venue.change_tick(venue.listings[1].tokens[0], REGRID)
                venue.create()
            case "listening":
                self._listening.set()
            case "listeners":
                await self._listening.wait()
            case "rest":
                await self._let_rest()
        assert process.stdin is not None
        with suppress(ConnectionError):
            process.stdin.write(b"done\n")
            await process.stdin.drain()

    async def _let_rest(self) -> None:
        """Let the venue rest once all of its drivers have asked for it."""
        self._resting += 1
        if self._resting >= len(self._drivers):
            self._server.pause()
            await self._server.drained()
            self._rest.set()
        await self._rest.wait()

    async def _leave(self, process: Process) -> None:
        """End a driver that has not ended, and let nobody wait for it."""
        self._listening.set()
        if process.returncode is None:
            self._resting += 1
            with suppress(ProcessLookupError):
                process.kill()
            await asyncio.wait_for(process.wait(), END_S)

    def _markets(self) -> list[dict[str, Any]]:
        return [
            {
                "condition": listing.condition,
                "tokens": list(listing.tokens),
                "slug": listing.name.slug,
            }
            for listing in self._server.source.listings
        ]

    def _task(self) -> str:
        """Return what a driver must know, as JSON."""
        first = self._server.source.listings[0]
        task = self._server.settings() | {
            "markets": self._markets()[:FOLLOWED],
            "ending": [
                token for market in self._markets()[FOLLOWED:] for token in market["tokens"]
            ],
            "closed": [self._markets()[MARKETS - 1]["condition"]],
            "words": " ".join(first.name.question.split()[:3]),
            "wallet": self._server.history.deals[-1].taker.wallet,
            "private_key": TEST_PRIVATE_KEY,
            "new_private_key": NEW_PRIVATE_KEY,
            "new_address": NEW_ADDRESS,
            "address": TEST_ADDRESS,
            "key": {
                "key": TEST_KEY.key,
                "secret": TEST_KEY.secret,
                "passphrase": TEST_KEY.passphrase,
            },
            "traded": CLOB in self._drivers,
        }
        return msgspec.json.encode(task).decode()


def _command(driver: Driver, task: str) -> Sequence[str]:
    """Return the command that starts a driver."""
    folder = Path("tests") / "peers" / "drivers"
    if is_node(driver.client):
        return "node", str(folder / driver.file), task, str(HOME)
    module = ".".join((folder / driver.file).with_suffix("").parts)
    return str(install.python()), "-c", RUN_MODULE, module, task


def _environ() -> dict[str, str]:
    """Return the environment of a driver: no setting of ours, no proxy, no credential."""
    kept = ("HOME", "LANG", "PATH", "SYSTEMROOT", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ}
