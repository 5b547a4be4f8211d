"""The code blocks of the project's brief, and the little that is changed in them: imports and
placeholders.

Where the code of the brief contradicts the venue (protocol, section 7), or asks by somebody else's
client, its import becomes that of `stand_ins.py`, whose answers come from our own client.
"""

import ast
import builtins
import re
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

BRIEF: Final = Path(__file__).resolve().parents[3] / "shared" / "brief"
DOCUMENTS: Final = sorted(BRIEF.glob("00[0124]_*"))
FENCE: Final = re.compile(r"^ *```python\n(.*?)^ *```", re.MULTILINE | re.DOTALL)

_ASIDE: Final = "tests.brief.stand_ins"
IMPORTS: Final = {
    "src.data.orderbook_manager": "pr3dict",
    "src.data.websocket_client": "pr3dict",
    "src.platforms.polymarket": "pr3dict",
    "real_time_client": "pr3dict",
    "example_real_time_integration": "pr3dict",
    "py_clob_client.client": _ASIDE,
    "httpx": _ASIDE,
    "orjson": _ASIDE,
}
"""The module of the brief, and ours in its place."""

LEFT_OUT: Final = {
    "000:182": "subscribes to Redis, which is a later release",
}
"""Blocks that are not run, by document and line, each with its reason."""


class Block(NamedTuple):
    """A ```python block of the brief."""

    name: str
    """Document and line of its fence: `000:20`."""
    code: str


class Places(NamedTuple):
    """What the placeholders of the brief stand for here."""

    tokens: list[str]
    rtds_url: str
    creds: tuple[str, str, str]
    """Key, secret, passphrase."""

    def known(self, token: str) -> str:
        """Return a token, or another where the venue has none of this id."""
        return token if token in self.tokens else self.tokens[0]


def blocks_of(document: Path) -> Iterator[Block]:
    """Yield the blocks of a document, without the indent of the list that they may stand in."""
    text = document.read_text("utf-8")
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield Block(f"{document.name[:3]}:{line}", textwrap.dedent(match.group(1)))


BLOCKS: Final = [block for document in DOCUMENTS for block in blocks_of(document)]
RUN: Final = [block for block in BLOCKS if block.name not in LEFT_OUT]


def adapted(code: str, places: Places) -> str:
    """Return the block with our imports and things that exist, and nothing else changed."""
    for theirs, ours in IMPORTS.items():
        code = re.sub(rf"\bfrom {re.escape(theirs)} import ", f"from {ours} import ", code)
        plain = rf"(?m)\bimport {theirs}$"
        code = re.sub(plain, f"import {ours} as {theirs}", code)
    for placeholder, meant in placeholders(places).items():
        code = code.replace(placeholder, meant)
    named = re.compile(r'"(\d{60,78})"')
    return named.sub(lambda found: f'"{places.known(found[1])}"', code)


def placeholders(places: Places) -> Mapping[str, str]:
    """Return what stands for what; a longer name comes before a shorter one that it holds."""
    first, second = places.tokens[:2]
    key, secret, passphrase = places.creds
    return {
        "<asset-id-2>": second,
        "<asset-id-1>": first,
        "<asset-id>": first,
        '"..."': f'"{first}"',
        "some_asset_id": first,
        '["100", "200"]': f'["{first}", "{second}"]',
        "market_ids=[...]": "market_ids=[market.id for market in markets]",
        "asyncio.sleep(60)": "asyncio.sleep(1)",  # how long one collects is one's own affair
        "wss://ws-live-data.polymarket.com": places.rtds_url,
        "your_api_key": key,
        "your_api_secret": secret,
        "your_passphrase": passphrase,
    }


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
    defined = ast.AsyncFunctionDef | ast.FunctionDef | ast.ClassDef
    made |= {node.name for node in nodes if isinstance(node, defined)}
    made |= {node.name for node in nodes if isinstance(node, ast.ExceptHandler) and node.name}
    imports = (node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom))
    made |= {alias.asname or alias.name for node in imports for alias in node.names}
    # A comprehension names its variable after it has used it.
    inside = (node.target for node in nodes if isinstance(node, ast.comprehension))
    made |= {target.id for target in inside if isinstance(target, ast.Name)}
    return used.keys() - made


def callbacks(code: str) -> set[str]:
    """Return the callbacks of a manager that a block defines."""
    found = (node for node in ast.parse(code).body if isinstance(node, ast.AsyncFunctionDef))
    return {node.name for node in found if node.name.startswith("on_")}


def prints_at_once(code: str) -> int:
    """Return how many prints stand outside functions and branches."""
    statements = [s.value for s in ast.parse(code).body if isinstance(s, ast.Expr)]
    calls = [value.func for value in statements if isinstance(value, ast.Call)]
    return sum(isinstance(called, ast.Name) and called.id == "print" for called in calls)
