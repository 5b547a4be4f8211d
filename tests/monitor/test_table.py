"""The columns of the table of books."""

import math

import msgspec
import pytest
from tests.monitor.kit import NOW, Market

from pr3dict.model.events import Trade
from pr3dict.model.states import Cause, Proof
from pr3dict.monitor.lines import plain
from pr3dict.monitor.model import Health, Row, Tone
from pr3dict.monitor.table import COLUMNS, MORE_COLUMNS, columns, header, row_line
from pr3dict.monitor.words import cells


def a_row(**changes: object) -> Row:
    market = Market()
    market.open()
    row = market.board(after_s=1.0).rows[0]
    return msgspec.structs.replace(row, **changes) if changes else row


@pytest.mark.parametrize("width", range(20, 201, 5))
def test_every_line_fits_its_width(width):
    worst = a_row(
        token="\x1b字" * 60,
        market="0x" + "f" * 64,
        health=Health.SUSPECT,
        cause=Cause.UNPARSABLE,
        bid=123_456,
        ask=999_999,
        spread_bps=19_999.9,
        age_ns=10**18,
        verified_age_ns=-1,
        updates_per_s=1e9,
        buys=10**6,
        sells=10**6,
    )
    for line in (row_line(worst, width), row_line(a_row(), width), header(width)):
        assert cells(plain(line)) <= width


@pytest.mark.parametrize("width", [80, 100, 120, 160])
def test_values_stand_below_their_names(width):
    shown, gap = columns(width)
    names, values = plain(header(width)), plain(row_line(a_row(), width))
    at = 1
    for column in shown:
        cell = names[at : at + column.width]
        assert column.title == cell.strip()
        assert column.cell(a_row())[0] == values[at : at + column.width].strip()
        at += column.width + gap


def test_80_columns_hold_health_proof_prices_ages_rate_and_flow():
    shown, _ = columns(80)
    assert list(COLUMNS) == shown


def test_120_columns_hold_everything():
    assert ([*COLUMNS, *MORE_COLUMNS], 2) == columns(120)


@pytest.mark.parametrize("cause", [c for c in Cause if c is not Cause.NONE])
def test_every_cause_can_be_read_in_full(cause):
    line = plain(row_line(a_row(health=Health.SUSPECT, cause=cause), 80))
    assert "…" not in line.replace(line.split()[0], "")


@pytest.mark.parametrize(
    ("proof", "word", "tone"),
    [
        (Proof.PROVED, "proved", Tone.GOOD),
        (Proof.PENDING, "pending", Tone.DIM),
        (Proof.UNVERIFIED, "unverif", Tone.WARN),
        (Proof.FAILED, "FAILED", Tone.BAD),
        (Proof.OFF, "off", Tone.DIM),
    ],
)
def test_each_proof_has_its_word_and_tone(proof, word, tone):
    pieces = row_line(a_row(proof=proof), 80)
    assert [tone] == [found for text, found in pieces if text.strip() == word]


def test_the_proof_of_a_book_that_is_ill_is_history():
    stale = row_line(a_row(health=Health.STALE, cause=Cause.LINK_DOWN), 80)
    assert [Tone.DIM] == [tone for text, tone in stale if text.strip() == "proved"]
    failed = row_line(a_row(health=Health.SUSPECT, cause=Cause.HASH, proof=Proof.FAILED), 80)
    assert [Tone.BAD] == [tone for text, tone in failed if text.strip() == "FAILED"]


def test_the_word_tells_what_the_colour_tells():
    stale = row_line(a_row(health=Health.STALE, cause=Cause.LINK_DOWN), 80)
    assert [("STALE link", Tone.BAD)] == [
        (text.strip(), tone) for text, tone in stale if "STALE" in text
    ]


def test_what_is_not_known_is_a_dash():
    unknown = a_row(bid=0, ask=0, spread_bps=math.nan, age_ns=-1, updates_per_s=math.nan)
    assert 6 == plain(row_line(unknown, 80)).split().count("-")  # and nobody traded


def test_flow_and_the_last_trade_are_shown():
    trade = Trade("1", "0x1", 520_000, 5_000_000, "SELL", NOW, NOW, "")
    line = row_line(a_row(buys=3, sells=12, last_trade=trade, tick=1_000), 120)
    assert {"3/12", "0.520"} <= set(plain(line).split())


def test_with_names_the_first_column_takes_the_room_of_less_important_ones():
    row = a_row(label="Yes Will the Fed rate decision in October be: 25 bps decrease?")
    for width in (40, 60, 80, 100, 120, 200):
        names, line = plain(header(width, named=True)), plain(row_line(row, width, named=True))
        assert max(len(names), len(line)) <= width
        assert names.startswith(" outcome and market")
        assert line.startswith(" Yes Will")
    shown, _ = columns(80, named=True)
    assert ["health", "proof", "bid", "ask", "bps", "age"] == [each.title for each in shown][1:]
    assert "market" not in [each.title for each in columns(300, named=True)[0]]


def test_a_book_without_a_name_shows_its_id_among_those_that_have_one():
    row = a_row(token="7" * 77)
    assert plain(row_line(row, 80, named=True)).startswith(" 7777…7777 ")
