"""Faults of REST meet every wing alike."""

import asyncio

import aiohttp
from tests.sim.client import paused

LATE_S = 0.05


async def answered(http: aiohttp.ClientSession, url: str) -> tuple[int, str, str]:
    async with http.get(url) as answer:
        return answer.status, answer.content_type, await answer.text()


async def test_a_refusal_may_be_aimed_at_one_path():
    async with paused() as server, aiohttp.ClientSession() as http:
        server.faults.refuse_rest(503, path="/time")

        assert 200 == (await answered(http, f"{server.rest_url}/ok"))[0]
        assert 503 == (await answered(http, f"{server.rest_url}/time"))[0]
        assert 200 == (await answered(http, f"{server.rest_url}/time"))[0]


async def test_a_200_may_hold_an_error_or_a_page_for_people():
    async with paused() as server, aiohttp.ClientSession() as http:
        server.faults.refuse_rest(200, body='{"error":"oops"}')
        server.faults.html_rest()

        assert '{"error":"oops"}' == (await answered(http, f"{server.rest_url}/ok"))[2]
        status, kind, text = await answered(http, f"{server.rest_url}/ok")
        assert (200, "text/html", "<!DOCTYPE") == (status, kind, text[:9])


async def test_an_answer_may_end_in_the_middle():
    async with paused() as server, aiohttp.ClientSession() as http:
        whole = (await answered(http, f"{server.rest_url}/time"))[2]
        server.faults.halve_rest()

        assert whole[: len(whole) // 2] == (await answered(http, f"{server.rest_url}/time"))[2]
        assert whole == (await answered(http, f"{server.rest_url}/time"))[2]
        assert 1 == server.faults.struck["halve_rest"]


async def test_answers_may_be_late():
    loop = asyncio.get_running_loop()
    async with paused() as server, aiohttp.ClientSession() as http:
        server.faults.slow_rest(LATE_S)
        began = loop.time()
        await answered(http, f"{server.rest_url}/ok")

        assert loop.time() - began >= LATE_S
        server.faults.forgive()
        await answered(http, f"{server.rest_url}/ok")
        assert 1 == server.faults.struck["slow_rest"]
