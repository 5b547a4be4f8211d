"""What can go wrong at the venue, by script: for tests of clients. All off until asked for.

Each fault counts how often it struck in `struck`, so that a test can tell that it did.
"""

from collections import Counter, deque
from collections.abc import Sequence
from typing import Final, NamedTuple

EVERYTHING: Final = ""
"""The token that stands for all of a connection."""
EVERY_CONNECTION: Final = 0
"""Connections count from 1, in the order in which they were accepted."""
SIZE: Final = b'"size":"'
HTML: Final = "<!DOCTYPE html><html><body>One moment please</body></html>"


class Refusal(NamedTuple):
    """An HTTP answer in place of the one asked for."""

    status: int
    headers: dict[str, str]
    body: str
    path: str = ""
    """Only requests whose path begins so; `""`: any."""


class Faults:
    """The script. Methods arm a fault; `struck` counts by name what came of it."""

    def __init__(self) -> None:
        self.struck: Counter[str] = Counter()
        self.armed = False
        """Whether any frame could be touched; the server asks nothing further where not."""
        self.slow_close_s = 0.0
        """How long the closing handshake of a client is left unanswered."""
        self._counted: dict[str, Counter[str]] = {
            name: Counter() for name in ("drop", "corrupt", "falsify", "duplicate")
        }
        self._garbage: deque[bytes] = deque()
        self.frozen: set[tuple[int, str]] = set()
        """What is frozen, as (connection, token)."""
        self._pings_ignored = False
        self._withheld: set[str] = set()
        self._refusals: deque[Refusal] = deque()
        self._rest_refusals: deque[Refusal] = deque()
        self._halved: deque[str] = deque()
        self._slow_rest = (0.0, "")

    def drop(self, token: str, n: int = 1) -> None:
        """Lose the next n frames that concern a token."""
        self._count("drop", token, n)

    def duplicate(self, token: str, n: int = 1) -> None:
        """Send the next n frames that concern a token twice."""
        self._count("duplicate", token, n)

    def corrupt(self, token: str, n: int = 1) -> None:
        """Cut the next n frames that concern a token in the middle: no JSON any more."""
        self._count("corrupt", token, n)

    def falsify(self, token: str, n: int = 1) -> None:
        """Alter the first size in the next n frames that concern a token: JSON, but wrong."""
        self._count("falsify", token, n)

    def garbage(self, text: bytes, n: int = 1) -> None:
        """Send a text of the tester's choice before each of the next n frames."""
        self._garbage.extend([text] * n)
        self.armed = True

    def freeze(self, token: str = EVERYTHING, connection: int = EVERY_CONNECTION) -> None:
        """Send no more data, of a token or at all, to a connection or to all; PONG goes on."""
        self.frozen.add((connection, token))
        self.armed = True

    def thaw(self) -> None:
        """End every `freeze`; what was frozen is lost."""
        self.frozen.clear()

    def ignore_pings(self, ignored: bool = True) -> None:  # noqa: FBT001, FBT002 - reads well
        """Answer no PING any more, or again."""
        self._pings_ignored = ignored

    def withhold_snapshot(self, token: str) -> None:
        """Never send an opening book of a token; its changes come."""
        self._withheld.add(token)

    def withhold_no_more(self) -> None:
        """End every `withhold_snapshot`."""
        self._withheld.clear()

    def refuse(
        self,
        status: int,
        headers: dict[str, str] | None = None,
        body: str = "",
        times: int = 1,
        *,
        path: str = "",
    ) -> None:
        """Answer the next upgrades of a WebSocket with an HTTP status instead.

        `path`, here and below: only where the path of the request begins so.
        """
        self._refusals.extend([Refusal(status, headers or {}, body, path)] * times)

    def refuse_rest(
        self,
        status: int,
        headers: dict[str, str] | None = None,
        body: str = "",
        times: int = 1,
        *,
        path: str = "",
    ) -> None:
        """Answer the next REST requests with this: also a 200 that holds an error."""
        self._rest_refusals.extend([Refusal(status, headers or {}, body, path)] * times)

    def html_rest(self, times: int = 1, *, path: str = "") -> None:
        """Answer the next REST requests with 200 and a page for people, as a proxy does."""
        self.refuse_rest(200, {"Content-Type": "text/html"}, HTML, times, path=path)

    def halve_rest(self, times: int = 1, *, path: str = "") -> None:
        """Send only the first half of the next REST answers: no JSON any more."""
        self._halved.extend([path] * times)

    def slow_rest(self, seconds: float, *, path: str = "") -> None:
        """Answer every REST request so much later; 0 ends it."""
        self._slow_rest = (seconds, path)

    def forgive(self) -> None:
        """Arm nothing any more; what has struck stays counted."""
        for left in self._counted.values():
            left.clear()
        self._garbage.clear()
        self._refusals.clear()
        self._rest_refusals.clear()
        self._halved.clear()
        self._slow_rest = (0.0, "")
        self.withhold_no_more()

    def strike(self, text: bytes, tokens: Sequence[str], connection: int) -> list[bytes]:
        """Return what becomes of one frame on its way to one connection."""
        texts: list[bytes] = []
        if self._is_frozen(tokens, connection):
            self.struck["freeze"] += 1
            return texts
        if self._garbage:
            texts.append(self._garbage.popleft())
            self.struck["garbage"] += 1
        if self._due("drop", tokens):
            return texts
        if self._due("corrupt", tokens):
            text = text[: len(text) // 2]
        if self._due("falsify", tokens):
            text = _with_another_size(text)
        texts.append(text)
        if self._due("duplicate", tokens):
            texts.append(text)
        return texts

    def sent_snapshots(self, tokens: Sequence[str]) -> list[str]:
        """Return those tokens whose opening book is not withheld."""
        sent = [token for token in tokens if token not in self._withheld]
        if len(sent) < len(tokens):
            self.struck["withhold_snapshot"] += len(tokens) - len(sent)
        return sent

    def ping_ignored(self) -> bool:
        """Tell, and count, whether a PING stays without answer."""
        if self._pings_ignored:
            self.struck["ignore_pings"] += 1
        return self._pings_ignored

    def refusal(self, path: str = "") -> Refusal | None:
        """Return, and count, what this upgrade is refused with."""
        return self._next("refuse", self._refusals, path)

    def rest_refusal(self, path: str = "") -> Refusal | None:
        """Return, and count, what this REST request is refused with."""
        return self._next("refuse_rest", self._rest_refusals, path)

    def rest_halved(self, path: str) -> bool:
        """Tell, and count, whether only half of this REST answer is sent."""
        found = next((each for each in self._halved if path.startswith(each)), None)
        if found is None:
            return False
        self._halved.remove(found)
        self.struck["halve_rest"] += 1
        return True

    def rest_delay(self, path: str) -> float:
        """Return, and count, by how many seconds this REST answer is late."""
        seconds, wanted = self._slow_rest
        if not seconds or not path.startswith(wanted):
            return 0.0
        self.struck["slow_rest"] += 1
        return seconds

    def _count(self, name: str, token: str, n: int) -> None:
        self._counted[name][token] += n
        self.armed = True

    def _due(self, name: str, tokens: Sequence[str]) -> bool:
        left = self._counted[name]
        for token in tokens:
            if left[token] > 0:
                left[token] -= 1
                self.struck[name] += 1
                return True
        return False

    def _is_frozen(self, tokens: Sequence[str], connection: int) -> bool:
        return any(
            (place, token) in self.frozen
            for place in (EVERY_CONNECTION, connection)
            for token in (EVERYTHING, *tokens)
        )

    def _next(self, name: str, refusals: deque[Refusal], path: str) -> Refusal | None:
        found = next((each for each in refusals if path.startswith(each.path)), None)
        if found is not None:
            refusals.remove(found)
            self.struck[name] += 1
        return found


def _with_another_size(text: bytes) -> bytes:
    """Return a message whose first size begins with another digit."""
    at = text.find(SIZE)
    if at < 0:
        return text
    at += len(SIZE)
    digit = b"1" if text[at : at + 1] != b"1" else b"2"
    return text[:at] + digit + text[at + 1 :]
