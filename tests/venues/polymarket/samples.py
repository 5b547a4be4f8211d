"""Bodies of REST that others recorded or wrote down, read where they lie."""

import json
from decimal import Decimal
from functools import cache
from typing import Any

from tests.real.shared import shared_file

PATH = "vectors/polymarket/rest_samples.json"


@cache
def samples() -> dict[str, Any]:
    """Return every sample by name; skips loudly where they are absent."""
    return dict(json.loads(shared_file(PATH).read_text("utf-8"))["samples"])


def body(name: str) -> bytes:
    """Return the body of a sample, numbers as they were written."""
    return json.dumps(samples()[name]["body"]).encode()


def wire(name: str) -> Any:
    """Return what the body of a sample holds, floats as decimals."""
    return json.loads(body(name), parse_float=Decimal)
