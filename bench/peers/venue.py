"""The simulated venue with a diary: which books were true, and when."""

import asyncio
from time import monotonic_ns
from typing import Final

import msgspec

from bench.peers.drivers.telling import digest
from bench.peers.recording import Truth
from pr3dict.sim.faults import Faults
from pr3dict.sim.truth.config import SimConfig
from pr3dict.sim.truth.venue import Venue
from pr3dict.sim.truth.wire import Step

CONFIG: Final = SimConfig(
    markets=5,
    seed=20,
    ticks=("0.01",),
    levels=(14, 30),
    first_bid=480_000,
    created_per_hour=0.0,
    resolved_per_hour=0.0,
)
"""Ten tokens, and the same bytes for everybody."""
QUIET: Final = msgspec.structs.replace(CONFIG, trade_share=0.0)
"""The same without trades: after one the venue sends the whole book anew, which mends by luck."""
BOOK: Final = b'"event_type":"book"'

Best = tuple[tuple[int, int] | None, ...]
"""The best level of each side, with its size."""


class Watched(Venue):
    """A venue that writes down each true book, and can lose one change."""

    def __init__(self, config: SimConfig = CONFIG) -> None:
        super().__init__(config)
        self.diary: list[Truth] = []
        self._best: dict[str, Best] = {}
        self._losing: tuple[str, Faults] | None = None
        self._lost: asyncio.Future[int] | None = None
        self._hidden: Faults | None = None
        for token in self.tokens:
            self._note(token)

    def advance(self) -> Step | None:
        """Let the next thing happen, and write down what is true from then on."""
        if self._hidden is not None:  # what was to be lost has been
            self._hidden.thaw()
            self._hidden = None
        step = super().advance()
        if step is None:
            return None
        whole = any(BOOK in frame.text for frame in step.frames)
        for token in step.tokens:
            before = self._best.get(token)
            moved = self._note(token) != before
            if moved and not whole and self._losing and self._losing[0] == token:
                self._hidden = self._losing[1]
                self._hidden.freeze(token)
                self._losing = None
                assert self._lost is not None
                self._lost.set_result(monotonic_ns())
        return step

    async def lose_next_best(self, token: str, faults: Faults) -> int:
        """Lose what is said when the best level of a token changes next; return when that was.

        Not at a moment at which the venue sends the whole book as well, as it does after a trade.
        """
        self._losing = token, faults
        self._lost = asyncio.get_running_loop().create_future()
        return await self._lost

    def _note(self, token: str) -> Best:
        bids, asks = self.levels(token)
        top = (bids[0][0], asks[0][0]) if bids and asks else None
        self.diary.append(Truth(monotonic_ns(), token, top, digest(bids, asks)))
        self._best[token] = tuple(side[0] if side else None for side in (bids, asks))
        return self._best[token]
