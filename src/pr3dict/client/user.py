"""`PolymarketUserClient`: your own orders and trades, as they happen, with what was missed."""

import asyncio
import logging
import weakref
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from pr3dict.app.account import GRACE_S, Account
from pr3dict.app.world import rest
from pr3dict.client import words
from pr3dict.client.arguments import is_async, seconds
from pr3dict.client.credentials import credentials_from_environment, refuse_others
from pr3dict.client.manager import CANCEL_S, elsewhere
from pr3dict.config import Config, from_environment
from pr3dict.engine.consumers import Consumer, Mailbox, TaskConsumer, ThreadConsumer, call_soon
from pr3dict.engine.mailbox import EventMailbox
from pr3dict.engine.streams import AsyncStream
from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.model.errors import ConfigError, CredentialsError, FeedError, UnknownTokenError
from pr3dict.model.events import Event, Lagged
from pr3dict.net.clock import SystemClock
from pr3dict.venues.polymarket import rules
from pr3dict.venues.polymarket.account import requests
from pr3dict.venues.polymarket.signing.auth import Wallet
from pr3dict.venues.polymarket.user.ledger import AccountOrder, AccountTrade, Fill
from pr3dict.venues.polymarket.user.types import UserOrder, UserTrade

START_TIMEOUT_S: Final = 10.0
"""How long `start` waits until the account is known."""
STOP_S: Final = 2.0
"""How long `stop` waits; what it has begun goes on to its end all the same."""

_log = logging.getLogger(__name__)

OnOrder = Callable[[UserOrder], Any]
OnTrade = Callable[[UserTrade], Any]
OnFill = Callable[[Fill], Any]
OnEvent = Callable[[Event], Any]


class _Wish(NamedTuple):
    """A callback and what it wants to hear; a consumer is made of it at each start."""

    callback: Callable[[Any], Any]
    wanted: tuple[type[Event], ...]
    """None of these: everything else."""


class _Starting:
    """A start that is under way."""

    def __init__(self, limit: asyncio.Timeout) -> None:
        self.limit: Final = limit
        self.over: Final = asyncio.Event()
        self.stopped = False
        self._loop = asyncio.get_running_loop()

    def give_up(self) -> None:
        """Let it wait no more: somebody stops the client, on whatever loop."""
        self.stopped = True
        call_soon(self._loop, self._expire)

    def _expire(self) -> None:
        with suppress(RuntimeError):  # it waits for nothing any more
            self.limit.reschedule(self._loop.time())


class PolymarketUserClient:
    """Follows one account at Polymarket: `await client.start()`, or `async with client:`.

    A coroutine function is called on the loop that started the client, a plain function on a
    thread of its own; a slow one delays nobody and loses the oldest events, counted in `get_stats`
    as `dropped`. `orders` and `trades` are right whatever a callback missed.
    """

    def __init__(
        self,
        credentials: ClobApiKeyCreds | None = None,
        wallet: Wallet | None = None,
        markets: Iterable[str] = (),
        config: Config | None = None,
        *,
        on_order: OnOrder | None = None,
        on_trade: OnTrade | None = None,
        on_fill: OnFill | None = None,
        on_event: OnEvent | None = None,
        address: str | None = None,
        history_s: float = 86_400,
        record: str | Path | None = None,
        start_timeout: float = START_TIMEOUT_S,
    ) -> None:
        """Note what is wanted; nothing runs before `start`.

        credentials: the API key. wallet: to which the key belongs; without a key, the one that it
        made before is derived at the start. With neither, both are those of the environment or
        `.env` (CLOB_API_KEY, CLOB_SECRET, CLOB_PASS_PHRASE; POLYGON_WALLET_PRIVATE_KEY).
        address: that of the wallet, where its private key is to stay elsewhere. Without wallet and
        address REST cannot be asked, and what happens while the connection is down is not known.
        markets: condition ids; none: all.
        on_order: called with each new word on an order. on_trade: with each status of a trade.
        on_fill: with our part in a trade, whenever its state changes. on_event: with the rest.
        history_s: seconds of trades that the first answer of REST reaches back.
        record: a directory for the tape; it holds no secret.
        start_timeout: seconds that `start` waits until the account is known.

        Raises `ConfigError`, `CredentialsError` and `UnknownTokenError`, with one sentence.
        """
        refuse_others(credentials, wallet, address)
        self._config = config or from_environment()
        if credentials is None and wallet is None:
            credentials, wallet = credentials_from_environment()
        if credentials is None and wallet is None:
            raise CredentialsError(
                "wanted credentials or a wallet, found neither: pass them, or set CLOB_API_KEY,"
                " CLOB_SECRET and CLOB_PASS_PHRASE, or POLYGON_WALLET_PRIVATE_KEY"
            )
        self._credentials, self._wallet = credentials, wallet
        self._address = address or ("" if wallet is None else wallet.address)
        self._markets = dict.fromkeys(_condition_ids(markets)) or None
        """Condition ids; None: all."""
        self._history_s = seconds("history_s", history_s)
        self._record = record
        self._start_timeout_s = seconds("start_timeout", start_timeout)
        self._wishes = [
            *_wish("on_order", on_order, UserOrder),
            *_wish("on_trade", on_trade, UserTrade),
            *_wish("on_fill", on_fill, Fill),
            *_wish("on_event", on_event),
        ]
        self._consumers: list[Consumer] = []
        self._streams: dict[int, weakref.ref[AsyncStream[Event]]] = {}
        """Those that are open, by identity: one that nobody refers to any more is let go."""
        self._starting: _Starting | None = None
        self._account: Account | None = None
        if credentials is not None:
            self._account = self._made(credentials)
        self._used = False
        """Whether the account was started: it is once, and another start makes another."""

    def __repr__(self) -> str:
        return words.one_line(self, self._inside)

    @property
    def is_live(self) -> bool:
        """Whether the channel is open and all that was missed before is known."""
        return self._account is not None and self._account.is_live

    async def start(self) -> None:
        """Connect and wait until the account is known, at most `start_timeout` seconds.

        Where only REST does not answer, a warning says so, `is_live` is false, and it is asked
        again. Raises `CredentialsError` where the venue refuses the credentials, `FeedError` where
        it cannot be reached in time, or where the client runs already or is stopped meanwhile;
        `RestError`, `TapeError`, `MissingExtra`. Nothing runs then.
        """
        running = self._account is not None and self._account.streams.running
        if self._starting is not None or running:
            raise FeedError("the client is running already", name="running")
        starting = self._starting = _Starting(asyncio.timeout(self._start_timeout_s))
        try:
            try:
                async with starting.limit:
                    await self._begin()
            except TimeoutError:
                await self._overdue(starting)
            if self._account is not None and (doubt := self._account.doubt):
                _log.warning("what was before is not known yet, it is asked again: %s", doubt)
        except BaseException:
            await self._end()
            raise
        finally:
            self._starting = None
            starting.over.set()

    async def stop(self) -> None:
        """Stop within two seconds, whatever callbacks do; orders and trades stay readable.

        A start that is under way ends with `FeedError`.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_S):
                if self._starting is not None:
                    self._starting.give_up()
                await self._until_started()
                await self._end()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def subscribe(self, markets: Iterable[str]) -> None:
        """Hear of these markets too, by condition id; nothing where all are heard of.

        Raises `UnknownTokenError`.
        """
        wanted = _condition_ids(markets)
        await self._until_started()
        account = self._account
        if account is not None and account.streams.running:
            await asyncio.wrap_future(account.subscribe(wanted))
        elif account is not None:
            account.session.subscribe(wanted)
        if self._markets is not None:
            self._markets |= dict.fromkeys(wanted)

    async def unsubscribe(self, markets: Iterable[str]) -> None:
        """Hear of these markets no more; what is known of them stays. Raises as `subscribe`."""
        over = _condition_ids(markets)
        await self._until_started()
        account = self._account
        if account is not None and account.streams.running:
            await asyncio.wrap_future(account.unsubscribe(over))
        elif account is not None:
            account.session.unsubscribe(over)
        if self._markets is not None:
            self._markets = {name: None for name in self._markets if name not in over}

    def events(self) -> AsyncStream[Event]:
        """Iterate over all that happens, in order, from here on; ends when the client stops.

        Orders, trades and fills; `AccountLost` and `AccountResumed` around what was missed, which
        comes with `Source.REST`; `Lagged` where the iteration was too slow.
        """
        stream: AsyncStream[Event] = AsyncStream(lambda event: (event,))
        mailbox = EventMailbox(stream.wake, None, self._config.mailbox_events_max)
        let_go = weakref.finalize(stream, self._let_go, id(stream), mailbox)
        let_go.atexit = False
        stream.mailbox, stream.on_close = mailbox, let_go
        self._streams[id(stream)] = weakref.ref(stream)
        if self._account is not None:
            self._account.engine.on_events(mailbox.put)
        return stream

    def orders(self, *, open_only: bool = False) -> list[AccountOrder]:
        """Return the orders as they stand, in the order in which they became known."""
        found = [] if self._account is None else self._account.ledger.orders()
        return [order for order in found if order.is_open or not open_only]

    def order(self, order_id: str) -> AccountOrder | None:
        """Return an order as it stands; None: nothing is known of it."""
        return None if self._account is None else self._account.ledger.order(order_id)

    def trades(self) -> list[AccountTrade]:
        """Return the trades with our parts in them, in the order in which they became known."""
        return [] if self._account is None else self._account.ledger.trades()

    def get_stats(self) -> dict[str, Any]:
        """Return all figures; `received` is applied, waiting, ignored and rejected together."""
        stats = {} if self._account is None else self._account.stats()
        return stats | {"consumers": [consumer.stats() for consumer in self._consumers]}

    def _made(self, credentials: ClobApiKeyCreds) -> Account:
        return Account(
            self._config,
            credentials,
            address=self._address,
            markets=self._markets,
            history_s=self._history_s,
            record=self._record,
        )

    async def _begin(self) -> None:
        """Start an account and wait until it is known, without end."""
        if self._credentials is None:
            self._credentials = await self._derived()
        if self._account is None or self._used:
            await self._renew(self._credentials)
        account = self._account
        assert account is not None
        self._used = True
        self._employ(account)
        await elsewhere(lambda: _known(account), "pr3dict-start")

    async def _derived(self) -> ClobApiKeyCreds:
        """Ask for the API key that the wallet made before."""
        assert self._wallet is not None
        net = rest(self._config, SystemClock())
        try:
            url = self._config.polymarket_clob_url
            return await net.ask(requests.derive_api_key(url, self._wallet))
        finally:
            await net.aclose()

    async def _renew(self, credentials: ClobApiKeyCreds) -> None:
        """Take another account; whoever iterates goes on with it."""
        if self._account is not None:
            await elsewhere(self._account.stop, "pr3dict-stop")  # it may be under way
        self._account = self._made(credentials)
        for stream in self._open_streams():
            self._account.engine.on_events(stream.mailbox.put)

    async def _overdue(self, starting: _Starting) -> None:
        """Go on without REST where nothing else is missing in time; else raise."""
        if starting.stopped:
            raise FeedError("the client was stopped while it started", name="not_running")
        within, account = f"within {self._start_timeout_s:g} s", self._account
        if account is None:
            raise FeedError(f"no API key for the wallet {within}", name="timeout")
        with suppress(FeedError):  # what it tells is that nothing runs yet
            await asyncio.wrap_future(account.go_on())
        if account.streams.running and account.ready.done():
            return account.ready.result()
        stats = account.stats()
        why = stats["last_error"] or "no answer yet"
        if stats["connected"]:
            why = f"without REST it is known after {GRACE_S:g} s on the channel, not before"
        raise FeedError(f"no account from {self._config.polymarket_user_ws_url} {within}: {why}")

    async def _end(self) -> None:
        """End all there is; what ends on other threads does so even if this is cancelled."""
        for stream in self._open_streams():
            stream.close()
        consumers, self._consumers = self._consumers, []
        tasks = [consumer.stop() for consumer in consumers]
        if self._account is not None and self._used:
            await elsewhere(self._account.stop, "pr3dict-stop")
        mine = [t for t in tasks if t is not None and t.get_loop() is asyncio.get_running_loop()]
        if mine:
            await asyncio.wait(mine, timeout=CANCEL_S)

    async def _until_started(self) -> None:
        """Wait for the end of a start that is under way."""
        if self._starting is not None:
            await self._starting.over.wait()

    def _employ(self, account: Account) -> None:
        """Give each callback its mailbox and its place to run."""
        loop = asyncio.get_running_loop()
        for wish in self._wishes:
            name = getattr(wish.callback, "__qualname__", repr(wish.callback))
            consumer: Consumer
            if is_async(wish.callback):
                consumer = TaskConsumer(name, _read(wish), wish.callback, 0.0, loop)
            else:
                consumer = ThreadConsumer(name, _read(wish), wish.callback, 0.0)
            mailbox = EventMailbox(consumer.wake, _wants(wish), self._config.mailbox_events_max)
            consumer.mailbox = mailbox
            account.engine.on_events(mailbox.put)
            self._consumers.append(consumer)
            consumer.start()

    def _open_streams(self) -> list[AsyncStream[Event]]:
        found = [held() for held in list(self._streams.values())]
        return [stream for stream in found if stream is not None]

    def _let_go(self, stream: int, mailbox: Mailbox) -> None:
        """Tell a stream no more: it was closed, or nobody refers to it any more."""
        self._streams.pop(stream, None)
        if self._account is not None:
            self._account.engine.leave(mailbox.put)

    def _inside(self) -> str:
        life = "live" if self.is_live else "not live"
        count = 0 if self._markets is None else len(self._markets)
        where = "all markets" if self._markets is None else f"{count} market{'s' * (count != 1)}"
        return f"{where}, {life}, open orders: {len(self.orders(open_only=True))}"


def _wants(wish: _Wish) -> Callable[[Event], bool]:
    """Return what tells whether an event is for a callback."""
    if wish.wanted:
        return lambda event: isinstance(event, wish.wanted)
    return lambda event: not isinstance(event, UserOrder | UserTrade | Fill)


def _read(wish: _Wish) -> Callable[[Event], tuple[Event] | None]:
    """Return what makes the argument of a callback: `Lagged` only for who wants all the rest."""
    return lambda event: None if wish.wanted and isinstance(event, Lagged) else (event,)


def _wish(name: str, callback: Callable[[Any], Any] | None, *wanted: type[Event]) -> list[_Wish]:
    """Return what is wished for, if anything is; raises `ConfigError` for what is no function."""
    if callback is not None and not callable(callback):
        raise ConfigError(f"{name}: wanted a function to call, found {callback!r:.80}")
    return [] if callback is None else [_Wish(callback, wanted)]


def _condition_ids(markets: Iterable[str]) -> list[str]:
    """Return the ids as they are, if they can be such; raises `UnknownTokenError`."""
    if isinstance(markets, str) or not isinstance(markets, Iterable):
        raise UnknownTokenError(f"wanted a list of condition ids, found {markets!r:.80}")
    return [rules.condition_id(market) for market in markets]


def _known(account: Account) -> None:
    """Start an account and return when it is known, or cannot be; its stop ends this too."""
    account.start()
    account.ready.result()
