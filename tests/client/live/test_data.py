"""The live-data client against the simulated venue on 127.0.0.1, and against broken ones."""

import asyncio
import threading

import pytest
from tests.app.kit import venue
from tests.client.live_kit import later, only

from pr3dict.client.live.data import ConnectionStatus, RealTimeDataClient
from pr3dict.client.live.subscriptions import (
    create_activity_subscription,
    create_crypto_prices_subscription,
    create_market_subscription,
    create_rfq_subscription,
    create_sports_subscription,
    create_user_subscription,
)
from pr3dict.client.rest.polymarket import AsyncPolymarket
from pr3dict.config import Config
from pr3dict.core import load
from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.model.errors import ConfigError, CredentialsError, FeedError, UnknownMarketError
from pr3dict.model.records import Kind
from pr3dict.sim.desk.wing import ClobPrivate
from pr3dict.sim.live.wing import PolyboltWing
from pr3dict.tape import TapeReader
from pr3dict.venues.polymarket.live.types import StreamGap, StreamRefused, Subscription

NOBODY = ClobApiKeyCreds("my-key", "bXktc2VjcmV0", "my-passphrase")


@pytest.fixture(scope="module")
def served():
    with venue() as found:
        yield found


@pytest.fixture
def config(served):
    return served.config(**{**served.server.settings(), "backoff_base_s": 0.02})


async def test_the_first_example_of_the_brief_prints_before_it_ends(served, config):
    printed = []

    def on_message(client, message):
        printed.append(f"Received: {message.topic}/{message.type}")

    def on_connect(client):
        printed.append("Connected to real-time stream!")

    client = RealTimeDataClient(on_message=on_message, on_connect=on_connect, config=config)
    await client.subscribe(create_market_subscription(served.tokens[:2]))
    await client.connect()
    assert "Connected to real-time stream!" in printed
    assert printed.count("Received: clob_market/agg_orderbook") >= 2
    assert client.connection_status is ConnectionStatus.CONNECTED
    book = client.get_orderbook(served.tokens[0])
    assert book is not None
    assert book.is_live
    await client.disconnect()


async def test_real_time_connection(config):
    client = RealTimeDataClient(config=config)
    await client.connect()
    assert client.connection_status == ConnectionStatus.CONNECTED
    await client.disconnect()
    assert "DISCONNECTED" == client.connection_status.name


@pytest.fixture
def creds(served):
    key = served.do(lambda: granted(served.server))
    return ClobApiKeyCreds(key.key, key.secret, key.passphrase)


def granted(server):
    desk = server.wing(ClobPrivate).desk
    return desk.accounts.grant("0x" + "11" * 20)


async def test_a_key_that_the_venue_does_not_know_is_said_once_and_waited_for_no_longer(
    config, caplog
):
    client = RealTimeDataClient(config=config, creds=NOBODY)
    await client.subscribe(create_crypto_prices_subscription(["btcusdt"]))
    async with asyncio.timeout(5):
        await client.connect()
    assert 1 == caplog.text.count("the venue does not accept our API key")
    assert {"auth_invalid": 1} == client.get_stats()["sources"]["PolyBolt"]["errors"]
    assert ["crypto_prices btcusd"] == list(client.get_stats()["unserved"])
    await client.disconnect()
    assert "my-" not in caplog.text


async def test_ones_own_orders_come_from_the_user_channel(config, creds):
    client = RealTimeDataClient(config=config)
    await client.subscribe(create_user_subscription(creds))
    await client.connect()
    await later(lambda: client.connection_status is ConnectionStatus.CONNECTED)
    assert ["the user channel"] == list(client.get_stats()["sources"])
    await client.disconnect()


async def test_topics_come_from_where_they_are_served_and_say_so(served, config, creds, caplog):
    seen = []

    async def on_message(client, message):
        seen.append(message)

    client = RealTimeDataClient(on_message=on_message, config=config, creds=creds)
    for subscription in (
        create_market_subscription(served.tokens[:1]),
        create_crypto_prices_subscription(["btcusdt"]),
        create_activity_subscription(),
        create_sports_subscription(),
        create_rfq_subscription(),
    ):
        await client.subscribe(subscription)
    await client.connect()
    wanted = {
        ("clob_market", "the market channel"),
        ("crypto_prices", "PolyBolt price.crypto"),
        ("activity", ""),
        ("sports", ""),
    }
    await later(lambda: wanted <= {(m.topic, m.served_from) for m in seen})
    stats = client.get_stats()
    for source in stats["sources"].values():
        sorted_out = sum(source["ignored"].values()) + sum(source["rejected"].values())
        assert source["received"] == source["applied"] + sorted_out
    assert ["rfq"] == list(stats["unserved"])
    assert 1 == sum("rfq: " in line for line in caplog.messages)
    assert 1 == sum("clob_market: " in line for line in caplog.messages)
    assert all(message.typed is not None for message in seen)
    await client.disconnect()
    said = caplog.text + repr(client) + repr(stats)
    assert creds.secret.reveal() not in said
    assert creds.passphrase.reveal() not in said


async def test_compressed_messages_are_read_as_well(served):
    seen = []
    client = RealTimeDataClient(
        on_message=lambda _, message: seen.append(message),
        config=served.config(**served.server.settings(), compression=True),
    )
    await client.subscribe(create_activity_subscription())
    await client.connect()
    await later(lambda: len(seen) > 10)
    assert not client.get_stats()["sources"]["RTDS"]["rejected"]
    await client.disconnect()


async def test_topics_may_come_and_go_while_it_runs(served, config):
    seen = []
    client = RealTimeDataClient(on_message=lambda _, message: seen.append(message), config=config)
    await client.connect()
    first, second = served.tokens[0], served.tokens[2]
    await client.subscribe(create_market_subscription([first]))
    await client.subscribe(create_market_subscription([second]))
    await client.subscribe(create_activity_subscription())
    await later(lambda: {"clob_market", "activity"} <= {message.topic for message in seen})
    await client.unsubscribe(create_market_subscription([first]))
    assert client.get_orderbook(first) is None
    assert client.get_orderbook(second) is not None
    await client.unsubscribe(create_activity_subscription())
    await later(lambda: not client.get_stats()["sources"]["RTDS"]["topics"])
    await client.disconnect()


async def test_a_topic_that_does_not_exist_silences_no_other(config):
    seen = []
    client = RealTimeDataClient(
        on_message=lambda _, message: seen.append(message.topic), config=config
    )
    await client.subscribe([Subscription("weather"), Subscription("activity", "no such type")])
    await client.subscribe(create_activity_subscription())
    await client.connect()
    await later(lambda: "activity" in seen)
    await client.disconnect()


async def test_what_the_venue_left_out_is_told(served, config, creds):
    gaps = []
    client = RealTimeDataClient(config=config, creds=creds, on_event=only(StreamGap, gaps))
    await client.subscribe(create_crypto_prices_subscription(["btcusdt"]))
    await client.connect()
    served.do(lambda: served.server.wing(PolyboltWing).stream.lag(1))
    await later(lambda: gaps)
    assert "price.crypto" == gaps[0].topic
    counts = client.get_stats()["sources"]["PolyBolt"]
    assert (counts["missed"], counts["dropped"]) != (0, 0)
    await client.disconnect()


@pytest.mark.parametrize(
    ("trouble", "name", "said"),
    [("drain", "draining", "restarts"), ("expire", "auth", "does not accept our API key")],
)
async def test_why_the_venue_sends_us_away_is_told(  # noqa: PLR0917 - three fixtures, three values
    served, config, creds, trouble, name, said
):
    client = RealTimeDataClient(config=config, creds=creds)
    await client.subscribe(create_crypto_prices_subscription(["btcusdt"]))
    await client.connect()
    served.do(getattr(served.server.wing(PolyboltWing), trouble))
    await later(lambda: client.connection_status is ConnectionStatus.DISCONNECTED)
    (link,) = client.get_stats()["links"]
    assert {name: 1} == link["lost"]
    assert said in link["last_error"]
    await client.disconnect()


async def test_a_market_may_be_named_by_whatever_resolve_understands(served, config):
    async def resolve(name):
        assert "some-slug" == name
        return served.tokens[:2]

    client = RealTimeDataClient(config=config, resolve=resolve)
    await client.subscribe(create_market_subscription(["some-slug"]))
    await client.connect()
    assert client.get_orderbook(served.tokens[1]) is not None
    await client.disconnect()


async def test_a_market_may_be_named_by_its_id_in_the_catalogue(served, config):
    async with AsyncPolymarket(config) as polymarket:
        market = await polymarket.market(served.tokens[0])
    client = RealTimeDataClient(config=config)
    await client.subscribe(create_market_subscription([market.id]))
    await client.connect()
    assert all(client.get_orderbook(token) is not None for token in market.token_ids)
    with pytest.raises(UnknownMarketError):
        await client.subscribe(create_market_subscription(["no-such-market-anywhere"]))
    await client.disconnect()


async def test_the_tapes_hold_everything_but_credentials(served, config, creds, tmp_path):
    client = RealTimeDataClient(config=config, creds=creds, record=tmp_path)
    await client.subscribe(create_market_subscription(served.tokens[:1]))
    await client.subscribe(create_user_subscription(creds))
    await client.subscribe(create_crypto_prices_subscription(["btcusdt"]))
    await client.connect()
    await client.disconnect()
    core = load("auto")
    records = [
        (record.kind, record.payload)
        for name in ("streams", "market")
        for record in TapeReader(tmp_path / name, core).records()
    ]
    assert any(kind == Kind.IN and b'"price.crypto"' in payload for kind, payload in records)
    assert any(kind == Kind.OUT and b'"auth"' in payload for kind, payload in records)
    everything = b"".join(payload for _, payload in records)
    for secret in (creds.secret.reveal(), creds.passphrase.reveal()):
        assert secret.encode() not in everything


async def test_a_callback_may_end_the_client(config):
    ended = asyncio.Event()

    async def on_message(client, message):
        await client.disconnect()
        ended.set()

    client = RealTimeDataClient(on_message=on_message, config=config)
    await client.subscribe(create_activity_subscription())
    await client.connect()
    async with asyncio.timeout(5):
        await ended.wait()
    assert client.connection_status is ConnectionStatus.DISCONNECTED


def ours():
    """Return the threads of the feed and of the streams that run now."""
    return {one for one in threading.enumerate() if one.name in {"pr3dict-streams", "pr3dict-feed"}}


async def test_the_first_message_may_end_the_client_that_is_about_to_connect(served, config):
    before = ours()

    async def on_message(client, message):
        await client.disconnect()

    client = RealTimeDataClient(on_message=on_message, config=config, connect_timeout=3600)
    await client.subscribe(create_market_subscription(served.tokens))
    async with asyncio.timeout(60):
        await client.connect()
    await later(lambda: ours() <= before)
    assert client.connection_status is ConnectionStatus.DISCONNECTED


@pytest.mark.parametrize("turns", range(0, 30, 3))
async def test_it_may_be_disconnected_at_any_moment_and_nothing_is_left(served, config, turns):
    before = ours()
    client = RealTimeDataClient(config=config, connect_timeout=3600)
    await client.subscribe(create_market_subscription(served.tokens[:2]))
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        group.create_task(client.connect())
        for _ in range(turns):
            await asyncio.sleep(0)
        group.create_task(client.subscribe(create_market_subscription(served.tokens[2:3])))
        group.create_task(client.unsubscribe(create_market_subscription(served.tokens[:1])))
        group.create_task(client.disconnect())
        group.create_task(client.disconnect())
    await later(lambda: ours() <= before)
    assert client.connection_status is ConnectionStatus.DISCONNECTED
    await client.connect()
    book = client.get_orderbook(served.tokens[2])
    assert book is not None
    assert book.is_live
    await client.disconnect()


async def test_a_plain_callback_may_end_the_client_from_its_thread(served, config):
    def on_message(client, message):
        asyncio.run(client.disconnect())

    client = RealTimeDataClient(on_message=on_message, config=config, connect_timeout=3600)
    await client.subscribe(create_market_subscription(served.tokens))
    async with asyncio.timeout(60):
        await client.connect()
    assert client.connection_status is ConnectionStatus.DISCONNECTED


async def test_a_subscription_that_was_given_up_is_served_when_it_is_wanted_again(served, config):
    client = RealTimeDataClient(config=config)
    await client.connect()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await client.subscribe(create_market_subscription(served.tokens[:1]))
    await client.subscribe(create_market_subscription(served.tokens[:2]))
    for token in served.tokens[:2]:
        book = client.get_orderbook(token)
        assert book is not None
        assert book.is_live
    await client.disconnect()


async def test_a_symbol_that_is_refused_is_named_and_harms_no_other(config, creds, caplog):
    refused = []
    client = RealTimeDataClient(
        config=config, creds=creds, on_event=only(StreamRefused, refused), connect_timeout=3600
    )
    await client.subscribe(create_crypto_prices_subscription(["btcusdt", "nope", "ethusdt"]))
    async with asyncio.timeout(60):
        await client.connect()
    await later(lambda: refused)
    assert ["crypto_prices nope"] == list(client.get_stats()["unserved"])
    assert 1 == caplog.text.count("price.crypto nope: the venue does not take this filter")
    await client.unsubscribe(create_crypto_prices_subscription(["btcusdt", "nope", "ethusdt"]))
    assert {} == client.get_stats()["unserved"]
    await client.disconnect()


async def test_what_cannot_be_served_is_refused_at_the_subscription(served, config):
    async def finds_nothing(name):
        return []

    client = RealTimeDataClient(config=config, resolve=finds_nothing)
    with pytest.raises(ConfigError, match="clob_market: wanted filters as a JSON list"):
        await client.subscribe(Subscription("clob_market"))
    with pytest.raises(UnknownMarketError, match="some-slug"):
        await client.subscribe(create_market_subscription(["some-slug"]))
    await client.subscribe(create_user_subscription(NOBODY))
    with pytest.raises(CredentialsError, match="one account"):
        await client.subscribe(create_user_subscription(ClobApiKeyCreds("k", "s", "p")))
    assert 1 == client.get_stats()["subscriptions"]


def test_what_is_no_key_and_no_function_is_refused_in_one_sentence():
    with pytest.raises(CredentialsError, match=r"^creds: wanted ClobApiKeyCreds.* found a str$"):
        RealTimeDataClient(creds="my-secret", config=Config())
    with pytest.raises(ConfigError, match=r"^resolve: wanted a function"):
        RealTimeDataClient(resolve=5, config=Config())


async def test_it_connects_once_at_a_time_and_again_after_the_end(config):
    client = RealTimeDataClient(config=config)
    await client.connect()
    with pytest.raises(FeedError, match="connected already"):
        await client.connect()
    await client.disconnect()
    await client.disconnect()
    await client.connect()
    assert client.connection_status is ConnectionStatus.CONNECTED
    await client.disconnect()


@pytest.mark.parametrize("every", [0, -1, "5"])
def test_a_ping_interval_that_is_none_is_refused(every):
    with pytest.raises(ConfigError, match="ping_interval"):
        RealTimeDataClient(ping_interval=every, config=Config())
