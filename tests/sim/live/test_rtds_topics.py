"""What may be subscribed at the live data, and what the venue answers to what may not."""

import json

import pytest

from pr3dict.sim.live.rtds_topics import TOPICS, Filter, Refused, Wanted, parsed


def asked(topic: str, kind: str = "*", filters: object = None, *, legacy: bool = False) -> Wanted:
    item = {"topic": topic, "type": kind} | ({} if filters is None else {"filters": filters})
    _, wanted = parsed(json.dumps({"action": "subscribe", "subscriptions": [item]}), legacy=legacy)
    return wanted[0]


def refusal(text: str) -> dict[str, object]:
    with pytest.raises(Refused) as caught:
        parsed(text, legacy=False)
    answer: dict[str, object] = json.loads(str(caught.value))
    return answer


def subscription(*items: object) -> str:
    return json.dumps({"action": "subscribe", "subscriptions": items})


def test_a_star_stands_for_all_types_of_a_topic():
    assert TOPICS["comments"] == asked("comments").types
    assert ("reaction_created",) == asked("comments", "reaction_created").types


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "[]",
        '{"action":"follow","subscriptions":[{"topic":"activity","type":"*"}]}',
        '{"action":"subscribe"}',
        subscription(),
        subscription("activity"),
        subscription({"topic": "activity"}),
        subscription({"topic": "crypto_prices", "type": "*", "filters": {"symbol": "btcusdt"}}),
    ],
)
def test_what_is_no_request_is_answered_by_the_gateway(text):
    assert "Invalid request body" == refusal(text)["message"]


def test_a_topic_that_does_not_exist_is_named_in_the_answer():
    answer = refusal(subscription({"topic": "weather", "type": "update"}))

    assert 401 == answer["statusCode"]
    assert "topic: weather and type: update not found" in str(answer["body"])


def test_a_type_that_the_topic_does_not_have_is_not_found():
    assert 401 == refusal(subscription({"topic": "activity", "type": "update"}))["statusCode"]


def test_one_bad_item_refuses_the_array():
    good = {"topic": "activity", "type": "*"}
    assert 401 == refusal(subscription(good, {"topic": "weather", "type": "*"}))["statusCode"]


@pytest.mark.parametrize(
    ("topic", "filters"),
    [
        ("crypto_prices", '["btcusdt","ethusdt"]'),
        ("crypto_prices", "btcusdt, ethusdt"),
        ("crypto_prices_chainlink", "btc/usd"),
        ("activity", "some-slug"),
        ("activity", "[" * 20_000),
    ],
)
def test_a_filter_in_another_form_is_refused(topic, filters):
    answer = refusal(subscription({"topic": topic, "type": "*", "filters": filters}))

    assert 400 == answer["statusCode"]
    assert "invalid Subscription.Filters" in str(answer["body"])


def test_binance_takes_a_list_with_commas_or_one_symbol_in_json():
    assert ("btcusdt", "ethusdt") == asked(
        "crypto_prices", filters="btcusdt,ethusdt"
    ).filter.symbols
    assert ("btcusdt",) == asked("crypto_prices", filters='{"symbol":"BTCUSDT"}').filter.symbols


def test_a_list_passes_its_symbols_only():
    among = Filter("btcusdt", among=("btcusdt",))
    assert among.passes({"symbol": "btcusdt"})
    assert not among.passes({"symbol": "ethusdt"})


def test_members_must_all_be_equal_to_those_of_the_message():
    wanted = asked("comments", filters='{"parentEntityID":7,"parentEntityType":"Event"}').filter
    assert wanted.passes({"parentEntityID": 7, "parentEntityType": "Event"})
    assert not wanted.passes({"parentEntityID": 8, "parentEntityType": "Event"})
    assert not asked("activity", filters='{"eventSlug":"a"}').filter.passes({"event_slug": "a"})


def test_a_filter_with_a_space_passes_nothing():
    assert not asked("crypto_prices_chainlink", filters='{"symbol": "btc/usd"}').filter.passes(
        {"symbol": "btc/usd"}
    )


def test_retired_topics_exist_for_old_clients_only():
    with pytest.raises(Refused):
        asked("rfq")
    assert "request_created" in asked("rfq", legacy=True).types


def test_old_books_need_a_list_of_tokens_to_subscribe_and_none_to_unsubscribe():
    with pytest.raises(Refused):
        asked("clob_market", "price_change", legacy=True)
    assert ("12",) == asked("clob_market", "price_change", '["12"]', legacy=True).filter.among
    assert asked("clob_market", "market_created", legacy=True).filter.passes({"tokens": ("12",)})
    drop = '{"action":"unsubscribe","subscriptions":[{"topic":"clob_market","type":"*"}]}'
    assert "unsubscribe" == parsed(drop, legacy=True)[0]
