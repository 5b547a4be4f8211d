"""The sessions behind a `RealTimeDataClient`: made when a topic wants them, left when none does."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from pr3dict.app.events import LinkChanged
from pr3dict.app.streams import Streams
from pr3dict.client.live.legacy import of_user
from pr3dict.client.live.routes import Route, Source, as_asked, route, sentence, topics_of
from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.model.errors import ConfigError, CredentialsError
from pr3dict.model.events import Event
from pr3dict.model.units import Nanos
from pr3dict.venues.polymarket.live.polybolt import PolyBoltSession
from pr3dict.venues.polymarket.live.polybolt_wire import PAIRS_MAX
from pr3dict.venues.polymarket.live.rtds import RtdsSession
from pr3dict.venues.polymarket.live.sports import SportsSession
from pr3dict.venues.polymarket.live.topics import OPENS
from pr3dict.venues.polymarket.live.types import ANY, Message, StreamRefused, Subscription
from pr3dict.venues.polymarket.user.session import UserSession
from pr3dict.venues.polymarket.user.types import UserOrder, UserTrade

_REFUSED: Final = ("credentials", "http_401")
"""Names under which a user channel that refuses its key is lost."""
_Session = RtdsSession | PolyBoltSession | SportsSession | UserSession


class Sources:
    """Which subscriptions there are, and the sessions that serve them. Used on the user's loop.

    `expand` alone is called on the thread of the streams.
    """

    def __init__(self, host: str, ping_every: Nanos, creds: ClobApiKeyCreds | None) -> None:
        self.routes: dict[Subscription, Route] = {}
        self._host = host
        self._ping_every = ping_every
        self._creds: Final = creds
        self._streams: Streams | None = None
        self._sessions: dict[Source, _Session] = {}
        self._links = 0

    def add(self, subscriptions: Iterable[Subscription]) -> list[Subscription]:
        """Want these; return those that are new. Raises `CredentialsError` or `ConfigError`."""
        new = [one for one in dict.fromkeys(subscriptions) if one not in self.routes]
        routes = {one: route(one, has_key=self._creds is not None) for one in new}
        for one, way in routes.items():
            self._check(one, way)
        known = {channel for way in self.routes.values() for channel in way.channels}
        more = {channel for way in routes.values() for channel in way.channels}
        if len(known | more) > PAIRS_MAX:
            raise ConfigError(
                f"wanted at most {PAIRS_MAX} symbols of PolyBolt, found {len(known | more)}:"
                " unsubscribe some, or use another client for them"
            )
        ways = (self.routes | routes).items()
        users = {one.clob_auth or self._creds for one, way in ways if way.source is Source.USER}
        if len(users) > 1:
            raise CredentialsError(
                "clob_user: wanted the API key of one account, found another one beside it:"
                " unsubscribe the first, or use another client for the second"
            )
        self.routes = self.routes | routes
        return new

    def remove(self, subscriptions: Iterable[Subscription]) -> list[Subscription]:
        """Want these no more; return those that were wanted."""
        gone = [one for one in dict.fromkeys(subscriptions) if one in self.routes]
        self.routes = {one: way for one, way in self.routes.items() if one not in gone}
        return gone

    def of(self, source: Source) -> list[Subscription]:
        """Return what a source is to serve."""
        return [one for one, way in self.routes.items() if way.source is source]

    def begin(self, streams: Streams) -> None:
        """Serve from these streams, which are about to start, what is wanted so far.

        Where nothing is wanted yet RTDS is opened all the same.
        """
        self._streams = streams
        self._sessions.clear()
        if not any(way.source is not Source.NOBODY for way in self.routes.values()):
            self._session(Source.RTDS, always=True)
        self.serve(self.routes)

    def end(self) -> None:
        """Serve nothing more."""
        self._streams = None

    def serve(self, added: Iterable[Subscription], removed: Iterable[Subscription] = ()) -> None:
        """Ask for what is new and for what is gone no more; nothing before `begin`."""
        if self._streams is None:
            return
        added, removed = list(added), list(removed)
        for source in (Source.RTDS, Source.POLYBOLT, Source.SPORTS, Source.USER):
            mine = [one for one in added if self.routes[one].source is source]
            if mine:
                self._ask(source, mine)
            elif source in self._sessions and removed:
                self._ask_no_more(source)

    def expand(self, event: Event) -> list[Message]:
        """Return the messages for the user that an event of a stream makes."""
        if isinstance(event, UserOrder | UserTrade):
            kind = "order" if isinstance(event, UserOrder) else "trade"
            wanted = {one.type for one in self.of(Source.USER)}
            return [of_user(event)] if wanted & {ANY, kind} else []
        if not isinstance(event, Message):
            return []
        if not event.topic.startswith("price."):
            return [event]
        asked = ((one.topic, each) for one, way in self.routes.items() for each in way.channels)
        return [as_asked(event, topic) for topic in topics_of(event, asked)]

    def openings(self) -> set[tuple[str, str]]:
        """Return what the topics promise to tell first, as (topic, symbol or `""`)."""
        promised = self.promised_by(Source.POLYBOLT)
        opens = (one.topic for one in self.of(Source.RTDS) if one.type in {ANY, "subscribe"})
        return promised | {(topic, "") for topic in opens if topic in OPENS}

    def promised_by(self, source: Source) -> set[tuple[str, str]]:
        """Return what a source that serves by symbol is to tell first."""
        return {
            (one.topic, channel.symbol)
            for one in self.of(source)
            for channel in self.routes[one].channels
        }

    def refused(self) -> dict[tuple[str, str], str]:
        """Return the topics and symbols that PolyBolt refuses, with the sentence that says why."""
        session = self._sessions.get(Source.POLYBOLT)
        found = session.refused() if isinstance(session, PolyBoltSession) else {}
        return {
            (one.topic, channel.symbol): found[channel]
            for one in self.of(Source.POLYBOLT)
            for channel in self.routes[one].channels
            if channel in found
        }

    def unserved(self) -> dict[str, str]:
        """Return what nobody serves, by topic (and symbol), with the sentence that says so."""
        ended = {one.topic: sentence(one.topic, Source.NOBODY) for one in self.of(Source.NOBODY)}
        return ended | {" ".join(name): said for name, said in self.refused().items()}

    def refusal(self, event: LinkChanged) -> StreamRefused | None:
        """Return what the loss of a connection refuses: our API key; None: it does not.

        It may be called on the thread of the streams.
        """
        streams, session = self._streams, self._sessions.get(Source.USER)
        if streams is None or session is None or session.link != event.link:
            return None
        status = streams.status(event.link)
        if status is None or not any(status.lost.get(name) for name in _REFUSED):
            return None
        return StreamRefused(event.link, "clob_user", "credentials", event.error, event.local_ns)

    def name(self, link: int) -> str:
        """Return the name of the source behind a connection, for people."""
        found = [source for source, one in self._sessions.copy().items() if one.link == link]
        return found[0].value if found else "live data"

    def stats(self) -> dict[str, Any]:
        """Return the counts of each session by the name of its source."""
        return {
            source.value: msgspec.to_builtins(session.counts)
            if isinstance(session, UserSession)
            else session.stats()
            for source, session in self._sessions.items()
        }

    def _check(self, subscription: Subscription, way: Route) -> None:
        if way.source is Source.POLYBOLT and self._creds is None:
            raise CredentialsError(
                f"{subscription.topic}: wanted an API key, which PolyBolt asks of its readers,"
                " found none: give RealTimeDataClient(creds=ClobApiKeyCreds(…))"
            )
        if way.source is Source.USER and (subscription.clob_auth or self._creds) is None:
            raise CredentialsError(
                "clob_user: wanted an API key, found none: use create_user_subscription(creds)"
            )

    def _ask(self, source: Source, subscriptions: list[Subscription]) -> None:
        session = self._session(source, creds=subscriptions[0].clob_auth)
        streams = self._streams
        assert streams is not None
        if isinstance(session, RtdsSession):
            rtds = session
            self._tell(lambda: rtds.subscribe(subscriptions, streams.clock.now()))
        elif isinstance(session, PolyBoltSession):
            polybolt = session
            channels = [way for one in subscriptions for way in self.routes[one].channels]
            self._tell(lambda: polybolt.subscribe(channels))

    def _ask_no_more(self, source: Source) -> None:
        """Let a session have what is still wanted of it, and leave it where that is nothing."""
        session, streams = self._sessions[source], self._streams
        assert streams is not None
        left = self.of(source)
        if isinstance(session, RtdsSession):
            rtds = session
            self._tell(lambda: rtds.keep(left, streams.clock.now()))
        elif isinstance(session, PolyBoltSession):
            polybolt = session
            channels = [way for one in left for way in self.routes[one].channels]
            self._tell(lambda: polybolt.keep(channels))
        elif not left:
            del self._sessions[source]
            streams.remove(session.link)

    def _session(
        self, source: Source, *, creds: ClobApiKeyCreds | None = None, always: bool = False
    ) -> _Session:
        """Return the session of a source; the first call makes it."""
        if source in self._sessions:
            return self._sessions[source]
        streams = self._streams
        assert streams is not None
        self._links += 1
        config, link = streams.config, self._links
        session: _Session
        match source:
            case Source.RTDS:
                session = RtdsSession(link, self._host, ping_every=self._ping_every, always=always)
            case Source.POLYBOLT:
                url = config.polymarket_polybolt_url
                session = PolyBoltSession(link, url, self._creds, ping_every=self._ping_every)
            case Source.SPORTS:
                session = SportsSession(link, config.polymarket_sports_url)
            case _:
                known = creds or self._creds
                assert known is not None
                session = UserSession(link, config.polymarket_user_ws_url, known)
        self._sessions[source] = session
        streams.add(session)
        return session

    def _tell(self, call: Any) -> None:  # noqa: ANN401 - any call without arguments
        """Do this on the thread of the streams; at once where it does not run yet."""
        assert self._streams is not None
        if self._streams.running:
            self._streams.tell(call)
        else:
            call()
