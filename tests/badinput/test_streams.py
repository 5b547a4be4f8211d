"""The user channel and the live data with wrong keys, unknown topics and a venue that says no."""

import asyncio

import pytest
from tests.app.kit import until
from tests.badinput.kit import EDGE, OFTEN, Trouble, creds, failure, is_sentence

from pr3dict.client.live.data import ConnectionStatus, RealTimeDataClient
from pr3dict.client.live.subscriptions import (
    create_activity_subscription,
    create_crypto_prices_subscription,
    create_market_subscription,
    create_user_subscription,
)
from pr3dict.client.user import PolymarketUserClient
from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.model.errors import ConfigError, CredentialsError, FeedError, UnknownMarketError
from pr3dict.sim.desk.accounts import TEST_ADDRESS
from pr3dict.venues.polymarket.live.types import StreamRefused, Subscription

TIMEOUT_S = 1.0
UNKNOWN_KEY = ClobApiKeyCreds("my-key", "bXktc2VjcmV0", "my-passphrase")
OTHER_ADDRESS = "0x" + "22" * 20
REST_TROUBLES = {
    "a page of HTML": Trouble(200, "<!DOCTYPE html><html><p>One moment", "bad_answer"),
    "an error with 200": Trouble(200, '{"error":"no such thing today"}', "refused"),
    "a half object": Trouble(200, '{"data":[{"id', "bad_answer"),
    "a challenge": Trouble(403, EDGE, "challenged"),
    "too many": Trouble(429, "Too Many Requests", "rate_limited"),
}
UPGRADES = {
    "a challenge": Trouble(403, EDGE, "edge blocks"),
    "a page of HTML": Trouble(200, "<!DOCTYPE html><html><p>One moment", "instead of opening"),
    "nothing there": Trouble(404, "", "instead of opening"),
    "too many": Trouble(429, "", "HTTP 429"),
    "trouble": Trouble(503, "", "HTTP 503"),
}
PASSING = {429, 503}


@pytest.fixture
def config(served):
    served.faults.forgive()
    return served.config(rest_patience_s=TIMEOUT_S, backoff_base_s=0.4, backoff_cap_s=0.4)


def follower(config, **arguments) -> PolymarketUserClient:
    known = {"credentials": creds(), "address": TEST_ADDRESS, "start_timeout": TIMEOUT_S}
    return PolymarketUserClient(config=config, **(known | arguments))


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"credentials": creds("wrong")}, id="another passphrase"),
        pytest.param({"credentials": UNKNOWN_KEY}, id="an unknown key"),
        pytest.param({"address": OTHER_ADDRESS}, id="the key of another wallet"),
    ],
)
async def test_wrong_credentials_end_the_start_in_one_sentence(count, config, wrong):
    client = follower(config, **wrong)
    before = count.all
    error = await failure(client.start(), CredentialsError, TIMEOUT_S)
    assert not client.is_live
    assert "credentials" in str(error)
    assert "my-" not in str(error)
    assert count.all - before <= 3


@pytest.mark.parametrize("trouble", REST_TROUBLES.values(), ids=REST_TROUBLES)
async def test_an_account_of_which_rest_does_not_tell_is_followed_and_says_so(
    served, count, config, caplog, trouble
):
    served.faults.refuse_rest(trouble.status, body=trouble.body, times=OFTEN)
    before = count.all
    async with follower(config) as client:
        assert not client.is_live
        (said,) = [each.getMessage() for each in caplog.records if "not known yet" in each.message]
        is_sentence(said)
        assert {trouble.name: 1} == client.get_stats()["rest"]
    assert count.all - before <= 3


@pytest.mark.parametrize("trouble", UPGRADES.values(), ids=UPGRADES)
async def test_a_user_channel_that_does_not_open_ends_the_start_in_time(
    served, count, config, trouble
):
    served.faults.refuse(trouble.status, body=trouble.body, times=OFTEN)
    before = count.paths["/ws/user"]
    error = await failure(follower(config).start(), FeedError, TIMEOUT_S)
    assert trouble.name in str(error)
    asked = count.paths["/ws/user"] - before
    assert asked == 1 or (trouble.status in PASSING and asked < 20)


@pytest.mark.parametrize("trouble", UPGRADES.values(), ids=UPGRADES)
async def test_live_data_that_do_not_open_are_one_sentence_in_time(served, count, config, trouble):
    served.faults.refuse(trouble.status, body=trouble.body, times=OFTEN)
    client = RealTimeDataClient(config=config, connect_timeout=TIMEOUT_S)
    await client.subscribe(create_activity_subscription())
    before = count.all
    error = await failure(client.connect(), FeedError, TIMEOUT_S)
    assert trouble.name in str(error)
    asked = count.all - before
    assert asked == 1 or (trouble.status in PASSING and asked < 20)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (Subscription("no_such_topic"), ("no_such_topic", "no topic of this name")),
        (Subscription("activity", "nothing"), ("activity", "no topic of this name")),
        (Subscription("activity", "trades", "{{"), ("activity", "refuses a subscription")),
        (create_user_subscription(UNKNOWN_KEY), ("clob_user", "our credentials")),
    ],
)
async def test_what_the_venue_refuses_is_said_once_and_harms_no_other_topic(
    config, count, caplog, wrong, said
):
    heard, prices = [], []
    client = RealTimeDataClient(
        config=config,
        on_event=heard.append,
        on_message=lambda _, message: prices.append(message.topic),
        connect_timeout=TIMEOUT_S,
    )
    before = count.all
    await client.subscribe([wrong, create_crypto_prices_subscription(["btcusdt"])])
    await client.connect()
    await later(lambda: client.get_stats()["unserved"])
    await later(lambda: "crypto_prices" in prices)
    await later(lambda: any(isinstance(each, StreamRefused) for each in heard))
    assert [said[0]] == list(client.get_stats()["unserved"])
    await client.disconnect()
    (refused,) = [each for each in heard if isinstance(each, StreamRefused)]
    is_sentence(refused.sentence)
    assert said[1] in refused.sentence
    assert 1 == caplog.text.count(refused.sentence)
    assert "my-" not in caplog.text
    assert count.all - before <= 2


@pytest.mark.parametrize("name", ["no-such-slug", "0x" + "ab" * 32, "0x12", "https://example.com"])
async def test_a_market_that_does_not_exist_is_refused_at_the_subscription(config, name):
    client = RealTimeDataClient(config=config)
    subscription = create_market_subscription([name])
    await failure(client.subscribe(subscription), UnknownMarketError, TIMEOUT_S)
    assert client.connection_status is ConnectionStatus.DISCONNECTED


@pytest.mark.parametrize("wrong", [None, "activity", Subscription(""), {"topic": "activity"}])
async def test_what_is_no_subscription_is_one_sentence(config, wrong):
    await failure(RealTimeDataClient(config=config).subscribe(wrong), ConfigError, TIMEOUT_S)


async def later(true) -> None:
    """Return when this has become true."""
    await asyncio.to_thread(until, true)
