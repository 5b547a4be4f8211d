"""The examples of the project's brief run as they stand: imports and placeholders change, no more.

Every ```python block of the three documents is either run here, against a simulated venue on
127.0.0.1, or listed with the reason why it is none of this project's doing. What a block takes
from its surroundings (`manager`, `platform`, `Decimal`, …) is supplied.
"""

import ast
import asyncio
import builtins
import inspect
import logging
import re
import sys
import textwrap
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any, Final, NamedTuple

import pytest

import pr3dict
from pr3dict.net.clock import SystemClock
from pr3dict.sim.config import SimConfig
from pr3dict.sim.server import SimServer
from pr3dict.sim.venue import Venue

BRIEF: Final = Path(__file__).resolve().parent.parent.parent / "shared" / "brief"
DOCUMENTS: Final = sorted(BRIEF.glob("00[0-2]_*"))
FENCE: Final = re.compile(r"^ *```python\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
PATIENCE_S: Final = 20
"""How long a callback may be waited for; a simulated venue needs a moment."""

IMPORTS: Final = {
    "from src.data.orderbook_manager import OrderBookManager": (
        "from pr3dict import OrderBookManager"
    ),
    "from src.data.websocket_client import PolymarketWebSocketClient": (
        "from pr3dict import PolymarketWebSocketClient"
    ),
    "from src.platforms.polymarket import PolymarketPlatform": (
        "from pr3dict import PolymarketPlatform"
    ),
}
"""The import of the brief, and ours in its place."""

LEFT_OUT: Final = {
    "000:119": "asks the public Gamma API by httpx: nothing of ours",
    "000:142": "asks by py_clob_client: nothing of ours",
    "000:182": "subscribes to Redis, which is a later release",
    "000:244": "orjson on a variable: the engine reads JSON by itself",
    "001:371": "asks the public Gamma API by httpx: nothing of ours",
}
"""Blocks that do not concern this project, by document and line, each with its reason."""


EFFECTS: Final[dict[str, Callable[[dict[str, Any]], bool]]] = {
    "000:261": lambda made: made["manager"].system.history.size_max == 50,
    "000:271": lambda made: [] == made["manager"].books.tracked(),
    "002:22": lambda made: made["client"].get_stats()["messages"]["applied"] > 0,
}
"""What a block must have done that neither prints nor calls back show."""


class Block(NamedTuple):
    """A ```python block of the brief."""

    name: str
    """Document and line of its fence: `000:20`."""
    code: str


def blocks_of(document: Path) -> Iterator[Block]:
    text = document.read_text("utf-8")
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield Block(f"{document.name[:3]}:{line}", textwrap.dedent(match.group(1)))


BLOCKS: Final = [block for document in DOCUMENTS for block in blocks_of(document)]
RUN: Final = [block for block in BLOCKS if block.name not in LEFT_OUT]

needs_the_brief = pytest.mark.skipif(
    not DOCUMENTS, reason=f"THE BRIEF IS ABSENT: its examples are not run; wanted {BRIEF}"
)


def adapted(code: str, tokens: list[str]) -> str:
    """Return the block with our imports and real token ids, and nothing else changed."""
    for theirs, ours in IMPORTS.items():
        code = code.replace(theirs, ours)
    code = code.replace("<asset-id-2>", tokens[1]).replace("<asset-id-1>", tokens[0])
    code = code.replace("<asset-id>", tokens[0]).replace('"..."', f'"{tokens[0]}"')
    return re.sub(r'"\d{60,78}"', f'"{tokens[0]}"', code)


def wanted_names(code: str) -> set[str]:
    """Return the names that a block uses before, or without, making them."""
    nodes = list(ast.walk(ast.parse(code)))
    used, made = {}, set(dir(builtins))
    names = (node for node in nodes if isinstance(node, ast.Name))
    for node in sorted(names, key=lambda n: (n.lineno, isinstance(n.ctx, ast.Store))):
        if isinstance(node.ctx, ast.Load):
            used.setdefault(node.id, node.lineno)
        elif node.lineno < used.get(node.id, sys.maxsize):
            made.add(node.id)
    made |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    made |= {f.name for f in nodes if isinstance(f, ast.AsyncFunctionDef | ast.FunctionDef)}
    imports = (node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom))
    made |= {alias.asname or alias.name for node in imports for alias in node.names}
    return used.keys() - made


def callbacks(code: str) -> set[str]:
    """Return the callbacks that a block defines."""
    return {node.name for node in ast.parse(code).body if isinstance(node, ast.AsyncFunctionDef)}


class Calls:
    """Which functions of a block were entered, seen from outside: the block stays as it is."""

    def __init__(self, filename: str) -> None:
        self.filename = filename
        self.entered: set[str] = set()
        self.changed = asyncio.Event()

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        code: CodeType = frame.f_code
        if event == "call" and code.co_filename == self.filename:
            self.entered.add(code.co_name)
            self.changed.set()

    async def expect(self, names: set[str]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not names <= self.entered:
                self.changed.clear()
                await self.changed.wait()

    @contextmanager
    def watched(self) -> Iterator[None]:
        sys.setprofile(self)
        try:
            yield
        finally:
            sys.setprofile(None)


class Surroundings:
    """What a block finds around it, made when it asks for it and ended after it."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.printed: list[str] = []
        self.heard: set[str] = set()
        self.namespace: dict[str, Any] = {"print": self.print, "__name__": "brief"}

    def print(self, *words: object) -> None:
        self.printed.append(" ".join(map(str, words)))

    async def supply(self, names: set[str]) -> None:
        for name in sorted(names):
            self.namespace[name] = await self.made(name)

    async def made(self, name: str) -> object:
        if name in {"manager", "platform"}:
            return await getattr(self, name)()
        if name.endswith("callback"):
            return self.callback(name)
        plain = {
            "Decimal": Decimal,
            "asset_id": self.tokens[0],
            "market_id": self.tokens[0],
            "order_size_usdc": 100,
            "asks": [(Decimal(cents) / 100, Decimal(10)) for cents in range(60, 99)],
            "bids": [(Decimal(cents) / 100, Decimal(10)) for cents in range(59, 1, -1)],
        }
        return plain[name] if name in plain else getattr(pr3dict, name)

    async def manager(self) -> pr3dict.OrderBookManager:
        manager = pr3dict.OrderBookManager(asset_ids=self.tokens[:2])
        await manager.start()
        return manager

    async def platform(self) -> pr3dict.PolymarketPlatform:
        platform = pr3dict.PolymarketPlatform(use_websocket=True)
        await platform.connect()
        await platform.get_orderbook(self.tokens[0])
        return platform

    def callback(self, name: str) -> Callable[..., Any]:
        async def called(*_: object) -> None:
            self.heard.add(name)

        return called

    async def end(self) -> None:
        """Stop whatever runs, once."""
        for thing in {id(thing): thing for thing in self.namespace.values()}.values():
            if isinstance(thing, pr3dict.OrderBookManager | pr3dict.PolymarketWebSocketClient):
                await thing.stop()
            elif isinstance(thing, pr3dict.PolymarketPlatform):
                await thing.disconnect()


async def run(code: str, filename: str, namespace: dict[str, Any]) -> None:
    """Run a block as the module that it is, awaiting where it awaits."""
    compiled = compile(code, filename, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    outcome = FunctionType(compiled, namespace)()
    if inspect.isawaitable(outcome):
        await outcome


async def stop_when_fed(namespace: dict[str, Any]) -> None:
    """End the `await client.run()` of a block, once the client was told of a book."""
    client = namespace["client"]
    async with asyncio.timeout(PATIENCE_S):
        async for _ in client.manager.updates():
            break
    await client.stop()


@pytest.fixture
async def venue(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[SimServer]:
    """Give a lively venue, found by the environment as a user would have it."""
    now_ms = SystemClock().now() // 1_000_000
    busy = SimConfig(markets=2, activity=40.0, trade_share=0.5, start_ms=now_ms)
    async with SimServer(Venue(busy)) as server:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("PR3DICT_POLYMARKET_MARKET_WS_URL", server.ws_url)
        monkeypatch.setenv("PR3DICT_POLYMARKET_CLOB_URL", server.rest_url)
        yield server


@needs_the_brief
@pytest.mark.parametrize("block", RUN, ids=lambda block: block.name)
async def test_a_block_of_the_brief_runs(block, venue, caplog):
    code = adapted(block.code, venue.tokens)
    around = Surroundings(venue.tokens)
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
        assert EFFECTS.get(block.name, lambda _: True)(around.namespace)
    finally:
        await around.end()

    assert [] == [line for line in around.printed if re.search(r"\b(None|nan)\b", line)]
    assert prints_at_once(code) <= len(around.printed)
    ours = (record for record in caplog.records if record.name.startswith("pr3dict"))
    assert [] == [record.getMessage() for record in ours if record.levelno >= logging.WARNING]


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


def prints_at_once(code: str) -> int:
    """Return how many prints stand outside functions and branches."""
    statements = [s.value for s in ast.parse(code).body if isinstance(s, ast.Expr)]
    calls = [value.func for value in statements if isinstance(value, ast.Call)]
    return sum(isinstance(called, ast.Name) and called.id == "print" for called in calls)


@needs_the_brief
def test_every_block_is_run_or_left_out_for_a_reason():
    fences = sum(document.read_text("utf-8").count("```python") for document in DOCUMENTS)
    assert 3 == len(DOCUMENTS)
    assert fences == len(BLOCKS) == len(RUN) + len(LEFT_OUT)


@needs_the_brief
def test_no_import_of_the_old_project_is_left():
    code = "\n".join(adapted(block.code, ["1" * 70, "2" * 70]) for block in RUN)
    assert [] == re.findall(r"^\s*(?:from|import) src\b.*$", code, re.MULTILINE)
    assert [] == re.findall(r"<asset-id[^>]*>|\"\.\.\.\"", code)


def test_only_the_import_and_the_placeholder_change():
    theirs = "from src.platforms.polymarket import PolymarketPlatform\nx = f('<asset-id>', 1)\n"
    ours = "from pr3dict import PolymarketPlatform\nx = f('77', 1)\n"
    assert ours == adapted(theirs, ["77", "88"])


def test_names_from_the_surroundings_are_found():
    assert {"bids"} == wanted_names("N = 2\nbids = bids[:N]\n")
    assert {"manager", "Decimal"} == wanted_names("x = Decimal(1)\nprint(manager.go(x))\n")
    assert set() == wanted_names("import json\nasync def f(a):\n    b = a\n    json.loads(b)\n")
