"""What both managers share and neither's test shows."""

import functools

import pytest

from pr3dict.client.facade import Facade, is_async, token_ids
from pr3dict.config import Config
from pr3dict.model.errors import FeedError, UnknownTokenError


class Called:
    async def __call__(self):
        """An object with an async call."""


async def coroutine():
    """A coroutine function."""


def test_knows_what_must_be_awaited():
    assert is_async(coroutine)
    assert is_async(functools.partial(coroutine))
    assert is_async(Called())
    assert not is_async(print)
    assert not is_async(lambda: None)


def test_token_ids_are_checked_one_by_one():
    assert ["1", "23"] == token_ids(("1", "23"))
    with pytest.raises(UnknownTokenError):
        token_ids(["1", "x"])


def test_custom_features_follow_the_argument_or_the_settings_given(monkeypatch):
    monkeypatch.setenv("PR3DICT_CUSTOM_FEATURES", "true")

    assert not Facade([])._config.custom_features
    assert Facade([], None, True)._config.custom_features
    assert Facade([], config=Config())._config.custom_features
    assert not Facade([], config=Config(custom_features=False))._config.custom_features
    assert Facade([], None, True, config=Config(custom_features=False))._config.custom_features


def test_options_given_win_over_settings():
    config = Config(max_depth=5, strict=True)

    assert 5 == Facade([], config=config)._max_depth
    assert 0 == Facade([], config=config, max_depth=0)._max_depth
    assert Facade([], config=config)._strict


def test_the_number_of_trades_kept_takes_effect_at_once():
    facade = Facade([], max_trade_history=10)
    assert 10 == facade.system.history.size_max

    facade._max_trade_history = 50
    assert 50 == facade.system.history.size_max


def test_redis_url_is_accepted():
    assert "redis://localhost:6379/0" == Facade([], "redis://localhost:6379/0").redis_url


def test_a_callback_must_be_callable():
    with pytest.raises(TypeError, match="wanted a function to call, found 42"):
        Facade([]).register_book_callback(42)


def test_a_token_is_wanted_once():
    facade = Facade(["1", "1"])

    assert ["2"] == facade._want(["1", "2", "2"])
    assert ["1"] == facade._want_no_more(["1", "1", "3"])
    assert {"2": None} == facade._wanted


def test_a_stream_of_a_stopped_manager_is_refused():
    facade = Facade([])
    facade._started = True

    with pytest.raises(FeedError, match="is stopped: start it first"):
        facade._stream(None, "book", None)
