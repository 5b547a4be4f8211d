"""The callbacks of a live-data client."""

import asyncio

import pytest
from tests.app.kit import until

from pr3dict.client.live.callbacks import Callbacks, Openings
from pr3dict.client.live.hub import Hub
from pr3dict.model.errors import ConfigError
from pr3dict.model.events import ControlReceived
from pr3dict.venues.polymarket.live.types import Message


class Client:
    auto_reconnect = True


def said(n=1, **payload):
    return Message(topic="t", type="y", timestamp=n, payload=payload)


def given(**callbacks):
    names = ("on_message", "on_connect", "on_status_change", "on_event")
    return dict.fromkeys(names) | callbacks


def hub():
    return Hub(lambda event: [event] if isinstance(event, Message) else [])


async def test_an_opening_is_awaited_until_it_is_told():
    openings = Openings()
    openings.expect([("t", ""), ("t", "btc")])
    openings.done([("other", "")])
    await openings.wait(0.001)
    assert 2 == len(openings.left)
    await asyncio.to_thread(openings.done, [("t", ""), ("t", "btc")])
    async with asyncio.timeout(5):
        await openings.wait(10)
    assert not openings.left


@pytest.mark.parametrize("kind", ["plain", "async"])
async def test_a_message_counts_as_told_when_the_callback_has_returned(kind):
    heard = []

    def plain(client, message):
        heard.append((client, message.timestamp))
        raise ValueError("a bug of the user")

    async def awaited(client, message):
        plain(client, message)

    client = Client()
    call = plain if kind == "plain" else awaited
    callbacks, central = Callbacks(client, given(on_message=call), 100), hub()
    callbacks.employ(central, lambda _: None, [("t", "btc")])
    central.hear([said(1, symbol="btc"), said(2)])
    async with asyncio.timeout(5):
        await callbacks.openings.wait(5)
        await asyncio.to_thread(until, lambda: callbacks.told == 2)
    assert [(client, 1), (client, 2)] == heard
    await callbacks.dismiss()


async def test_who_is_too_slow_is_counted_and_keeps_nobody_waiting():
    blocked, others = asyncio.Event(), []

    async def slow(_client, _message):
        await blocked.wait()

    callbacks, central = (
        Callbacks(Client(), given(on_message=slow, on_event=others.append), 5),
        hub(),
    )
    callbacks.employ(central, lambda _: None, [])
    central.hear([said(n) for n in range(50)])
    event = ControlReceived(1, "hm", 0)
    central.hear([event])
    async with asyncio.timeout(5):
        await asyncio.to_thread(until, lambda: event in others)
        blocked.set()
        await asyncio.to_thread(until, lambda: callbacks.told >= 5)
    assert callbacks.lagged >= 44
    await callbacks.dismiss()


async def test_nobody_need_listen():
    callbacks, central = Callbacks(Client(), given(), 100), hub()
    callbacks.employ(central, lambda _: None, [("t", "")])
    central.hear([said()])
    async with asyncio.timeout(5):
        await callbacks.openings.wait(5)
    await callbacks.dismiss()


def test_what_cannot_be_called_is_refused():
    with pytest.raises(ConfigError, match="on_message: wanted a function to call"):
        Callbacks(Client(), given(on_message="print"), 100)
