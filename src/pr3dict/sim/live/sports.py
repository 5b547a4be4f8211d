"""The sports scores of the simulated venue, without their socket (protocol, section 3.1).

Nobody subscribes: each client hears each game. Leagues differ in what they tell, and an ended game
may come under another id without teams and status; half of all frames repeat the one before. The
documents speak of text pings every 5 s, live captures of pings of the protocol every 15 s: both.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from random import Random
from typing import Any, Final, NamedTuple

from pr3dict.sim.live.stream import Ended, Out, Pinged, Said, compact
from pr3dict.sim.truth.wire import Step

TEXT_PING_MS: Final = 5_000
PONG_WITHIN_MS: Final = 10_000
PROTOCOL_PING_MS: Final = 15_000
NO_PONG: Final = (1008, "pong timeout")
UPDATE_MS: Final = (2_000, 8_000)
"""Between two frames of one game, shortest and longest."""
SCORES_SHARE: Final = 0.3
"""How many frames tell a new score."""
STEPS: Final = 40
"""Frames of a game until it ends; then another one begins in its place."""


class League(NamedTuple):
    """What a league's frames look like."""

    name: str
    teams: tuple[str, str]
    periods: tuple[str, ...]
    status: str
    full: bool = False
    """With all members of the documents."""
    stateful: bool = False
    """With an `eventState` that no document describes."""
    keyless: bool = False
    """Without `gameId`, teams and status: a `metadataGameId` instead."""
    ends_keyless: bool = False
    """Such an end frame only."""


LEAGUES: Final = (
    League("nfl", ("KC", "BUF"), ("Q1", "Q2", "Q3", "Q4"), "InProgress", full=True),
    League("arg", ("CA Barracas", "CA Aldosivi"), ("1H", "2H"), "InProgress", stateful=True),
    League("cs2", ("Anubis", "Amazigh"), ("1/3", "2/3", "3/3"), "running", ends_keyless=True),
    League("atp", ("Rune", "Ruud"), ("S1", "S2", "S3"), "inprogress", ends_keyless=True),
    League("cricket", ("Kent", "Essex"), ("Live",), "Live", keyless=True),
)


class Game:
    """One game: its score, its clock, and when it is told of next."""

    def __init__(self, league: League, number: int, start_ms: int) -> None:
        self.league = league
        self.number = number
        self.next_ms = start_ms
        self.score = [0, 0]
        self.steps = 0

    @property
    def ended(self) -> bool:
        """Whether the frame is its last."""
        return self.steps >= STEPS

    def advance(self, rng: Random) -> None:
        """Let some time pass; half of the time nothing happens in it."""
        self.next_ms += rng.randint(*UPDATE_MS)
        if rng.getrandbits(1):
            return
        self.steps += 1
        if rng.random() < SCORES_SHARE:
            self.score[rng.getrandbits(1)] += rng.choice((1, 2, 3))


class Guest:
    """One connection and its heartbeat."""

    def __init__(self, now_ms: int) -> None:
        self.pinged_ms = now_ms
        self.protocol_pinged_ms = now_ms
        self.owed_ms: int | None = None
        """When the first ping was sent that is not answered yet."""


class Sports:
    """The stream. Attributes may be set while it runs."""

    path = "/sports/ws"
    too_slow = (1013, "slow consumer: send buffer full")
    compresses = False

    def __init__(self, start_ms: int, *, seed: int = 1) -> None:
        self.text_pings = True
        """Whether the venue sends texts `ping` and closes on who does not answer `pong`."""
        self.protocol_pings = True
        """Whether it sends pings of the protocol."""
        self.keyless = True
        """Whether some frames come without `gameId`; the official client drops those."""
        self._rng = Random(f"{seed}:sports")  # noqa: S311 - a seed must give the same games
        self._numbers = 1_234_567
        self._games = [self._begun(league, start_ms) for league in LEAGUES]
        self._guests: dict[int, Guest] = {}

    def joined(self, number: int, now_ms: int) -> Iterable[Out]:
        """Take a client; it hears the next frame of each game."""
        self._guests[number] = Guest(now_ms)
        return []

    def left(self, number: int) -> None:
        """Forget a client."""
        self._guests.pop(number, None)

    def ponged(self, number: int, now_ms: int) -> None:
        """Do nothing: who does not answer a ping of the protocol is kept."""

    def heard(self, number: int, text: str, now_ms: int) -> Iterable[Out]:  # noqa: ARG002 - the seam's
        """Take a `pong`; anything else is left without an answer."""
        if text == "pong":
            self._guests[number].owed_ms = None
        return []

    def told(self, step: Step) -> Iterable[Out]:  # noqa: ARG002 - the seam's
        """Do nothing: games do not hear of trades."""
        return []

    def due(self, now_ms: int) -> Iterable[Out]:
        """Tell of the games, and ping."""
        outs: list[Out] = []
        for at in range(len(self._games)):
            while (game := self._games[at]).next_ms <= now_ms:
                outs += self._told(game)
                self._games[at] = self._next(game)
        for number, guest in self._guests.items():
            outs += self._beat(number, guest, now_ms)
        return outs

    def _begun(self, league: League, at_ms: int) -> Game:
        self._numbers += 1
        return Game(league, self._numbers, at_ms + self._rng.randint(*UPDATE_MS))

    def _next(self, game: Game) -> Game:
        if game.ended:
            return self._begun(game.league, game.next_ms)
        game.advance(self._rng)
        return game

    def _told(self, game: Game) -> list[Out]:
        text = compact(frame(game, keyless=self.keyless))
        return [Said(number, text, (game.league.name, str(game.number))) for number in self._guests]

    def _beat(self, number: int, guest: Guest, now_ms: int) -> list[Out]:
        """Return the pings that are due, or the end for who owes an answer."""
        owed_ms = now_ms if guest.owed_ms is None else guest.owed_ms
        if self.text_pings and now_ms - owed_ms > PONG_WITHIN_MS:
            return [Ended(number, *NO_PONG)]
        outs: list[Out] = []
        if self.text_pings and now_ms - guest.pinged_ms >= TEXT_PING_MS:
            guest.pinged_ms = now_ms
            guest.owed_ms = owed_ms
            outs.append(Said(number, "ping"))
        if self.protocol_pings and now_ms - guest.protocol_pinged_ms >= PROTOCOL_PING_MS:
            guest.protocol_pinged_ms = now_ms
            outs.append(Pinged(number))
        return outs


def frame(game: Game, *, keyless: bool = True) -> Mapping[str, Any]:
    """Return what the venue says of a game now; `keyless`: as the real one, without some ids."""
    league, at_ms = game.league, game.next_ms
    reached = min(game.steps * len(league.periods) // STEPS, len(league.periods) - 1)
    state: dict[str, Any] = {
        "score": f"{game.score[0]}-{game.score[1]}",
        "period": league.periods[reached],
        "live": not game.ended,
        "ended": game.ended,
    }
    if keyless and (league.keyless or (game.ended and league.ends_keyless)):
        finished = {"finishedTimestamp": _iso(at_ms)} if game.ended else {}
        other = {"metadataGameId": f"id270{game.number}", "leagueAbbreviation": league.name}
        return other | state | finished
    home, away = league.teams
    message: dict[str, Any] = {
        "gameId": game.number,
        "leagueAbbreviation": league.name,
        "homeTeam": home,
        "awayTeam": away,
        "status": "Final" if game.ended else league.status,
    }
    if league.stateful:
        state = {**state, "elapsed": str(1 + game.steps * 2)}
        kind = {"type": "soccer", "createdAt": _iso(at_ms), "updatedAt": _iso(at_ms)}
        # This league writes the end in snake case, which the official client reads as well.
        finished = {"finished_timestamp": _iso(at_ms)} if game.ended else {}
        return {**message, "eventState": kind | state, **state, **finished}
    return {**message, **state} | (_documented(game, home, away) if league.full else {})


def _documented(game: Game, home: str, away: str) -> dict[str, Any]:
    """Return the members that only the documents and the official client know."""
    day = datetime.fromtimestamp(game.next_ms // 1000, UTC).date()
    teams = f"{away}-{home}".lower()
    return {
        "sportradarGameId": None,
        "slug": f"{game.league.name}-{teams}-{day.isoformat()}",
        "elapsed": f"{14 - game.steps % 15}:18",
        "finishedTimestamp": _iso(game.next_ms) if game.ended else None,
        "turn": (home, away)[game.steps % 2].lower(),
    }


def _iso(at_ms: int) -> str:
    """Return a moment with the nanoseconds that the venue writes."""
    second = datetime.fromtimestamp(at_ms // 1000, UTC).replace(tzinfo=None)
    return f"{second.isoformat()}.{at_ms % 1000:03d}137533Z"
