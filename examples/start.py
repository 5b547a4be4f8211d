"""What every example begins with: a venue, a market of it, and an end.

    python examples/NAME.py [MARKET] [--seconds 10]

MARKET is an address of polymarket.com, a slug, an id or words; else the most traded market is
taken. Without any argument and without any setting (PR3DICT_*) a simulated venue is started here.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

from pr3dict import AsyncPolymarket, Market, Pr3dictError
from pr3dict.sim.desk.accounts import TEST_KEY, TEST_PRIVATE_KEY

Example = Callable[[Market, float], Awaitable[None]]
"""Does something with a market for so many seconds."""


def run(example: Example) -> None:
    """Run an example as the command line says; an error is one sentence."""
    wanted = argparse.ArgumentParser(description=example.__doc__)
    wanted.add_argument("market", nargs="*", help="an address, a slug, an id or words")
    wanted.add_argument("--seconds", type=float, default=10.0)
    given = wanted.parse_args()
    name = " ".join(given.market)
    with suppress(KeyboardInterrupt), simulated(none_wanted=bool(name) or is_set_up()):
        try:
            asyncio.run(_begin(example, name, given.seconds))
        except Pr3dictError as error:
            sys.exit(str(error))


def is_simulated() -> bool:
    """Tell whether the venue is one of this machine, where nothing is real."""
    return "127.0.0.1" in os.environ.get("PR3DICT_POLYMARKET_CLOB_URL", "")


def is_set_up() -> bool:
    """Tell whether somebody has said where the venue is."""
    return any(name.startswith("PR3DICT_POLYMARKET_") for name in os.environ)


@contextmanager
def simulated(*, none_wanted: bool) -> Iterator[None]:
    """Let a simulated venue, and its test account, be what the environment leads to."""
    if none_wanted:
        yield
        return
    print("simulated venue: nothing here is real")
    command = [sys.executable, "-m", "pr3dict", "sim", "--json", "--leash", "--markets", "4"]
    with subprocess.Popen(  # noqa: S603 - our own program
        [*command, "--activity", "80"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as venue:
        assert venue.stdin is not None
        assert venue.stdout is not None
        os.environ.update(json.loads(venue.stdout.readline())["env"])
        os.environ["POLYGON_WALLET_PRIVATE_KEY"] = TEST_PRIVATE_KEY
        os.environ["CLOB_API_KEY"] = TEST_KEY.key
        os.environ["CLOB_SECRET"] = TEST_KEY.secret
        os.environ["CLOB_PASS_PHRASE"] = TEST_KEY.passphrase
        try:
            yield
        finally:
            venue.stdin.close()  # which ends it
            venue.stdout.close()


async def _begin(example: Example, name: str, seconds: float) -> None:
    async with AsyncPolymarket() as polymarket:
        if not name:
            busiest = await polymarket.get_all_markets(limit=1)
            name = busiest[0].slug
        market = await polymarket.market(name)
    print(market.question)
    await example(market, seconds)
