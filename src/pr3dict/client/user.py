"""`PolymarketUserClient`: your own orders and trades, as they happen, with what was missed."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from pr3dict.app.account import Account
from pr3dict.app.world import rest
from pr3dict.client import words
from pr3dict.client.arguments import is_async, seconds
from pr3dict.client.credentials import credentials_from_environment
from pr3dict.config import Config, from_environment
from pr3dict.engine.consumers import Consumer, TaskConsumer, ThreadConsumer
from pr3dict.engine.mailbox import EventMailbox
from pr3dict.engine.streams import AsyncStream
from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.model.errors import CredentialsError, FeedError
from pr3dict.model.events import Event, Lagged
from pr3dict.net.clock import SystemClock
from pr3dict.venues.polymarket.account import requests
from pr3dict.venues.polymarket.signing.auth import Wallet
from pr3dict.venues.polymarket.user.ledger import AccountOrder, AccountTrade, Fill
from pr3dict.venues.polymarket.user.types import UserOrder, UserTrade

START_TIMEOUT_S: Final = 10.0
"""How long `start` waits until the account is known."""
CANCEL_S: Final = 0.3
"""How long `stop` waits for callbacks that it has cancelled."""

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
        self._markets = dict.fromkeys(markets) or None
        """Condition ids; None: all."""
        self._history_s = seconds("history_s", history_s)
        self._record = record
        self._start_timeout_s = seconds("start_timeout", start_timeout)
        self._wishes = [
            _Wish(callback, wanted)
            for callback, wanted in (
                (on_order, (UserOrder,)),
                (on_trade, (UserTrade,)),
                (on_fill, (Fill,)),
                (on_event, ()),
            )
            if callback is not None
        ]
        self._consumers: list[Consumer] = []
        self._streams: list[AsyncStream[Event]] = []
        self._account: Account | None = None
        if credentials is not None:
            self._account = self._made(credentials)

    def __repr__(self) -> str:
        return words.one_line(self, self._inside)

    @property
    def is_live(self) -> bool:
        """Whether the channel is open and all that was missed before is known."""
        return self._account is not None and self._account.is_live

    async def start(self) -> None:
        """Connect and wait until the account is known, at most `start_timeout` seconds.

        Where REST does not answer, a warning says so, `is_live` is false, and it is asked again.
        Raises `CredentialsError` where the venue refuses the credentials, `FeedError` where it
        cannot be reached in time; `RestError`, `TapeError`, `MissingExtra`. Nothing runs then.
        """
        if self._account is not None and self._account.streams.running:
            raise FeedError("the client is running already", name="running")
        if self._credentials is None:
            self._credentials = await self._derived()
        account = self._account
        if account is None or account.ready.done():
            account = self._account = self._made(self._credentials)
            for stream in self._streams:
                account.engine.on_events(stream.mailbox.put)
        self._employ(account)
        try:
            await asyncio.to_thread(account.start)
            await self._until_known(account)
            if account.doubt:
                _log.warning(
                    "what was before is not known yet, it is asked again: %s", account.doubt
                )
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop within two seconds, whatever callbacks do; orders and trades stay readable."""
        for stream in list(self._streams):
            stream.close()
        consumers, self._consumers = self._consumers, []
        tasks = [consumer.stop() for consumer in consumers]
        mine = [t for t in tasks if t is not None and t.get_loop() is asyncio.get_running_loop()]
        if mine:
            await asyncio.wait(mine, timeout=CANCEL_S)
        if self._account is not None:
            await asyncio.to_thread(self._account.stop)

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
        wanted = list(markets)
        account = self._account
        if account is not None and account.streams.running:
            await asyncio.wrap_future(account.subscribe(wanted))
        elif account is not None:
            account.session.subscribe(wanted)
        if self._markets is not None:
            self._markets |= dict.fromkeys(wanted)

    async def unsubscribe(self, markets: Iterable[str]) -> None:
        """Hear of these markets no more; what is known of them stays."""
        over = list(markets)
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
        stream.mailbox, stream.on_close = mailbox, self._forget
        self._streams.append(stream)
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

    async def _derived(self) -> ClobApiKeyCreds:
        """Ask for the API key that the wallet made before."""
        assert self._wallet is not None
        net = rest(self._config, SystemClock())
        try:
            async with asyncio.timeout(self._start_timeout_s):
                url = self._config.polymarket_clob_url
                return await net.ask(requests.derive_api_key(url, self._wallet))
        except TimeoutError:
            raise FeedError(
                f"no API key for the wallet within {self._start_timeout_s:g} s", name="timeout"
            ) from None
        finally:
            await net.aclose()

    async def _until_known(self, account: Account) -> None:
        try:
            async with asyncio.timeout(self._start_timeout_s):
                await asyncio.wrap_future(account.ready)
        except TimeoutError:
            stats = account.stats()
            silent = "REST has not answered yet" if stats["connected"] else "no answer yet"
            why = stats["last_error"] or silent
            raise FeedError(
                f"no account from {self._config.polymarket_user_ws_url} within"
                f" {self._start_timeout_s:g} s: {why}"
            ) from None

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

    def _forget(self, stream: Any) -> None:  # noqa: ANN401 - the callback of every kind of stream
        if self._account is not None:
            self._account.engine.leave(stream.mailbox.put)
        with suppress(ValueError):
            self._streams.remove(stream)

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
