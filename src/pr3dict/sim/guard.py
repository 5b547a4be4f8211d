"""What stands before every wing: the faults that meet a request, whichever wing it is for."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from pr3dict.sim.faults import Faults

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def guard(faults: Faults) -> Any:  # noqa: ANN401 - aiohttp names no type for a middleware
    """Return the middleware that refuses, delays, halves or replaces answers by script."""

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        path = request.path
        if _is_upgrade(request):
            refusal = faults.refusal(path)
            return await handler(request) if refusal is None else _refused(*refusal[:3])
        slow_s = faults.rest_delay(path)
        if slow_s:
            await asyncio.sleep(slow_s)
        refusal = faults.rest_refusal(path)
        if refusal is not None:
            return _refused(*refusal[:3])
        answer = await handler(request)
        if isinstance(answer, web.Response) and faults.rest_halved(path):
            whole = answer.body if isinstance(answer.body, bytes) else b""
            answer.body = whole[: len(whole) // 2]
        return answer

    return guarded


def _is_upgrade(request: web.Request) -> bool:
    return request.headers.get("Upgrade", "").lower() == "websocket"


def _refused(status: int, headers: dict[str, str], body: str) -> web.Response:
    return web.Response(status=status, headers=headers, text=body)
