"""From the books to what users hold: one place that reads, for managers, platform and callbacks."""

from decimal import Decimal

from pr3dict.app.stats import Running
from pr3dict.client.arguments import token_id
from pr3dict.client.snapshot import OrderBookSnapshot, TradeEvent, vwap_micros
from pr3dict.core import View
from pr3dict.engine.consumers import Read
from pr3dict.measure.metrics import OrderBookMetrics, Yardstick, measure
from pr3dict.model.events import Event, Lagged, Trade
from pr3dict.model.states import BookState, Cause
from pr3dict.model.units import NS_PER_MS, to_decimal


class Reading:
    """Reads the books of a system with the options of one user."""

    def __init__(
        self, running: Running, *, max_depth: int, strict: bool, yardstick: Yardstick
    ) -> None:
        self._running = running
        self._books = running.books
        self._clock = running.clock
        self._max_depth = max_depth
        self._strict = strict
        self._yardstick = yardstick
        self._offset_ns = round(running.config.clock_offset_ms * NS_PER_MS)

    def snapshot(self, asset_id: str) -> OrderBookSnapshot | None:
        """Return the book now; None if it is not tracked. Raises `UnknownTokenError`."""
        view = self._books.view(token_id(asset_id))
        return None if view is None else self._snapshot(view, 0)

    def metrics(self, asset_id: str) -> OrderBookMetrics | None:
        """Return the figures of the book; None if it is not tracked. Raises `UnknownTokenError`."""
        view = self._books.view(token_id(asset_id))
        return None if view is None else self._metrics(view)

    def vwap(self, asset_id: str, side: str, depth_usdc: Decimal | float | str) -> Decimal | None:
        """Return the average price of a budget; None where the book cannot fill it."""
        view = self._books.view(token_id(asset_id))
        withheld = view is not None and self._is_withheld(view)
        price = vwap_micros(view, side, depth_usdc, withheld=withheld)
        return None if price is None else to_decimal(price)

    def books(self) -> Read:
        """Return what makes (snapshot, metrics) for one consumer from a token.

        It remembers the versions that this consumer has seen, to tell what it skipped.
        """
        seen: dict[str, int] = {}

        def read(token: str) -> tuple[OrderBookSnapshot, OrderBookMetrics] | None:
            view = self._books.view(token)
            if view is None:
                seen.pop(token, None)
                return None
            if not view.version:
                return None
            skipped = max(0, view.version - seen.get(token, view.version) - 1)
            seen[token] = view.version
            return self._snapshot(view, skipped), self._metrics(view)

        return read

    def _snapshot(self, view: View, skipped: int) -> OrderBookSnapshot:
        nothing = view.state in {BookState.EMPTY, BookState.SYNCING}
        return OrderBookSnapshot(
            view,
            self._clock.now(),
            max_depth=self._max_depth,
            withheld=self._is_withheld(view),
            cause=Cause.NO_BOOK if nothing and self._running.has_no_book(view.token) else None,
            skipped=skipped,
        )

    def _metrics(self, view: View) -> OrderBookMetrics:
        return measure(
            view,
            self._yardstick,
            self._clock.now(),
            self._offset_ns,
            withheld=self._is_withheld(view),
        )

    def _is_withheld(self, view: View) -> bool:
        return self._strict and view.state != BookState.LIVE


def trades() -> Read:
    """Return what makes trades for one consumer; what it missed is told by the next trade."""
    skipped = 0

    def read(event: Event) -> tuple[TradeEvent] | None:
        nonlocal skipped
        if isinstance(event, Lagged):
            skipped += event.dropped
        if not isinstance(event, Trade):
            return None
        told = TradeEvent.of(event, skipped)
        skipped = 0
        return (told,)

    return read


def read_event(event: Event) -> tuple[Event]:
    """Return an event as it is."""
    return (event,)


def is_trade(event: Event) -> bool:
    """Whether this is for the consumers of trades."""
    return isinstance(event, Trade)


def is_other(event: Event) -> bool:
    """Whether this is for the consumers of events."""
    return not isinstance(event, Trade)
