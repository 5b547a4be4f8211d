"""Private REST over real sockets: who may, how often, and what the books say to it."""

import asyncio
import builtins

import pytest
from tests.sim.client import heard, quiet, subscribe, talk, until_pong
from tests.sim.terminal import terminal
from tests.sim.traders import OTHER_KEY
from tests.sim.wallet import Wallet

from pr3dict.sim.desk.accounts import TEST_KEY
from pr3dict.sim.desk.wing import ClobPrivate
from pr3dict.sim.server import SimServer
from pr3dict.sim.truth.capture import Capture

DENIED = (401, {"error": "Unauthorized/Invalid api key"})


async def test_a_wallet_gets_a_key_and_signs_with_it():
    async with terminal() as desk:
        headers = Wallet(OTHER_KEY).l1(1_795_251_295)
        status, made = await desk.send("POST", "/auth/api-key", b"", headers)
        assert 200 == status
        assert (400, {"error": "Could not create api key"}) == await desk.send(
            "POST", "/auth/api-key", b"", headers
        )
        assert (200, made) == await desk.send("GET", "/auth/derive-api-key", b"", headers)
        assert {"apiKey", "secret", "passphrase"} == made.keys()
        desk.wallet = Wallet(OTHER_KEY, (made["apiKey"], made["secret"], made["passphrase"]))
        assert (200, {"apiKeys": [made["apiKey"]]}) == await desk.ask("GET", "/auth/api-keys")


async def test_a_request_is_checked_without_its_query_and_with_its_body_to_the_byte():
    async with terminal() as desk:
        query = "?asset_type=COLLATERAL&signature_type=0"
        assert 200 == (await desk.ask("GET", "/balance-allowance", query=query))[0]
        assert DENIED == await desk.ask("GET", "/data/orders", POLY_TIMESTAMP="1")
        signed = desk.wallet.l2("DELETE", "/orders", b'["0x"]')
        assert DENIED == await desk.send("DELETE", "/orders", b'[ "0x"]', signed)
        assert 200 == (await desk.send("DELETE", "/orders", b'["0x"]', signed))[0]


async def test_an_order_changes_the_books_and_the_market_channel_tells_it():
    async with terminal() as desk, talk(desk.server) as client:
        token = desk.server.tokens[0]
        await subscribe(client, [token])
        bid, ask = desk.best(token)
        status, resting = await desk.ask("POST", "/order", desk.order(token, "BUY", bid, 20))
        assert (200, "live") == (status, resting["status"])
        change = await heard(client)
        taken = (await desk.ask("POST", "/order", desk.order(token, "BUY", ask, 20)))[1]
        batch = await until_pong(client)
        await desk.server.step(60)
        notice = next(t for t in await until_pong(client) if taken["transactionsHashes"][0] in t)

        assert '"event_type":"price_change"' in change
        assert ["price_change", "book"] == [text.split('"event_type":"')[1][:-2] for text in batch]
        assert '"last_trade_price"' in notice
        await desk.ask("DELETE", "/cancel-all")
        assert '"side":"BUY"' in (await until_pong(client))[0]


async def test_each_duty_is_reached_under_its_path():
    async with terminal() as desk:
        token = desk.server.tokens[0]
        name = (await desk.ask("POST", "/order", desk.order(token, "BUY", 10_000, 200)))[1][
            "orderID"
        ]
        assert name == (await desk.ask("GET", f"/data/order/{name}"))[1]["id"]
        assert 404 == (await desk.ask("GET", "/data/order/0x"))[0]
        assert 1 == (await desk.ask("GET", "/data/orders"))[1]["count"]
        assert (200, {"canceled": [name], "not_canceled": {}}) == await desk.ask(
            "DELETE", "/order", {"orderID": name}
        )


async def test_a_readonly_key_looks_and_does_not_touch():
    async with terminal() as desk:
        private = desk.server.wing(ClobPrivate).desk
        assert private is not None
        desk.use(private.accounts.create_readonly(private.accounts.default))
        assert 200 == (await desk.ask("GET", "/data/orders"))[0]
        assert DENIED == await desk.ask("DELETE", "/cancel-all")


async def test_a_signer_that_trades_too_often_is_told_when_to_come_back():
    async with terminal() as desk:
        body = [desk.order(desk.server.tokens[0], "BUY", 10_000, 1) for _ in range(15)]
        statuses = [(await desk.ask("POST", "/orders", body))[0] for _ in range(6)]
        assert [200] * 4 == statuses[:4]
        assert 429 == statuses[-1]
        assert int(desk.headers["Retry-After"]) >= 1
        assert "Standard" == desk.headers["Poly-RateLimit-Tier"]
        assert 200 == (await desk.ask("DELETE", "/cancel-all"))[0]
        assert "119" == desk.headers["Poly-RateLimit-Remaining"]


async def test_the_clock_of_the_venue_decides_where_a_script_wants_it():
    async with terminal() as desk:
        private = desk.server.wing(ClobPrivate).desk
        assert private is not None
        private.accounts.skew_ms = 60_000
        assert DENIED == await desk.ask("GET", "/data/orders")
        now_s = desk.server.now_ms() // 1_000
        signed = desk.wallet.l2("GET", "/data/orders", b"", now_s)
        assert 200 == (await desk.send("GET", "/data/orders", b"", signed))[0]


async def test_private_rest_obeys_the_faults():
    async with terminal() as desk:
        desk.server.faults.refuse_rest(425, {"Retry-After": "5"}, "{}", path="/order")
        assert 425 == (await desk.ask("POST", "/order", {}))[0]
        assert 400 == (await desk.ask("POST", "/order", {}))[0]


async def test_nobody_trades_at_a_recording():
    async with terminal(SimServer(Capture([quiet().opening(quiet().tokens)]), paused=True)) as desk:
        assert 503 == (await desk.ask("POST", "/order", {}))[0]
        assert 503 == (await desk.send("POST", "/auth/api-key", b"", {}))[0]


async def test_without_the_extra_only_wallets_are_not_served(monkeypatch: pytest.MonkeyPatch):
    async with terminal() as desk:
        order = desk.order(desk.server.tokens[0], "BUY", 10_000, 200)
        headers = desk.wallet.l1(1)
        real = builtins.__import__

        def without(name: str, *rest: object, **named: object) -> object:
            if name in {"sha3", "coincurve"}:
                raise ImportError(name)
            return real(name, *rest, **named)

        monkeypatch.setattr(builtins, "__import__", without)
        answers = [
            await desk.ask("POST", "/order", order),
            await desk.send("POST", "/auth/api-key", b"", headers),
            await desk.ask("GET", "/data/orders"),
        ]
        monkeypatch.undo()
    assert [503, 503, 200] == [status for status, _ in answers]
    assert "pip install 'pr3dict[trade]'" in answers[0][1]["error"]


async def test_two_orders_at_once_are_taken_one_after_the_other():
    async with terminal() as desk:
        token = desk.server.tokens[0]
        orders = [desk.order(token, "BUY", 10_000, 200) for _ in range(5)]
        answers = await asyncio.gather(*(desk.ask("POST", "/order", each) for each in orders))
        assert 5 == len({told["orderID"] for _, told in answers})
        assert TEST_KEY.key == (await desk.ask("GET", "/data/orders"))[1]["data"][0]["owner"]
