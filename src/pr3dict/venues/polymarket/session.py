"""One connection to the market channel: subscribe, keep alive, ask anew. No socket, no clock.

The session owns the set of tokens of its link. What is wanted is reconciled with what was asked
for on the open connection; a new connection starts from nothing, because the venue forgets.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from pr3dict.core.link_books import LinkBooks
from pr3dict.measure.rhythm import Rhythm
from pr3dict.model.links import Closed, Verdict
from pr3dict.model.states import BookState, Cause
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.venues.polymarket import rules, wire

ANSWER: Final = 5 * NS_PER_S
"""What the answer to a probe may take, however late the probe: the process may have stood still."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What can be set; times in nanoseconds. `Config` has the same in seconds, with reasons."""

    custom_features: bool = True
    ping_every: Nanos = Nanos(10 * NS_PER_S)
    pong_timeout: Nanos = Nanos(30 * NS_PER_S)
    """A PONG may queue behind data for so long …"""
    pong_quiet: Nanos = Nanos(10 * NS_PER_S)
    """… but where neither it nor data comes, this is the end."""
    silence: Nanos = Nanos(60 * NS_PER_S)
    """The longest silence: without data for half of it one book is asked for anew, without data for
    all of it the link is given up; 0: never. Where no token had a book on it neither is done."""
    silence_least: Nanos = Nanos(15 * NS_PER_S)
    """What a busy link is allowed; between the two its own rhythm decides."""


class Counts(msgspec.Struct):
    """What a session has seen that is no data."""

    pings: int = 0
    pongs: int = 0
    probes: int = 0
    """Books asked for anew to see whether a silent link still delivers."""
    invalid_operations: int = 0
    """The venue did not understand a frame of ours: a fault on one side, worth an alarm."""
    other_controls: int = 0


class MarketSession:
    """The market channel of one link, as `ports.Session` wants it."""

    def __init__(
        self,
        link: int,
        url: str,
        books: LinkBooks,
        settings: Settings | None = None,
        others: Callable[[], Nanos] = lambda: Nanos(0),
    ) -> None:
        """`others` tells when any other link of ours delivered data last."""
        self.link: Final = link
        self.url: Final = url
        self.feed: Final = books.feed
        """Takes each frame: nothing of the session stands between socket and books."""
        self.counts: Final = Counts()
        self._books = books
        self._settings = settings or Settings()
        self._others = others
        self._rhythm = Rhythm(self._settings.silence_least, self._settings.silence)
        self._wanted: dict[str, None] = {}
        """Tokens that somebody wants, in the order in which they came."""
        self._asked: dict[str, None] = {}
        """Tokens that were asked for on the connection that is open."""
        self._outgoing: list[bytes] = []
        self._open = False
        self._ping_at: Nanos | None = None
        """When the next PING is due; None before the first subscription of a connection."""
        self._unanswered: Nanos | None = None
        """When the oldest PING without an answer went out."""
        self._probed_at = Nanos(0)
        """When a book was last asked for anew because of silence."""
        self._expected_from = Nanos(0)
        """From when on data is to be expected: not before a subscription, and again from the
        moment at which silence was found to be no wonder, because no book could come anew."""

    def opened(self, now: Nanos) -> None:
        """Tell that the connection is open; what is wanted is subscribed."""
        self._open = True
        self._books.wake(now)
        self._books.open_link(self.link, now)
        self._rhythm.begin(now, self._data_frames())
        self._reconcile(now)

    def control(self, frame: bytes) -> None:
        """Take a text that is no data, which `feed` flagged."""
        text = frame.strip().upper()
        if text == wire.PONG:
            self.counts.pongs += 1
            self._unanswered = None
        elif text == wire.INVALID_OPERATION:
            self.counts.invalid_operations += 1
        else:
            self.counts.other_controls += 1

    def closed(self, cause: Cause, now: Nanos) -> None:
        """Tell that the connection is lost; nothing that was asked for holds any more."""
        self._open = False
        self._ping_at = self._unanswered = None
        self._asked.clear()
        self._outgoing.clear()
        self._books.wake(now)  # What was due before the end is judged, as a replay judges it.
        self._books.close_link(self.link, cause, now)

    def woken(self, now: Nanos) -> None:
        """Do what is due: ping, and see whether a silent link still delivers."""
        if self._ping_at is not None and now >= self._ping_at:
            self._rhythm.heard(now, self._data_frames())
            self._ping(now)
        probe_at = self._probe_at()
        if probe_at is not None and now >= probe_at:
            self._probe(now)

    def subscribe(self, tokens: Sequence[str], now: Nanos) -> None:
        """Want these tokens from now on; those that are wanted already are left alone.

        Raises `UnknownTokenError` for a text that cannot be a token id, before anything is done.
        """
        new = [token for token in dict.fromkeys(tokens) if token not in self._wanted]
        for token in new:
            rules.token_id(token)
        assert len(self._wanted) + len(new) <= rules.LINK_TOKENS_MAX, "shard before you subscribe"
        for token in new:
            self._wanted[token] = None
            self._books.track(token, self.link)
        self._reconcile(now)

    def unsubscribe(self, tokens: Sequence[str], now: Nanos) -> None:
        """Want these tokens no more and forget their books."""
        for token in tokens:
            if token in self._wanted:
                self._books.untrack(token)
        self.release(tokens, now)

    def release(self, tokens: Sequence[str], now: Nanos) -> None:
        """Want these tokens no more, but keep their books: another link is to have them."""
        for token in tokens:
            self._wanted.pop(token, None)
        self._reconcile(now)

    def resubscribe(self, tokens: Sequence[str], now: Nanos) -> None:
        """Ask for fresh books of these tokens, as far as they are subscribed."""
        asked = [token for token in dict.fromkeys(tokens) if token in self._asked]
        if asked:
            self._outgoing.append(wire.unsubscribe(asked))
            self._outgoing.append(self._subscription(asked))
        self._reconcile(now)

    def tokens(self) -> tuple[str, ...]:
        """Return the tokens wanted, in the order in which they came."""
        return tuple(self._wanted)

    def last_data(self) -> Nanos:
        """Return when the link last delivered data, which a PONG is not; 0: never."""
        return Nanos(self._books.last_data_ns(self.link))

    def wake_at(self) -> Nanos | None:
        """Return when `woken` and `expired` are to be called; None: not before something else."""
        due = [self._ping_at, self._pong_deadline(), self._probe_at(), self._silence_deadline()]
        return min((at for at in due if at is not None), default=None)

    def frames(self) -> list[bytes]:
        """Return the frames to send since the last call, in order."""
        frames, self._outgoing = self._outgoing, []
        return frames

    def expired(self, now: Nanos) -> str | None:
        """Return why the connection is dead although it is open; None: it is not."""
        deadline = self._pong_deadline()
        if deadline is not None and now >= deadline:
            return f"no PONG for {(now - (self._unanswered or now)) / NS_PER_S:.0f} s"
        deadline = self._silence_deadline()
        if deadline is not None and now >= deadline:
            return (
                f"no data for {self._silence() / NS_PER_S:.0f} s, not even the book that was"
                " asked for anew"
            )
        return None

    def verdict(self, ended: Closed) -> Verdict:
        """Return what the end of a connection means, by the rules of the venue."""
        return rules.verdict(ended)

    def _reconcile(self, now: Nanos) -> None:
        """Send what makes the subscription equal to what is wanted, if the connection is open."""
        if not self._open:
            return
        added = [token for token in self._wanted if token not in self._asked]
        removed = [token for token in self._asked if token not in self._wanted]
        if added:
            self._outgoing.append(self._subscription(added))
        if removed:
            self._outgoing.append(wire.unsubscribe(removed))
        if added and not self._asked:
            self._expected_from = now
        self._asked = dict(self._wanted)
        if self._asked and self._ping_at is None:
            # Text before a subscription is answered by close 1008: no PING before this.
            self._ping_at = Nanos(now + self._settings.ping_every)

    def _subscription(self, tokens: Iterable[str]) -> bytes:
        first = self._ping_at is None
        make = wire.open_with if first else wire.subscribe
        return make(tokens, custom_features=self._settings.custom_features)

    def _ping(self, now: Nanos) -> None:
        self._outgoing.append(wire.PING)
        self.counts.pings += 1
        self._ping_at = Nanos(now + self._settings.ping_every)
        if self._unanswered is None:
            self._unanswered = now

    def _pong_deadline(self) -> Nanos | None:
        if self._unanswered is None:
            return None
        settings, asked = self._settings, self._unanswered
        quiet = max(asked, self.last_data()) + settings.pong_quiet
        return Nanos(min(asked + settings.pong_timeout, quiet))

    def _data_frames(self) -> int:
        """Return how many frames of data came, since ever."""
        counts = self.counts
        controls = counts.pongs + counts.invalid_operations + counts.other_controls
        return self._books.heard(self.link)[0] - controls

    def _silence(self) -> Nanos:
        """Return how long no data may come, by the rhythm of this link and that of the others."""
        return self._rhythm.patience(others_flow=self._others() > self.last_data())

    def _quiet_since(self) -> Nanos | None:
        """Since when data is missing; None where silence is no sign."""
        if not self._asked or not self._settings.silence:
            return None
        return max(self.last_data(), self._expected_from)

    def _probe_at(self) -> Nanos | None:
        since = self._quiet_since()
        if since is None or self._probed_at >= since:
            return None
        return Nanos(since + self._silence() // 2)

    def _silence_deadline(self) -> Nanos | None:
        since = self._quiet_since()
        if since is None or self._probed_at < since:
            return None
        return Nanos(max(since + self._silence(), self._probed_at + ANSWER))

    def _probe(self, now: Nanos) -> None:
        """Ask for one book anew: a link that still delivers answers with it.

        Where there is none to ask for, silence is no sign of a dead link.
        """
        token = self._book_to_ask()
        if token is None:
            self._expected_from = now
            return
        self._probed_at = now
        self.counts.probes += 1
        self.resubscribe([token], now)

    def _book_to_ask(self) -> str | None:
        """Return a token that had a book on this connection and whose market is not over.

        Only such a book is LIVE or SUSPECT; LIVE by choice. A token without one, which the venue
        may not know at all, is left to healing: it need not answer on a link in good order.
        """
        suspect = None
        for token in self._wanted:
            view = self._books.view(token, 1)
            if view is not None and view.state == BookState.LIVE:
                return token
            if suspect is None and view is not None and view.state == BookState.SUSPECT:
                suspect = token
        return suspect
