"""The program, run for real against the simulated venue, at the sizes that it promises."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from rich.segment import Segment
from textual.color import Color
from textual.pilot import Pilot
from textual.widgets import Input, Static

from pr3dict.app.events import TapeHalted
from pr3dict.app.system import System
from pr3dict.config import Config
from pr3dict.model.errors import UnknownTokenError
from pr3dict.model.states import Cause
from pr3dict.monitor import layout
from pr3dict.monitor.app import BookTable, Monitor
from pr3dict.monitor.sample import take
from pr3dict.sim.server import SimServer
from pr3dict.sim.truth.config import FLAT_OUT, SimConfig
from pr3dict.sim.truth.venue import Venue

SMALL = (80, 24)
LARGE = (120, 40)
TRIES = 200
"""How often, 50 ms apart, a test looks for what it waits for."""


class Stage:
    """A monitor on a feed from a venue that moves when it is told to."""

    def __init__(self, monitor: Monitor, pilot: Pilot[None], server: SimServer, system: System):
        self.monitor, self.pilot, self.server, self.system = monitor, pilot, server, system

    async def until(self, what: Callable[[], bool]) -> None:
        """Wait until something is so, reading anew each time."""
        for _ in range(TRIES):
            self.monitor.read()
            if what():
                return
            await self.pilot.pause(0.05)
        raise AssertionError("it never came to be")

    def healths(self) -> dict[str, int]:
        return {health.name: n for health, n in self.monitor.board.healths.items()}

    def lines(self) -> list[str]:
        """Return the screen as text, from top to bottom."""
        table = self.monitor.query_one(BookTable)
        top = [text(self.monitor, name) for name in ("#title", "#figures", "#header")]
        rows = [table.render_line(y).text for y in range(table.size.height)]
        panels = [text(self.monitor, name) for name in ("#trades", "#notices", "#keys")]
        return [line for part in (*top, *rows, *panels) for line in part.split("\n")]


def text(monitor: Monitor, name: str) -> str:
    return str(monitor.query_one(name, Static).content)


@asynccontextmanager
async def staged(
    size: tuple[int, int] = SMALL, markets: int = 2, **settings: Any
) -> AsyncIterator[Stage]:
    """Give a monitor whose books are all LIVE, and a venue at rest."""
    venue = Venue(
        SimConfig(markets=markets, rate=FLAT_OUT, created_per_hour=0.0, resolved_per_hour=0.0)
    )
    async with SimServer(venue, paused=True) as server:
        system = System(
            Config(polymarket_market_ws_url=server.ws_url, polymarket_clob_url=server.rest_url)
        )
        system.start()
        try:
            system.subscribe(server.tokens)
            monitor = Monitor(system, "simulated venue", **settings)
            async with monitor.run_test(size=size) as pilot:
                stage = Stage(monitor, pilot, server, system)
                await stage.until(lambda: stage.healths() == {"LIVE": 2 * markets})
                await pilot.pause()
                yield stage
        finally:
            await asyncio.to_thread(system.stop)


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_screen_shows_connections_figures_and_proved_books(size):
    async with staged(size) as stage:
        lines = stage.lines()
        width, _ = size
        assert [] == [line for line in lines if len(line) > width]
        assert "all well" in lines[0]
        assert lines[1].startswith(" link 1  open")
        assert "proved 4" in "\n".join(lines)
        rows = [line for line in lines if "LIVE" in line and "proved" in line]
        assert stage.server.tokens[0][:4] == rows[0].strip()[:4]
        assert 4 == len(rows)


@pytest.mark.parametrize("size", [SMALL, LARGE, (40, 12), (20, 6)])
async def test_everything_has_a_place_on_the_screen(size):
    async with staged(size) as stage:
        width, height = size
        keys = stage.monitor.query_one("#keys").region
        assert (width, 1) == (keys.width, keys.height)
        if height >= 24:
            assert height - 1 == keys.y
            assert 4 <= stage.monitor.query_one(BookTable).size.height


async def test_trades_flow_into_the_panel_and_the_rows():
    async with staged(LARGE) as stage:
        while not stage.system.history.seen:
            await stage.server.step(20)
            await stage.pilot.pause(0.01)
        await stage.until(lambda: bool(stage.monitor.board.trades))
        assert any(" BUY " in line or " SELL " in line for line in stage.lines())
        assert 0 < sum(row.buys + row.sells for row in stage.monitor.board.rows)


async def test_a_book_in_doubt_comes_first_with_its_cause_and_the_title_says_so():
    async with staged() as stage:
        token = stage.server.tokens[3]
        await stage.server.step(5)
        stage.system.books.suspect(token, Cause.REQUESTED, stage.system.clock.now())
        stage.monitor.read()
        lines = stage.lines()
        assert "! 1 SUSPECT" in lines[0]
        table = stage.monitor.query_one(BookTable)
        assert "SUSPECT asked" in table.render_line(0).text
        assert table.render_line(0).text.strip().startswith(token[:4])


async def test_a_lost_connection_makes_books_stale_and_says_why():
    async with staged(LARGE) as stage:
        stage.server.faults.refuse(503, times=1000)
        stage.server.cut()
        await stage.until(lambda: stage.healths() == {"STALE": 4})
        screen = "\n".join(stage.lines())
        assert "STALE link" in screen
        assert "1 of 1 connections down" in screen
        assert "link 1 lost, 4 books stale" in screen


async def test_s_changes_the_order_and_says_which_it_is():
    async with staged() as stage:
        assert "sort: trouble" in stage.lines()[-1]
        await stage.pilot.press("s")
        assert "sort: token" in stage.lines()[-1]
        tokens = [row.token for row in stage.monitor.board.rows]
        assert sorted(tokens, key=lambda token: (len(token), token)) == tokens


async def test_p_holds_the_display_and_not_the_feed():
    async with staged() as stage:
        await stage.pilot.press("p")
        assert "PAUSED" in stage.lines()[0]
        shown = stage.monitor.board.stats["messages"]["received"]
        await stage.server.step(20)
        stage.monitor.read()
        assert shown == stage.monitor.board.stats["messages"]["received"]
        assert " p resume " in stage.lines()[-1]
        await stage.pilot.press("p")
        assert " p pause " in stage.lines()[-1]
        await stage.until(lambda: stage.monitor.board.stats["messages"]["received"] > shown)
        assert "PAUSED" not in stage.lines()[0]


async def test_a_slash_filters_while_it_is_typed_and_escape_shows_all_again():
    async with staged() as stage:
        token = stage.server.tokens[1]
        await stage.pilot.press("slash", *token[:12])
        assert [token] == [row.token for row in stage.monitor.board.rows]
        assert f"1 of 4 books: {token[:12]}" in stage.lines()[-1]
        await stage.pilot.press("enter")
        assert not stage.monitor.query_one("#filter", Input).display
        await stage.pilot.press("escape")
        assert 4 == len(stage.monitor.board.rows)


async def test_a_filter_may_hold_the_letters_of_keys_and_markup():
    async with staged() as stage:
        await stage.pilot.press("slash", "q", "p", "s", "left_square_bracket", "r", "e", "d")
        assert stage.monitor.is_running
        assert "0 of 4 books: qps[red" in stage.lines()[-1]


async def test_more_books_than_lines_can_be_scrolled():
    async with staged(SMALL, markets=20) as stage:
        table = stage.monitor.query_one(BookTable)
        assert 40 == table.virtual_size.height
        await stage.until(lambda: f"{table.size.height} of 40 books, PgDn" in stage.lines()[-1])
        first = table.render_line(0).text
        await stage.pilot.press("end")
        await stage.pilot.pause(0.5)
        assert first != table.render_line(0).text
        assert stage.server.tokens[-1][:4] == table.render_line(table.size.height - 1).text[1:5]


async def test_where_all_books_are_seen_no_more_are_promised():
    async with staged() as stage:
        assert "PgDn" not in stage.lines()[-1]


@pytest.mark.parametrize("key", ["question_mark", "h"])
async def test_the_keys_are_explained_in_the_place_of_the_books_until_asked_again(key):
    async with staged() as stage:
        await stage.pilot.press(key)
        assert not stage.monitor.query_one(BookTable).display
        explained = text(stage.monitor, "#help")
        assert all(f" {name} " in explained for name in layout.KEYS)
        await stage.pilot.press(key)
        assert stage.monitor.query_one(BookTable).display
        await stage.pilot.press(key, "escape")
        assert stage.monitor.query_one(BookTable).has_focus


async def test_where_no_colours_are_wanted_there_are_none(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with staged() as stage:
        segments = list(stage.monitor.query_one(BookTable).render_line(0))
        styles = [part.style for part in filtered(stage.monitor, segments) if part.style]
        assert styles
        named = {c.name for style in styles for c in (style.color, style.bgcolor) if c}
        assert {"default"} == named


def filtered(monitor: Monitor, segments: list[Segment]) -> list[Segment]:
    """Return segments as they go to the terminal."""
    for each in monitor.get_line_filters():
        segments = each.apply(segments, Color(0, 0, 0))
    return segments


async def test_the_last_board_is_of_now_and_whole_even_when_held_and_filtered():
    async with staged() as stage:
        await stage.pilot.press("p", "slash", "x", "enter")
        await stage.server.step(20)
        received = stage.monitor.board.stats["messages"]["received"]
        while stage.system.books.counters()["frames.received"] == received:
            await stage.pilot.pause(0.01)
        last = stage.monitor.last()
        assert received < last.stats["messages"]["received"]
        assert 4 == len(last.rows)


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
async def test_q_and_ctrl_c_leave(key):
    async with staged() as stage:
        await stage.pilot.press(key)
        await stage.pilot.pause()
        assert not stage.monitor.is_running


async def test_ctrl_c_leaves_even_where_it_would_copy_a_selection():
    async with staged() as stage:
        await stage.pilot.press("slash", "a", "shift+home", "ctrl+c")
        await stage.pilot.pause()
        assert not stage.monitor.is_running


async def test_a_check_that_fails_ends_the_program_and_is_found_in_failure():
    wrong = UnknownTokenError("the venue has no book")
    answers = iter([None] * 3)

    def check() -> None:
        if next(answers, wrong) is wrong:
            raise wrong

    venue = Venue(SimConfig(markets=1))
    async with SimServer(venue, paused=True) as server:
        system = System(Config(polymarket_market_ws_url=server.ws_url, rest=False))
        system.start()
        try:
            monitor = Monitor(system, "venue", check=check)
            async with monitor.run_test() as pilot:
                while monitor.failure is None:
                    monitor.read()
                await pilot.pause()
            assert wrong is monitor.failure
        finally:
            await asyncio.to_thread(system.stop)


async def test_nobody_listens_any_more_when_it_is_over():
    system = System(Config())
    monitor = Monitor(system, "nowhere")
    async with monitor.run_test():
        pass
    system.engine.publish(TapeHalted("disk full"))
    assert () == take(system, monitor.ear).notices
