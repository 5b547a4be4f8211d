"""The program around the view model: reads the system every second, paints lines, knows the keys.

Everything that is decided is decided in `model` and `layout`; here are only widgets and colours.
"""

import asyncio
import os
import signal
from collections.abc import Callable
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.app import App, ComposeResult, ScreenStackError
from textual.binding import Binding, BindingType
from textual.css.query import NoMatches
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Input, Static

from pr3dict.app.stats import Running
from pr3dict.model.errors import Pr3dictError
from pr3dict.monitor import layout, table
from pr3dict.monitor.labels import NAMELESS, Labels
from pr3dict.monitor.lines import Line, pad
from pr3dict.monitor.model import Board, Model, Row, Tone
from pr3dict.monitor.sample import Ear, take

REFRESH_S: Final = 1.0
LOW: Final = 30
"""A terminal of fewer lines gets the small panels."""

STYLES: Final = {
    Tone.PLAIN: Style(color="#c9d1d9"),
    Tone.DIM: Style(color="#7d8794"),
    Tone.HEAD: Style(color="#8ab4d8", bold=True),
    Tone.GOOD: Style(color="#8fbf8f"),
    Tone.WARN: Style(color="#d9b36c"),
    Tone.BAD: Style(color="#e07b7b", bold=True),
}
"""Calm colours; what they tell is told in words as well."""


def text_of(lines: list[Line]) -> Text:
    """Return lines as Textual takes them: no markup is read."""
    whole = Text(no_wrap=True, overflow="crop", end="")
    for number, line in enumerate(lines):
        whole.append("\n" if number else "")
        for piece, tone in line:
            whole.append(piece, STYLES[tone])
    return whole


class BookTable(ScrollView, can_focus=True):
    """The books, a line each; only those that are seen are laid out."""

    def __init__(self) -> None:
        super().__init__(id="books")
        self._rows: tuple[Row, ...] = ()
        self._named = False

    def show(self, rows: tuple[Row, ...], *, named: bool) -> None:
        """Show these; `named`: whether their outcomes have names."""
        self._rows, self._named = rows, named
        self.virtual_size = Size(self.size.width, len(rows))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return one line of the screen; Textual calls it."""
        width, at = self.size.width, y + self.scroll_offset.y
        if at >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        line = pad(table.row_line(self._rows[at], width, named=self._named), width)
        return Strip([Segment(text, self.rich_style + STYLES[tone]) for text, tone in line], width)


class Monitor(App[None]):
    """The terminal monitor of a running system, or of a recording that plays."""

    TITLE = "PR3DICT"
    ENABLE_COMMAND_PALETTE = False
    CSS = """
    Screen { background: #11151b; color: #c9d1d9; overflow: hidden; }
    #title, #keys { height: 1; background: #1a212b; }
    #figures { height: auto; padding: 1 0; }
    #header { height: 1; background: #161c24; }
    #books { height: 1fr; scrollbar-size: 0 0; background: #11151b; }
    #panels { height: auto; layout: horizontal; background: #11151b; padding: 1 0 0 0; }
    #trades, #notices { width: 1fr; height: auto; }
    #filter { display: none; height: 1; border: none; padding: 0 1; background: #26303d; }
    #help { display: none; height: 1fr; padding: 1 0; }
    .low #figures, .low #panels { padding: 0; }
    .helping #header, .helping #books { display: none; }
    .helping #help { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit", "quit"),
        Binding("ctrl+c", "quit", "quit", priority=True, show=False),
        Binding("p", "pause", "pause"),
        Binding("s", "sort", "sort"),
        Binding("slash", "filter", "filter"),
        Binding("question_mark,h", "help", "keys"),
        Binding("escape", "clear", "clear the filter", show=False),
    ]

    def __init__(
        self,
        running: Running,
        where: str,
        *,
        check: Callable[[], object] | None = None,
        seconds: float | None = None,
        labels: Labels = NAMELESS,
    ) -> None:
        """`where` names the source on the title line, `labels` the tokens.

        `check` is called each second; the `Pr3dictError` that it raises ends the program and is
        then found in `failure`. `seconds`: when to leave by itself.
        """
        plain = "NO_COLOR" in os.environ  # Textual alone would turn colours into greys
        super().__init__(ansi_color=True if plain else None)
        self.failure: Pr3dictError | None = None
        self._running_system = running
        self._where = where
        self._check = check
        self._seconds = seconds
        self.ear = Ear(labels)
        """What was heard since it was opened."""
        self._model = Model(labels)
        self._held = False
        """Whether the display stands still."""
        self._helping = False
        """Whether the keys stand where the books do."""

    @property
    def board(self) -> Board:
        """What is shown."""
        return self._model.board()

    def last(self) -> Board:
        """Read once more, held or not, and return everything, whatever the filter."""
        self._model.pattern = ""
        self._model.add(take(self._running_system, self.ear))
        return self.board

    def compose(self) -> ComposeResult:
        """Give the parts of the screen, from top to bottom; Textual calls it."""
        yield Static(id="title")
        yield Static(id="figures")
        yield Static(id="header")
        yield BookTable()
        yield Static(id="help")
        with Static(id="panels"):
            yield Static(id="trades")
            yield Static(id="notices")
        yield Input(id="filter", placeholder="token, market, state, cause or proof", compact=True)
        yield Static(id="keys")

    def on_mount(self) -> None:
        """Begin to listen and to paint; Textual calls it."""
        self._running_system.engine.on_events(self.ear.events)
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                asyncio.get_running_loop().add_signal_handler(number, self.exit)
            except (NotImplementedError, RuntimeError, ValueError):
                break  # not on the main thread, or not on this system
        self.query_one(BookTable).focus()
        self.set_interval(REFRESH_S, self.read)
        if self._seconds is not None:
            self.set_timer(self._seconds, self.exit)
        self.read()

    def on_unmount(self) -> None:
        """Stop listening; Textual calls it."""
        self._running_system.engine.leave(self.ear.events)

    def on_resize(self) -> None:
        """Lay out anew; Textual calls it."""
        self.call_after_refresh(self.paint)

    def read(self) -> None:
        """Read the system and paint it, unless the display is held."""
        if not self._is_up():
            return
        try:
            if self._check is not None:
                self._check()
        except Pr3dictError as error:
            self.failure = error
            self.exit()
            return
        if not self._held:
            self._model.add(take(self._running_system, self.ear))
            self.paint()

    def paint(self) -> None:
        """Paint what was read last."""
        if not self._is_up():
            return
        width, height = self.size
        low = height < LOW
        self.screen.set_class(low, "low")
        board = self.board
        figures = [
            *layout.links(board, width, 2 if low else 4),
            *layout.figures(board, width),
        ]
        panel_lines, half = (4, 8)[not low], width // 2
        self._put("#title", [layout.title(board, self._where, width, paused=self._held)])
        self._put("#figures", figures)
        self._put("#header", [table.header(width, named=bool(board.labels))])
        self._put("#trades", layout.trades(board, half, panel_lines))
        self._put("#notices", layout.notices(board, width - half, panel_lines))
        books = self.query_one(BookTable)
        seen = len(board.rows) if self._helping else books.size.height
        self._put("#help", layout.explained(width))
        self._put("#keys", [layout.keys(board, width, paused=self._held, seen=seen)])
        books.show(board.rows, named=bool(board.labels))

    def action_pause(self) -> None:
        """Hold the display, or let it go on; the feed always goes on."""
        self._held = not self._held
        self.read()
        self.paint()

    def action_sort(self) -> None:
        """Sort by the next thing."""
        self._model.next_sort()
        self.paint()

    def action_filter(self) -> None:
        """Ask what to filter by."""
        field = self.query_one("#filter", Input)
        field.styles.display = "block"
        field.focus()

    def action_help(self) -> None:
        """Show what each key does in the place of the books, or the books again."""
        self._helping = not self._helping
        self.screen.set_class(self._helping, "helping")
        if not self._helping:
            self.query_one(BookTable).focus()
        self.call_after_refresh(self.paint)

    def action_clear(self) -> None:
        """Show all books again."""
        if self._helping:
            self.action_help()
        self.query_one("#filter", Input).value = ""
        self._leave_filter()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter while it is typed; Textual calls it."""
        self._model.pattern = event.value.strip()
        self.paint()

    def on_input_submitted(self) -> None:
        """Keep the filter; Textual calls it."""
        self._leave_filter()

    def _leave_filter(self) -> None:
        self.query_one("#filter", Input).styles.display = "none"
        self.query_one(BookTable).focus()

    def _is_up(self) -> bool:
        """Whether the screen is whole: a timer may still fire while it is taken down."""
        try:
            self.query_one("#keys")
        except (NoMatches, ScreenStackError):
            return False
        return True

    def _put(self, where: str, lines: list[Line]) -> None:
        self.query_one(where, Static).update(text_of(lines))
