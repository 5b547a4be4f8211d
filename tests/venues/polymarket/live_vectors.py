"""The shared vectors of the live-data streams, read where they are; skipped loudly elsewhere."""

import json
from pathlib import Path
from typing import Any

import pytest

from pr3dict.model.units import NS_PER_S, Nanos

VECTORS = Path(__file__).resolve().parents[4] / "shared" / "vectors" / "polymarket"
START = Nanos(1_780_730_000 * NS_PER_S)


def after(seconds: float) -> Nanos:
    """Return a moment of the test's time."""
    return Nanos(START + round(seconds * NS_PER_S))


def messages(stream: str, direction: str = "server->client") -> dict[str, Any]:
    """Return the messages of a stream by kind."""
    path = VECTORS / f"{stream}_messages.json"
    if not path.exists():
        pytest.skip(f"no vectors of {stream} here: {path.name} is not in the shared folder")
    said = json.loads(path.read_text("utf-8"))["messages"]
    return {one["kind"]: one["message"] for one in said if one["direction"] == direction}


def compact(message: object) -> bytes:
    """Return JSON as these streams write it."""
    return json.dumps(message, separators=(",", ":")).encode()
