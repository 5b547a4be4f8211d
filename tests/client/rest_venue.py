"""A venue of REST on 127.0.0.1 that answers what a test wrote down, and notes what it is asked."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from pr3dict.config import Config


class Asked:
    """What a venue was asked: method and path with query, and what was sent with it."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.bodies: list[Any] = []
        self.config = Config()


@asynccontextmanager
async def rest_venue(answers: Mapping[str, object]) -> AsyncIterator[Asked]:
    """Serve answers by method and path; the rest is a 404."""
    asked = Asked()

    async def serve(request: web.Request) -> web.Response:
        body = await request.read()
        asked.lines.append(f"{request.method} {request.path_qs}")
        asked.bodies.append(json.loads(body) if body else None)
        found = answers.get(f"{request.method} {request.path}")
        if found is None:
            return web.json_response({"error": "nothing of this name"}, status=404)
        if isinstance(found, web.Response):
            return found
        return web.json_response(found)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    (address,) = runner.addresses
    url = f"http://127.0.0.1:{address[1]}"
    asked.config = Config(
        polymarket_clob_url=url,
        polymarket_gamma_url=url,
        polymarket_data_url=url,
        rest_patience_s=5.0,
    )
    try:
        yield asked
    finally:
        await runner.cleanup()
