"""Bugs of connections, healing and callbacks."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from tests.trial.plant import Bug, around, instead, nothing

from pr3dict.app.feed import Feed
from pr3dict.engine.audit import Audit
from pr3dict.engine.engine import Engine
from pr3dict.engine.heal import Heal
from pr3dict.model.links import Verdict as Ended
from pr3dict.model.states import Cause
from pr3dict.model.units import Nanos
from pr3dict.net.pump import Link
from pr3dict.net.retry import Backoff
from pr3dict.venues.polymarket.session import MarketSession


def _pong_is_life(quiet_since: Callable[..., Any]) -> Callable[..., Any]:
    def since(self: MarketSession) -> Nanos | None:
        found: Nanos | None = quiet_since(self)
        at = self._ping_at
        if found is None or at is None or self._unanswered is not None:
            return found
        return Nanos(max(found, at - self._settings.ping_every))

    return since


def _kept(closed: Callable[..., Any]) -> Callable[..., Any]:
    def still_asked(self: MarketSession, cause: Cause, now: Nanos) -> None:
        asked = dict(self._asked)
        closed(self, cause, now)
        self._asked.update(asked)

    return still_asked


def _old_deadline(closed: Callable[..., Any]) -> Callable[..., Any]:
    def leaks(self: MarketSession, cause: Cause, now: Nanos) -> None:
        unanswered = self._unanswered
        closed(self, cause, now)
        self._unanswered = unanswered

    return leaks


def _for_ever(wait: Callable[..., Any]) -> Callable[..., Any]:
    def forgiving(
        self: Backoff, pace: object, *, lived: int = 0, asked: int = 0, spread: int = 0
    ) -> Nanos:
        del lived
        found: Nanos = wait(self, pace, lived=1 << 62, asked=asked, spread=spread)
        return found

    return forgiving


def _gives_up(pause: Callable[..., Any]) -> Callable[..., Any]:
    async def after_429(self: Link[Any], verdict: Ended) -> None:
        if verdict.name == "http_429":
            await asyncio.get_running_loop().create_future()
        await pause(self, verdict)

    return after_429


def _unread_backlog(self: Link[Any]) -> None:
    now = self._clock.now()
    self.session.woken(now)
    why = self.session.expired(now)
    if why is not None:
        self.drop(why)
    elif self._transport is not None:
        self._flush()


def _not_subscribed(self: Feed, token: str) -> None:
    plan = self._shards.move(token)
    plan.subscribe.clear()
    self._carry_out(plan, self._release)


def _bare(self: Engine, flags: int) -> None:
    tokens = self._touched()
    for tell in self._on_books:
        tell(tokens)
    self._tell_events(self._books.take())


# -- healing --------------------------------------------------------------------------------------


def _believed(self: Audit, token: str, view: object, now: int) -> bool:
    del token, view, now
    self.counters["doubted"] += 1
    return True


FEED_BUGS: Final = (
    Bug(
        "pong_is_life",
        "a PONG counts as data: a zombie is never found by its silence",
        around(MarketSession, "_quiet_since", _pong_is_life),
        (74,),
    ),
    Bug(
        "no_pong_deadline",
        "a PING without an answer has no consequence",
        instead(MarketSession, "_pong_deadline", nothing),
        (25,),
    ),
    Bug(
        "old_deadline_leaks",
        "the PONG that the old connection owed ends the new one",
        around(MarketSession, "closed", _old_deadline),
        (2,),
    ),
    Bug(
        "subscription_not_restored",
        "what was subscribed is noted as such when the connection is a new one",
        around(MarketSession, "closed", _kept),
        (0,),
    ),
    Bug(
        "backoff_reset_on_connect",
        "an open socket forgives all failures before it",
        around(Backoff, "wait", _for_ever),
        (2,),
    ),
    Bug(
        "loop_ends_after_429",
        "too many requests are taken for a refusal for good",
        around(Link, "_pause", _gives_up),
        (0,),
    ),
    Bug(
        "backlog_unread",
        "after standing still, timers are judged before what has come is read",
        instead(Link, "_wake", _unread_backlog),
        (2,),
    ),
    Bug(
        "moved_and_not_subscribed",
        "a token that moves to another connection is not asked for there",
        instead(Feed, "move", _not_subscribed),
        (7,),
    ),
    Bug(
        "callback_kills_reader",
        "an exception of a callback reaches the reader of the socket",
        instead(Engine, "changed", _bare),
        (0,),
    ),
    Bug(
        "never_asks_again",
        "a book that is known to be wrong is not asked for anew",
        instead(Heal, "_treat", nothing),
        (0,),
    ),
    Bug(
        "no_first_book_deadline",
        "a first book that never comes is waited for without end",
        instead(Heal, "asked_for", nothing),
        (60,),
    ),
    Bug(
        "no_audit",
        "no quiet book is ever compared with REST",
        instead(Audit, "due", nothing),
        (3,),
    ),
    Bug(
        "one_read_believed",
        "one answer of REST is enough to doubt a book",
        instead(Audit, "_wrong_again", _believed),
        (28,),
    ),
)
