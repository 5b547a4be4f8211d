"""The twin without `await`."""

import threading

import pytest
from tests.app.kit import until, venue

from pr3dict.client.sync import SyncOrderBookManager
from pr3dict.model.errors import ConfigError, FeedError


@pytest.fixture(scope="module")
def served():
    with venue(trade_share=0.5) as found:
        yield found


@pytest.fixture
def manager(served):
    with SyncOrderBookManager(served.tokens, config=served.config()) as found:
        yield found


def test_start_returns_with_books(served, manager):
    assert all(manager.get_orderbook(token).is_live for token in served.tokens)


def test_a_token_that_the_venue_does_not_know_is_warned_of(served, caplog):
    with SyncOrderBookManager(["123456789012"], config=served.config()):
        pass
    told = [record.getMessage() for record in caplog.records if "client" in record.name]

    assert 1 == len(told)
    assert "no book for 1 of 1 token: the venue has none of 1234…9012" in told[0]


def test_callbacks_run_on_threads(served, manager):
    threads = set()
    manager.register_book_callback(lambda *_: threads.add(threading.current_thread()))
    until(lambda: threads)

    assert threading.current_thread() not in threads


def test_a_coroutine_function_is_refused_by_name(manager):
    async def on_book(_snapshot, _metrics):
        raise AssertionError("unreachable")

    with pytest.raises(TypeError, match="has no loop to run it"):
        manager.register_book_callback(on_book)


def test_updates_and_trades_can_be_iterated(manager):
    updates = manager.updates(timeout=10)
    snapshot, metrics = next(updates)
    trade = next(manager.trades(timeout=10))

    assert snapshot.asset_id == metrics.asset_id
    assert trade.size > 0


def test_events_end_after_a_quiet_time():
    with (
        venue(frames_per_s=0.01) as quiet,
        SyncOrderBookManager(quiet.tokens, config=quiet.config()) as manager,
    ):
        assert [] == list(manager.events(timeout=0.05))


def test_tokens_come_and_go(served):
    first = served.tokens[0]
    with SyncOrderBookManager([], config=served.config()) as manager:
        manager.subscribe([first])
        book = manager.get_orderbook(first)
        assert book is not None
        assert book.is_live

        manager.unsubscribe([first])
        assert manager.get_orderbook(first) is None


def test_no_connection_at_all_is_one_sentence():
    with venue() as gone:
        config = gone.config()
    with pytest.raises(FeedError, match="no connection to ws://127"):
        SyncOrderBookManager(["123"], config=config, start_timeout=0.2).start()


def test_a_timeout_is_a_number_of_seconds(manager):
    for iterate in manager.updates, manager.trades, manager.events:
        with pytest.raises(ConfigError, match=r"^timeout: wanted seconds, .* found -1$"):
            iterate(timeout=-1)
