"""What one client did in one scenario: the lines of its driver, and what was true meanwhile."""

from typing import Any

import msgspec


class Truth(msgspec.Struct, frozen=True):
    """A book of the venue from this moment on."""

    at: int
    token: str
    top: tuple[int, int] | None
    digest: str


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """All that the judge needs. Times are nanoseconds of CLOCK_MONOTONIC."""

    scenario: str
    peer: str
    tokens: list[str]
    victims: list[str]
    """The tokens that the fault is about."""
    struck: int
    """When the fault struck; 0: it never did."""
    ended: int
    truth: list[Truth]
    lines: list[dict[str, Any]]
    connects: list[int]
    """When the venue accepted a connection."""
    trouble: str = ""
    """Why there is nothing to judge; `""` where there is."""
