"""CLOB public REST over real sockets."""

import aiohttp
from tests.sim.client import paused


async def test_what_is_nowhere_is_not_found_as_json():
    async with paused() as server, aiohttp.ClientSession() as http:
        for method in ("GET", "POST", "DELETE"):
            async with http.request(method, f"{server.rest_url}/no/such") as answer:
                assert (404, {"error": "not found"}) == (answer.status, await answer.json())
