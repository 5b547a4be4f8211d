"""A feed for the time of one verb: what is wrong is told at once."""

import asyncio
import socket

import pytest

from pr3dict.config import Config
from pr3dict.model.errors import ConfigError, FeedError, UnknownMarketError, UnknownTokenError
from pr3dict.monitor.live import TOKENS, live, look_after, place, wanted_tokens
from pr3dict.sim.server import SimServer
from pr3dict.sim.truth.config import SimConfig
from pr3dict.sim.truth.venue import Venue


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch, tmp_path):
    monkeypatch.delenv(TOKENS, raising=False)
    monkeypatch.chdir(tmp_path)


def test_tokens_of_the_command_line_come_before_those_of_the_environment(monkeypatch):
    monkeypatch.setenv(TOKENS, "3")
    assert ["1", "2"] == wanted_tokens(["1", "2", "1"], Config()).tokens


def test_tokens_of_the_environment_may_be_parted_by_commas_or_spaces(monkeypatch):
    monkeypatch.setenv(TOKENS, "1,2 3,\n4")
    assert ["1", "2", "3", "4"] == wanted_tokens([], Config()).tokens


def test_tokens_may_stand_in_a_dotenv_file(tmp_path):
    (tmp_path / ".env").write_text(f"{TOKENS}=5,6\n", "utf-8")
    assert ["5", "6"] == wanted_tokens([], Config()).tokens


def test_no_token_at_all_is_told_with_what_to_do():
    with pytest.raises(ConfigError, match=r"wanted at least one market or token id.*found none"):
        wanted_tokens([], Config())


def test_what_can_name_no_market_is_told():
    with pytest.raises(UnknownMarketError, match=r"wanted a condition id, 0x and 64 digits"):
        wanted_tokens(["0xabc"], Config())


def test_an_address_where_nobody_listens_is_told_at_the_first_attempt():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"ws://127.0.0.1:{held.getsockname()[1]}/ws/market"
        config = Config(polymarket_market_ws_url=url, rest=False)
        with pytest.raises(FeedError, match="cannot be reached"), live(config, ["1"]):
            pytest.fail("it opened")


async def test_a_feed_is_open_inside_and_closed_after():
    async with SimServer(Venue(SimConfig(markets=1)), paused=True) as server:
        config = Config(polymarket_market_ws_url=server.ws_url, rest=False)

        def visit() -> tuple[bool, bool, str]:
            with live(config, server.tokens) as system:
                inside, where = system.running, place(system)
            return inside, system.running, where

        inside, after, where = await asyncio.to_thread(visit)
    assert (True, False) == (inside, after)
    assert where == server.ws_url.removeprefix("ws://").partition("/")[0]


class Answers:
    """A system that knows which tokens have no book."""

    def __init__(self, *without: str, failure: BaseException | None = None) -> None:
        self.has_no_book = without.__contains__
        self.failure = failure


def test_tokens_that_all_have_no_book_are_refused():
    with pytest.raises(UnknownTokenError, match="no book for token 1: the id is wrong"):
        look_after(Answers("1"), ["1"])
    with pytest.raises(UnknownTokenError, match="no book for any of these 2 tokens"):
        look_after(Answers("1", "2"), ["1", "2"])


def test_a_feed_that_has_ended_by_itself_is_told():
    with pytest.raises(FeedError, match=r"ended by a fault of this program \(KeyError: 'x'\)"):
        look_after(Answers(failure=KeyError("x")), ["1"])


def test_one_token_with_a_book_is_enough():
    look_after(Answers("1"), ["1", "2"])
