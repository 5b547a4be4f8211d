"""A `PolymarketUserClient` that is started, stopped and given up in any order leaves nothing."""

import asyncio
import gc
import sys
import threading
from contextlib import contextmanager

import pytest
from tests.app.account_kit import creds, exchange
from tests.client.test_cancel import STEPS_MAX, cancelled_at, nothing_left
from tests.engine.waiting import DEADLINE_S, until

from pr3dict.app import recording
from pr3dict.app.events import AccountDoubtful, AccountResumed
from pr3dict.client.user import PolymarketUserClient
from pr3dict.model.errors import FeedError, MissingExtra
from pr3dict.sim.desk.accounts import TEST_ADDRESS, TEST_PRIVATE_KEY
from pr3dict.venues.polymarket.signing.auth import Wallet


@pytest.fixture(scope="module")
def at():
    with exchange() as found:
        yield found


def client(at, settings=None, **arguments):
    known = {"credentials": creds(), "address": TEST_ADDRESS} | arguments
    return PolymarketUserClient(config=at.config(**(settings or {})), **known)


def of_a_wallet(at, **arguments):
    """Return a client that has its API key to ask for first."""
    wallet = Wallet(TEST_PRIVATE_KEY)
    return client(at, credentials=None, address=None, wallet=wallet, **arguments)


def connections(at):
    return at.served.do(lambda: len(at.served.server.connections))


async def nothing_left_at(at):
    await nothing_left()
    await until(lambda: not connections(at))


@contextmanager
def hanging(at, seconds):
    """Let REST answer so late that it is no answer; not later, or the venue itself never ends."""
    at.faults.slow_rest(seconds)
    try:
        yield
    finally:
        at.faults.forgive()


async def started_until_time_is_up(user):
    """Start; as soon as the channel is open, let `start_timeout` be over."""
    starting = asyncio.ensure_future(user.start())
    await until(lambda: user.get_stats().get("connected"))
    user._starting.limit.reschedule(0)  # noqa: SLF001 - no test waits for time to pass
    await starting


async def elsewhere(what):
    return await asyncio.to_thread(what)


@pytest.mark.parametrize("made", [client, of_a_wallet])
async def test_a_start_that_is_cancelled_at_any_step_leaves_nothing_and_can_be_repeated(at, made):
    for step in range(1, STEPS_MAX):
        user = made(at, on_order=lambda _: None)
        if not await cancelled_at(step, user.start()):
            await user.stop()
            break
        await nothing_left_at(at)
        if step == 1:
            async with user:
                assert user.is_live
    assert 1 < step < STEPS_MAX - 1
    await nothing_left_at(at)


@pytest.mark.parametrize("made", [client, of_a_wallet])
async def test_a_start_that_is_given_up_after_any_while_leaves_nothing(at, made):
    for delay in range(20):
        user = made(at)
        starting = asyncio.ensure_future(user.start())
        await asyncio.wait([starting], timeout=delay / 5_000)
        starting.cancel()
        await asyncio.wait([starting])
        await user.stop()
    await nothing_left_at(at)


async def test_a_stop_that_is_cancelled_at_any_step_is_done_all_the_same(at):
    for step in range(1, STEPS_MAX):
        user = client(at, on_order=asyncio.sleep)
        await user.start()
        was_cut = await cancelled_at(step, user.stop())
        await nothing_left_at(at)
        if not was_cut:
            break
        async with user:
            assert user.is_live
    assert 1 < step < STEPS_MAX - 1


@pytest.mark.parametrize("made", [client, of_a_wallet])
async def test_a_stop_ends_the_start_that_is_under_way(at, made):
    for turns in range(1, 5):
        user = made(at)
        with hanging(at, 1.0):
            starting = asyncio.ensure_future(user.start())
            for _ in range(turns):
                await asyncio.sleep(0)
            await user.stop()
        assert starting.done()
        with pytest.raises(FeedError, match=r"^the client was stopped while it started$"):
            await starting
        await nothing_left_at(at)
    async with user:
        assert user.is_live
    await nothing_left_at(at)


async def test_a_stop_waits_for_the_tape_that_a_start_opens(at, tmp_path, monkeypatch):
    entered, gate, real = threading.Event(), threading.Event(), recording.tape

    def slow(*arguments, **options):
        entered.set()
        assert gate.wait(DEADLINE_S)
        return real(*arguments, **options)

    monkeypatch.setattr("pr3dict.app.streams.tape", slow)
    user = client(at, record=tmp_path)
    starting = asyncio.ensure_future(user.start())
    await until(entered.is_set)
    stopping = asyncio.ensure_future(user.stop())
    await asyncio.sleep(0)
    assert not stopping.done()
    gate.set()
    await stopping
    with pytest.raises(FeedError, match="was stopped while it started"):
        await starting
    await nothing_left_at(at)
    async with user:  # the tape was closed: the directory is free
        assert user.is_live


async def test_of_two_starts_at_once_one_is_refused_and_the_other_goes_on(at):
    user = client(at)
    told = await asyncio.gather(user.start(), user.start(), return_exceptions=True)
    assert ["None", "FeedError('the client is running already')"] == [repr(one) for one in told]
    assert user.is_live
    assert 1 == connections(at)
    await asyncio.gather(user.stop(), user.stop(), user.stop())
    await nothing_left_at(at)


async def test_starts_and_stops_in_any_order_at_once_end_well_or_in_a_sentence(at, tmp_path):
    user = client(at, record=tmp_path)
    for calls in (
        (user.stop, user.start),
        (user.stop, user.start, user.stop),
        (user.start, user.stop, user.start),
        (user.stop, user.start, user.start, user.stop, user.stop),
    ):
        told = await asyncio.gather(*(call() for call in calls), return_exceptions=True)
        assert all(one is None or isinstance(one, FeedError) for one in told), told
        await user.stop()
        await nothing_left_at(at)
    async with user:
        assert user.is_live


async def test_a_callback_may_stop_its_client(at):
    heard = []

    async def on_event(event):
        if isinstance(event, AccountResumed):
            await user.stop()
            heard.append(event)

    user = client(at, on_event=on_event)
    await asyncio.gather(user.start(), return_exceptions=True)  # it may be stopped while it starts
    await nothing_left_at(at)
    assert not user.is_live


async def test_what_is_asked_for_during_a_start_comes_with_it(at):
    user = client(at, markets=["0x" + "77" * 32])
    starting = asyncio.ensure_future(user.start())
    await asyncio.sleep(0)
    await user.subscribe([at.rules.condition])
    assert starting.done()
    order_id = await elsewhere(lambda: at.place("BUY", 1, 5))
    await until(lambda: user.order(order_id))
    await user.stop()
    await starting


async def test_where_only_rest_hangs_the_channel_is_followed_until_it_answers(at, caplog):
    heard = []
    settings = {"rest_timeout_s": 1.5, "rest_patience_s": 60.0}
    user = client(at, settings, on_event=heard.append)
    with hanging(at, 2.0):
        await started_until_time_is_up(user)
        assert not user.is_live
        assert user.get_stats()["connected"]
        assert "what was before is not known yet, it is asked again: REST has not" in caplog.text
        order_id = await elsewhere(lambda: at.place("BUY", 1, 5))
        await until(lambda: user.order(order_id))
    await until(lambda: isinstance(heard[-1], AccountResumed))
    assert user.is_live
    names = [type(event) for event in heard]
    assert names.index(AccountDoubtful) < names.index(AccountResumed)
    await user.stop()
    await nothing_left_at(at)


async def test_a_wallet_whose_key_does_not_come_in_time_is_one_sentence(at):
    late = r"^no API key for the wallet within 0.1 s$"
    with hanging(at, 0.5), pytest.raises(FeedError, match=late):
        await of_a_wallet(at, start_timeout=0.1).start()
    await nothing_left_at(at)


async def test_without_rest_too_little_time_is_told_as_that(at):
    told = "no account from .* within 10 s: without REST it is known after 2 s on the channel"
    with pytest.raises(FeedError, match=told):
        await started_until_time_is_up(client(at, address=""))
    await nothing_left_at(at)


async def test_without_httpx2_the_start_is_one_sentence_and_leaves_nothing(at, monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "httpx2", None)
    for made in (client, of_a_wallet):
        with pytest.raises(MissingExtra, match=r"pr3dict\[rest\]"):
            await made(at).start()
    assert "" == caplog.text
    await nothing_left_at(at)


async def test_an_iteration_that_is_left_early_is_let_go_and_one_that_is_held_stays(at):
    user = client(at)
    held = user.events()
    async with user:
        account = user._account  # noqa: SLF001 - who is told
        told = account.engine._on_events  # noqa: SLF001 - likewise
        for _ in range(100):
            user.events()
        async for _ in held:
            break
        gc.collect()
        assert told == account.engine._on_events  # noqa: SLF001 - likewise
        assert [held] == user._open_streams()  # noqa: SLF001 - likewise
        await elsewhere(lambda: at.place("BUY", 1, 5))
        assert await anext(held)
    assert () == account.engine._on_events  # noqa: SLF001 - likewise


async def test_a_task_that_nobody_refers_to_is_told_all_the_same(at):
    told = []

    async def follow():
        async for event in user.events():
            told.append(event)  # noqa: PERF401 - told one by one, and without end

    user = client(at)
    async with user:
        asyncio.ensure_future(follow())  # noqa: RUF006 - what users do, and should not
        await until(user._open_streams)  # noqa: SLF001 - it listens
        await asyncio.sleep(0)
        gc.collect()
        await elsewhere(lambda: at.place("BUY", 1, 5))
        await until(lambda: told)
