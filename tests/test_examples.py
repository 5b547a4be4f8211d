"""Every example runs as a newcomer runs it, and shows what it is for."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from tests.cli.kit import variables, venue

from pr3dict.cli.demo import Addresses
from pr3dict.cli.sim import environment
from pr3dict.sim.desk.accounts import TEST_KEY, TEST_PRIVATE_KEY

ROOT: Final = Path(__file__).resolve().parent.parent
EXAMPLES: Final = ROOT / "examples"
BOUND_S: Final = 60.0
"""No example may take longer; a bound for one that hangs."""
PRICE: Final = r"0\.\d+"

SHOWN: Final = {
    "ask_the_platform": (
        f"by REST: {PRICE} / {PRICE}, LIVE proved",
        f"by WS: {PRICE} / {PRICE}, LIVE",
        rf"  \$250 buy at {PRICE}",
        r"  spread \d+ bps",
        "  connected: True, tokens: 1",
    ),
    "basic_tracking": (
        rf"Yes  {PRICE} / {PRICE}  LIVE proved  -?\d+\.\d ms after the venue",
        f"No   {PRICE} / {PRICE}  LIVE",
        f"spread {PRICE}, within 2 cents",
        "the venue's own hash proved [1-9][0-9,]* books",
    ),
    "combined_strategy": (rf"  {PRICE}: (?:BUY at|SELL at|nothing \()",),
    "find_a_market": (
        "https://polymarket.com/event/",
        rf"  Yes  at {PRICE}: token \d{{70}}",
        f"tick {PRICE}, at least 5 shares an order",
        "a taker pays ",
        "6 names lead to it",
        "'[^']+' finds: ",
    ),
    "follow_my_orders": (
        "0 open orders, 0 trades",
        "order 0x[0-9a-f]{8}… BUY LIVE",
        "fill  0x[0-9a-f]{8}… BUY 10 provisional",
        "0x[0-9a-f]{8}… confirmed (?:0|10) shares",
    ),
    "latency_strategy": (f"{PRICE} / {PRICE}: ", r" +[\d,]+ x (?:quote|leave it)"),
    "price_alert": (
        f"ALERT: best bid {PRICE} -> {PRICE}",
        f"watching for moves from {PRICE}",
        f"best bid at the end: {PRICE}",
    ),
    "spread_monitor": (rf"spread {PRICE} \(\d+ bps\)", rf"{PRICE}: \d+% of \d+ updates"),
    "stream_against_rest": (
        r"stream, read in memory: [\d,]+\.\d µs",
        r"REST, one request: +[\d,]+\.\d µs",
        "the stream answers [1-9][0-9,]+ times as fast",
        "and its data is ",
    ),
    "trade_flow": (r"(?:BUY |SELL) .* imbalance [+-]\d", r"bought [\d,.]+, sold [\d,.]+ shares"),
    "trades": (r"\d\d:\d\d:\d\d (?:BUY |SELL) (?:Yes|No ) ", r"[1-9]\d* trades in 3 s"),
    "vwap": (
        f"Yes: mid {PRICE}, LIVE proved",
        rf"  BUY  \$    10: {PRICE}, \d+\.\d+% from mid",
    ),
}
"""What each prints, as lines that begin so."""


def run(name: str, *arguments: str, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run an example in a process of its own, with no settings but these."""
    secret = {"CLOB_API_KEY", "CLOB_SECRET", "CLOB_PASS_PHRASE", "POLYGON_WALLET_PRIVATE_KEY"}
    kept = {key: value for key, value in variables().items() if key not in secret} | more
    return subprocess.run(  # noqa: S603 - our own example
        [sys.executable, "-W", "error", EXAMPLES / f"{name}.py", *arguments],
        env=kept,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=BOUND_S,
        check=False,
    )


def leading_to(market: Addresses) -> dict[str, str]:
    """Return the variables that lead to a venue with all of its services."""
    host = market.rest_url.removeprefix("http://")
    return {
        "PR3DICT_POLYMARKET_MARKET_WS_URL": market.ws_url,
        "PR3DICT_POLYMARKET_CLOB_URL": market.rest_url,
        "PR3DICT_POLYMARKET_GAMMA_URL": f"http://{host}/gamma",
    }


@pytest.mark.parametrize("name", SHOWN)
def test_an_example_runs_and_shows_what_it_is_for(name, tmp_path):
    done = run(name, "--seconds", "3", cwd=tmp_path)
    assert (0, "") == (done.returncode, done.stderr), done.stdout
    said = done.stdout.splitlines()
    assert "simulated venue: nothing here is real" == said[0]
    missing = [line for line in SHOWN[name] if not any(re.match(line, each) for each in said)]
    assert [] == missing, done.stdout


def test_an_example_takes_the_venue_of_the_settings_and_the_market_that_is_named(tmp_path):
    with venue("--markets", "3", "--seed", "1") as market:
        done = run("find_a_market", "recession", cwd=tmp_path, **leading_to(market))
    assert (0, "") == (done.returncode, done.stderr), done.stdout
    assert re.match("US recession by ", done.stdout)


def test_an_order_of_an_example_is_as_big_as_its_market_wants(tmp_path):
    account = {
        "CLOB_API_KEY": TEST_KEY.key,
        "CLOB_SECRET": TEST_KEY.secret,
        "CLOB_PASS_PHRASE": TEST_KEY.passphrase,
        "POLYGON_WALLET_PRIVATE_KEY": TEST_PRIVATE_KEY,
    }
    with venue("--markets", "4", "--seed", "7") as market:
        env = environment(market.settings, list(market.tokens)) | account
        done = run("follow_my_orders", "--seconds", "1", cwd=tmp_path, **env)
    assert (0, "") == (done.returncode, done.stderr), done.stdout
    assert re.search(r"^order 0x[0-9a-f]{8}… BUY LIVE", done.stdout, re.MULTILINE), done.stdout


def test_an_example_tells_in_a_sentence_that_there_is_no_such_market(tmp_path):
    with venue("--markets", "1") as market:
        done = run("vwap", "no-such-market", cwd=tmp_path, **leading_to(market))
    assert (1, "") == (done.returncode, done.stdout)
    assert re.fullmatch("no market of Polymarket has the slug no-such-market.*\n", done.stderr)


def test_every_example_is_run_here_and_named_in_the_readme():
    files = {path.stem for path in EXAMPLES.glob("*.py")} - {"start"}
    readme = (ROOT / "README.md").read_text("utf-8")
    assert set(SHOWN) == files
    assert [] == sorted(name for name in files if f"examples/{name}.py" not in readme)


def test_no_example_has_the_name_of_a_module_of_python():
    """A script's folder comes first on the path: `platform.py` there would hide Python's own."""
    assert set() == {path.stem for path in EXAMPLES.glob("*.py")} & set(sys.stdlib_module_names)
