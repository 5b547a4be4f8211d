"""The last trades of each token, for those who ask later."""

from collections import deque
from collections.abc import Sequence

from pr3dict.model.events import Event, Trade


class TradeHistory:
    """Recent trades by token, at most `size_max` each. Fed on the feed's thread, read on any."""

    def __init__(self, size_max: int) -> None:
        self._size_max = size_max
        self._trades: dict[str, deque[Trade]] = {}
        self.seen = 0
        """Trades told since the start."""

    @property
    def size_max(self) -> int:
        """Trades kept a token; a smaller number takes effect at once, the oldest go."""
        return self._size_max

    @size_max.setter
    def size_max(self, size_max: int) -> None:
        if size_max < 0:
            raise ValueError(f"wanted a number of trades that is not negative, found {size_max}")
        self._size_max = size_max
        for token, trades in list(self._trades.items()):
            self._trades[token] = deque(trades, size_max)

    def events(self, events: Sequence[Event]) -> None:
        """Keep the trades among these events."""
        for event in events:
            if isinstance(event, Trade):
                self.seen += 1
                trades = self._trades.get(event.token)
                if trades is None:
                    trades = self._trades[event.token] = deque(maxlen=self._size_max)
                trades.append(event)

    def of(self, token: str) -> list[Trade]:
        """Return the trades kept of a token, the oldest first."""
        trades = self._trades.get(token)
        return [] if trades is None else list(trades.copy())

    def clear(self) -> None:
        """Drop everything, as if newly made."""
        self._trades.clear()
        self.seen = 0

    def forget(self, token: str) -> None:
        """Drop the trades of a token that is tracked no more."""
        self._trades.pop(token, None)
