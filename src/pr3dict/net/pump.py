"""The driver of one session: carries its connection from open to lost, and then again.

All that the session leaves to the world is here: the socket, one timer, the tape, the wait before
the next attempt. A link without tokens is not opened.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final, Generic, NoReturn, TypeVar

from pr3dict.core import CONTROL
from pr3dict.model.errors import FeedError, LinkRefused
from pr3dict.model.links import Closed, LinkStatus, Pace, Phase, Verdict
from pr3dict.model.records import Kind, pack_closed
from pr3dict.model.states import Cause
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.net.retry import Backoff
from pr3dict.ports import Clock, Connect, OnFrame, OnMessage, Recorder, StreamSession, Transport

_IN: Final = int(Kind.IN)
_OUR_GOODBYE: Final = Closed(1000, "closed by us")
_INTERNAL_ERROR: Final = 1011
"""RFC 6455 7.4.1: the code for a fault of the side that closes."""
_STALLED: Final = NS_PER_S // 2
"""A timer this late tells that the loop stood still: what came meanwhile is read before anything
is judged by the time that has passed."""
_BEAT: Final = NS_PER_S // 2
"""The longest sleep of the timer, so that whenever the loop stood still it is seen to ring late."""
_BACKLOG: Final = NS_PER_S
"""What reading it is given."""
_SHOWN_MAX: Final = 256
"""Characters shown of an error, which may quote a frame of tens of MiB."""

OnStatus = Callable[[LinkStatus], object]
"""Called after each change of `LinkStatus.phase`, when the session has been told already."""

S = TypeVar("S", bound=StreamSession)

_log = logging.getLogger(__name__)


class Link(Generic[S]):
    """One connection that is kept. All methods belong to the thread of the loop."""

    def __init__(
        self,
        session: S,
        connect: Connect,
        clock: Clock,
        backoff: Backoff,
        *,
        on_changed: OnFrame,
        on_status: OnStatus,
        recorder: Recorder | None = None,
        redact: Callable[[bytes], bytes] | None = None,
    ) -> None:
        """`redact` returns an outgoing frame as it may be recorded; None: as it is."""
        self.session: Final = session
        self.status: Final = LinkStatus(session.link, session.url)
        self._connect = connect
        self._clock = clock
        self._backoff = backoff
        self._on_changed = on_changed
        self._on_status = on_status
        self._recorder = recorder
        self._redact = redact
        self._transport: Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._due = Nanos(0)
        """When the timer is to ring."""
        self._reading_until = Nanos(0)
        """After the loop stood still: nothing is judged before what came meanwhile is read."""
        self._kicked = asyncio.Event()
        self._dropped = ""
        """Why we dropped the open connection ourselves."""
        self._lived = Nanos(0)
        """For how long the last attempt delivered data; 0 where it did not open."""

    async def keep(self) -> NoReturn:
        """Open, carry, wait, and again, until cancelled; then leave with a goodbye."""
        try:
            while True:
                await self._until_wanted()
                verdict = await self._carry()
                await self._pause(verdict)
        finally:
            self._tell(Phase.IDLE)  # or nobody would hear of the loss: nothing follows it

    def kick(self) -> None:
        """Send what the session has to send; call it after `session.subscribe` and its like."""
        self._kicked.set()
        if self._transport is not None:
            self._flush()

    def drop(self, why: str) -> None:
        """Give up the connection, if it is open; it is opened again, as after any loss."""
        if self._transport is not None:
            self._dropped = why
            self._transport.abort()

    async def _until_wanted(self) -> None:
        while not self.session.tokens():
            self._kicked.clear()
            self._tell(Phase.IDLE)
            await self._kicked.wait()

    async def _carry(self) -> Verdict:
        """Carry one connection from the attempt to its end; return what the end means."""
        self._dropped = ""
        self._lived = Nanos(0)
        self.status.attempts += 1
        self._tell(Phase.CONNECTING)
        ended = _OUR_GOODBYE
        try:
            transport = await self._connect(self.session.url, self._opened, self._listener())
            ended = await transport.run()
        except FeedError as error:
            ended = Closed(_INTERNAL_ERROR, str(error))  # Where it was open, the fault is ours.
            pace = Pace.SLOW if isinstance(error, LinkRefused) else Pace.QUICK
            return Verdict(error.name, pace, str(error), Nanos(error.retry_after))
        finally:
            await self._left(ended)
        if self._dropped:
            return Verdict("expired", Pace.QUICK, self._dropped)
        return self.session.verdict(ended)

    def _opened(self, transport: Transport) -> None:
        now = self._clock.now()
        self._record(Kind.OPENED, now, self.session.url.encode())
        self._transport = transport
        self.status.opened += 1
        self.status.opened_at = now
        self.session.opened(now)
        self._flush()
        self._tell(Phase.OPEN)

    def _listener(self) -> OnMessage:
        """Return what is called for each message: the hot path, hence names bound once."""
        link, clock, monotonic = self.session.link, self._clock, self._clock.monotonic
        feed, control, on_changed = self.session.feed, self.session.control, self._on_changed
        append = self._recorder.append if self._recorder is not None else None
        answer = self._answer

        def on_message(frame: bytes) -> None:
            # This is `clock.now()`, without its calls.
            at: Nanos = monotonic() + clock.ahead  # type: ignore[assignment]
            try:
                if append is not None:
                    append(_IN, link, at, frame)
                flags = feed(link, frame, at)
                if flags:
                    if flags & CONTROL:
                        control(frame)
                        answer()
                    on_changed(flags)
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException as error:  # A panic of the native engine is no `Exception`.
                raise _fault(link, error) from error

        return on_message

    async def _left(self, ended: Closed) -> None:
        """Say goodbye if there is still somebody, then tell tape and session of the end."""
        transport, self._transport = self._transport, None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if transport is None:
            return
        try:
            await transport.close()
        finally:
            now = self._clock.now()
            reason = self._dropped or ended.reason
            self._record(Kind.CLOSED, now, pack_closed(Cause.LINK_DOWN, ended.code, reason))
            self.session.closed(Cause.LINK_DOWN, now)
            self._lived = Nanos(max(0, self.session.last_data() - self.status.opened_at))

    async def _pause(self, verdict: Verdict) -> None:
        status = self.status
        wait = self._backoff.wait(
            verdict.pace, lived=self._lived, asked=verdict.retry_after, spread=verdict.spread
        )
        status.lost[verdict.name] = status.lost.get(verdict.name, 0) + 1
        status.last_error = verdict.sentence
        status.retry_at = Nanos(self._clock.now() + wait)
        self._kicked.clear()
        self._tell(Phase.WAITING)
        if verdict.pace is not Pace.IDLE:
            await asyncio.sleep(wait / NS_PER_S)
            return
        try:
            async with asyncio.timeout(wait / NS_PER_S):
                await self._kicked.wait()
        except TimeoutError:
            pass

    def _flush(self) -> None:
        assert self._transport is not None
        self._send()
        self._arm()

    def _answer(self) -> None:
        """Send at once what a control text made the session say."""
        if self._send():
            self._arm()

    def _send(self) -> bool:
        """Send what the session has to send; whether there was anything."""
        if self._transport is None:
            return False
        frames = self.session.frames()
        for frame in frames:
            shown = frame if self._redact is None else self._redact(frame)
            self._record(Kind.OUT, self._clock.now(), shown)
            self.status.frames_out += 1
            self.status.bytes_out += len(frame)
            self._transport.send(frame)
        return bool(frames)

    def _arm(self) -> None:
        """Set the one timer to when the session wants to be woken."""
        now = self._clock.now()
        if self._timer is not None:
            if now - self._due > _STALLED:
                self._reading_until = Nanos(now + _BACKLOG)
            self._timer.cancel()
            self._timer = None
        wake_at = self.session.wake_at()
        if wake_at is not None:
            due = min(max(wake_at, now), now + _BEAT)
            self._due = Nanos(max(due, self._reading_until))
            delay_s = (self._due - now) / NS_PER_S
            self._timer = asyncio.get_running_loop().call_later(delay_s, self._wake)

    def _wake(self) -> None:
        now = self._clock.now()
        if now - self._due > _STALLED:
            self._arm()
            return
        wake_at = self.session.wake_at()
        if wake_at is None or wake_at > now:  # a beat, and nothing else
            self._arm()
            return
        self.session.woken(now)
        why = self.session.expired(now)
        if why is not None:
            self.drop(why)
        elif self._transport is not None:
            self._flush()

    def _tell(self, phase: Phase) -> None:
        self.status.phase = phase
        self._on_status(self.status)

    def _record(self, kind: Kind, now: Nanos, payload: bytes) -> None:
        if self._recorder is not None:
            self._recorder.append(kind, self.session.link, now, payload)


def _fault(link: int, error: BaseException) -> FeedError:
    """Log what a frame set off in this program; return the error that loses the link for it."""
    _log.error("link %d: a frame could not be taken in; the link is lost", link, exc_info=error)
    shown = repr(error)[:_SHOWN_MAX]
    return FeedError(f"a frame could not be taken in, a fault of PR3DICT: {shown}", name="fault")
