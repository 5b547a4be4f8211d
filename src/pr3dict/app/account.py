"""One account, kept: the user channel, REST for what the channel missed, and the ledger of both.

The channel replays nothing, so on each connection REST is asked first: what the channel tells
meanwhile is held, then let through in order. REST is also asked every minute while all seems well,
because a message that never came leaves no trace. The ledger does not mind hearing twice.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from pr3dict.app import world
from pr3dict.app.events import (
    AccountDoubtful,
    AccountLost,
    AccountResumed,
    FeedFailed,
    LinkChanged,
)
from pr3dict.app.questions import Questions
from pr3dict.app.streams import Streams
from pr3dict.config import Config
from pr3dict.engine.engine import Engine
from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.model.errors import CredentialsError, FeedError, RestError
from pr3dict.model.events import Event
from pr3dict.model.links import Phase
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.ports import Clock
from pr3dict.venues.polymarket.account import requests
from pr3dict.venues.polymarket.signing import auth
from pr3dict.venues.polymarket.user.ledger import Ledger
from pr3dict.venues.polymarket.user.session import Settings, UserSession
from pr3dict.venues.polymarket.user.types import UserOrder, UserTrade

AUDIT_S: Final = 60.0
"""How often REST is asked while nothing seems to be missing: what was lost unseen shows by then."""
AGAIN_S: Final = 5.0
"""How soon it is asked again after a failure, at first; then twice as late each time …"""
AGAIN_MAX_S: Final = 60.0
"""… up to this."""
GRACE_S: Final = 2.0
"""Without REST: for how long the venue must bear us until our credentials are taken for right."""
MARGIN: Final = Nanos(600 * NS_PER_S)
"""By how much REST is asked for more than what is missing: its clock is not ours, and a message
that was sent may have died in the socket."""
LINK: Final = 1
_REFUSALS: Final = ("credentials", "http_401")


class Account:
    """The orders and trades of one API key. Start it once; `engine` tells what happens."""

    def __init__(
        self,
        config: Config,
        creds: ClobApiKeyCreds,
        *,
        address: str = "",
        markets: Iterable[str] | None = None,
        history_s: float = 86_400,
        record: str | Path | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Note what is wanted; nothing runs before `start`.

        address: of the wallet that made the key; without it REST cannot be asked. markets:
        condition ids; None: all. history_s: how far back the first answer of REST reaches.
        Raises `UnknownTokenError`, `CredentialsError`.
        """
        auth.checked(creds)
        self.config: Final = config
        self.streams: Final = Streams(config, record=record, clock=clock)
        self.session: Final = UserSession(
            LINK, config.polymarket_user_ws_url, creds, markets, _settings(config)
        )
        # What was traded before the start is told without its orders: they may be thousands.
        since = Nanos(self.streams.clock.now() - MARGIN)
        self.ledger: Final = Ledger([creds.key], [address] if address else (), since=since)
        self.engine: Final = Engine(self)
        """Tells what is new of the account, in order, on the streams' thread."""
        self.ready: Final[Future[None]] = Future()
        """Done when the account is known for the first time, or cannot be: `CredentialsError`."""
        self.counts: Final[Counter[str]] = Counter()
        """`applied` and `repeated` messages of the channel; answers of REST, by how they ended."""
        self._owner = _owner(config, creds, address)
        self._clock = self.streams.clock
        self._open = False
        self._whole = False
        """Whether REST has answered since the channel was opened."""
        self._epoch = 0
        self._holding = False
        self._held: deque[UserOrder | UserTrade] = deque()
        """What the channel told while REST is asked."""
        self._wake = asyncio.Event()
        self._known_until = Nanos(self._clock.now() - round(history_s * NS_PER_S))
        """Up to here all trades are known, but for what became of unsettled ones."""
        self._again_s = AGAIN_S
        self._wait_s: float | None = None
        """When REST is asked again if nothing happens before; None: when the channel opens."""
        self._missed = 0
        self.doubt = ""
        """Why REST has not told yet what was before; `""`: it has, or nobody asks it."""
        self._rest: Questions | None = None
        """None: it cannot be asked, or not yet."""

    @property
    def is_live(self) -> bool:
        """Whether the channel is open and REST, where it can be asked, has told what was before."""
        return self._open and self._whole and self.streams.running

    def start(self) -> None:
        """Begin to connect. `ready` tells how it went.

        Raises `TapeError`, `MissingExtra`; `FeedError` where the stop came first: nothing runs.
        """
        if self._owner is not None:
            asks = world.rest(self.config, self._clock)
            self._rest = Questions(asks, self._owner, self._clock)
        self.streams.on_events(self._heard)
        self.streams.beside(self._keep)
        self.streams.add(self.session)
        self.streams.start()

    def stop(self) -> None:
        """Say goodbye, within two seconds. Orders and trades can be read ever after.

        On any thread, at any time: it waits for a start that is under way.
        """
        self.streams.stop()
        self._open = False
        self._settle(FeedError("the account was stopped before it was known", name="not_running"))

    def go_on(self) -> "Future[None]":
        """Let nobody wait for REST any more, if the channel is open: `ready`, and doubtful.

        What was held is let through. REST is asked all the same. Raises `FeedError` when nothing
        runs.
        """

        def on_thread() -> None:
            if self._open and self._owner is not None and not self.ready.done():
                self._release()
                self._doubted("timeout", "REST has not answered yet")

        return self.streams.tell(on_thread)

    def subscribe(self, markets: Sequence[str]) -> "Future[None]":
        """Hear of these markets too; raises `FeedError`, and `UnknownTokenError` in the future."""

        def on_thread() -> None:
            self.session.subscribe(markets)
            self._wake.set()  # REST tells what there is already

        return self.streams.tell(on_thread)

    def unsubscribe(self, markets: Sequence[str]) -> "Future[None]":
        """Hear of these markets no more; what is known of them stays."""
        return self.streams.tell(lambda: self.session.unsubscribe(markets))

    def touched(self) -> tuple[str, ...]:
        """Return no token: there are no books here."""
        return ()

    def take(self) -> list[Event]:
        """Return nothing: what is told here is published."""
        return []

    def stats(self) -> dict[str, Any]:
        """Return all figures; `received` is applied, waiting, ignored and rejected together."""
        seen, status = self.session.counts, self.streams.status(LINK)
        ignored = dict(seen.ignored) | {"repeated": self.counts["repeated"]}
        return {
            "live": self.is_live,
            "received": seen.received,
            "applied": self.counts["applied"],
            "waiting": len(self._held),
            "ignored": {name: times for name, times in ignored.items() if times},
            "rejected": dict(seen.rejected),
            "pings": seen.pings,
            "pongs": seen.pongs,
            "missed": self._missed,
            "contradictions": self.ledger.contradictions,
            "rest": {
                name.removeprefix("rest_"): times
                for name, times in self.counts.items()
                if name.startswith("rest_")
            },
            "connected": self._open,
            "opened": 0 if status is None else status.opened,
            "lost": {} if status is None else dict(status.lost),
            "last_error": "" if status is None else status.last_error,
        }

    def _heard(self, events: Sequence[Event]) -> None:
        """Take what the streams tell; on their thread."""
        for event in events:
            if isinstance(event, UserOrder | UserTrade):
                # A full hold costs the order in which things are told, and nothing else.
                if self._holding and len(self._held) < self.config.mailbox_events_max:
                    self._held.append(event)
                else:
                    self._apply(event)
                continue
            self.engine.publish(event)
            if isinstance(event, LinkChanged):
                self._link_changed(event)
            elif isinstance(event, FeedFailed):
                self._settle(FeedError(f"the account ended by a fault of PR3DICT: {event.error}"))

    def _apply(self, event: UserOrder | UserTrade) -> None:
        told = self.ledger.apply(event)
        self.counts["applied" if told else "repeated"] += 1
        self._tell(told)

    def _tell(self, events: Iterable[Event]) -> None:
        for event in events:
            self.engine.publish(event)

    def _link_changed(self, event: LinkChanged) -> None:
        if event.phase is Phase.OPEN:
            self._epoch += 1
            self._open, self._whole = True, False
            self._holding = self._owner is not None
            self._wake.set()
        elif self._open:
            self._open = False
            self._release()
            lost = AccountLost(event.error, self.session.last_data(), event.local_ns)
            self.engine.publish(lost)
        status = self.streams.status(LINK)
        if status is not None and any(status.lost.get(name) for name in _REFUSALS):
            self._settle(CredentialsError(status.last_error))

    def _release(self) -> None:
        """Let through what was held, in order."""
        self._holding = False
        while self._held:
            self._apply(self._held.popleft())

    def _settle(self, error: Exception | None = None) -> None:
        """Tell who waits for the start how it went, once."""
        if self.ready.done():
            return
        with suppress(InvalidStateError):  # another thread was first, just now
            if error is None:
                self.ready.set_result(None)
            else:
                self.ready.set_exception(error)

    async def _keep(self) -> None:
        """Ask REST whenever it is due, until cancelled; on the streams' loop."""
        rest = self._rest
        if rest is None:
            await self._without_rest()
            return
        try:
            while True:
                await self._until_due()
                if self._open:
                    await self._reconcile(rest)
        finally:
            await rest.aclose()

    async def _without_rest(self) -> None:
        """Tell of each connection that the venue has kept for a moment: more is not known."""
        while True:
            just_opened = await self._until_due()
            if just_opened or not self._open or self._whole:
                self._wait_s = GRACE_S if self._open and not self._whole else None
                continue
            self._whole = True
            self._resumed(missed=0)

    async def _until_due(self) -> bool:
        """Wait until REST is due; tell whether something happened, or else time has passed."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._wait_s):
                await self._wake.wait()
        happened = self._wake.is_set()
        self._wake.clear()
        return happened

    async def _reconcile(self, rest: Questions) -> None:
        epoch, asked, held = self._epoch, self._clock.now(), self.ledger.open_ids()
        try:
            missed = await self._ask(rest, held)
        except RestError as error:
            await self._not_answered(rest, error)
        else:
            self._answered(asked, missed, anew=epoch == self._epoch and not self._whole)
        if epoch == self._epoch:
            self._release()

    async def _ask(self, rest: Questions, held: list[str]) -> int:
        """Read open orders and trades, and what became of orders that are listed no more."""
        since = min(self._known_until, self.ledger.unsettled_since() or self._known_until)
        orders = [one for one in await rest.open_orders() if self._concerns(one)]
        trades = await rest.trades(Nanos(max(0, since - MARGIN)))
        trades = [one for one in trades if self._concerns(one)]
        told, missing = self.ledger.reconcile(orders, trades, held)
        self._tell(told)
        missed = len(told)
        for order_id in missing:
            found = await rest.order(order_id)
            told = self.ledger.looked_up(order_id, found, self._clock.now())
            self._tell(told)
            missed += len(told)
        return missed

    def _concerns(self, found: UserOrder | UserTrade) -> bool:
        """Whether it is of a market that we hear of."""
        markets = self.session.markets
        return markets is None or found.market in markets or self.ledger.knows(found)

    def _answered(self, asked: Nanos, missed: int, *, anew: bool) -> None:
        self.counts["rest_answered"] += 1
        self.doubt = ""
        self._missed += missed
        self.session.vouch()
        self._known_until, self._again_s, self._wait_s = asked, AGAIN_S, AUDIT_S
        if anew:
            self._whole = True
            self._release()
            self._resumed(missed)

    async def _not_answered(self, rest: Questions, error: RestError) -> None:
        self.counts[f"rest_{error.name}"] += 1
        refused = error.name == "unauthorized"
        patience = self.config.backoff_slow_s if refused else self._again_s
        self._wait_s = max(patience, error.retry_after / NS_PER_S)
        self._again_s = min(AGAIN_MAX_S, 2 * self._again_s)
        told = str(error)
        if refused:
            told = f"the venue refuses our credentials: {error}{await rest.skew()}"
        self._doubted(error.name, told, CredentialsError(told) if refused else None)

    def _doubted(self, name: str, told: str, error: Exception | None = None) -> None:
        """Tell why REST has not told what was before; the start is over, well or with the error."""
        self.doubt = told
        self.engine.publish(AccountDoubtful(name, told, self._clock.now()))
        self._settle(error)

    def _resumed(self, missed: int) -> None:
        opened = len(self.ledger.open_ids())
        reconciled = self._owner is not None
        self.engine.publish(AccountResumed(missed, opened, reconciled, self._clock.now()))
        self._settle()


def _owner(config: Config, creds: ClobApiKeyCreds, address: str) -> requests.Account | None:
    if not (address and config.rest):
        return None
    return requests.Account(clob_url=config.polymarket_clob_url, creds=creds, address=address)


def _settings(config: Config) -> Settings:
    return Settings(
        ping_every=_ns(config.ping_every_s),
        pong_timeout=_ns(config.pong_timeout_s),
        pong_quiet=_ns(config.pong_quiet_s),
    )


def _ns(seconds: float) -> Nanos:
    return Nanos(round(seconds * NS_PER_S))
