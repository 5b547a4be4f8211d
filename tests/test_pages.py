"""The programs of the pages run as they stand, by somebody who has a venue."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
import pytest
from tests.cli.kit import variables, venue

from pr3dict import AsyncPolymarket, Market, PolymarketPlatform
from pr3dict.cli.demo import Addresses
from pr3dict.client.credentials import API_KEY, PRIVATE_KEY
from pr3dict.config import Config, variable_of
from pr3dict.sim.desk.accounts import TEST_KEY, TEST_PRIVATE_KEY

DOCS: Final = Path(__file__).resolve().parent.parent / "docs"
BLOCK: Final = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
BOUND_S: Final = 40.0
FIRST_WORDS_S: Final = 8.0
"""How long a program that never ends is heard."""
PRICE: Final = r"0\.\d+"

SHOWN: Final = {
    "rest:0": (r"^Fed rate .*\? \d{70}", rf"^{PRICE} {PRICE} [0-9a-f]{{40}}$"),
    "rest:1": (r"shape: \(\d+, \d+\)", r"\bobject$"),
    "discovery:0": (
        r"^Fed rate hike .* https://polymarket.com/event/",
        rf"^\d{{70}}\d* {PRICE} 5$",
    ),
    "discovery:1": ("Bitcoin Up or Down",),
    "platform:0": (rf"^WS LIVE proved {PRICE} {PRICE}$", f"^{PRICE}", "^{'asset_id': '"),
    "account:0": (),
    "simulator:0": (r"^\(\d+, \d+, \d+, \d+\) \(\d+, \d+\) \(\d+, \d+\)$",),
}
"""What each program prints, by page and place on it."""
ENDLESS: Final = {"account:0", "discovery:1"}
DEFINITIONS: Final = {"discovery:2"}
"""These define what is called elsewhere; test_docs.py compiles them."""


def programs() -> Iterator[tuple[str, str]]:
    pages = dict.fromkeys(name.partition(":")[0] for name in SHOWN)
    for page in pages:
        code = (DOCS / f"{page}.md").read_text("utf-8")
        yield from ((f"{page}:{n}", found) for n, found in enumerate(BLOCK.findall(code)))


PROGRAMS: Final = dict(programs())


@pytest.fixture(scope="module")
def market() -> Iterator[Addresses]:
    options = ("--markets", "8", "--activity", "10", "--recurring", "btc-5m")
    with venue(*options) as addresses:
        yield addresses


def leading_to(market: Addresses) -> dict[str, str]:
    """Return the variables that lead to every service of a venue."""
    host = market.rest_url.removeprefix("http://")
    paths = {
        "polymarket_market_ws_url": "ws/market",
        "polymarket_user_ws_url": "ws/user",
        "polymarket_gamma_url": "gamma",
        "polymarket_data_url": "data-api",
    }
    addresses = {
        name: f"{'ws' if name.endswith('ws_url') else 'http'}://{host}/{path}"
        for name, path in paths.items()
    } | {"polymarket_clob_url": market.rest_url}
    assert addresses.keys() <= {field.name for field in msgspec.structs.fields(Config)}
    key = dict(zip(API_KEY, TEST_KEY[:3], strict=True)) | {PRIVATE_KEY: TEST_PRIVATE_KEY}
    return {variable_of(name): address for name, address in addresses.items()} | key


def said(code: str, market: Addresses, cwd: Path, *, endless: bool) -> str:
    """Return what a program prints; one that never ends is stopped after its first words."""
    child = subprocess.Popen(  # noqa: S603 - our own interpreter, our own words
        [sys.executable, "-u", "-c", code],
        env=variables(**leading_to(market)),
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with child:
        try:
            out, err = child.communicate(timeout=FIRST_WORDS_S if endless else BOUND_S)
        except subprocess.TimeoutExpired:
            child.kill()
            out, err = child.communicate()
    assert (endless or child.returncode == 0, "") == (True, err)
    return out


@pytest.mark.parametrize("name", SHOWN)
def test_a_program_of_a_page_runs_and_shows_what_it_is_for(name, market, tmp_path):
    out = said(PROGRAMS[name], market, tmp_path, endless=name in ENDLESS)
    assert [] == [line for line in SHOWN[name] if not re.search(line, out, re.MULTILINE)], out


def test_every_program_of_these_pages_is_run():
    assert set(PROGRAMS) == SHOWN.keys() | DEFINITIONS


def test_the_page_of_rest_names_every_method_and_no_other():
    text = (DOCS / "rest.md").read_text("utf-8")
    named = set(re.findall(r"`((?:get|list|refresh|create|derive|delete)_\w+|search)\b", text))
    methods = {name for name in dir(AsyncPolymarket) if not name.startswith("_")}
    others = {"aclose", "market", "markets", "markets_of", "rolling"}
    assert (set(), set()) == (methods - others - named, named - methods)


@pytest.mark.parametrize(
    ("page", "kind"), [("discovery", Market), ("platform", PolymarketPlatform)]
)
def test_a_page_names_every_member(page, kind):
    text = (DOCS / f"{page}.md").read_text("utf-8")
    members = {name for name in dir(kind) if not name.startswith("_")}
    assert set() == {name for name in members if not re.search(rf"`[^`]*\b{name}\b[^`]*`", text)}
