"""The user channel over real sockets: who hears what, and what goes wrong on the way."""

import json

import pytest
from tests.sim.client import ending
from tests.sim.terminal import AUTH, Terminal, listen, log_in, terminal, told
from tests.sim.traders import OTHER_KEY
from tests.sim.wallet import Wallet
from websockets.exceptions import InvalidStatus

from pr3dict.sim.desk.wing import ClobPrivate


async def buy(desk: Terminal, token: str) -> None:
    ask = desk.best(token)[1]
    assert 200 == (await desk.ask("POST", "/order", desk.order(token, "BUY", ask, 20)))[0]


FILLED = [("PLACEMENT", "LIVE"), ("UPDATE", "MATCHED"), ("TRADE", "MATCHED")]


async def test_an_account_hears_of_its_orders_and_trades_to_their_end():
    async with terminal() as desk, listen(desk.server) as client:
        await log_in(client)
        await buy(desk, desk.server.tokens[0])
        assert FILLED == await told(client)
        statuses: list[tuple[str, str]] = []
        while ("TRADE", "CONFIRMED") not in statuses:
            await desk.server.step(50)
            statuses += await told(client)
        assert [("TRADE", "MINED"), ("TRADE", "CONFIRMED")] == statuses


async def test_only_the_markets_that_were_named_are_told():
    async with terminal() as desk, listen(desk.server) as client:
        one, _, other, _ = desk.server.tokens
        rules = desk.server.source.rules(other)
        assert rules is not None
        await log_in(client, markets=[rules.condition])
        await buy(desk, one)
        assert [] == await told(client)
        await buy(desk, other)
        assert FILLED == await told(client)
        await client.send(json.dumps({"operation": "unsubscribe", "markets": [rules.condition]}))
        await told(client)
        await buy(desk, other)
        assert [] == await told(client)


async def test_bad_credentials_end_the_connection():
    async with terminal() as desk, listen(desk.server) as client:
        auth = {**AUTH, "secret": "wrong"}
        await client.send(json.dumps({"type": "user", "auth": auth}))
        assert (1008, "invalid auth") == await ending(client)


async def test_nothing_is_told_again_after_a_reconnect():
    async with terminal() as desk:
        async with listen(desk.server) as client:
            await log_in(client)
        await buy(desk, desk.server.tokens[0])
        async with listen(desk.server) as client:
            await log_in(client)
            assert [] == await told(client)


async def test_another_account_hears_nothing_of_it():
    async with terminal() as desk, listen(desk.server) as client:
        private = desk.server.wing(ClobPrivate).desk
        assert private is not None
        key = private.accounts.grant(Wallet(OTHER_KEY).address)
        other = dict(zip(AUTH, key[:3], strict=True))
        await client.send(json.dumps({"type": "user", "auth": other}))
        await told(client)
        await buy(desk, desk.server.tokens[0])
        assert [] == await told(client)


async def test_faults_are_aimed_at_a_market_by_its_condition():
    async with terminal() as desk, listen(desk.server) as client:
        token = desk.server.tokens[0]
        rules = desk.server.source.rules(token)
        assert rules is not None
        await log_in(client)
        desk.server.faults.drop(rules.condition)
        await buy(desk, token)
        assert FILLED[1:] == await told(client)
        desk.server.faults.freeze()
        await buy(desk, token)
        assert [] == await told(client)
        desk.server.faults.thaw()
        desk.server.faults.garbage(b'{"type":"?","status":"?"}')
        await buy(desk, token)
        assert [("?", "?"), *FILLED] == await told(client)


async def test_a_client_can_be_cut_refused_and_left_without_pong():
    async with terminal() as desk:
        async with listen(desk.server) as client:
            await log_in(client)
            desk.server.cut()
            assert (None, None) == await ending(client)
        desk.server.faults.refuse(503, path="/ws/user")
        with pytest.raises(InvalidStatus):
            await listen(desk.server)
        async with listen(desk.server) as client:
            await log_in(client)
            desk.server.faults.ignore_pings()
            await client.send("PING")
            await buy(desk, desk.server.tokens[0])
            assert '"PLACEMENT"' in str(await client.recv())
