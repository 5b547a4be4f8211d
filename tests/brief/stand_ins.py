"""What stands in for other people's modules in the blocks of the brief; the answers are ours.

`httpx`: the brief reads `market['outcomes']` and `market['tokens']` of Gamma, which sends text in
JSON for the one and has no such thing as the other (protocol, section 7). `py_clob_client`: the
brief reads `question` where the venue tells none. `orjson`: no dependency of ours.
"""

from collections.abc import Mapping
from typing import Any, Final, Self

import msgspec

from pr3dict import AsyncPolymarket, Polymarket

GAMMA: Final = "https://gamma-api.polymarket.com/markets"
CLOB: Final = "https://clob.polymarket.com"

loads: Final = msgspec.json.decode
"""As `orjson.loads`."""


class Response:
    """As `httpx.Response`, as far as the brief goes."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def json(self) -> Any:
        """Return the body."""
        return self._body


class AsyncClient:
    """As `httpx.AsyncClient`."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    async def get(self, url: str, params: Mapping[str, Any] | None = None) -> Response:
        """Answer for Gamma's list of markets as the brief expects it."""
        return await get(url, params)


async def get(url: str, params: Mapping[str, Any] | None = None) -> Response:
    """Answer for Gamma's list of markets as the brief expects it."""
    assert url == GAMMA
    asked = dict(params or {})
    async with AsyncPolymarket() as polymarket:
        found = await polymarket.list_markets(
            asked.get("limit", 100), closed=not asked.get("active", True)
        )
    return Response(
        [
            {
                "question": market.question,
                "conditionId": market.condition_id,
                "outcomes": [outcome.label for outcome in market.outcomes],
                "tokens": [{"token_id": outcome.token_id} for outcome in market.outcomes],
            }
            for market in found
        ]
    )


class ClobClient:
    """As `py_clob_client.client.ClobClient`."""

    def __init__(self, host: str) -> None:
        assert host == CLOB

    def get_simplified_markets(self) -> dict[str, Any]:
        """Return the first markets, with their questions."""
        with Polymarket() as polymarket:
            found = polymarket.list_clob_markets(limit=10)
        return {
            "data": [
                {
                    "question": market.question,
                    "condition_id": market.condition_id,
                    "tokens": [{"token_id": token.token_id} for token in market.tokens],
                }
                for market in found
            ]
        }
