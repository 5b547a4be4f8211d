"""A small simulated market whose frames were fed to real books, and samples of them."""

from typing import Any

from pr3dict.app.stats import stats
from pr3dict.app.system import System
from pr3dict.config import Config
from pr3dict.model.links import LinkStatus, Phase
from pr3dict.model.units import NS_PER_MS, NS_PER_S
from pr3dict.monitor.model import Board, Model
from pr3dict.monitor.sample import BookSample, LinkSample, Sample
from pr3dict.sim.truth.config import SimConfig
from pr3dict.sim.truth.venue import Venue

NOW = 1_790_000_000 * NS_PER_S
LINK = 1


class Market:
    """Two tokens, their books, and a moment."""

    def __init__(self, markets: int = 1, **settings: Any) -> None:
        self.venue = Venue(
            SimConfig(
                markets=markets,
                created_per_hour=0.0,
                resolved_per_hour=0.0,
                start_ms=NOW // NS_PER_MS,
                **settings,
            )
        )
        self.tokens = self.venue.tokens
        self.system = System(Config(rest=False))
        self.books = self.system.books
        self.now = NOW
        for token in self.tokens:
            self.books.track(token, LINK)
        self.books.open_link(LINK, NOW)
        self.status = LinkStatus(LINK, "ws://127.0.0.1:1/ws/market", Phase.OPEN, 1, 1)

    def open(self) -> None:
        """The opening books arrive."""
        self.books.feed(LINK, self.venue.opening(self.tokens), self.now)

    def trade(self, steps: int) -> None:
        """So many things happen at the venue; the last is now."""
        for _ in range(steps):
            step = self.venue.advance()
            assert step is not None
            self.now = step.time_ms * NS_PER_MS
            for frame in step.frames:
                self.books.feed(LINK, frame.text, self.now)

    def sample(self, after_s: float = 0.0, **changes: Any) -> Sample:
        """Return what a monitor reads so many seconds later."""
        views = [self.books.view(token, 1) for token in self.tokens]
        found: dict[str, Any] = {
            "now": self.now + round(after_s * NS_PER_S),
            "stats": self.figures(),
            "live": True,
            "over": False,
            "offset_ns": 0,
            "books": tuple(BookSample(view, LINK, False, 0, 0, None) for view in views if view),
            "links": (
                LinkSample(self.status, self.books.last_data_ns(LINK), self.books.heard(LINK)[0]),
            ),
            "trades": (),
            "notices": (),
        }
        return Sample(**{**found, **changes})

    def board(self, after_s: float = 0.0, **changes: Any) -> Board:
        """Return the board of one sample."""
        model = Model()
        model.add(self.sample(after_s, **changes))
        return model.board()

    def figures(self, **changes: Any) -> dict[str, Any]:
        """Return the figures of a system that has these books."""
        return {**stats(self.system), **changes}
