"""One client's conversation on the user channel, without its socket (protocol, section 2)."""

import json
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from pr3dict.sim.desk.accounts import Account

PING: Final = "PING"
PONG: Final = b"PONG"
POLICY: Final = 1008
INVALID_PAYLOAD: Final = "invalid subscription payload"
INVALID_AUTH: Final = "invalid auth"

Admits = Callable[[str, str, str], Account | None]
"""Returns whose key, secret and passphrase these are; None: nobody's."""


class Answer(NamedTuple):
    """What follows from a text of the client."""

    frames: tuple[bytes, ...] = ()
    close: tuple[int, str] | None = None
    """Code and reason where the venue ends the connection."""


class UserConversation:
    """Who the client is, and the markets of which it hears. Nothing is ever said again."""

    def __init__(self) -> None:
        self.account: Account | None = None
        """None until it has proved itself."""
        self.markets: set[str] | None = None
        """Conditions; None: all."""

    def heard(self, text: str, admits: Admits) -> Answer:
        """Take a text of the client and return what the venue does about it.

        The first must subscribe with credentials; there is no acknowledgement.
        """
        if self.account is None:
            return self._begin(_object(text), admits)
        if text == PING:
            return Answer((PONG,))
        request = _object(text)
        markets = _markets(request)
        if self.markets is not None and markets is not None:
            match request.get("operation"):
                case "subscribe":
                    self.markets |= markets
                case "unsubscribe":
                    self.markets -= markets
        return Answer()

    def wants(self, condition: str) -> bool:
        """Tell whether the client hears of a market."""
        return self.account is not None and (self.markets is None or condition in self.markets)

    def _begin(self, request: dict[str, Any], admits: Admits) -> Answer:
        auth = request.get("auth")
        if request.get("type") != "user" or not isinstance(auth, dict):
            return Answer(close=(POLICY, INVALID_PAYLOAD))
        parts = (str(auth.get(name, "")) for name in ("apiKey", "secret", "passphrase"))
        self.account = admits(*parts)
        if self.account is None:
            return Answer(close=(POLICY, INVALID_AUTH))
        self.markets = _markets(request) or None
        return Answer()


def _object(text: str) -> dict[str, Any]:
    """Return the JSON object of a text; an empty one where it is none."""
    try:
        request = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return request if isinstance(request, dict) else {}


def _markets(request: dict[str, Any]) -> set[str] | None:
    markets = request.get("markets")
    return {str(each) for each in markets} if isinstance(markets, list) else None
