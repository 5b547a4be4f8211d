"""The table says what was found, against what, and what was not."""

import io

import msgspec
from bench import machine, show
from bench.measured import Line, Measured, Spread, lines
from bench.run import Table
from rich.console import Console


def table(**more):
    figures = [
        [
            Measured(what="decode", unit="µs", by="native", proof="off", value=value, at_most=0.5),
            Measured(what="decode", unit="µs", by="native", proof="on", value=7.0),
        ]
        for value in (0.4, 0.45, 0.6)
    ]
    told = {
        "machine": machine.look(),
        "engine": "native",
        "rounds": 3,
        "quick": False,
        "captured": True,
        "lines": lines("frame", figures),
        "failures": {},
    }
    return Table(**(told | more))


def printed(found, width=160):
    written = io.StringIO()
    show.on_terminal(found, Console(file=written, width=width))
    return written.getvalue()


def test_the_terminal_shows_figure_spread_target_and_verdict():
    (line,) = [text for text in printed(table()).splitlines() if "≤" in text]

    assert ["decode", "native", "off", "0.45", "(0.40-0.60)", "µs"] == line.split()[:6]
    assert ["≤", "0.50", "µs", "reached"] == line.split()[6:]


def test_a_narrow_terminal_shows_no_spread_and_not_who_did_it():
    (line,) = [text for text in printed(table(), width=80).splitlines() if "≤" in text]

    assert ["decode", "off", "0.45", "µs", "≤", "0.50", "µs", "reached"] == line.split()


def test_a_missed_target_says_so():
    missed = lines("frame", [[Measured(what="x", unit="µs", by="native", value=2.0, at_most=1.0)]])

    assert "missed" in printed(table(lines=missed))


def test_markdown_has_a_row_for_each_line():
    text = show.markdown(table())

    assert "| **One frame** | | | | | | |" in text
    assert "| decode | native | off | 0.45 (0.40-0.60) µs |  | ≤ 0.50 µs | reached |" in text
    assert 1 == len({row.count("|") for row in text.splitlines() if row.startswith("|")})


def test_what_could_not_be_measured_is_told():
    assert "Not measured: picows: no module" in printed(table(failures={"picows": "no module"}))


def test_an_absent_capture_is_told():
    assert "its column is empty" in printed(table(captured=False))


def test_frames_a_second_are_shown_in_thousands_or_millions():
    assert "523 (500-600) k/s" == show.ranged(Spread(523e3, 500e3, 600e3, 3), "frames/s")
    assert "1.79 (0.90-2.00) M/s" == show.ranged(Spread(1.79e6, 9e5, 2e6, 3), "frames/s")


def test_a_least_is_shown_as_such():
    line = Line("live", "x", "off", "native", "frames/s", None, None, 0.0, 500_000, None)

    assert "≥ 500 k/s" == show.target(line)


def test_json_comes_back_as_the_same_table():
    found = table()

    assert found == msgspec.json.decode(msgspec.json.encode(found), type=Table)
