"""Sessions without books on a thread of their own, against scripted servers on 127.0.0.1."""

import asyncio
import threading
from collections.abc import Sequence

import pytest
from tests.app.kit import until
from tests.engine.waiting import DEADLINE_S
from tests.net.peers import Peer, frame, serving

from pr3dict.app import recording
from pr3dict.app.events import LinkChanged
from pr3dict.app.streams import Streams
from pr3dict.config import Config
from pr3dict.core import EVENTS, load
from pr3dict.engine.mailbox import EventMailbox
from pr3dict.model.errors import FeedError
from pr3dict.model.events import ControlReceived, Event, Lagged
from pr3dict.model.links import Closed, Pace, Phase, Verdict
from pr3dict.model.records import Kind
from pr3dict.model.states import Cause
from pr3dict.model.units import Nanos
from pr3dict.tape import TapeReader
from pr3dict.tape.writer import TapeState


class Echo:
    """The least that `ports.TellingSession` asks for: says what it is told to, tells each frame."""

    def __init__(self, link: int, url: str, *words: str) -> None:
        self.link, self.url = link, url
        self.words = list(words)
        self.threads: set[str] = set()
        self._out: list[bytes] = []
        self._in: list[Event] = []
        self._heard_at = Nanos(0)
        self._open = False

    def say(self, word: str) -> None:
        self.words.append(word)
        if self._open:
            self._out.append(word.encode())

    def opened(self, now: Nanos) -> None:
        self._open = True
        self._out += [word.encode() for word in self.words]

    def feed(self, link: int, heard: bytes, now: Nanos) -> int:
        self.threads.add(threading.current_thread().name)
        self._heard_at = now
        self._in.append(ControlReceived(link, heard.decode(), now))
        return EVENTS

    def control(self, heard: bytes) -> None: ...
    def woken(self, now: Nanos) -> None: ...

    def closed(self, cause: Cause, now: Nanos) -> None:
        self._open = False

    def tokens(self) -> Sequence[str]:
        return self.words

    def last_data(self) -> Nanos:
        return self._heard_at

    def wake_at(self) -> None:
        return None

    def frames(self) -> list[bytes]:
        out, self._out = self._out, []
        return out

    def expired(self, now: Nanos) -> None:
        return None

    def verdict(self, ended: Closed) -> Verdict:
        return Verdict("lost", Pace.QUICK, f"it ended with {ended.code}")

    def take(self) -> list[Event]:
        taken, self._in = self._in, []
        return taken

    def redacted(self, said: bytes) -> bytes:
        return said.replace(b"hunter2", b"(redacted)")


async def echo(peer: Peer) -> None:
    await peer.accept()
    while True:
        opcode, payload = await peer.hear()
        if opcode == 8:
            peer.say(frame(payload, 8))
            return
        peer.say(frame(b"heard " + payload))


def settings() -> Config:
    return Config(connect_spacing_s=0.001, backoff_base_s=0.01, backoff_cap_s=0.02)


def listening(streams: Streams, size_max: int = 100) -> tuple[EventMailbox, threading.Event]:
    rung = threading.Event()
    box = EventMailbox(rung.set, None, size_max)
    streams.on_events(box.put)
    return box, rung


def texts(box: EventMailbox) -> list[str]:
    box.bell.awake()
    items = [box.take() for _ in range(len(box))]
    return [item.text for item in items if isinstance(item, ControlReceived)]


async def elsewhere(what):
    return await asyncio.to_thread(what)


async def test_what_sessions_read_is_told_in_order_off_the_users_thread():
    async with serving(echo) as url:
        streams = Streams(settings())
        session = Echo(1, url, "one", "two")
        streams.add(session)
        box, _ = listening(streams)
        await elsewhere(streams.start)
        await elsewhere(lambda: until(lambda: len(box) >= 4))
        assert ["heard one", "heard two"] == texts(box)
        assert {"pr3dict-streams"} == session.threads
        await elsewhere(streams.stop)
        assert not streams.running


async def test_each_change_of_a_connection_is_told_among_the_messages():
    async with serving(echo) as url:
        streams = Streams(settings())
        streams.add(Echo(1, url, "one"))
        box, _ = listening(streams)
        await elsewhere(streams.start)
        await elsewhere(lambda: until(lambda: len(box) >= 3))
        await elsewhere(streams.stop)
    told = [box.take() for _ in range(len(box))]
    phases = [event.phase for event in told if isinstance(event, LinkChanged)]
    assert [Phase.CONNECTING, Phase.OPEN, Phase.IDLE] == phases
    assert isinstance(told[2], ControlReceived)


async def test_what_is_told_to_a_session_later_is_sent_at_once():
    async with serving(echo) as url:
        streams = Streams(settings())
        session = Echo(1, url, "one")
        await elsewhere(streams.start)
        box, _ = listening(streams)
        await elsewhere(lambda: streams.add(session))
        await elsewhere(lambda: until(lambda: streams.statuses()[0].phase is Phase.OPEN))
        await asyncio.wrap_future(streams.tell(lambda: session.say("late")))
        await elsewhere(lambda: until(lambda: session.last_data() and len(box) >= 4))
        assert ["heard one", "heard late"] == texts(box)
        await elsewhere(streams.stop)


async def test_a_lost_connection_is_opened_anew():
    async with serving(echo) as url:
        streams = Streams(settings())
        streams.add(Echo(1, url, "one"))
        await elsewhere(streams.start)
        await elsewhere(lambda: until(lambda: streams.statuses()[0].phase is Phase.OPEN))
        streams.drop(1, "as a test")
        await elsewhere(lambda: until(lambda: streams.statuses()[0].opened == 2))
        assert "as a test" == streams.statuses()[0].last_error
        await elsewhere(streams.stop)


async def test_a_session_that_is_removed_says_goodbye_and_the_others_stay():
    goodbyes = []

    async def polite(peer: Peer) -> None:
        await echo(peer)
        goodbyes.append(1)

    async with serving(polite) as url:
        streams = Streams(settings())
        for number in (1, 2):
            streams.add(Echo(number, url, "one"))
        await elsewhere(streams.start)
        await elsewhere(
            lambda: until(lambda: all(s.phase is Phase.OPEN for s in streams.statuses()))
        )
        streams.remove(1)
        await elsewhere(lambda: until(lambda: goodbyes))
        assert [2] == [status.link for status in streams.statuses()]
        assert streams.status(1) is None
        await elsewhere(streams.stop)


async def test_no_credential_reaches_the_tape(tmp_path):
    async with serving(echo) as url:
        streams = Streams(settings(), record=tmp_path)
        session = Echo(1, url, "my key is hunter2")
        streams.add(session)
        await elsewhere(streams.start)
        await elsewhere(lambda: until(session.last_data))
        await elsewhere(streams.stop)
    records = TapeReader(tmp_path, load("auto")).records()
    out = [record.payload for record in records if record.kind == Kind.OUT]
    assert [b"my key is (redacted)"] == out


async def test_a_listener_that_does_not_take_is_told_how_much_it_missed():
    async with serving(echo) as url:
        streams = Streams(settings())
        session = Echo(1, url, *(str(n) for n in range(50)))
        streams.add(session)
        box, _ = listening(streams, size_max=10)
        await elsewhere(streams.start)
        await elsewhere(lambda: until(lambda: streams.engine.events["ControlReceived"] == 50))
        first = box.take()
        assert isinstance(first, Lagged)
        assert 42 == first.dropped
        assert [f"heard {n}" for n in range(40, 50)] == texts(box)
        await elsewhere(streams.stop)


async def test_a_listener_that_raises_harms_nobody():
    def broken(events: Sequence[Event]) -> None:
        raise ValueError("always")

    async with serving(echo) as url:
        streams = Streams(settings())
        streams.on_events(broken)
        box, _ = listening(streams)
        streams.add(Echo(1, url, "one"))
        await elsewhere(streams.start)
        await elsewhere(lambda: until(lambda: len(box) >= 3))
        assert ["heard one"] == texts(box)
        await elsewhere(streams.stop)


async def test_the_server_that_never_answers_cannot_delay_the_stop():
    async def deaf(peer: Peer) -> None:
        await peer.accept()
        await asyncio.Event().wait()

    async with serving(deaf) as url:
        streams = Streams(settings())
        streams.add(Echo(1, url, "one"))
        await elsewhere(streams.start)
        await elsewhere(lambda: until(lambda: streams.statuses()[0].phase is Phase.OPEN))
        async with asyncio.timeout(2):
            await elsewhere(streams.stop)


def test_streams_that_do_not_run_take_no_commands():
    streams = Streams(settings())
    with pytest.raises(FeedError, match="start it first"):
        streams.tell(lambda: None)
    streams.start()
    streams.stop()
    with pytest.raises(FeedError, match="not running"):
        streams.tell(lambda: None)
    streams.stop()


async def test_what_runs_beside_the_connections_ends_with_them():
    seen: list[str] = []

    async def beside() -> None:
        seen.append(threading.current_thread().name)
        try:
            await asyncio.Event().wait()
        finally:
            seen.append("ended")

    streams = Streams(settings())
    streams.beside(beside)
    await elsewhere(streams.start)
    await elsewhere(lambda: until(lambda: seen))
    await elsewhere(streams.stop)
    assert ["pr3dict-streams", "ended"] == seen


class Held:
    """A call that does not go on before it may."""

    def __init__(self, call):
        self.entered, self.gate = threading.Event(), threading.Event()
        self._call = call

    def __call__(self, *arguments, **options):
        self.entered.set()
        assert self.gate.wait(DEADLINE_S)
        return self._call(*arguments, **options)


async def test_a_stop_waits_for_the_start_that_is_under_way_and_leaves_nothing(
    tmp_path, monkeypatch
):
    slow = Held(recording.tape)
    monkeypatch.setattr("pr3dict.app.streams.tape", slow)
    async with serving(echo) as url:
        streams = Streams(settings(), record=tmp_path)
        streams.add(Echo(1, url, "one"))
        async with asyncio.TaskGroup() as both:
            both.create_task(elsewhere(streams.start))
            await elsewhere(lambda: until(slow.entered.is_set))
            stopping = both.create_task(elsewhere(streams.stop))
            await asyncio.sleep(0)
            assert not stopping.done()
            slow.gate.set()
    assert not streams.running
    assert "pr3dict-streams" not in {thread.name for thread in threading.enumerate()}
    assert streams.tape is not None
    assert TapeState.CLOSED is streams.tape.state


def test_a_stop_before_the_start_is_the_end_and_opens_no_tape(tmp_path):
    streams = Streams(settings(), record=tmp_path)
    streams.stop()
    with pytest.raises(FeedError, match=r"^the thread of the streams was stopped before it began$"):
        streams.start()
    assert [] == list(tmp_path.iterdir())
