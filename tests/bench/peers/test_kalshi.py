"""The venue in Kalshi's words: changes add up to its books, and a loss leaves a gap."""

import asyncio
import json
from decimal import Decimal

from bench.peers.kalshi import KalshiServer, ticker_of
from bench.peers.venue import Watched
from websockets.asyncio.client import connect

STEPS = 200


async def test_the_changes_add_up_to_the_true_ladders():
    async with KalshiServer(Watched(), paused=True) as server:
        books, seqs = await _follow(server)
        yes, no = (dict(server.book(token)[0]) for token in server.tokens[:2])

    assert len(seqs) > 10
    assert list(range(1, len(seqs) + 1)) == seqs
    assert (yes, no) == (books["yes"], books["no"])


async def test_what_a_fault_swallows_has_used_its_number():
    async with KalshiServer(Watched(), paused=True) as server:
        server.faults.drop(server.tokens[0], 2)
        _, seqs = await _follow(server)

    assert 3 == seqs[0]


async def test_an_unsubscribed_number_is_told_no_more():
    async with (
        KalshiServer(Watched(), paused=True) as server,
        connect(server.ws_url, proxy=None) as client,
    ):
        await _ask(client, "subscribe", channels=["orderbook_delta"], market_tickers=[ticker_of(0)])
        await _ask(client, "unsubscribe", sids=[1])
        await _ask(client, "nonsense")
        kinds = []
        while "error" not in kinds:
            kinds.append((await _heard(client))["type"])

    assert ["subscribed", "orderbook_snapshot", "unsubscribed", "error"] == kinds


async def _follow(server):
    """Return the ladders of the first market and the numbers heard, after some steps."""
    books, seqs = {"yes": {}, "no": {}}, []
    async with connect(server.ws_url, proxy=None) as client:
        await _ask(client, "subscribe", channels=["orderbook_delta"], market_tickers=[ticker_of(0)])
        assert "subscribed" == (await _heard(client))["type"]
        server.step(STEPS)
        await _ask(client, "nonsense")  # its answer comes after all else
        while (told := await _heard(client))["type"] != "error":
            seqs.append(told["seq"])
            _apply(books, told["type"], told["msg"])
    return books, seqs


def _apply(books, kind, message):
    if kind == "orderbook_snapshot":
        for side, ladder in books.items():
            levels = message[f"{side}_dollars_fp"]
            ladder.update({_micros(price): _micros(size) for price, size in levels})
        return
    ladder, price = books[message["side"]], _micros(message["price_dollars"])
    ladder[price] = ladder.get(price, 0) + _micros(message["delta_fp"])
    if not ladder[price]:
        del ladder[price]


async def _ask(client, command, **params):
    await client.send(json.dumps({"id": 1, "cmd": command, "params": params}))


async def _heard(client):
    async with asyncio.timeout(10):
        return json.loads(await client.recv())


def _micros(text):
    return int(Decimal(text) * 1_000_000)
