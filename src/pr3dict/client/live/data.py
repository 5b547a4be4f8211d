"""`RealTimeDataClient`: every live-data topic of Polymarket, through one pair of callbacks.

A topic that the venue has retired is served from its successor: `clob_market` from the market
channel (with books underneath that are proved), `clob_user` from the user channel, prices from
PolyBolt where there is an API key. The client says so once a topic, and each message does.
"""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

import msgspec

from pr3dict.app.streams import Streams
from pr3dict.app.system import System
from pr3dict.client import words
from pr3dict.client.arguments import seconds, token_id, token_ids
from pr3dict.client.facade import START_TIMEOUT_S
from pr3dict.client.live import legacy
from pr3dict.client.live import routes as live_routes
from pr3dict.client.live.callbacks import Callbacks
from pr3dict.client.live.hub import ConnectionStatus, Ear, Heard, Hub
from pr3dict.client.live.routes import Source
from pr3dict.client.live.sources import Sources
from pr3dict.client.live.subscriptions import Subscriptions, entries
from pr3dict.client.live.waits import Waits
from pr3dict.client.manager import OrderBookManager, elsewhere
from pr3dict.client.rest.polymarket import AsyncPolymarket
from pr3dict.client.snapshot import OrderBookSnapshot
from pr3dict.config import Config, from_environment
from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.model.errors import (
    ConfigError,
    CredentialsError,
    FeedError,
    UnknownMarketError,
)
from pr3dict.model.events import Event
from pr3dict.model.links import LinkStatus, Phase
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.venues.polymarket.live.types import ANY, Message, StreamRefused, Subscription

__all__ = ["ConnectionStatus", "Message", "RealTimeDataClient"]

PING_INTERVAL_S: Final = 5.0
"""What the venue wants (protocol section 3.2); after six minutes without it falls silent."""

Resolve = Callable[[str], Awaitable[Iterable[str]]]
"""Returns the token ids of whatever names a market."""
Wanted = Subscriptions | Subscription | Iterable[Subscriptions | Subscription]
"""What `subscribe` takes."""
_Callback = Callable[..., Any]
LEAVE_S: Final = 2.0
"""How long a `disconnect` that is under way is waited for."""
LOOK_S: Final = 0.1
"""How often `connect` looks whether anything is open."""

_log = logging.getLogger(__name__)


class RealTimeDataClient:
    """Live data of Polymarket. Subscribe before or after `connect`; end with `disconnect`.

    It may be connected again after that, and each of these called at any time, from any callback.

    host: the address of RTDS. ping_interval: seconds between two pings. auto_reconnect: without
    it the first loss ends the client. on_message(client, message), on_connect(client) and
    on_status_change(status) are functions (each called on a thread of its own) or coroutine
    functions (awaited on the loop that called `connect`); on_event(event) hears of gaps, silent
    topics, refusals and frames that could not be read. creds: an API key, with which prices come
    from PolyBolt. resolve: makes token ids of what names a market, in place of the catalogue.
    record: a directory for the tapes, without any credential. config: from the environment unless
    given. connect_timeout: seconds that `connect` waits for what the topics tell first.
    """

    def __init__(  # noqa: PLR0917 - the names are older than we
        self,
        host: str | None = None,
        ping_interval: float = PING_INTERVAL_S,
        auto_reconnect: bool = True,  # noqa: FBT001, FBT002 - the name is older than we
        on_message: _Callback | None = None,
        on_connect: _Callback | None = None,
        on_status_change: _Callback | None = None,
        *,
        on_event: _Callback | None = None,
        creds: ClobApiKeyCreds | None = None,
        resolve: Resolve | None = None,
        record: str | Path | None = None,
        config: Config | None = None,
        connect_timeout: float = START_TIMEOUT_S,
    ) -> None:
        """Note what is wanted; nothing runs before `connect`. Raises `ConfigError`."""
        config = config or from_environment()
        self._config = (
            config if host is None else msgspec.structs.replace(config, polymarket_rtds_url=host)
        )
        every_s = seconds("ping_interval", ping_interval)
        if not every_s:
            raise ConfigError("ping_interval: wanted more than 0 seconds, found 0")
        self.auto_reconnect: Final = auto_reconnect
        given = {
            "on_message": on_message,
            "on_connect": on_connect,
            "on_status_change": on_status_change,
            "on_event": on_event,
        }
        self._callbacks = Callbacks(self, given, self._config.mailbox_events_max)
        if not isinstance(creds, ClobApiKeyCreds | None):
            raise CredentialsError(
                "creds: wanted ClobApiKeyCreds(key, secret, passphrase), found a"
                f" {type(creds).__name__}"
            )
        if resolve is not None and not callable(resolve):
            raise ConfigError(f"resolve: wanted a function to call, found {resolve!r:.80}")
        self._resolve = resolve
        self._record = None if record is None else Path(record)
        self._timeout_s = seconds("connect_timeout", connect_timeout)
        ping_every = Nanos(round(every_s * NS_PER_S))
        self._sources = Sources(self._config.polymarket_rtds_url, ping_every, creds)
        self._hub = Hub(self._sources.expand)
        self._hub.on_refused = self._refused
        self._hub.refusal = self._sources.refusal
        self._refusals: dict[str, str] = {}
        """What the venue has refused, by topic."""
        self._streams: Streams | None = None
        self._manager: OrderBookManager | None = None
        self._tokens: dict[Subscription, tuple[str, ...]] = {}
        """Token ids of each `clob_market` subscription, which may have named a market."""
        self._types: legacy.Wanted = {}
        self._warned: set[str] = set()
        self._waits = Waits()
        self._gone = threading.Event()
        """Set unless a `disconnect` is under way."""
        self._gone.set()

    def __repr__(self) -> str:
        return words.one_line(
            self, lambda: f"{self.connection_status.name}, {len(self._sources.routes)} subscribed"
        )

    @property
    def connection_status(self) -> ConnectionStatus:
        """CONNECTED where every connection that is wanted is open."""
        return self._hub.status

    @property
    def manager(self) -> OrderBookManager | None:
        """What keeps the books of `clob_market`; None where nobody has asked for one."""
        return self._manager

    def get_orderbook(self, asset_id: str) -> OrderBookSnapshot | None:
        """Return the book of a `clob_market` token, with how far it can be trusted; or None."""
        return None if self._manager is None else self._manager.get_orderbook(asset_id)

    async def connect(self) -> None:
        """Connect, and return when what is subscribed has told what it tells first.

        After `connect_timeout` seconds it returns all the same, with a warning that names what
        has not spoken; at once, without one, where it is disconnected meanwhile. Raises
        `FeedError` in one sentence where no connection could be made, or where there is one.
        """
        await self._until_gone()
        if self._streams is not None:
            raise FeedError("the client is connected already", name="running")
        self._refusals.clear()
        streams = self._streams = Streams(self._config, record=self._tape("streams"))
        streams.on_events(self._hub.hear)
        self._hub.links = self._links_wanted
        self._callbacks.employ(self._hub, self._read_frame, self._openings())
        try:
            await self._waits.run(self._open(streams))
        except BaseException:
            if self._streams is streams:
                await self.disconnect()
            raise

    async def disconnect(self) -> None:
        """Say goodbye on every connection, within two seconds; again, or before: nothing.

        Whoever waits in `connect`, `subscribe` or `unsubscribe` returns.
        """
        streams, self._streams = self._streams, None
        if streams is None:
            await self._until_gone()
            return
        self._gone.clear()
        self._waits.end()
        self._sources.end()
        self._hub.close()
        manager, self._manager = self._manager, None
        async with AsyncExitStack() as leaving:  # each of these, the last one first, whatever ends
            leaving.callback(self._gone.set)
            leaving.push_async_callback(self._callbacks.dismiss)
            leaving.push_async_callback(elsewhere, streams.stop, "pr3dict-stop")
            if manager is not None:
                leaving.push_async_callback(manager.stop)

    async def subscribe(self, subscription: Wanted) -> None:
        """Want these topics too; a running client asks for them at once.

        Raises `ConfigError`, `CredentialsError`, `UnknownTokenError` or `UnknownMarketError`, each
        in one sentence.
        """
        wanted = entries(subscription)
        found = {one: await self._token_ids(one) for one in wanted if one.topic == "clob_market"}
        new = self._sources.add(wanted)
        self._tokens |= found
        self._say_what_serves(new)
        self._sources.serve(new)
        self._note_types()
        if self._streams is not None:
            await self._waits.run(self._follow())

    async def unsubscribe(self, subscription: Wanted) -> None:
        """Want these topics no more."""
        before = self._all_tokens()
        gone = self._sources.remove(entries(subscription))
        for one in gone:
            self._tokens.pop(one, None)
            for topics in [topics for topics in self._refusals if one.topic in topics.split(", ")]:
                self._refusals.pop(topics, None)
        self._sources.serve((), gone)
        self._note_types()
        over = before - self._all_tokens()
        if self._manager is not None and over:
            await self._waits.run(self._manager.unsubscribe(over))

    def get_stats(self) -> dict[str, Any]:
        """Return figures by name: for each source received = applied + ignored + rejected."""
        return {
            "status": self.connection_status.name,
            "subscriptions": len(self._sources.routes),
            "told": self._callbacks.told,
            "lagged": self._callbacks.lagged,
            "sources": self._sources.stats(),
            "market": None if self._manager is None else self._manager.get_stats(),
            "unserved": self._sources.unserved() | self._refusals,
            "links": [msgspec.to_builtins(status) for status in self._links()],
            "consumers": [consumer.stats() for consumer in self._callbacks.consumers],
        }

    async def _token_ids(self, subscription: Subscription) -> tuple[str, ...]:
        """Return the tokens of a `clob_market` subscription, whatever it calls its markets."""
        found: list[str] = []
        for name in live_routes.tokens(subscription):
            if live_routes.is_token(name):
                found.append(token_id(name))
            elif self._resolve is not None:
                resolved = token_ids(await self._resolve(name))
                if not resolved:
                    raise UnknownMarketError(f"wanted token ids of {name!r:.80}, found none")
                found += resolved
            else:
                async with AsyncPolymarket(self._config) as polymarket:
                    found += (await polymarket.market(name)).token_ids
        return tuple(found)

    def _all_tokens(self) -> set[str]:
        return {token for tokens in self._tokens.values() for token in tokens}

    def _note_types(self) -> None:
        """Note which types are wanted of which token; of `*`: what every token's entry wants."""
        types: dict[str, frozenset[str]] = {}
        for one, tokens in self._tokens.items():
            for token in (*tokens, ANY):
                types[token] = types.get(token, frozenset()) | {one.type}
        self._types = types

    def _say_what_serves(self, subscriptions: Iterable[Subscription]) -> None:
        for one in subscriptions:
            said = live_routes.sentence(one.topic, self._sources.routes[one].source)
            if said and one.topic not in self._warned:
                self._warned.add(one.topic)
                _log.warning("%s", said)

    def _refused(self, refusal: StreamRefused) -> None:
        """Say once what the venue refuses, and wait for nothing that will not come."""
        source, said = self._sources.name(refusal.link), refusal.sentence
        if not said.startswith(refusal.topic):
            said = f"{refusal.topic}: {said}"
        if said not in self._warned:
            self._warned.add(said)
            _log.warning("%s: %s (%s)", source, said, refusal.code)
        if source == Source.POLYBOLT.value:
            one, every = self._sources.refused(), self._sources.promised_by(Source.POLYBOLT)
            self._callbacks.openings.done(one if refusal.symbol else every)
        else:
            self._refusals[refusal.topic] = refusal.sentence
            self._callbacks.openings.done({(refusal.topic, "")})

    def _links(self) -> list[LinkStatus]:
        streams, manager = self._streams, self._manager
        found = [] if streams is None else streams.statuses()
        return found if manager is None else [*found, *manager.system.statuses()]

    def _links_wanted(self) -> list[LinkStatus]:
        """Return the links with the one of the market channel that is to come, if any is."""
        found, url = self._links(), self._config.polymarket_market_ws_url
        if self._all_tokens() and not any(status.url == url for status in found):
            found.append(LinkStatus(0, url, Phase.CONNECTING))
        return found

    async def _until_gone(self) -> None:
        """Wait for a `disconnect` that is under way."""
        if not self._gone.is_set():
            await elsewhere(lambda: self._gone.wait(LEAVE_S), "pr3dict-wait")

    async def _open(self, streams: Streams) -> None:
        """Open every connection that is wanted, and wait for what is told first."""
        deadline = asyncio.get_running_loop().time() + self._timeout_s
        await elsewhere(streams.start, "pr3dict-start")
        if self._streams is streams:
            self._sources.begin(streams)
            await self._follow()
            await self._until_told(deadline)

    async def _follow(self) -> None:
        """Let the market channel have the tokens that are wanted, and wait for their books."""
        tokens, manager = self._all_tokens(), self._manager
        if self._streams is None or not tokens:
            return
        if manager is None:
            manager = await self._keep_books(tokens)
        else:
            await manager.subscribe(tokens)
            if not manager.system.running:  # the start that we waited for has failed
                if self._manager is manager:
                    self._manager = None
                await self._follow()
                return
        none = {("clob_market", t) for t in self._all_tokens() if manager.books.top(t) is None}
        self._callbacks.openings.done(none)  # such a token has no opening that could come

    async def _keep_books(self, tokens: Iterable[str]) -> OrderBookManager:
        """Open the market channel for these, and return what keeps their books."""
        self._manager = manager = OrderBookManager(
            tokens,
            config=self._config,
            start_timeout=self._timeout_s,
            record=self._tape("market"),
        )
        system = manager.system
        assert isinstance(system, System)
        system.ear = Ear(self._callbacks.put_frames)
        system.engine.on_events(self._hub.hear)
        try:
            await manager.start()
        except BaseException:
            if self._manager is manager:
                self._manager = None
            raise
        return manager

    def _tape(self, name: str) -> Path | None:
        return None if self._record is None else self._record / name

    def _openings(self) -> set[tuple[str, str]]:
        wants = {one for one in self._tokens if one.type in {ANY, "agg_orderbook"}}
        tokens = {("clob_market", token) for one in wants for token in self._tokens[one]}
        return self._sources.openings() | tokens

    def _read_frame(self, heard: Event) -> tuple[list[Message]] | None:
        """Return what a frame of the market channel tells, for `Hub.tell`."""
        if not isinstance(heard, Heard):
            return None
        messages = legacy.of_market(heard.frame, self._types, heard.local_ns)
        return (messages,) if messages else None

    async def _until_told(self, deadline: float) -> None:
        """Wait for what is told first; raise where nobody can tell it."""
        now, awaited = asyncio.get_running_loop().time, self._callbacks.openings
        while awaited.left or not any(link.opened for link in self._links()):
            left_s = deadline - now()
            if left_s <= 0:
                break
            await awaited.wait(min(left_s, LOOK_S))
        links = self._links()
        if links and not any(link.opened for link in links):
            why = next((link.last_error for link in links if link.last_error), "no answer yet")
            raise FeedError(f"no connection to {links[0].url} within {self._timeout_s:g} s: {why}")
        late = sorted({topic for topic, _ in awaited.left if topic})
        if late:
            _log.warning(
                "%s: nothing within %g s; it may still come", ", ".join(late), self._timeout_s
            )
