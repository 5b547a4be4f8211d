"""What can be subscribed to."""

import pytest

from pr3dict.client.live.subscriptions import (
    Subscription,
    Subscriptions,
    create_activity_subscription,
    create_comments_subscription,
    create_crypto_prices_subscription,
    create_equity_prices_subscription,
    create_market_subscription,
    create_rfq_subscription,
    create_sports_subscription,
    create_user_subscription,
    entries,
)
from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.model.errors import ConfigError, CredentialsError


def test_subscription_creation():
    subscription = create_market_subscription(["100", "200"])
    assert len(subscription.subscriptions) == 2
    assert subscription.subscriptions[0].topic == "clob_market"
    assert ['["100"]', '["200"]'] == [one.filters for one in subscription.subscriptions]


def test_each_topic_of_the_brief_has_its_function():
    creds = ClobApiKeyCreds("k", "s", "p")
    made = [
        create_user_subscription(creds),
        create_activity_subscription(event_slug="fed"),
        create_comments_subscription(100),
        create_rfq_subscription(),
        create_crypto_prices_subscription(["btcusdt", "ethusdt"]),
        create_crypto_prices_subscription(["btc/usd"], "chainlink"),
        create_equity_prices_subscription(["AAPL"]),
        create_sports_subscription(),
    ]
    assert [
        ("clob_user", ""),
        ("activity", '{"event_slug":"fed"}'),
        ("comments", '{"parentEntityID":100,"parentEntityType":"Event"}'),
        ("rfq", ""),
        ("crypto_prices", "btcusdt,ethusdt"),
        ("crypto_prices_chainlink", '{"symbol":"btc/usd"}'),
        ("equity_prices", '{"symbol":"AAPL"}'),
        ("sports", ""),
    ] == [(one.topic, one.filters) for each in made for one in each.subscriptions]


def test_without_names_everything_is_wanted():
    for made in (
        create_crypto_prices_subscription(),
        create_crypto_prices_subscription(source="chainlink"),
        create_equity_prices_subscription(),
        create_comments_subscription(),
        create_activity_subscription(),
    ):
        assert [""] == [one.filters for one in made.subscriptions]


def test_an_unknown_source_is_refused_in_one_sentence():
    with pytest.raises(ConfigError, match="wanted one of binance, chainlink"):
        create_crypto_prices_subscription(source="coinbase")


def test_credentials_are_neither_guessed_nor_shown():
    with pytest.raises(CredentialsError) as refused:
        create_user_subscription("my-secret")
    assert "my-secret" not in str(refused.value)
    shown = repr(create_user_subscription(ClobApiKeyCreds("my-key", "my-secret", "my-pass")))
    assert "my-" not in shown


def test_entries_are_taken_from_all_that_holds_them():
    one = Subscription("sports")
    assert (one,) == entries(one) == entries(Subscriptions((one,))) == entries([one])
    assert (one, one) == entries([Subscriptions((one,)), one])


@pytest.mark.parametrize(
    "wrong", ["clob_market", {"topic": "sports"}, None, [5], Subscription("", "*"), Subscription(5)]
)
def test_what_is_no_subscription_is_refused(wrong):
    with pytest.raises(ConfigError, match="create_market_subscription"):
        entries(wrong)


def test_a_filter_is_a_text_as_the_venue_wants_it():
    with pytest.raises(ConfigError, match="wanted filters as text"):
        entries(Subscription("activity", filters={"event_slug": "fed"}))
    with pytest.raises(ConfigError, match="names as text"):
        create_market_subscription(iter([100]))


@pytest.mark.parametrize(
    "wanted",
    [
        create_activity_subscription,
        lambda text: create_crypto_prices_subscription([text]),
        lambda text: create_market_subscription([text]),
        Subscription,
        lambda text: Subscription("activity", filters=text),
    ],
)
def test_text_that_no_utf8_can_write_is_refused_before_it_is_sent(wanted):
    with pytest.raises(ConfigError, match=r"^wanted text that UTF-8 can write, found .*a.ud8"):
        entries(wanted("a\ud800"))


def test_a_type_that_nobody_tells_is_refused_at_once():
    for made in (
        lambda: create_market_subscription(["1"], "nonsense"),
        lambda: create_user_subscription(ClobApiKeyCreds("k", "s", "p"), "nonsense"),
        lambda: entries(Subscription("clob_market", "nonsense", '["1"]')),
    ):
        with pytest.raises(ConfigError, match=r"wanted as type one of .* found 'nonsense'"):
            made()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: create_activity_subscription(5),
        lambda: create_comments_subscription("5"),
        lambda: create_comments_subscription(5, None),
        lambda: create_crypto_prices_subscription(source=["binance"]),
        lambda: create_rfq_subscription(None),
    ],
)
def test_an_argument_of_another_kind_is_refused_in_one_sentence(wrong):
    with pytest.raises(ConfigError, match="wanted"):
        wrong()


def test_what_is_no_key_is_refused_where_it_stands_by_itself():
    with pytest.raises(CredentialsError, match="clob_auth"):
        entries(Subscription("clob_user", clob_auth="my-secret"))
