"""The carrier of the live-data streams: faults, compression and refusals on real sockets."""

import asyncio
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tests.sim.client import ending
from tests.sim.streams import Hand, parsed, send, talk, told, venue
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import InvalidStatus
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

from pr3dict.sim.desk.accounts import TEST_KEY
from pr3dict.sim.desk.wing import ClobPrivate
from pr3dict.sim.live.wing import (
    Line,
    LiveWing,
    PolyboltWing,
    RtdsWing,
    SportsWing,
    deflated,
    described,
)

AUTH = {"op": "auth", "rid": "a", "auth": TEST_KEY.told()}
PRICES = {"topic": "crypto_prices", "type": "update"}
SUBSCRIBE = {"action": "subscribe", "subscriptions": [PRICES]}
BTC = {"op": "subscribe", "channel": "price.crypto", "filter": {"symbol": "btcusd"}}
STREAMS = ("rtds", "polybolt", "sports")
SUBJECT = {"rtds": "crypto_prices", "polybolt": "price.crypto", "sports": "nfl"}
"""By what name the faults know what is asked for below."""


def url(hand: Hand, name: str) -> str:
    address: str = getattr(hand.server, f"{name}_url")
    return address


@asynccontextmanager
async def following(hand: Hand, name: str, **options: Any) -> Any:
    """A client of a stream that will be told something in the next seconds."""
    async with talk(url(hand, name), **options) as client:
        if name == "rtds":
            await send(client, "PING")
            assert ["", ""] == [await client.recv(), await client.recv()]
            await send(client, SUBSCRIBE)
            await send(client, "PING")
            assert "" == await client.recv()
        if name == "polybolt":
            await send(client, AUTH)
            await send(client, BTC)
            await told(client, lambda message: "snapshot" in message)
        if name == "sports":
            hand.server.wing(SportsWing).stream.text_pings = False
            await (await client.ping())  # The wing has noticed the client.
        yield client


def about(name: str, message: dict[str, Any]) -> bool:
    """Tell whether a message is of the subject that the faults aim at."""
    return SUBJECT[name] in {message.get(key) for key in ("topic", "channel", "leagueAbbreviation")}


async def next_of(client: ClientConnection, name: str) -> dict[str, Any]:
    return await told(client, lambda message: about(name, message))


async def raw(client: ClientConnection) -> str:
    async with asyncio.timeout(5):
        text = await client.recv()
    assert isinstance(text, str)
    return text


@pytest.mark.parametrize("name", STREAMS)
async def test_a_cut_leaves_no_close_frame(name):
    async with venue() as hand, following(hand, name) as client:
        hand.server.cut()
        assert (None, None) == await ending(client)


@pytest.mark.parametrize("name", STREAMS)
async def test_a_hang_up_has_its_code(name):
    async with venue() as hand, following(hand, name) as client:
        hand.server.hang_up(1011, "as scripted")
        assert (1011, "as scripted") == await ending(client)
        assert 1 == hand.server.faults.struck["close 1011"]


@pytest.mark.parametrize("name", STREAMS)
async def test_who_is_frozen_is_told_nothing_though_pings_are_answered(name):
    async with venue() as hand, following(hand, name) as client:
        hand.server.faults.freeze()
        hand.passes(12)
        while not hand.server.faults.struck["freeze"]:
            await (await client.ping())
        hand.server.faults.thaw()
        thawed_ms = hand.server.now_ms()
        hand.passes(12)
        first = await next_of(client, name)
        if name == "polybolt":
            assert 14 == first["seq"]
        if name == "rtds":
            assert thawed_ms < first["timestamp"]


@pytest.mark.parametrize("name", STREAMS)
async def test_a_lost_frame_is_lost(name):
    async with venue() as hand, following(hand, name) as client:
        hand.server.faults.drop(SUBJECT[name])
        hand.passes(30)
        first = await next_of(client, name)

        assert 1 == hand.server.faults.struck["drop"]
        if name == "polybolt":
            assert 3 == first["seq"]
        if name == "rtds":
            assert "ethusdt" == first["payload"]["symbol"]


@pytest.mark.parametrize("name", STREAMS)
async def test_a_doubled_frame_comes_twice(name):
    async with venue() as hand, following(hand, name) as client:
        hand.server.faults.duplicate(SUBJECT[name])
        hand.passes(30)
        assert await next_of(client, name) == await next_of(client, name)


@pytest.mark.parametrize("name", STREAMS)
async def test_half_a_frame_is_no_json(name):
    async with venue() as hand, following(hand, name) as client:
        hand.server.faults.corrupt(SUBJECT[name])
        hand.passes(30)
        while parsed(text := await raw(client)):
            pass
        assert text.startswith("{")
        assert await next_of(client, name)


@pytest.mark.parametrize("name", STREAMS)
async def test_garbage_comes_before_a_frame(name):
    async with venue() as hand, following(hand, name) as client:
        hand.server.faults.garbage(b"<html>")
        hand.passes(30)
        assert "<html>" == await raw(client)


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("status", [429, 503])
async def test_an_upgrade_is_refused_with_a_time_to_wait(name, status):
    async with venue() as hand:
        path = "/" + url(hand, name).split("/", 3)[3]
        hand.server.faults.refuse(status, {"Retry-After": "7"}, path=path)
        with pytest.raises(InvalidStatus) as refused:
            await talk(url(hand, name))
        assert (status, "7") == (
            refused.value.response.status_code,
            refused.value.response.headers["Retry-After"],
        )
        async with following(hand, name):
            assert 1 == hand.server.faults.struck["refuse"]


async def test_live_data_is_compressed_for_who_offers_it_and_only_there():
    async with venue() as hand:
        for name in STREAMS:
            async with talk(url(hand, name), compression="deflate") as client:
                accepted = client.response.headers.get("Sec-WebSocket-Extensions", "")
                assert ("permessage-deflate" in accepted) == (name == "rtds")
        async with following(hand, "rtds", compression="deflate") as client:
            hand.passes(30)
            for _ in range(100):
                assert "crypto_prices" == (await told(client))["topic"]


async def test_compression_can_be_switched_off():
    async with venue() as hand:
        hand.server.wing(RtdsWing).stream.compresses = False
        async with talk(hand.server.rtds_url, compression="deflate") as client:
            assert "Sec-WebSocket-Extensions" not in client.response.headers


async def test_who_asks_for_a_small_window_of_compression_gets_it():
    small = ClientPerMessageDeflateFactory(server_max_window_bits=9)
    async with (
        venue() as hand,
        following(hand, "rtds", extensions=[small]) as client,
    ):
        assert "server_max_window_bits=9" in client.response.headers["Sec-WebSocket-Extensions"]
        await send(
            client, {"action": "subscribe", "subscriptions": [PRICES | {"filters": "btcusdt"}]}
        )
        assert 120 == len((await told(client))["payload"]["data"])


def test_a_squeezed_text_is_shorter_and_ends_where_the_next_may_begin():
    text = b'{"a":"b"}' * 100
    assert len(deflated(text, 15)) < len(text) / 5
    assert not deflated(text, 15).endswith(b"\x00\x00\xff\xff")


def test_a_small_window_reaches_less_far_back():
    far = bytes(range(256)) * 8
    apart = far[:1000] + bytes(2000) + far[:1000]
    assert len(deflated(apart, 15)) < len(deflated(apart, 9))


async def test_the_three_streams_have_one_count_of_connections():
    async with (
        venue() as hand,
        following(hand, "rtds"),
        following(hand, "polybolt"),
        following(hand, "sports"),
    ):
        assert [1, 2, 3] == sorted(hand.server.connections)
        assert all(isinstance(each, Line) for each in hand.server.connections.values())


async def test_the_time_of_a_pause_does_not_pass_for_the_streams():
    async with venue() as hand, following(hand, "rtds") as client:
        hand.server.pause()
        paused_ms = hand.server.now_ms()
        hand.passes(30)
        hand.server.resume()
        hand.passes(2)
        stamps = {(await told(client))["payload"]["timestamp"] for _ in range(8)}

        assert 2 == len(stamps)
        assert paused_ms - 2000 < min(stamps) < max(stamps) <= paused_ms + 2000


async def test_what_was_due_before_a_client_came_is_not_for_it():
    async with venue() as hand:
        hand.passes(60)
        async with following(hand, "rtds") as client:
            hand.passes(2)
            first = (await told(client))["payload"]["timestamp"]
            assert hand.server.now_ms() - 3000 < first


async def test_bytes_are_read_as_text():
    async with venue() as hand, talk(hand.server.polybolt_url) as client:
        await client.send(b'{"op":"ping"}')
        assert {"op": "pong"} == await told(client)


async def test_a_client_that_does_not_read_is_closed_as_too_slow(monkeypatch):
    async with venue() as hand, following(hand, "polybolt") as client:
        monkeypatch.setattr("pr3dict.sim.live.wing.SEND_BUFFER", -1)
        hand.passes(1)
        await told(client)
        assert (4002, "slow consumer") == await ending(client)


async def test_a_wing_that_is_not_built_in_is_missed_in_a_sentence():
    class Other(LiveWing):
        pass

    async with venue() as hand:
        assert isinstance(hand.server.wing(PolyboltWing), PolyboltWing)
        with pytest.raises(LookupError, match="wanted a Other"):
            hand.server.wing(Other)


async def test_a_market_is_described_by_its_own_name():
    async with venue() as hand:
        describe = described(hand.server.source)
        first = describe(hand.server.tokens[0])
        other = describe(hand.server.tokens[2])

        assert first is not None
        assert other is not None
        assert first.slug != other.slug
        assert hand.server.tokens[0] in first.tokens
        assert describe("1") is None


async def test_trades_name_the_parties_that_the_history_has():
    async with venue(trade_share=0.5) as hand, talk(hand.server.rtds_url) as client:
        await send(
            client, {"action": "subscribe", "subscriptions": [{"topic": "activity", "type": "*"}]}
        )
        await send(client, "PING")
        assert ["", ""] == [await client.recv(), await client.recv()]
        hand.passes(60)
        matched, taker, maker = [(await told(client))["payload"] for _ in range(3)]
        deals = {deal.trade.transaction: deal for deal in hand.server.history.deals}
        deal = deals[matched["transactionHash"]]

        assert matched == taker
        assert deal.taker.wallet == taker["proxyWallet"]
        assert deal.maker.wallet == maker["proxyWallet"]


async def test_polybolt_takes_the_keys_of_accounts_and_no_others():
    async with venue() as hand, talk(hand.server.polybolt_url) as client:
        await send(client, {"op": "auth", "auth": TEST_KEY._replace(passphrase="wrong").told()})
        assert "auth_invalid" == (await told(client))["code"]
        await send(client, AUTH)
        assert "authed" == (await told(client))["op"]


async def test_old_clients_hear_of_the_orders_of_their_account():
    auth = {"key": TEST_KEY.key, "secret": TEST_KEY.secret, "passphrase": TEST_KEY.passphrase}
    wanted = {"topic": "clob_user", "type": "*", "clob_auth": auth}
    async with venue() as hand, talk(hand.server.rtds_url) as client:
        hand.server.wing(RtdsWing).stream.legacy = True
        await send(client, {"action": "subscribe", "subscriptions": [wanted]})
        await send(client, "PING")
        assert ["", ""] == [await client.recv(), await client.recv()]
        desk = hand.server.wing(ClobPrivate).desk
        account = desk.accounts.owner_of(TEST_KEY.key)
        desk.tell(account, "0xc", b'{"event_type":"order","id":"0x1"}')
        heard = await told(client)

        assert ("clob_user", "order", "0x1") == (
            heard["topic"],
            heard["type"],
            heard["payload"]["id"],
        )
