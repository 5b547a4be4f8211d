"""The sports scores of the simulated venue: shapes, quirks and heartbeats."""

import asyncio
from itertools import pairwise
from typing import Any

import aiohttp
from tests.sim.client import ending
from tests.sim.streams import messages, shape, talk, texts, told, vector, venue
from websockets.asyncio.client import ClientConnection

from pr3dict.sim.live.sports import LEAGUES, Sports
from pr3dict.sim.live.stream import Ended, Pinged
from pr3dict.sim.live.wing import SportsWing

START_MS = 1_790_000_000_000
HOUR_MS = 3_600_000


def stream(seed: int = 1) -> Sports:
    made = Sports(START_MS, seed=seed)
    made.text_pings = False
    made.joined(1, START_MS)
    return made


def frames(seed: int = 1, hours: int = 2) -> list[dict[str, Any]]:
    return messages(stream(seed).due(START_MS + hours * HOUR_MS))


def of(league: str, *, ended: bool) -> list[dict[str, Any]]:
    found = [f for f in frames() if f["leagueAbbreviation"] == league and f["ended"] == ended]
    assert found
    return found


def test_one_league_has_all_members_of_the_documents():
    real = vector("sports_messages.json", "game result (shape)")
    seen = of("nfl", ended=False)[0]
    assert dict(shape(real).items()) == shape(seen)  # type: ignore[attr-defined]


def test_leagues_write_their_scores_as_they_like():
    assert {league.name for league in LEAGUES} == {f["leagueAbbreviation"] for f in frames()}
    assert {"InProgress", "running", "inprogress", "Final", None} == {
        f.get("status") for f in frames()
    }
    soccer = of("arg", ended=False)[0]
    assert soccer["eventState"]["score"] == soccer["score"]


def test_cricket_never_has_a_game_id():
    for ended in (False, True):
        for frame in of("cricket", ended=ended):
            assert isinstance(frame["metadataGameId"], str)
            assert not {"gameId", "status", "homeTeam"} & frame.keys()


def test_some_games_end_under_another_id_without_teams():
    assert isinstance(of("cs2", ended=False)[0]["gameId"], int)
    last = of("cs2", ended=True)[0]
    assert "metadataGameId" in last
    assert not {"gameId", "status", "homeTeam"} & last.keys()


def test_ids_can_be_had_on_every_frame():
    made = stream()
    made.keyless = False
    assert all({"gameId", "status"} <= f.keys() for f in messages(made.due(START_MS + 2 * HOUR_MS)))


def test_the_end_is_written_in_either_case():
    assert of("nfl", ended=True)[0]["finishedTimestamp"].endswith("Z")
    assert of("arg", ended=True)[0]["finished_timestamp"].endswith("Z")


def test_an_end_is_told_once_and_another_game_begins():
    ends = [f.get("gameId", f.get("metadataGameId")) for f in frames() if f["ended"]]
    assert len(ends) == len(set(ends)) > len(LEAGUES)


def test_half_of_the_frames_repeat_the_one_before():
    seen = [f for f in frames() if f.get("gameId") == 1_234_568]
    repeats = sum(one == next_one for one, next_one in pairwise(seen))
    assert 0.3 < repeats / len(seen) < 0.9


def test_the_same_seed_plays_the_same_games():
    assert frames(1) == frames(1) != frames(2)


def test_a_text_ping_comes_every_five_seconds_and_wants_an_answer_in_ten():
    made = Sports(START_MS)
    made.protocol_pings = False
    made.joined(1, START_MS)
    said = [text for second in range(1, 16) for text in texts(made.due(START_MS + second * 1000))]

    assert 3 == said.count("ping")
    assert [Ended(1, 1008, "pong timeout")] == list(made.due(START_MS + 15_001))[-1:]


def test_who_answers_is_kept():
    made = Sports(START_MS)
    made.joined(1, START_MS)
    for second in range(1, 120):
        outs = list(made.due(START_MS + second * 1000))
        assert not [out for out in outs if isinstance(out, Ended)]
        made.heard(1, "pong", START_MS + second * 1000)


def test_pings_of_the_protocol_come_every_fifteen_seconds():
    made = stream()
    pings = [second for second in range(1, 61) if Pinged(1) in made.due(START_MS + second * 1000)]
    assert [15, 30, 45, 60] == pings


def test_who_left_hears_no_game():
    made = stream()
    made.left(1)
    assert [] == list(made.due(START_MS + HOUR_MS))


async def test_over_a_socket_games_are_told_without_a_subscription():
    async with venue() as hand, talk(hand.server.sports_url) as client:
        hand.passes(9)
        game = await told(client)
        assert {"leagueAbbreviation", "score", "live", "ended"} <= game.keys()


async def test_over_a_socket_who_does_not_answer_is_closed_and_who_does_is_not():
    async with (
        venue() as hand,
        talk(hand.server.sports_url) as deaf,
        talk(hand.server.sports_url) as kind,
    ):
        for _ in range(6):
            hand.passes(5)
            await until_ping(kind)
            await kind.send("pong")

        assert (1008, "pong timeout") == await ending(deaf)
        assert {kind.close_code} == {None}


async def until_ping(client: ClientConnection) -> None:
    async with asyncio.timeout(5):
        while await client.recv() != "ping":
            pass


async def test_over_a_socket_pings_of_the_protocol_can_be_had_alone():
    async with venue() as hand, aiohttp.ClientSession() as http:
        hand.server.wing(SportsWing).stream.text_pings = False
        async with http.ws_connect(hand.server.sports_url, autoping=False) as client:
            hand.passes(15)
            async with asyncio.timeout(5):
                while (message := await client.receive()).type is not aiohttp.WSMsgType.PING:
                    assert "ping" != message.data
