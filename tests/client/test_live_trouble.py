"""The live-data client against venues that are broken or not there."""

import asyncio
import logging

import pytest
from tests.client.live_kit import later, only, until_gone
from tests.net.peers import Peer, frame, free_address, serving

from pr3dict.client.live.data import ConnectionStatus, RealTimeDataClient
from pr3dict.client.live.subscriptions import (
    create_activity_subscription,
    create_crypto_prices_subscription,
)
from pr3dict.config import Config
from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.model.errors import FeedError
from pr3dict.model.events import FeedLost, FrameRejected
from pr3dict.venues.polymarket.live.types import Subscription

NOBODY = ClobApiKeyCreds("my-key", "bXktc2VjcmV0", "my-passphrase")


async def test_a_loss_is_told_and_mended():
    statuses, lost = [], []
    kicked = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.accept()
        await peer.hear()
        peer.say(frame(b'{"topic":"activity","type":"trades","payload":{"a":1}}'))
        if not kicked.is_set():
            kicked.set()
            await peer.goodbye(1001)
        await until_gone(peer)

    async with serving(script) as url:
        client = RealTimeDataClient(
            url,
            on_status_change=statuses.append,
            on_event=only(FeedLost, lost),
            config=Config(backoff_base_s=0.01, connect_spacing_s=0.001),
        )
        await client.subscribe(create_activity_subscription())
        await client.connect()
        await later(lambda: statuses.count(ConnectionStatus.CONNECTED) == 2)
        assert ConnectionStatus.DISCONNECTED in statuses
        assert [("activity",)] == [event.tokens for event in lost]
        await client.disconnect()


async def test_without_auto_reconnect_the_first_loss_is_the_end():
    opened = []

    async def script(peer: Peer) -> None:
        opened.append(1)
        await peer.accept()
        await peer.hear()
        await peer.goodbye(1001)

    async with serving(script) as url:
        client = RealTimeDataClient(
            url,
            auto_reconnect=False,
            config=Config(backoff_base_s=0.2, connect_spacing_s=0.001),
        )
        await client.subscribe(Subscription("comments"))
        await client.connect()
        await later(lambda: client.connection_status is ConnectionStatus.DISCONNECTED)
        await later(lambda: not client.get_stats()["links"])
        assert [1] == opened
        await client.disconnect()


async def test_where_nobody_listens_it_says_so_in_one_sentence():
    url = free_address()
    client = RealTimeDataClient(
        url, config=Config(backoff_base_s=0.01, connect_spacing_s=0.001), connect_timeout=0.2
    )
    with pytest.raises(FeedError, match=r"no connection to ws://127.0.0.1:\d+\S+ within 0.2 s: "):
        await client.connect()
    assert client.connection_status is ConnectionStatus.DISCONNECTED


async def test_a_topic_that_keeps_its_promise_late_is_named(caplog):
    async def mute(peer: Peer) -> None:
        await peer.accept()
        await until_gone(peer)

    async with serving(mute) as url:
        client = RealTimeDataClient(url, config=Config(), connect_timeout=0.2)
        await client.subscribe(create_crypto_prices_subscription(["btcusdt"]))
        with caplog.at_level(logging.WARNING):
            await client.connect()
        assert "crypto_prices: nothing within 0.2 s" in caplog.text
        assert client.connection_status is ConnectionStatus.CONNECTED
        await client.disconnect()


async def test_garbage_is_counted_and_told_and_ends_nothing():
    seen, rejected = [], []

    async def script(peer: Peer) -> None:
        await peer.accept()
        await peer.hear()
        for said in (b"<html>", b'{"topic":"activity"', b'{"topic":"activity","type":"trades",'):
            peer.say(frame(said))
        peer.say(frame(b'{"topic":"activity","type":"trades","payload":{"size":0.1}}'))
        await until_gone(peer)

    async with serving(script) as url:
        client = RealTimeDataClient(
            url,
            on_message=lambda _, message: seen.append(message),
            on_event=only(FrameRejected, rejected),
            config=Config(),
        )
        await client.subscribe(create_activity_subscription())
        await client.connect()
        await later(lambda: seen and len(rejected) == 3)
        await client.disconnect()
