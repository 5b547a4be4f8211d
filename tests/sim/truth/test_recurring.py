"""Recurring markets: windows of venue time, one after the other."""

import json

import pytest
from tests.sim.client import quiet

from pr3dict.model.errors import ConfigError
from pr3dict.sim.truth.recurring import is_kind, name_of, window_at

START_MS = 1_790_000_100_000


def test_a_window_begins_at_a_multiple_of_its_length_and_is_named_by_it():
    window = window_at("eth-15m", START_MS)

    assert 0 == window.begins_ms % (15 * 60_000)
    assert window.begins_ms <= START_MS < window.ends_ms
    assert window.ends_ms == window.later(1).begins_ms
    name = name_of(window, 4)
    assert f"eth-updown-15m-{window.begins_ms // 1000}" == name.slug == name.event.slug
    assert ("15m", "eth-up-or-down-15m") == (
        name.event.series and (name.event.series.recurrence, name.event.series.slug)
    )


@pytest.mark.parametrize("text", ["", "btc", "btc-1m", "doge-5m", "btc-5m ", "BTC-5m"])
def test_other_texts_name_no_kind(text):
    assert not is_kind(text)
    with pytest.raises(ConfigError, match="recurring"):
        quiet(recurring=(text,))


def test_when_a_window_ends_its_market_settles_and_another_is_announced():
    venue = quiet(markets=1, recurring=("btc-5m",), start_ms=START_MS, activity=0.05)
    window = window_at("btc-5m", START_MS)
    current, following = venue.listings[1:]
    rules = venue.rules(current.tokens[0])
    assert rules is not None
    assert ("Up", "Down") == rules.outcomes
    said = [json.loads(text) for _, text in venue.run(window.ends_ms + 1_000)]

    news = [each for each in said if each["event_type"] == "new_market"]
    assert [name_of(window.later(2), 0).slug] == [each["slug"] for each in news]
    assert window.ends_ms <= current.settled_ms <= window.ends_ms + 1_000
    assert ([], []) == venue.levels(current.tokens[0])
    assert 0 == following.settled_ms
    assert [] != venue.levels(following.tokens[0])[0]
