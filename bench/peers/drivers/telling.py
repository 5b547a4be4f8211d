"""What a driver and the stage say to each other: JSON lines, the same for every client.

The stage starts a driver with one argument, a `Task` as JSON. The driver writes lines:

    {"at": ns, "kind": "book", "token": …, "top": [bid, ask] | null, "digest": … | null,
     "good": true | false, "state": …}
    {"at": ns, "kind": "event", "name": …, "token": … | ""}
    {"at": ns, "kind": "beat", "calls": n}

`at` is CLOCK_MONOTONIC. A `book` line is written when what a reader would see has changed; `good`
is whether the client serves it as good. `top` is null where there is no book (or no side);
`digest` is null for a client that keeps no book. A `beat` comes with every look, at most four a
second: without it readers stand still. The stage writes orders to the driver, each a line:
`raise`, or `block` and seconds. The next callback carries the order out. End of input ends it.
"""

import asyncio
import hashlib
import json
import math
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

LOOK_S: Final = 0.1
BEAT_NS: Final = 250_000_000
MICROS: Final = 1_000_000

Micros = tuple[int, int]
"""A level, price and size; or best bid and best ask."""


@dataclass(frozen=True)
class Task:
    """What a driver is to do."""

    ws_url: str
    rest_url: str
    tokens: list[str]
    shortened: bool
    """Whether to shorten time-outs, where the client has a public setting for them."""
    calls: bool
    """Whether a callback is registered that may raise or block."""

    @classmethod
    def of(cls, text: str) -> "Task":
        """Return the task that a JSON text describes."""
        return cls(**json.loads(text))


@dataclass(frozen=True)
class Seen:
    """What a reader of one book sees. No digest: the client keeps no book, only a top."""

    top: Micros | None
    digest: str | None
    good: bool = True
    state: str = ""


NOTHING: Final = Seen(None, None, good=False, state="no book")
Look = Callable[[str], Seen]


def micros(number: object) -> int:
    """Return a number, or its text, in millionths; -1 for what is no number.

    >>> micros("0.48"), micros(12.5), micros(".5"), micros("NaN")
    (480000, 12500000, 500000, -1)
    """
    value = float(str(number))
    return round(value * MICROS) if math.isfinite(value) else -1


def digest(bids: Iterable[Micros], asks: Iterable[Micros]) -> str:
    """Return a fingerprint of a whole book, whatever the order of its levels.

    A price that stands there twice counts twice: that is a wrong book.
    """
    sides = ("".join(f"{price}@{size};" for price, size in sorted(side)) for side in (bids, asks))
    return hashlib.sha1("|".join(sides).encode(), usedforsecurity=False).hexdigest()


def seen(bids: Iterable[Micros], asks: Iterable[Micros], state: str = "") -> Seen:
    """Return a book, served as good, as a reader sees it."""
    bids, asks = list(bids), list(asks)
    top = (max(bids)[0], min(asks)[0]) if bids and asks else None
    return Seen(top, digest(bids, asks), state=state)


class Teller:
    """Writes lines, and carries out orders where a callback meets them."""

    def __init__(self, task: Task, write: Callable[[str], object] | None = None) -> None:
        self.task = task
        self._write = write or sys.stdout.write
        self._shown: dict[str, Seen] = {}
        self._orders: list[str] = []
        self._calls = 0
        self._beat_ns = 0
        self._pen = threading.Lock()

    def event(self, name: str, token: str = "") -> None:
        """Tell what the client told its user."""
        self._line("event", {"name": name, "token": token})

    def look(self, look: Look) -> None:
        """Look at every book, and tell what has changed."""
        for token in self.task.tokens:
            now = look(token)
            if self._shown.get(token) != now:
                self._shown[token] = now
                members = {
                    "top": now.top,
                    "digest": now.digest,
                    "good": now.good,
                    "state": now.state,
                }
                self._line("book", {"token": token, **members})
        if time.monotonic_ns() - self._beat_ns > BEAT_NS:
            self._beat_ns = time.monotonic_ns()
            self._line("beat", {"calls": self._calls})

    def called(self) -> None:
        """Count a callback, and do in it what was ordered: raise, or block the caller."""
        self._calls += 1
        if not self._orders:
            return
        verb, _, seconds = self._orders.pop(0).partition(" ")
        if verb == "raise":
            raise RuntimeError("a callback raises, as ordered")
        time.sleep(float(seconds))

    def obey(self, lines: Iterable[str]) -> None:
        """Take orders until there are no more."""
        self._orders.extend(filter(None, map(str.strip, lines)))

    def _line(self, kind: str, members: Mapping[str, Any]) -> None:
        line = json.dumps({"at": time.monotonic_ns(), "kind": kind, **members})
        with self._pen:
            self._write(line + "\n")
            if self._write == sys.stdout.write:
                sys.stdout.flush()


def begin() -> Teller:
    """Return the teller of this process, which ends when its input does."""
    teller = Teller(Task.of(sys.argv[1]))
    threading.Thread(target=_listen, args=(teller,), daemon=True).start()
    return teller


def _listen(teller: Teller) -> None:
    for line in sys.stdin:
        teller.obey([line])
    os._exit(0)  # whatever the client is doing


async def keep_looking(teller: Teller, look: Look) -> None:
    """Look for ever, on the loop of the client, as its users do."""
    while True:
        teller.look(look)
        await asyncio.sleep(LOOK_S)
