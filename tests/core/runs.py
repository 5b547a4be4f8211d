"""Runs of calls to an engine, from a seed: what a session might tell the books.

Valid frames with true claims, now and then lost, doubled, swapped or damaged; links that open
and close, tokens that come and go, answers of REST, and time that passes.
"""

import random
from typing import Any

from tests.core.damage import damaged
from tests.core.frames import START_MS, World, compact, text_of

Step = tuple[Any, ...]
"""A call: (name of the method of `core.Books`, its arguments…)."""

NS_PER_MS = 1_000_000
LINKS = 2
FRAMES_A_RUN = 100
WHEN_DUE = -1
"""As time of `wake`: whatever `wake_at` says."""
LINK_DOWN, SILENT = 7, 10


def steps(seed: int, count: int = FRAMES_A_RUN) -> list[Step]:
    """Return the calls of a run: about `count` frames of two links and what happens around."""
    rng = random.Random(seed)
    world = World(rng)
    run = _Run(rng, world)
    run.begin()
    while run.fed < count:
        run.go_on()
    run.calls.append(("wake", run.now + 10**9))
    return run.calls


class _Run:
    def __init__(self, rng: random.Random, world: World) -> None:
        self.rng = rng
        self.world = world
        self.now = START_MS * NS_PER_MS
        self.calls: list[Step] = []
        self.fed = 0
        self.harm = rng.choice((0.0, 0.1, 0.5))
        """How often a frame is lost, doubled, swapped or damaged."""
        self.proves_until = int(self.harm * 100) + 45 if self.harm < 0.5 else -1
        """After so many frames the hash is given up, if ever."""
        self.last = b""
        self.held: list[bytes] = []
        """Frames that come late, if at all."""

    def begin(self) -> None:
        rng, books = self.rng, self.world.books
        knows_rules = rng.random() < 0.8
        for book in books:
            if rng.random() < 0.9:
                self.calls.append(
                    ("track", book.token, rng.randrange(LINKS) if rng.random() < 0.2 else 0)
                )
            if knows_rules:
                rules = (book.min_order_size, text_of(book.tick), book.neg_risk)
                self.calls.append(("set_rules", book.token, *rules))
        for link in range(LINKS):
            if rng.random() < 0.95:
                self.calls.append(("open_link", link, self.now))
            self._feed(self.world.opening(books).encode(), link)

    def go_on(self) -> None:
        rng = self.rng
        self._pass_time()
        if self.fed == self.proves_until:
            self.calls.append(("stop_proving",))
        chance = rng.random()
        if chance < 0.90:
            frames = [frame.encode("utf-8", "surrogatepass") for frame in self.world.frames()]
            link = 0 if rng.random() < 0.9 else 1
            for frame in self._lossy(frames):
                self._feed(frame, link)
            if self.held and rng.random() < 0.5:
                self._feed(self.held.pop(), link)
        elif chance < 0.93:
            self._rest()
        elif chance < 0.935:
            self._rewind()
        else:
            self._happening()

    def _pass_time(self) -> None:
        ms = self.rng.choice((0, 0, 1, 1, 5, 40, 40, 300))
        self.world.ms += ms
        self.now += ms * NS_PER_MS + self.rng.randrange(1000)
        if self.rng.random() < 0.01:
            self.now = max(0, self.now - self.rng.choice((10**6, 10**9, 10**13)))

    def _feed(self, frame: bytes, link: int) -> None:
        self.now += self.rng.choice((0, 1000, 10**5))
        self.calls.append(("feed", link, frame, self.now))
        self.last = frame
        self.fed += 1

    def _lossy(self, frames: list[bytes]) -> list[bytes]:
        rng = self.rng
        if rng.random() >= self.harm:
            return frames
        at = rng.randrange(len(frames))
        harm = rng.randrange(7)
        if harm == 0:
            self.held.append(frames[at])
            return frames[:at] + frames[at + 1 :]
        if harm == 1:
            return [*frames[: at + 1], *frames[at:], self.last]
        if harm == 2:
            return frames[::-1]
        return [*frames[:at], damaged(rng, frames[at]), *frames[at + 1 :]]

    def _rest(self) -> None:
        rng = self.rng
        books = rng.sample(self.world.books, rng.randrange(1, len(self.world.books) + 1))
        answers = [self.world.book(book, rest=True) for book in books]
        if rng.random() < 0.2:
            answers[0]["timestamp"] = str(self.world.ms - 1000)
        answer = compact(answers if rng.random() < 0.5 else answers[0]).encode()
        if rng.random() < 0.2:
            answer = rng.choice(
                (damaged(rng, answer), b"", b"[]", b"PONG", b"<html>", b'{"error":"x"}')
            )
        self.calls.append(("feed_rest", 0, answer, self.now))
        self.fed += 1

    def _rewind(self) -> None:
        """Forget everything, begin anew or (with `adopt`) just go on."""
        self.calls.append(("reset",))
        if self.rng.random() < 0.8:
            self.begin()

    def _happening(self) -> None:
        rng, now = self.rng, self.now
        token = rng.choice((*(book.token for book in self.world.books), "nobody"))
        calls: tuple[tuple[Step, ...], ...] = (
            (("wake", now),),
            (("wake", WHEN_DUE),),
            (("wake", now + 10**9),),
            (("close_link", 0, LINK_DOWN, now), ("open_link", 0, now)),
            (("open_link", rng.randrange(LINKS), now),),
            (("close_link", rng.randrange(LINKS), rng.choice((LINK_DOWN, SILENT)), now),),
            (("track", token, rng.randrange(LINKS)),),
            (("untrack", token),),
            (("untrack", token), ("track", token, 0)),
            (("suspect", token, SILENT, now),),
            (
                (
                    "set_rules",
                    token,
                    rng.choice((None, "5", "7", "", "x" * 20)),
                    rng.choice((None, "0.01", "nope")),
                    rng.choice((None, True)),
                ),
            ),
            (("set_clock_offset", rng.choice((0, 5 * 10**6, -(10**9)))),),
        )
        chosen = rng.choice(calls)
        self.calls += chosen
        if any(call[0] == "open_link" for call in chosen) or rng.random() < 0.5:
            self._feed(self.world.opening(self.world.books).encode(), 0)
