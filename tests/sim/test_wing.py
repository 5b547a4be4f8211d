"""What the house does for its wings: sockets with numbers and faults, and news of the books."""

import asyncio

import aiohttp
from aiohttp import web
from tests.sim.client import quiet

from pr3dict.sim import server as server_module
from pr3dict.sim.connection import Connection
from pr3dict.sim.server import SimServer
from pr3dict.sim.wing import House, Wing
from pr3dict.sim.wings import WINGS


class Echo(Wing):
    """A wing that says back what it hears."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.left: list[int] = []

    def routes(self):
        return [web.get("/echo", self._serve)]

    async def _serve(self, request):
        return await self.house.converse(request, Connection, self._hear, self._leave)

    def _hear(self, connection, text):
        if text == "go":
            self.house.close(connection, 1000, "as you wish")
        self.house.tell(connection, text.encode(), ["topic"])

    def _leave(self, connection):
        self.left.append(connection.number)


class Teller(Wing):
    """A wing that lives until cancelled."""

    lives = 0

    def __init__(self, house: House) -> None:
        pass

    def routes(self):
        return []

    async def run(self):
        Teller.lives += 1


def built(monkeypatch, *wings) -> SimServer:
    monkeypatch.setattr(server_module, "WINGS", (*WINGS, *wings))
    return SimServer(quiet(), paused=True)


async def test_a_wing_gets_sockets_that_obey_the_faults_and_are_numbered(monkeypatch):
    wings: list[Echo] = []

    def make(house: House) -> Echo:
        wings.append(Echo(house))
        return wings[-1]

    async with built(monkeypatch, make) as server, aiohttp.ClientSession() as http:
        url = f"{server.rest_url}/echo"
        server.faults.refuse(429, path="/elsewhere")
        async with http.ws_connect(url) as one, http.ws_connect(url) as two:
            assert [1, 2] == list(server.connections)
            server.faults.drop("topic")
            for text in ("lost", "heard"):
                await one.send_str(text)
            assert "heard" == await one.receive_str()
            await one.send_bytes(b"bytes are text")
            assert "bytes are text" == await one.receive_str()
            await two.send_str("go")
            bye = await two.receive()
            assert (1000, "as you wish") == (bye.data, bye.extra)
            server.cut(1)
            assert (await one.receive()).type in {
                aiohttp.WSMsgType.CLOSED,
                aiohttp.WSMsgType.ERROR,
                aiohttp.WSMsgType.CLOSE,
            }

    assert [1, 2] == sorted(wings[0].left)
    assert 2 == server.delivered
    assert 1 == server.faults.struck["drop"]


async def test_what_a_wing_runs_lives_with_the_venue(monkeypatch):
    async with built(monkeypatch, Teller):
        await asyncio.sleep(0)

    assert 1 == Teller.lives


async def test_listeners_hear_each_step_with_its_trades():
    venue = quiet(trade_share=1.0)
    server = SimServer(venue, paused=True)
    steps = []
    server.listen(steps.append)
    async with server:
        await server.step(20)

    trades = [trade for step in steps for trade in step.trades]
    assert 20 == len(steps)
    assert trades
    assert {trade.token for trade in trades} <= set(server.tokens)
