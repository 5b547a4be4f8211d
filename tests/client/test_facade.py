"""What both managers share and neither's test shows."""

import inspect
import math
import pydoc
from typing import Any

import pytest

from pr3dict.client.facade import Facade
from pr3dict.client.manager import OrderBookManager
from pr3dict.client.sync import SyncOrderBookManager
from pr3dict.config import Config
from pr3dict.engine.awaited import Awaited
from pr3dict.model.errors import ConfigError, FeedError


def custom_features(*arguments, **options):
    return Facade(*arguments, **options).system.config.custom_features


@pytest.mark.parametrize("setting", [True, False])
def test_custom_features_follow_the_settings_unless_the_caller_says(monkeypatch, setting):
    monkeypatch.setenv("PR3DICT_CUSTOM_FEATURES", str(setting).lower())
    other = Config(custom_features=not setting)

    assert setting is custom_features([])
    assert other.custom_features is custom_features([], config=other)
    for said in (True, False):
        assert said is custom_features([], None, said)
        assert said is custom_features([], enable_custom_features=said, config=other)


class Registering:
    """A consumer in whose figures somebody registers another, as another thread might."""

    def __init__(self, consumers):
        self._consumers = consumers

    def stats(self):
        self._consumers[len(self._consumers)] = self
        return {}


def test_figures_can_be_read_while_callbacks_come_and_go():
    facade = Facade([])
    consumers: dict[int, Any] = facade._consumers  # noqa: SLF001 - what another thread may change any time
    consumers[0] = Registering(consumers)

    assert [{}] == facade.get_stats()["consumers"]
    assert [{}, {}] == facade.get_stats()["consumers"]


def test_books_that_cannot_come_because_the_feed_failed_are_an_error():
    facade = Facade(["1"])
    system: Any = facade.system
    system._worker.failure = fault = RuntimeError("a fault of ours")  # noqa: SLF001 - as it would

    with pytest.raises(FeedError, match="fault of this program: RuntimeError: a fault") as raised:
        facade._missing(Awaited(["1"]))  # noqa: SLF001 - how both managers end their wait
    assert fault is raised.value.__cause__


def test_the_number_of_trades_kept_takes_effect_at_once():
    facade = Facade([], max_trade_history=10)
    assert 10 == facade.system.history.size_max

    facade._max_trade_history = 50  # noqa: SLF001 - as the brief does it
    assert 50 == facade.system.history.size_max


@pytest.mark.parametrize(
    ("argument", "value", "sentence"),
    [
        ("max_depth", -1, "^max_depth: wanted a whole number of levels; 0 means all, found -1$"),
        ("max_depth", "5", "^max_depth: wanted a whole number of levels; 0 means all, found '5'$"),
        ("max_trade_history", 0, "^max_trade_history: wanted a whole number from 1 .*found 0$"),
        ("enable_custom_features", "no", "^custom_features: wanted true or false, found 'no'$"),
        ("start_timeout", "x", "^start_timeout: wanted seconds, at most 86400, found 'x'$"),
        ("strict", "x", "^strict: wanted true or false, found 'x'$"),
        ("yardstick", 5, "^yardstick: wanted a Yardstick, found 5$"),
        ("replay", "tape/", r"^replay: wanted what replay\(path\) returns, found 'tape/'$"),
    ],
)
def test_an_argument_that_cannot_be_is_one_sentence(argument, value, sentence):
    with pytest.raises(ConfigError, match=sentence):
        Facade([], **{argument: value})


@pytest.mark.parametrize("public", [OrderBookManager, SyncOrderBookManager])
def test_help_tells_every_argument(public):
    told = pydoc.plain(pydoc.render_doc(public))
    arguments = list(inspect.signature(public).parameters)

    assert "Facade`" not in told
    assert 11 == len(arguments)
    assert [] == [name for name in arguments if f"{name}: " not in told.split("Note what")[1]]


def test_a_repr_is_one_line_without_credentials_whatever_the_state():
    config = Config(core="reference", polymarket_clob_url="https://me:secret@127.0.0.1")
    facade = Facade(["1", "2"], "redis://me:secret@localhost", config=config)

    assert "Facade(2 tokens, not started, engine reference)" == repr(facade)
    assert "Facade(unreadable: AttributeError)" == repr(Facade.__new__(Facade))


def test_redis_url_is_accepted():
    assert "redis://localhost:6379/0" == Facade([], "redis://localhost:6379/0").redis_url


def test_a_callback_must_be_callable():
    nonsense: Any = 42
    with pytest.raises(TypeError, match="wanted a function to call, found 42"):
        Facade([]).register_book_callback(nonsense)


def test_an_inline_callback_is_a_plain_function():
    async def on_change(_tokens):
        raise AssertionError("unreachable")

    facade = Facade([])
    nonsense: Any = 42
    with pytest.raises(TypeError, match=r"is a coroutine function: the feed awaits nothing"):
        facade.register_inline_callback(on_change)
    with pytest.raises(TypeError, match="wanted a function to call, found 42"):
        facade.register_inline_callback(nonsense)


@pytest.mark.parametrize("every", ["x", -1, math.nan, math.inf, True, ""])
@pytest.mark.parametrize("public", [OrderBookManager, SyncOrderBookManager])
def test_what_is_no_pace_is_refused_where_it_is_said(public, every):
    manager, sentence = public(["1"]), f"^every: wanted seconds, .* found {every!r}$"
    with pytest.raises(ConfigError, match=sentence):
        manager.register_book_callback(print, every=every)
    with pytest.raises(ConfigError, match=sentence):
        manager.updates(every=every)


@pytest.mark.parametrize("limit", ["x", -1, 1.5, math.inf])
def test_a_number_of_trades_is_a_whole_number(limit):
    with pytest.raises(ConfigError, match=f"^limit: wanted a whole number from 0, found {limit!r}"):
        Facade(["1"]).get_trades("1", limit)
