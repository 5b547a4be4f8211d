"""The choice of a transport, and the pace at which links open."""

import asyncio
import importlib.util

import pytest
from tests.net.peers import Peer, serving
from tests.net.virtual import Net, VirtualClock, run

from pr3dict.config import Config
from pr3dict.model.errors import ConfigError, MissingExtra
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.net import transport
from pr3dict.net.clock import SystemClock


@pytest.fixture
def without_picows(monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "picows" else found(name)
    )


def test_takes_picows_where_it_is_installed():
    assert "picows" == transport.chosen(Config())


def test_takes_websockets_where_picows_is_not_installed(without_picows):
    assert "websockets" == transport.chosen(Config())


def test_takes_what_is_asked_for():
    assert "websockets" == transport.chosen(Config(transport="websockets"))
    assert "picows" == transport.chosen(Config(transport="picows"))


def test_compression_is_carried_by_websockets():
    assert "websockets" == transport.chosen(Config(compression=True))
    with pytest.raises(ConfigError, match="leave one of the two settings out"):
        transport.chosen(Config(compression=True, transport="picows"))


@pytest.mark.parametrize("compression", [True, False])
async def test_compression_is_offered_where_it_is_asked_for(compression):
    requests = []

    async def script(peer: Peer):
        await peer.accept()
        requests.append(peer.request)
        await peer.goodbye(1000)

    config = Config(compression=compression, connect_spacing_s=0.001)
    async with serving(script) as url:
        connect = transport.connector(config, SystemClock())
        await (await connect(url, lambda _: None, lambda _: None)).run()
    assert compression == (b"permessage-deflate" in requests[0])


def test_says_how_to_get_what_is_asked_for_and_missing(without_picows):
    with pytest.raises(MissingExtra) as raised:
        transport.connector(Config(transport="picows"), SystemClock())
    assert "picows is not installed: pip install 'pr3dict[fast]'" == str(raised.value)


@pytest.mark.parametrize("name", ["picows", "websockets"])
async def test_what_it_returns_opens_sockets_within_the_limits_of_the_settings(name):
    async def script(peer: Peer):
        await peer.accept()
        await peer.goodbye(1000)

    config = Config(transport=name, connect_spacing_s=0.001)
    async with serving(script) as url:
        connect = transport.connector(config, SystemClock())
        socket = await connect(url, lambda _: None, lambda _: None)
        assert 1000 == (await socket.run()).code


@pytest.mark.parametrize("name", ["picows", "websockets"])
async def test_a_call_given_up_before_the_answer_leaves_no_socket_open(name):
    called, ended = asyncio.Event(), asyncio.Event()

    async def script(peer: Peer):
        await peer.hear_request()
        called.set()
        assert await peer.reader.read() == b""
        ended.set()

    config = Config(transport=name, connect_spacing_s=0.001)
    async with serving(script) as url:
        connect = transport.connector(config, SystemClock())
        calling = asyncio.ensure_future(connect(url, lambda _: None, lambda _: None))
        await called.wait()
        calling.cancel()
        await asyncio.wait([calling])
        async with asyncio.timeout(1):
            await ended.wait()


def test_many_links_open_one_after_the_other():
    async def main() -> list[Nanos]:
        net = Net()
        connect = transport.spaced(net, Nanos(NS_PER_S // 4), VirtualClock())
        for burst in range(2):
            await asyncio.gather(
                *(connect("ws://x", lambda _: None, lambda _: None) for _ in range(4))
            )
            await asyncio.sleep(10 * (1 - burst))
        return net.attempted_at

    assert [0, 250, 500, 750, 10_750, 11_000, 11_250, 11_500] == [
        at // 1_000_000 for at in run(main())
    ]


def test_a_socket_that_is_slow_to_open_does_not_hold_up_the_next():
    async def main() -> Nanos:
        async def stuck(*_: object) -> None:
            await asyncio.sleep(100)

        connect = transport.spaced(stuck, Nanos(NS_PER_S // 4), VirtualClock())
        async with asyncio.TaskGroup() as tasks:
            for _ in range(4):
                tasks.create_task(connect("ws://x", lambda _: None, lambda _: None))
        return VirtualClock().monotonic()

    assert 100_750_000_000 == run(main())
