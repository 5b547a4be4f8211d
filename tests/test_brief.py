"""The examples of the project's brief run as they stand: imports and placeholders change, no more.

Every ```python block of the four documents is either run here, against a simulated venue on
127.0.0.1, or listed with the reason why not. What a block takes from its surroundings (`manager`,
`platform`, `Decimal`, …) is supplied; what it was written for must be seen to happen.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest
from tests.app.kit import Served, until, venue
from tests.brief.blocks import (
    BLOCKS,
    BRIEF,
    DOCUMENTS,
    LEFT_OUT,
    RUN,
    Places,
    adapted,
    callbacks,
    prints_at_once,
    wanted_names,
)
from tests.brief.surroundings import PATIENCE_S, Calls, Surroundings, noting, run

import pr3dict
from pr3dict.client.live.data import ConnectionStatus, RealTimeDataClient
from pr3dict.client.live.real_time import PolymarketRealTimeClient
from pr3dict.client.live.subscriptions import create_activity_subscription
from pr3dict.config import variable_of
from pr3dict.sim.desk.accounts import TEST_KEY

SUBSTITUTED: Final = re.compile("Polymarket serves it no more; it is served from")
"""What the client says, once, of a topic that has a successor; the brief names two such."""


NOWHERE: Final = Places(["77", "88"], "ws://nowhere", ("key", "secret", "passphrase"))

needs_the_brief = pytest.mark.skipif(
    not DOCUMENTS, reason=f"THE BRIEF IS ABSENT: its examples are not run; wanted {BRIEF}"
)


@dataclass(frozen=True)
class Scene:
    """A block that has run, and where."""

    around: Surroundings
    served: Served
    caplog: pytest.LogCaptureFixture

    def __getitem__(self, name: str) -> Any:
        return self.around.namespace[name]

    def printed(self, pattern: str) -> int:
        """Return how many lines of what was printed match."""
        return sum(re.search(pattern, line) is not None for line in self.around.printed)

    async def until(self, true: Callable[[], object]) -> None:
        """Wait until this has become true."""
        await asyncio.to_thread(until, true)


async def gamma_is_asked(scene: Scene) -> None:
    await scene["get_markets"]()
    assert 2 == scene.printed("^Question: .*?$") == scene.printed("^Condition ID: 0x"), (
        scene.around.printed
    )
    listed = {line.rpartition(" ")[2] for line in scene.around.printed if line.startswith("  ")}
    assert set(scene.around.tokens) == listed


async def clob_is_asked(scene: Scene) -> None:
    assert 2 == scene.printed("^Question: .*?$"), scene.around.printed
    assert 2 == scene.printed(r"^YES token: \d{70}") == scene.printed(r"^NO token: \d{70}")


async def market_data_is_told(scene: Scene) -> None:
    assert 1 == scene.printed("^Connected to real-time stream!$")
    assert 2 <= scene.printed("^Received: clob_market/agg_orderbook$")
    assert 2 <= scene.printed("^Payload: .*'bids'")


async def a_market_was_analysed(scene: Scene) -> None:
    """The block prints nothing: what it has read is read once more."""
    (made,) = scene.around.left
    assert set(scene.around.tokens) == {t for market in made.markets for t in market.token_ids}
    analysis = made.analyze_market_opportunity(scene.around.tokens[0])
    assert scene.around.tokens[0] == analysis.asset_id
    assert made.get_live_orderbook(scene.around.tokens[0]).version > 0
    assert made.get_recent_trades(10)
    assert not made.manager.system.running  # `stop_monitoring` was reached


async def the_user_channel_is_open(scene: Scene) -> None:
    def is_open() -> bool:
        links = scene["client"].get_stats()["links"]
        return any("/ws/user" in link["url"] and link["opened"] for link in links)

    await scene.until(is_open)
    assert ConnectionStatus.CONNECTED is scene["client"].connection_status


async def a_strategy_trades(scene: Scene) -> None:
    seen, traded = [], []

    def should_trade(_: object, live_price: Decimal, static_data: Any) -> bool:
        seen.append((live_price, static_data.question))
        return live_price < 1

    trader = scene["SmartTrader"]
    trader.should_trade = should_trade
    trader.execute_trade = lambda _, market_id, price: traded.append((market_id, price))
    await trader().trade_strategy()
    assert 2 == len(seen) == len(traded)
    assert all(0 < price < 1 and question for price, question in seen)
    assert all(isinstance(price, Decimal) and market_id.isdecimal() for market_id, price in traded)


async def the_handlers_are_called(scene: Scene) -> None:
    client = scene["client"]
    await client.subscribe(create_activity_subscription())
    await client.connect()
    wanted = {"message_handler", "connect_handler", "status_handler"}
    await scene.until(lambda: wanted <= scene.around.heard)
    await client.disconnect()


async def loss_and_return_are_logged(scene: Scene) -> None:
    client = RealTimeDataClient(on_status_change=scene["on_status_change"])
    await client.connect()
    await scene.until(lambda: "connection established" in scene.caplog.text)
    scene.caplog.clear()
    scene.served.do(scene.served.server.cut)
    await scene.until(lambda: "connection lost" in scene.caplog.text)
    await scene.until(lambda: "connection established" in scene.caplog.text)
    await client.disconnect()


async def an_error_ends_nothing(scene: Scene) -> None:
    client = RealTimeDataClient(on_message=scene["safe_message_handler"])
    await client.subscribe(create_activity_subscription())
    await client.connect()
    await scene.until(lambda: len(scene["process_message"].messages) > 2)
    await client.disconnect()
    assert 1 == scene.caplog.text.count("Error processing message: the first one")


async def unit_tests_pass(scene: Scene) -> None:
    scene["test_subscription_creation"]()
    scene["test_message_parsing"]()


async def the_integration_test_passes(scene: Scene) -> None:
    await scene["test_real_time_connection"]()
    (client,) = scene.around.left
    assert ConnectionStatus.DISCONNECTED is client.connection_status


def holds(effect: Callable[[Scene], bool]) -> Callable[[Scene], Awaitable[None]]:
    """Return a check that something is so."""

    async def check(scene: Scene) -> None:
        assert effect(scene)

    return check


EFFECTS: Final[dict[str, Callable[[Scene], Awaitable[None]]]] = {
    "000:119": gamma_is_asked,
    "000:142": clob_is_asked,
    "000:244": holds(lambda scene: scene["data"] == {"event_type": "book", "bids": []}),
    "000:251": holds(lambda scene: 20 == len(scene["bids"]) == len(scene["asks"])),
    "000:261": holds(lambda scene: scene["manager"].system.history.size_max == 50),
    "000:271": holds(lambda scene: [] == scene["manager"].books.tracked()),
    "000:360": holds(lambda scene: "logging" in scene.around.namespace),
    "000:400": holds(lambda scene: scene.around.printed == []),
    "001:205": holds(lambda scene: scene["book"].is_live and 0 < scene["vwap"] < 1),
    "001:219": holds(lambda scene: scene["orderbook"].is_live and 0 < scene["vwap"] < 1),
    "001:332": holds(lambda scene: scene["orderbook"].is_live),
    "001:339": holds(lambda scene: scene["stats"]["connected"] and scene["metrics"]["spread"]),
    "001:371": holds(lambda scene: scene["asset_id"] in scene.around.tokens),
    "001:379": holds(lambda scene: scene["book"].is_live and 0 < scene["vwap"] < 1),
    "002:22": holds(lambda scene: scene["client"].get_stats()["messages"]["applied"] > 0),
    "002:190": holds(lambda scene: scene["orderbook"].is_live and 0 < scene["vwap"] < 1),
    "004:96": market_data_is_told,
    "004:123": a_market_was_analysed,
    "004:221": the_user_channel_is_open,
    "004:257": a_strategy_trades,
    "004:295": the_handlers_are_called,
    "004:310": loss_and_return_are_logged,
    "004:321": an_error_ends_nothing,
    "004:355": unit_tests_pass,
    "004:371": the_integration_test_passes,
    "004:413": holds(lambda scene: "logging" in scene.around.namespace),
}
"""What a block must have done that neither prints nor calls back show."""


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Served]:
    """Give a lively venue, found by the environment as a user would have it."""
    with venue(markets=2, trade_share=0.5) as served:
        served.do(served.server.begin)  # or it would wait for somebody to subscribe a book
        monkeypatch.chdir(tmp_path)
        for setting, address in served.server.settings().items():
            monkeypatch.setenv(variable_of(setting), address)
        monkeypatch.setenv(variable_of("backoff_base_s"), "0.02")
        yield served


async def stop_when_fed(namespace: dict[str, Any]) -> None:
    """End the `await client.run()` of a block, once the client was told of a book."""
    client = namespace["client"]
    async with asyncio.timeout(PATIENCE_S):
        async for _ in client.manager.updates():
            break
    await client.stop()


@needs_the_brief
@pytest.mark.parametrize("block", RUN, ids=lambda block: block.name)
async def test_a_block_of_the_brief_runs(block, served, caplog, monkeypatch):
    caplog.set_level(logging.INFO, "brief")
    places = Places(served.tokens, served.server.rtds_url, TEST_KEY[:3])
    code = adapted(block.code, places)
    around = Surroundings(places.tokens)
    kinds = (RealTimeDataClient, PolymarketRealTimeClient, pr3dict.Polymarket)
    noting(monkeypatch, around.left, *kinds)
    calls = Calls(f"<brief {block.name}>")
    unregistered = callbacks(code) if "register_" not in code else set()
    wanted = wanted_names(code) | ({"manager"} if unregistered else set())
    try:
        await around.supply(wanted)
        with calls.watched():
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(run(code, calls.filename, around.namespace))
                if "client.run()" in code:
                    tasks.create_task(stop_when_fed(around.namespace))
            for name in unregistered:
                around.namespace["manager"].register_book_callback(around.namespace[name])
            await calls.expect(callbacks(code))
        await until_heard(around, wanted & {"my_callback", "my_trade_callback"})
        if block.name in EFFECTS:
            await EFFECTS[block.name](Scene(around, served, caplog))
    finally:
        await around.end()

    assert [] == [line for line in around.printed if re.search(r"\b(None|nan)\b", line)]
    assert prints_at_once(code) <= len(around.printed)
    assert [] == warnings(caplog)


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what this program warned of, but for what it is to say."""
    ours = (record for record in caplog.records if record.name.startswith("pr3dict"))
    said = [record.getMessage() for record in ours if record.levelno >= logging.WARNING]
    return [text for text in said if not SUBSTITUTED.search(text)]


async def until_heard(around: Surroundings, names: set[str]) -> None:
    if not names:
        return
    heard = asyncio.Event()

    async def look(*_: object) -> None:
        if names <= around.heard:
            heard.set()

    around.namespace["manager"].register_trade_callback(look)
    async with asyncio.timeout(PATIENCE_S):
        await heard.wait()


@needs_the_brief
def test_every_block_is_run_or_left_out_for_a_reason():
    fences = sum(document.read_text("utf-8").count("```python") for document in DOCUMENTS)
    assert 4 == len(DOCUMENTS)
    assert fences == len(BLOCKS) == len(RUN) + len(LEFT_OUT)
    assert all("Redis" in reason for reason in LEFT_OUT.values())


@needs_the_brief
def test_every_block_prints_calls_back_or_has_a_named_effect():
    silent = [
        block.name
        for block in RUN
        if not prints_at_once(block.code) and not callbacks(block.code) and "my_" not in block.code
    ]
    assert [] == sorted(set(silent) - EFFECTS.keys())
    assert [] == sorted(EFFECTS.keys() - {block.name for block in RUN})


@needs_the_brief
def test_no_import_of_the_old_project_is_left():
    code = "\n".join(adapted(block.code, NOWHERE) for block in RUN)
    theirs = r"^\s*(?:from|import) (?:src|real_time_client|example_|py_clob|httpx|orjson)\b.*$"
    assert [] == re.findall(theirs, code, re.MULTILINE)
    assert [] == re.findall(r"<asset-id[^>]*>|\"\.\.\.\"|\[\.\.\.\]|\"your_", code)


def test_only_the_import_and_the_placeholder_change():
    theirs = "from src.platforms.polymarket import PolymarketPlatform\nx = f('<asset-id>', 1)\n"
    ours = "from pr3dict import PolymarketPlatform\nx = f('77', 1)\n"
    assert ours == adapted(theirs, NOWHERE)


def test_names_from_the_surroundings_are_found():
    assert {"bids"} == wanted_names("N = 2\nbids = bids[:N]\n")
    assert {"manager", "Decimal"} == wanted_names("x = Decimal(1)\nprint(manager.go(x))\n")
    assert set() == wanted_names("import json\nasync def f(a):\n    b = a\n    json.loads(b)\n")
    assert {"go"} == wanted_names(
        "class A:\n  try:\n    go()\n  except E as e:\n    print(e)\n"
    ) - {"E"}
