"""Streams without books: sessions on a thread and a loop of their own, told to whoever listens.

Each session has a connection of its own. What a session reads goes, in order, to the mailboxes of
those who listen, so that nobody's slow callback delays a socket. A tape, if there is one, gets the
frames first, as they come and as each session says that they may be written down.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn, TypeVar

import msgspec

from pr3dict.app.events import FeedFailed, LinkChanged, TapeHalted
from pr3dict.app.recording import tape
from pr3dict.app.shard import retry_rules
from pr3dict.app.worker import START_S, Worker
from pr3dict.app.world import World, real
from pr3dict.config import Config
from pr3dict.core import EVENTS, load
from pr3dict.engine.engine import Engine, OnEvents
from pr3dict.model.errors import FeedError
from pr3dict.model.events import Event
from pr3dict.model.links import LinkStatus
from pr3dict.net.clock import SystemClock
from pr3dict.net.pump import Link
from pr3dict.net.retry import Backoff
from pr3dict.ports import Clock, TellingSession

if TYPE_CHECKING:
    from concurrent.futures import Future

    from pr3dict.tape.writer import TapeWriter

STOP_S: Final = 1.5
"""How long the thread may take to say goodbye on every connection."""

_T = TypeVar("_T")
_log = logging.getLogger(__name__)


class _Carried(NamedTuple):
    """A session under way."""

    link: Link[TellingSession]
    task: asyncio.Task[NoReturn]


class Streams:
    """Connections that keep no books. Add sessions before or after `start`; stop it once."""

    def __init__(
        self, config: Config, *, record: str | Path | None = None, clock: Clock | None = None
    ) -> None:
        """`record`: a directory for the tape, which no system records in. Nothing runs yet."""
        self.config: Final = config
        self.clock: Final = clock or SystemClock()
        self.tape: TapeWriter | None = None
        self._directory = None if record is None else Path(record)
        self._sessions: dict[int, TellingSession] = {}
        self._carried: dict[int, _Carried] = {}
        self.engine: Final = Engine(self)
        """Tells what the sessions read: `engine.on_events(mailbox.put)`, `engine.leave(…)`."""
        self._beside: list[Callable[[], Coroutine[Any, Any, None]]] = []
        self._world: World | None = None
        self._group = asyncio.TaskGroup()
        self._ending = asyncio.Event()
        self._turn = threading.Lock()
        """Held by who starts or stops: a stop waits for the start that is under way."""
        self._worker = Worker(
            "the thread of the streams", "pr3dict-streams", self._live, self._failed, self.stop
        )

    @property
    def running(self) -> bool:
        """Whether the thread runs."""
        return self._worker.running

    @property
    def failure(self) -> BaseException | None:
        """Why the thread ended by a fault of this program; None: it did not."""
        return self._worker.failure

    def start(self) -> None:
        """Open the tape, start the thread, begin to connect; return before anything is open.

        Raises `TapeError`, `MissingExtra`; `FeedError` where the stop came first.
        """
        with self._turn:
            self._worker.refuse_ended()
            if self._directory is not None:
                core = load(self.config.core)
                self.tape = tape(
                    self._directory, self.config, core, self.clock, on_halt=self._tape_halted
                )
            try:
                self._worker.start()
            except BaseException:
                self._end(STOP_S)
                raise

    def stop(self, timeout_s: float = STOP_S) -> None:
        """Say goodbye on every connection. From any thread but the streams'; again: nothing."""
        with self._turn:
            self._end(timeout_s)

    def add(self, session: TellingSession) -> None:
        """Carry one more session, under its link number, which is nobody else's.

        Before the start it is noted. Afterwards it raises `FeedError` where the thread has ended.
        """
        assert session.link not in self._sessions, "each session has a link number of its own"
        self._sessions[session.link] = session
        if self._worker.started:
            self.tell(lambda: self._open(session)).result(START_S)

    def beside(self, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run this beside the connections, on their loop, until the stop; say so before `start`."""
        assert not self._worker.started, "say it before the start"
        self._beside.append(run)

    def remove(self, link: int) -> None:
        """Say goodbye on this connection and carry it no more; nothing if there is none."""
        if not self._worker.started:
            self._sessions.pop(link, None)
            return
        with suppress(FeedError):
            self.tell(lambda: self._leave(link))

    def tell(self, call: Callable[[], _T]) -> "Future[_T]":
        """Do this on the thread of the streams, then send what the sessions have to send.

        The way to subscribe: `streams.tell(lambda: session.subscribe(…, streams.clock.now()))`.
        Raises `FeedError` when the thread does not run.
        """
        return self._worker.call(lambda: self._told(call))

    def drop(self, link: int, why: str) -> None:
        """Give up a connection; it is opened anew, as after any loss."""
        self.tell(lambda: self._carried[link].link.drop(why))

    def statuses(self) -> list[LinkStatus]:
        """Return what is known of each connection; on any thread."""
        return [carried.link.status for carried in list(self._carried.values())]

    def status(self, link: int) -> LinkStatus | None:
        """Return what is known of one connection; None: it is not carried."""
        carried = self._carried.get(link)
        return None if carried is None else carried.link.status

    def on_events(self, call: OnEvents) -> None:
        """Call this, on the streams' thread, with what the sessions read: a mailbox's `put`."""
        self.engine.on_events(call)

    def leave(self, call: OnEvents) -> None:
        """Call this no more."""
        self.engine.leave(call)

    def touched(self) -> tuple[str, ...]:
        """Return no token: there are no books here."""
        return ()

    def take(self) -> list[Event]:
        """Return what the sessions have read; for the engine, on the streams' thread."""
        return [event for session in list(self._sessions.values()) for event in session.take()]

    def _end(self, timeout_s: float) -> None:
        if self._worker.end(self._ending.set, timeout_s) and self.tape is not None:
            self.tape.close()

    def _told(self, call: Callable[[], _T]) -> _T:
        result = call()
        for carried in self._carried.values():
            carried.link.kick()
        self.engine.changed(EVENTS)
        return result

    def _failed(self, cause: BaseException) -> None:
        self.engine.publish(FeedFailed(f"{type(cause).__name__}: {cause}"))

    async def _live(self) -> None:
        self._world = real(msgspec.structs.replace(self.config, rest=False), self.clock)
        try:
            async with self._group:
                for session in self._sessions.values():
                    self._open(session)
                others = [self._group.create_task(run()) for run in self._beside]
                self._worker.takes_commands()
                await self._ending.wait()
                for task in others:
                    task.cancel()
                for link in list(self._carried):
                    self._leave(link)
        finally:
            await self._world.leave()

    def _open(self, session: TellingSession) -> None:
        assert self._world is not None
        link = Link(
            session,
            self._world.connect,
            self.clock,
            Backoff(self._world.chance, retry_rules(self.config)),
            on_changed=self.engine.changed,
            on_status=self._changed,
            recorder=self.tape,
            redact=session.redacted,
        )
        task = self._group.create_task(link.keep(), name=f"stream {session.link}")
        self._carried[session.link] = _Carried(link, task)

    def _leave(self, number: int) -> None:
        carried = self._carried.pop(number, None)
        if carried is not None:
            carried.task.add_done_callback(lambda _: self._sessions.pop(number))
            carried.task.cancel()

    def _changed(self, status: LinkStatus) -> None:
        self.engine.changed(EVENTS)  # first what led to it
        now = self.clock.now()
        self.engine.publish(LinkChanged(status.link, status.phase, status.last_error, now))

    def _tape_halted(self, cause: str) -> None:
        _log.error("the tape stopped: %s; the streams go on", cause)
        self._worker.soon(lambda: self.engine.publish(TapeHalted(cause)))
