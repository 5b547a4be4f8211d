"""What a driver tells the stage, in JSON lines on standard output; the standard library alone.

    {"did": "place_limit_order", "saw": 1, "trouble": ""}   one thing that was done with a client
    {"ask": "trouble at the books"}                         the stage does it, then answers a line
    {"seen": {"book 0x…": 12}, "answers": {"GET /book 200": 3}, "rejected": [], "dropped": 0}

The last line ends a driver. It is written after the stage has let the venue rest and nothing has
come for a while, so that both sides can count the same.
"""

import asyncio
import json
import logging
import re
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Sized
from typing import Any, Final

QUIET_S: Final = 0.4
"""Nothing more comes from a venue at rest after so long."""
QUIET_LOOKS_MAX: Final = 25
PATIENCE_S: Final = 15.0
"""How long one thing may take."""
CHARACTERS: Final = 300
RESPONSE: Final = re.compile(r'HTTP Request: (\w+) http://[^/]+([^?" ]*)\S* "HTTP/\S+ (\d+)')
"""How httpx logs an answer."""


class Ears(logging.Handler):
    """Hears what libraries log: each answer of REST, each message that a client throws away."""

    def __init__(self, teller: "Teller") -> None:
        super().__init__(logging.DEBUG)
        self._teller = teller

    def emit(self, record: logging.LogRecord) -> None:
        """Take one line of a log."""
        text = record.getMessage()
        answer = RESPONSE.match(text)
        if answer:
            self._teller.answers[" ".join(answer.groups())] += 1
        elif record.levelno >= logging.WARNING or text.startswith("dropped "):
            self._teller.rejected.append(text[:CHARACTERS])


class Teller:
    """Says what was done, and counts what was seen."""

    def __init__(self) -> None:
        self.task: dict[str, Any] = json.loads(sys.argv[1])
        self.seen: Counter[str] = Counter()
        self.answers: Counter[str] = Counter()
        self.rejected: list[str] = []
        self.dropped = 0
        for name in ("httpx", "polymarket"):
            log = logging.getLogger(name)
            log.setLevel(logging.DEBUG)
            log.propagate = False
            log.addHandler(Ears(self))

    async def do(self, what: str, doing: Awaitable[Any]) -> Any:
        """Do one thing with the client, tell how it went, and return what came of it."""
        try:
            found = await asyncio.wait_for(doing, PATIENCE_S)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            cause = error.__cause__ or ""
            self.did(what, 0, f"{type(error).__name__}: {error} {cause}"[:CHARACTERS])
            return None
        self.did(what, len(found) if isinstance(found, Sized) else 1)
        return found

    async def call(self, what: str, doing: Callable[[], Any]) -> Any:
        """Do one thing with a client that waits in its calls."""
        return await self.do(what, asyncio.to_thread(doing))

    def did(self, what: str, saw: int, trouble: str = "") -> None:
        """Tell how one thing went."""
        tell({"did": what, "saw": saw, "trouble": trouble})

    def expect(self, what: str, wanted: object, found: object) -> None:
        """Tell whether something is as it should be."""
        trouble = "" if wanted == found else f"wanted {wanted}, found {found}"
        self.did(what, 1, trouble)

    async def until(self, what: str, true: Callable[[], Any]) -> None:
        """Wait until something has come from the venue."""

        async def wait() -> None:
            while not true():  # noqa: ASYNC110 - the client sets no event
                await asyncio.sleep(0.02)

        await self.do(what, wait())

    async def ask(self, what: str) -> None:
        """Let the stage do something at the venue."""
        tell({"ask": what})
        await asyncio.to_thread(sys.stdin.readline)

    async def end(self) -> None:
        """Let the venue rest, wait until nothing comes any more, and tell what was seen."""
        await self.ask("rest")
        for _ in range(QUIET_LOOKS_MAX):
            before = self.seen.total()
            await asyncio.sleep(QUIET_S)
            if self.seen.total() == before:
                break

    def last(self) -> None:
        """Tell what was seen in all."""
        tell(
            {
                "seen": self.seen,
                "answers": self.answers,
                "rejected": self.rejected,
                "dropped": self.dropped,
            }
        )


def tell(line: dict[str, Any]) -> None:
    """Write one line to the stage."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
