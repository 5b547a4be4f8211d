"""`OrderBookManager` against a real server on 127.0.0.1."""

import asyncio
import logging
import threading
from decimal import Decimal

import pytest
from tests.app.kit import venue
from tests.engine.waiting import until

from pr3dict.app.events import BooksMissing
from pr3dict.app.replay import replay
from pr3dict.client.manager import OrderBookManager
from pr3dict.client.snapshot import short
from pr3dict.model.errors import ConfigError, FeedError, TapeError, UnknownTokenError
from pr3dict.model.events import FeedOpened, Trade
from pr3dict.model.states import BookState, Cause


@pytest.fixture(scope="module")
def served():
    with venue(trade_share=0.5) as found:
        yield found


def managing(served, *, tokens=None, **options):
    options = {"config": served.config(), **options}
    return OrderBookManager(served.tokens if tokens is None else tokens, **options)


async def test_start_returns_when_every_token_has_a_book(served):
    async with managing(served) as manager:
        books = [manager.get_orderbook(token) for token in served.tokens]

    assert all(book.is_live for book in books)
    assert all(book.best_bid < book.best_ask for book in books)


async def test_reads_are_empty_before_the_start(served):
    manager = managing(served)
    token = served.tokens[0]

    assert manager.get_orderbook(token) is None
    assert manager.get_metrics(token) is None
    assert manager.calculate_vwap(token, "BUY", 100) is None
    assert [] == manager.get_trades(token)
    assert not manager.get_stats()["connected"]


async def test_a_coroutine_is_called_on_this_loop_and_a_function_on_a_thread(served):
    manager = managing(served)
    loops, threads = [], []

    async def on_book(snapshot, metrics):
        assert snapshot.asset_id == metrics.asset_id
        loops.append(asyncio.get_running_loop())

    def on_book_too(snapshot, metrics):
        assert snapshot.best_bid == metrics.best_bid
        threads.append(threading.current_thread())

    manager.register_book_callback(on_book)
    manager.register_book_callback(on_book_too)
    async with manager:
        await until(lambda: loops and threads)

    assert {asyncio.get_running_loop()} == set(loops)
    assert 1 == len(set(threads))
    assert threading.main_thread() not in threads


async def test_trades_come_in_order_and_are_kept(served):
    manager = managing(served)
    trades = []
    manager.register_trade_callback(trades.append)
    async with manager:
        await until(lambda: len(trades) >= 5)
        kept = [trade for token in served.tokens for trade in manager.get_trades(token)]

    assert trades == sorted(trades, key=lambda trade: trade.local_ns)
    assert {trade.transaction_hash for trade in trades} <= {t.transaction_hash for t in kept}
    assert all(isinstance(trade.price, Decimal) and trade.side in "BUY SELL" for trade in trades)


async def test_events_are_everything_else(served):
    manager = managing(served)
    events = []
    manager.register_event_callback(events.append)
    async with manager:
        await until(lambda: len(events) > len(served.tokens))

    assert isinstance(events[0], FeedOpened)
    assert not any(isinstance(event, Trade) for event in events)


async def test_who_registers_late_is_told_the_books_that_are_there():
    with venue(frames_per_s=0.01) as quiet:
        told = []
        async with managing(quiet) as manager:
            manager.register_book_callback(lambda snapshot, _: told.append(snapshot.asset_id))
            await until(lambda: set(told) == set(quiet.tokens))


async def test_a_callback_can_be_limited_to_tokens_and_taken_away(served):
    wanted = served.tokens[0]
    told = []

    def on_book(snapshot, _):
        told.append(snapshot.asset_id)

    async with managing(served) as manager:
        manager.register_book_callback(on_book, tokens=[wanted])
        await until(lambda: len(told) > 3)
        manager.unregister(on_book)
        assert [] == manager.get_stats()["consumers"]

    assert {wanted} == set(told)


async def test_updates_trades_and_events_can_be_iterated(served):
    async with managing(served) as manager:
        seen = []
        async for snapshot, metrics in manager.updates():
            seen.append(snapshot.asset_id)
            assert snapshot.asset_id == metrics.asset_id
            if len(seen) > 20:
                break
        trade = await anext(manager.trades())
        assert trade.asset_id in served.tokens
        updates = manager.updates()

    with pytest.raises(StopAsyncIteration):
        await anext(updates)


async def test_a_stream_asked_for_before_the_start_misses_nothing(served):
    manager = managing(served)
    events = manager.events()
    async with manager:
        assert isinstance(await anext(events), FeedOpened)


async def test_sampling_tells_each_book_once_in_a_while(served):
    told = []
    manager = managing(served)
    manager.register_book_callback(lambda snapshot, _: told.append(snapshot.version), every=3600)
    async with manager:
        await until(lambda: len(told) > 0)
        applied = manager.get_stats()["entries"]["applied"]
        await until(lambda: manager.get_stats()["entries"]["applied"] > applied + 100)

    assert len(served.tokens) >= len(told)


async def test_the_snapshot_tells_what_was_skipped(served):
    token, gate = served.tokens[0], asyncio.Event()
    told = []

    async def slow(snapshot, _):
        told.append(snapshot)
        await gate.wait()

    manager = managing(served, tokens=[token])
    manager.register_book_callback(slow)
    async with manager:
        await until(lambda: told and manager.get_orderbook(token).version > told[0].version + 5)
        gate.set()
        await until(lambda: len(told) > 1)

    assert told[1].version - told[0].version - 1 == told[1].skipped >= 5


async def test_tokens_come_and_go(served):
    first, second, *_ = served.tokens
    async with managing(served, tokens=[]) as manager:
        await manager.subscribe([first, second])
        assert manager.get_orderbook(first).is_live
        assert 2 == manager.get_stats()["subscribed_assets"]

        await manager.unsubscribe([first])
        assert manager.get_orderbook(first) is None
        assert manager.get_orderbook(second).is_live


async def test_tokens_subscribed_before_the_start_come_with_it(served):
    manager = managing(served, tokens=[])
    await manager.subscribe(served.tokens[:1])
    async with manager:
        assert manager.get_orderbook(served.tokens[0]).is_live


async def test_strict_mode_gives_no_depth_unless_the_book_is_live(served):
    token = served.tokens[0]
    manager = managing(served, strict=True)
    async with manager:
        assert manager.get_orderbook(token).bids
        assert manager.calculate_vwap(token, "BUY", 1) is not None

    book = manager.get_orderbook(token)
    assert (BookState.STALE, Cause.LINK_DOWN) == (book.state, book.cause)
    assert [] == book.bids
    assert manager.calculate_vwap(token, "BUY", 1) is None
    assert manager.get_metrics(token).best_bid is None


async def test_snapshots_carry_as_many_levels_as_they_are_told_to(served):
    token = served.tokens[0]
    async with managing(served, max_depth=2) as manager:
        book = manager.get_orderbook(token)

    assert (2, 2) == (len(book.bids), len(book.asks))
    assert book.depth > (2, 2)


async def test_a_token_without_a_book_does_not_keep_start_waiting(served):
    async with managing(served, tokens=["123456789"]) as manager:
        book = manager.get_orderbook("123456789")

    assert Cause.NO_BOOK == book.cause


async def test_books_that_do_not_come_in_time_are_told_and_no_error(caplog):
    with venue(frames_per_s=0.01) as mine:
        token = mine.tokens[0]
        mine.do(lambda: mine.faults.withhold_snapshot(token))
        config = mine.config(rest=False, first_book_s=60.0)
        manager = managing(mine, config=config, start_timeout=0.2)
        events = manager.events()
        async with manager:
            told = [await anext(events)]
            while not isinstance(told[-1], BooksMissing):
                told.append(await anext(events))

    assert BooksMissing((token,), 0.2) == told[-1]
    warnings = [record.getMessage() for record in caplog.records if "client" in record.name]
    assert 1 == len(warnings)
    assert warnings[0].startswith("no book for 1 of ")
    assert f"none came within 0.2 s of {short(token)} (" in warnings[0]


async def test_a_token_that_the_venue_does_not_know_is_warned_of_by_name(served, caplog):
    unknown = "123456789012"
    with caplog.at_level(logging.WARNING, "pr3dict.client"):
        async with managing(served, tokens=[unknown, *served.tokens]):
            pass

    (told,) = [record.getMessage() for record in caplog.records if "client" in record.name]
    asked = len(served.tokens) + 1
    assert told.startswith(f"no book for 1 of {asked} tokens: the venue has none of 1234…9012 (")


async def test_no_warning_where_every_token_has_a_book(served, caplog):
    async with managing(served):
        pass
    assert [] == [record for record in caplog.records if "client" in record.name]


async def test_a_repr_tells_how_the_manager_does(served):
    manager = managing(served)
    async with manager:
        live = repr(manager)

    number, engine = len(served.tokens), manager.get_stats()["engine"]
    assert f"OrderBookManager({number} tokens, running, {number} LIVE, engine {engine})" == live
    ended = f"OrderBookManager({number} tokens, stopped, {number} STALE, engine {engine})"
    assert ended == repr(manager)


async def test_no_connection_at_all_is_one_sentence():
    with venue() as gone:
        config = gone.config()
    manager = OrderBookManager(["123"], config=config, start_timeout=0.3)

    with pytest.raises(FeedError, match=r"no connection to ws://127.* within 0.3 s: .*reached"):
        await manager.start()
    assert not manager.system.running


async def test_a_stream_of_a_stopped_manager_is_refused(served):
    async with managing(served) as manager:
        pass
    with pytest.raises(FeedError, match="is stopped: start it first"):
        manager.updates()


async def test_it_can_be_started_again(served):
    manager = managing(served)
    told = []
    manager.register_book_callback(lambda snapshot, _: told.append(snapshot))
    manager._max_trade_history = 7  # noqa: SLF001 - as the brief does it
    async with manager:
        with pytest.raises(FeedError, match="running already"):
            await manager.start()
    told.clear()
    async with manager:
        await until(lambda: told)
        assert 7 == manager.system.history.size_max


async def test_what_was_never_started_can_be_stopped_and_then_started(served):
    manager = managing(served)
    await manager.stop()
    async with manager:
        assert manager.get_stats()["connected"]


async def test_a_tape_that_cannot_be_written_is_one_sentence_and_leaves_nothing(served, tmp_path):
    (tmp_path / "file").write_text("in the way")
    manager = managing(served, record=tmp_path / "file" / "tape")
    manager.register_book_callback(print)
    threads = threading.active_count()
    with pytest.raises(TapeError, match="wanted to record in"):
        await manager.start()

    await until(lambda: threading.active_count() == threads)


async def test_a_callback_may_stop_its_manager(served):
    manager = managing(served)
    stopped = asyncio.Event()

    async def on_book(*_):
        await manager.stop()
        stopped.set()

    manager.register_book_callback(on_book)
    await manager.start()
    async with asyncio.timeout(10):
        await stopped.wait()
    assert not manager.system.running


async def test_a_recording_is_read_like_a_feed(served, tmp_path):
    async with managing(served, record=tmp_path) as manager:
        await until(lambda: manager.get_stats()["trades"] > 3)
    digest = manager.books.digest()

    trades = []
    player = replay(tmp_path)
    again = OrderBookManager(served.tokens, replay=player)
    again.register_trade_callback(trades.append)
    async with again:
        await asyncio.to_thread(player.wait, 10)
        await until(lambda: len(trades) == again.get_stats()["trades"])
    assert digest == again.books.digest()
    assert len(trades) > 3


@pytest.mark.parametrize(
    ("asset_ids", "sentence"),
    [
        (["0x" + "ab" * 32], "is a condition id"),
        ([1], "^wanted a token id as text, found 1$"),
        (["<asset-id>"], "wanted a token id, 1 to 78 decimal digits, found '<asset-id>'"),
        ("123", "wanted a list of token ids, found the text '123'"),
    ],
)
def test_what_is_no_token_id_is_refused_by_name(asset_ids, sentence):
    with pytest.raises(UnknownTokenError, match=sentence):
        OrderBookManager(asset_ids)


def test_reads_refuse_what_is_no_token_id(served):
    manager = managing(served)
    for read in (
        manager.get_orderbook,
        manager.get_metrics,
        manager.get_trades,
        lambda text: manager.calculate_vwap(text, "BUY", 1),
    ):
        with pytest.raises(UnknownTokenError):
            read("nonsense")
        with pytest.raises(UnknownTokenError, match=r"^wanted a token id as text, found 123$"):
            read(123)


@pytest.mark.parametrize("token", ["1", "2"])
def test_a_budget_is_checked_whether_there_is_a_book_or_not(served, token):
    manager = managing(served, tokens=["1"])
    with pytest.raises(ValueError, match=r"^depth_usdc: wanted a number of dollars, found 'x'$"):
        manager.calculate_vwap(token, "BUY", "x")


def test_a_wrong_setting_of_the_environment_is_one_sentence(monkeypatch):
    monkeypatch.setenv("PR3DICT_PING_EVERY_S", "often")
    with pytest.raises(ConfigError, match="PR3DICT_PING_EVERY_S: wanted seconds"):
        OrderBookManager([])
