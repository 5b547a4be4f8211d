"""The seam: clocks, chance, tasks, threads and files are asked for in few files, each by name.

What asks for them anywhere else could not be tried in virtual time, from a seed.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

PACKAGE: Final = Path(__file__).parents[1] / "src" / "pr3dict"
ASKING: Final = {
    "time": (
        "time",
        "time_ns",
        "monotonic",
        "monotonic_ns",
        "perf_counter",
        "perf_counter_ns",
        "sleep",
    ),
    "datetime": ("now", "utcnow", "today"),
    "random": ("random", "choice", "randrange", "uniform", "Random"),
    "uuid": ("uuid1", "uuid4"),
    "os": ("urandom",),
    "secrets": ("token_bytes", "token_hex"),
    "asyncio": ("sleep", "create_task", "ensure_future", "open_connection"),
    "loop": ("create_task",),
    "threading": ("Thread", "Timer"),
    "socket": ("socket",),
}
BANNED: Final = {"open", *(f"{where}.{name}" for where, names in ASKING.items() for name in names)}
SEAM: Final[dict[str, frozenset[str]]] = {
    "net/clock.py": frozenset({"time.time_ns", "time.monotonic_ns"}),
    "app/world.py": frozenset({"random.Random"}),
    "net/retry.py": frozenset({"random.Random"}),  # the type of what it is given
    "net/rest.py": frozenset({"random.Random", "asyncio.sleep"}),  # likewise; and waits of the loop
    "tape/directory.py": frozenset({"os.urandom"}),  # ballast that no disk can squeeze
    # Waits of the loop: virtual in a trial, like its timers.
    "net/pump.py": frozenset({"asyncio.sleep"}),
    "net/transport.py": frozenset({"asyncio.sleep"}),
    "app/discovery.py": frozenset({"asyncio.sleep"}),
    "app/keeper.py": frozenset({"asyncio.sleep"}),
    "app/shard.py": frozenset({"asyncio.sleep"}),
    "engine/streams.py": frozenset({"asyncio.sleep"}),
    # The socket before its transport, so that a call given up midway can be hung up.
    "net/transport_picows.py": frozenset({"socket.socket"}),
    "app/replay.py": frozenset({"threading.Thread"}),
    # What runs on threads of its own, outside of every trial.
    "app/worker.py": frozenset({"threading.Thread"}),
    "engine/consumers.py": frozenset({"threading.Thread", "asyncio.sleep"}),
    "client/manager.py": frozenset({"threading.Thread"}),
    "client/rest/polymarket_sync.py": frozenset({"threading.Thread"}),
    "tape/writer.py": frozenset({"threading.Thread"}),
}
"""Who may ask for what. A new line here needs a reason that a reviewer accepts."""
OUTSIDE: Final = frozenset({"cli", "monitor", "sim", "trial"})
"""Rooms that are the world of a trial, or stand before it."""


def modules() -> list[Path]:
    return sorted(
        path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0] not in OUTSIDE
    )


def asked_for(path: Path) -> Iterator[str]:
    """Yield each name of the banned ones that a module calls or takes."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_outside_the_seam_asks_for_clock_chance_task_thread_or_file(path: Path) -> None:
    allowed = SEAM.get(str(path.relative_to(PACKAGE)), frozenset())
    assert set() == (set(asked_for(path)) & BANNED) - allowed


@pytest.mark.parametrize("name", sorted(SEAM))
def test_whoever_may_ask_does(name: str) -> None:
    """A permission that nobody uses is taken away."""
    assert SEAM[name] <= set(asked_for(PACKAGE / name))


def test_a_module_that_reads_the_clock_would_be_found(tmp_path: Path) -> None:
    odd = tmp_path / "odd.py"
    odd.write_text("import time\nfrom asyncio import sleep\nnow = time.time\nopen('x')\n", "utf-8")
    assert {"time.time", "asyncio.sleep", "open"} <= set(asked_for(odd)) & BANNED
