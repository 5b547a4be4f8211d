"""What both managers share and neither's test shows."""

import functools
from typing import Any

import pytest

from pr3dict.client.facade import Facade, is_async, token_ids
from pr3dict.config import Config
from pr3dict.model.errors import UnknownTokenError


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


def custom_features(*arguments, **options):
    return Facade(*arguments, **options).system.config.custom_features


def test_custom_features_follow_the_argument_or_the_settings_given(monkeypatch):
    monkeypatch.setenv("PR3DICT_CUSTOM_FEATURES", "true")
    without = Config(custom_features=False)

    assert not custom_features([])
    assert custom_features([], None, True)
    assert custom_features([], config=Config())
    assert not custom_features([], config=without)
    assert custom_features([], None, True, config=without)


def test_the_number_of_trades_kept_takes_effect_at_once():
    facade = Facade([], max_trade_history=10)
    assert 10 == facade.system.history.size_max

    facade._max_trade_history = 50  # noqa: SLF001 - as the brief does it
    assert 50 == facade.system.history.size_max


def test_redis_url_is_accepted():
    assert "redis://localhost:6379/0" == Facade([], "redis://localhost:6379/0").redis_url


def test_a_callback_must_be_callable():
    nonsense: Any = 42
    with pytest.raises(TypeError, match="wanted a function to call, found 42"):
        Facade([]).register_book_callback(nonsense)
