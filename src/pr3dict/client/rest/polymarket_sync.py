"""`Polymarket`: `AsyncPolymarket` for a notebook, a script, or a function that cannot wait.

Each method is the asynchronous one, carried out on the loop of one thread while the caller waits:
there is one line for each here, and no second body.
"""

import asyncio
import functools
import threading
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from types import TracebackType
from typing import Concatenate, Final, ParamSpec, Self, TypeVar

from pr3dict.client.rest.polymarket import AsyncPolymarket
from pr3dict.config import Config
from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.venues.polymarket.signing.auth import Wallet

P = ParamSpec("P")
T = TypeVar("T")

CLOSE_TIMEOUT_S: Final = 5.0
"""How long `close` waits for the connections to say goodbye."""


def waits(
    method: Callable[Concatenate[AsyncPolymarket, P], Awaitable[T]],
) -> Callable[Concatenate["Polymarket", P], T]:
    """Return the method of the same name that waits for the result; `Pages` become `Rows`."""

    @functools.wraps(method)
    def waiting(self: "Polymarket", /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._run(lambda: method(self._inner, *args, **kwargs))

    return waiting


def one_by_one(
    method: Callable[Concatenate[AsyncPolymarket, P], AsyncIterator[T]],
) -> Callable[Concatenate["Polymarket", P], Iterator[T]]:
    """Return the method of the same name whose results `for` takes, each waited for."""

    @functools.wraps(method)
    def iterating(self: "Polymarket", /, *args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        return self._each(method(self._inner, *args, **kwargs))

    return iterating


class Polymarket:
    """Polymarket by REST without `await`: the names and arguments of `AsyncPolymarket`.

    It has a thread of its own, so that it may be called from anywhere, also from within a running
    loop (which then waits). Methods that list return `Rows`. Use it with `with`, or end with
    `close`; one that is forgotten ends with the program.
    """

    def __init__(
        self,
        config: Config | None = None,
        credentials: ClobApiKeyCreds | None = None,
        wallet: Wallet | None = None,
        *,
        address: str = "",
    ) -> None:
        self._inner = AsyncPolymarket(config, credentials, wallet, address=address)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=_serve, args=(self._loop, self._inner), name="pr3dict-rest", daemon=True
        )
        self._thread.start()
        self._end = weakref.finalize(self, self._loop.call_soon_threadsafe, self._loop.stop)

    def __repr__(self) -> str:
        return repr(self._inner).replace("Async", "", 1)

    def close(self) -> None:
        """Close the connections and end the thread. Nothing more can be asked."""
        self._end()
        self._thread.join(CLOSE_TIMEOUT_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    market = waits(AsyncPolymarket.market)
    markets = waits(AsyncPolymarket.markets)
    markets_of = waits(AsyncPolymarket.markets_of)
    rolling = one_by_one(AsyncPolymarket.rolling)

    get_ok = waits(AsyncPolymarket.get_ok)
    get_server_time = waits(AsyncPolymarket.get_server_time)
    get_version = waits(AsyncPolymarket.get_version)
    get_order_book = waits(AsyncPolymarket.get_order_book)
    get_order_books = waits(AsyncPolymarket.get_order_books)
    get_price = waits(AsyncPolymarket.get_price)
    get_prices = waits(AsyncPolymarket.get_prices)
    get_midpoint = waits(AsyncPolymarket.get_midpoint)
    get_midpoints = waits(AsyncPolymarket.get_midpoints)
    get_spread = waits(AsyncPolymarket.get_spread)
    get_spreads = waits(AsyncPolymarket.get_spreads)
    get_last_trade_price = waits(AsyncPolymarket.get_last_trade_price)
    get_last_trades_prices = waits(AsyncPolymarket.get_last_trades_prices)
    get_tick_size = waits(AsyncPolymarket.get_tick_size)
    get_neg_risk = waits(AsyncPolymarket.get_neg_risk)
    get_fee_rate = waits(AsyncPolymarket.get_fee_rate)
    get_market_of_token = waits(AsyncPolymarket.get_market_of_token)
    get_market_info = waits(AsyncPolymarket.get_market_info)
    get_clob_market = waits(AsyncPolymarket.get_clob_market)
    get_live_activity = waits(AsyncPolymarket.get_live_activity)
    get_prices_history = waits(AsyncPolymarket.get_prices_history)
    list_clob_markets = waits(AsyncPolymarket.list_clob_markets)
    list_simplified_markets = waits(AsyncPolymarket.list_simplified_markets)
    list_sampling_markets = waits(AsyncPolymarket.list_sampling_markets)
    list_sampling_simplified_markets = waits(AsyncPolymarket.list_sampling_simplified_markets)

    get_all_markets = waits(AsyncPolymarket.get_all_markets)
    list_markets = waits(AsyncPolymarket.list_markets)
    get_market = waits(AsyncPolymarket.get_market)
    get_market_by_slug = waits(AsyncPolymarket.get_market_by_slug)
    get_market_tags = waits(AsyncPolymarket.get_market_tags)
    list_events = waits(AsyncPolymarket.list_events)
    get_event = waits(AsyncPolymarket.get_event)
    get_event_by_slug = waits(AsyncPolymarket.get_event_by_slug)
    get_event_tags = waits(AsyncPolymarket.get_event_tags)
    search = waits(AsyncPolymarket.search)
    list_series = waits(AsyncPolymarket.list_series)
    get_series = waits(AsyncPolymarket.get_series)
    list_tags = waits(AsyncPolymarket.list_tags)
    get_tag = waits(AsyncPolymarket.get_tag)
    get_tag_by_slug = waits(AsyncPolymarket.get_tag_by_slug)
    get_related_tags = waits(AsyncPolymarket.get_related_tags)
    list_sports = waits(AsyncPolymarket.list_sports)
    list_sports_market_types = waits(AsyncPolymarket.list_sports_market_types)
    list_teams = waits(AsyncPolymarket.list_teams)
    list_comments = waits(AsyncPolymarket.list_comments)
    get_comment_thread = waits(AsyncPolymarket.get_comment_thread)
    list_comments_by_wallet = waits(AsyncPolymarket.list_comments_by_wallet)
    get_profile = waits(AsyncPolymarket.get_profile)
    list_trades = waits(AsyncPolymarket.list_trades)
    list_activity = waits(AsyncPolymarket.list_activity)
    list_positions = waits(AsyncPolymarket.list_positions)
    get_portfolio_value = waits(AsyncPolymarket.get_portfolio_value)
    list_holders = waits(AsyncPolymarket.list_holders)
    get_open_interest = waits(AsyncPolymarket.get_open_interest)
    get_live_volume = waits(AsyncPolymarket.get_live_volume)
    list_price_history = waits(AsyncPolymarket.list_price_history)
    get_token_facts = waits(AsyncPolymarket.get_token_facts)
    get_resolutions = waits(AsyncPolymarket.get_resolutions)
    list_leaderboard = waits(AsyncPolymarket.list_leaderboard)
    get_standing = waits(AsyncPolymarket.get_standing)
    list_biggest_winners = waits(AsyncPolymarket.list_biggest_winners)
    get_user_pnl = waits(AsyncPolymarket.get_user_pnl)
    get_user_stats = waits(AsyncPolymarket.get_user_stats)
    get_user_volume = waits(AsyncPolymarket.get_user_volume)
    list_builders = waits(AsyncPolymarket.list_builders)
    get_builder_volume = waits(AsyncPolymarket.get_builder_volume)

    list_open_orders = waits(AsyncPolymarket.list_open_orders)
    get_order = waits(AsyncPolymarket.get_order)
    list_account_trades = waits(AsyncPolymarket.list_account_trades)
    get_balance = waits(AsyncPolymarket.get_balance)
    refresh_balance = waits(AsyncPolymarket.refresh_balance)
    get_closed_only = waits(AsyncPolymarket.get_closed_only)
    get_notifications = waits(AsyncPolymarket.get_notifications)
    get_order_scoring = waits(AsyncPolymarket.get_order_scoring)
    get_orders_scoring = waits(AsyncPolymarket.get_orders_scoring)
    get_api_keys = waits(AsyncPolymarket.get_api_keys)
    create_api_key = waits(AsyncPolymarket.create_api_key)
    derive_api_key = waits(AsyncPolymarket.derive_api_key)
    derive_or_create_api_key = waits(AsyncPolymarket.derive_or_create_api_key)
    delete_api_key = waits(AsyncPolymarket.delete_api_key)

    def _each(self, found: AsyncIterator[T]) -> Iterator[T]:
        while True:
            try:
                yield self._run(lambda: anext(found))
            except StopAsyncIteration:
                return

    def _run(self, ask: Callable[[], Awaitable[T]]) -> T:
        if not self._end.alive:
            raise RuntimeError("this Polymarket is closed: make a new one")

        async def asked() -> T:
            return await ask()

        asking = asyncio.run_coroutine_threadsafe(asked(), self._loop)
        try:
            return asking.result()
        finally:
            asking.cancel()  # Ctrl-C while we wait must not leave it asking; else without effect.


def _serve(loop: asyncio.AbstractEventLoop, inner: AsyncPolymarket) -> None:
    """Run the loop until it is stopped, then close what is open. Holds nothing of `Polymarket`."""
    try:
        loop.run_forever()
        for left in asyncio.all_tasks(loop):
            left.cancel()
        loop.run_until_complete(inner.aclose())
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()
