"""One client's conversation on the market channel, without its socket (protocol, section 1.1)."""

import json
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

Opening = Callable[[Sequence[str]], bytes]
"""Makes the opening frame for some tokens."""

PING: Final = "PING"
PONG: Final = b"PONG"
NO_NEW_ASSETS: Final = b"NO NEW ASSETS"
INVALID_OPERATION: Final = b"INVALID OPERATION"
POLICY: Final = 1008
INVALID_PAYLOAD: Final = "invalid subscription payload"


class Reply(NamedTuple):
    """What follows from a text of the client."""

    frames: tuple[bytes, ...] = ()
    close: tuple[int, str] | None = None
    """Code and reason where the venue ends the connection."""
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


class Conversation:
    """What one client follows, and whether it asked for the custom features."""

    def __init__(self) -> None:
        self.following: dict[str, None] = {}
        """Known tokens, in the order in which they were asked for."""
        self.custom = False
        self._begun = False

    def heard(self, text: str, known: Callable[[str], bool], opening: Opening) -> Reply:
        """Take a text of the client and return what the venue does about it."""
        if text == PING and self._begun:
            return Reply((PONG,))
        request = _request(text)
        if request is None or (not self._begun and not _begins(request)):
            return Reply((INVALID_OPERATION,)) if self._begun else _refused()
        operation = request.get("operation")
        if self._begun and operation not in {"subscribe", "unsubscribe"}:
            return Reply((INVALID_OPERATION,))  # A second initial frame among others.
        self._begun = True
        if "custom_feature_enabled" in request:
            self.custom = bool(request["custom_feature_enabled"])
        asked = [token for token in request["assets_ids"] if isinstance(token, str)]
        if operation == "unsubscribe":
            return self._drop(asked)
        return self._add(asked, known, opening, dump=request.get("initial_dump", True) is True)

    def _add(
        self, asked: list[str], known: Callable[[str], bool], opening: Opening, *, dump: bool
    ) -> Reply:
        new = [token for token in dict.fromkeys(asked) if token not in self.following]
        if not new and self.following:
            return Reply((NO_NEW_ASSETS,))
        added = tuple(token for token in new if known(token))
        self.following.update(dict.fromkeys(added))
        return Reply((opening(added),) if dump else (), added=added)

    def _drop(self, asked: list[str]) -> Reply:
        removed = tuple(token for token in dict.fromkeys(asked) if token in self.following)
        for token in removed:
            del self.following[token]
        return Reply(removed=removed)


def _request(text: str) -> dict[str, Any] | None:
    """Return the JSON object of a request with a list of tokens; None for any other text."""
    try:
        request = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(request, dict) or not isinstance(request.get("assets_ids"), list):
        return None
    return request


def _begins(request: dict[str, Any]) -> bool:
    """Tell whether a request may be the first: initial, or a dynamic subscribe."""
    return request.get("type") == "market" or request.get("operation") == "subscribe"


def _refused() -> Reply:
    return Reply(close=(POLICY, INVALID_PAYLOAD))
