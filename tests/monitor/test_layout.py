"""The lines around the table."""

import math

import msgspec
import pytest
from tests.monitor.kit import LINK, NOW, Market

from pr3dict.model.events import Trade
from pr3dict.model.links import LinkStatus, Phase
from pr3dict.model.states import Cause
from pr3dict.monitor import layout
from pr3dict.monitor.labels import Label
from pr3dict.monitor.lines import Line, plain
from pr3dict.monitor.model import Board, Model, Tone
from pr3dict.monitor.sample import LinkSample, Notice
from pr3dict.monitor.words import cells

WIDTHS = (20, 40, 80, 100, 112, 120, 200)


def board(**changes: object) -> Board:
    market = Market(markets=2)
    market.open()
    market.trade(20)
    found = market.board()
    return msgspec.structs.replace(found, **changes) if changes else found


def link(number: int, phase: Phase = Phase.OPEN, **changes: object) -> LinkSample:
    status = LinkStatus(number, "ws://127.0.0.1:1", phase, 3, 2, **changes)
    return LinkSample(status, NOW, 7)


def figure(lines: list[Line], name: str) -> tuple[str, Tone]:
    """Return the value that follows a name, and its tone."""
    pieces = [piece for line in lines for piece in line]
    at = next(n for n, (text, _) in enumerate(pieces) if text.strip() == name)
    return pieces[at + 1]


@pytest.mark.parametrize("width", WIDTHS)
def test_every_line_fits_every_width(width):
    hostile = link(2, Phase.WAITING, last_error="\x1b[2J" + "x" * 500, lost={"dropped": 7})
    trade = Trade("1" * 78, "0x1", 520_000, 10**15, "SELL", NOW, NOW, "")
    crowded = board(
        links=(link(1), hostile),
        trades=(trade,) * 9,
        notices=(Notice(NOW, True, "字" * 300),) * 9,
        alerts=("something",) * 9,
        pattern="p" * 90,
    )
    lines = [
        layout.title(crowded, "somewhere", width, paused=True),
        layout.keys(crowded, width),
        *layout.links(crowded, width, 4),
        *layout.figures(crowded, width),
        *layout.trades(crowded, width, 4),
        *layout.notices(crowded, width, 4),
    ]
    assert [] == [plain(line) for line in lines if cells(plain(line)) > width]


def test_the_title_says_where_which_engine_and_whether_all_is_well():
    found = board()
    line = plain(layout.title(found, "venue.example", 100))
    assert f"venue.example · {found.engine} engine   all well" in line
    assert line.endswith("UTC ")


def test_alerts_take_the_place_of_all_well():
    line = layout.title(board(alerts=("2 STALE", "no message for 31 s")), "venue", 100)
    assert ("   ! 2 STALE · no message for 31 s", Tone.BAD) in line
    assert "all well" not in plain(line)
    narrow = plain(layout.title(board(alerts=("2 STALE", "no message for 31 s")), "venue", 80))
    assert narrow.startswith(" PR3DICT   ! 2 STALE · no message for 31 s ")


def test_a_held_display_says_so():
    assert "PAUSED" in plain(layout.title(board(), "venue", 80, paused=True))


def test_a_connection_shows_epoch_attempts_losses_age_and_its_last_error():
    lost = link(3, Phase.WAITING, lost={"dropped": 2}, last_error="it broke")
    line = layout.link_line(lost, NOW + 1_500_000_000, 120)
    assert plain(line).startswith(" link 3  waiting")
    assert ("2", Tone.PLAIN) == figure([line], "epoch")
    assert ("3", Tone.PLAIN) == figure([line], "tries")
    assert ("2", Tone.WARN) == figure([line], "lost")
    assert ("1.5s", Tone.GOOD) == figure([line], "data")
    assert "last error: it broke" in plain(line)


def test_connections_that_race_for_a_link_are_told_apart():
    assert plain(layout.link_line(link(3, copy=2), NOW, 120)).startswith(" link 3.2")


def test_where_there_is_little_room_the_error_has_its_own_line():
    down = link(1, Phase.WAITING, lost={"dropped": 2}, last_error="it broke")
    lines = [plain(line) for line in layout.links(board(links=(down,)), 80, 2)]
    assert 2 == len(lines)
    assert "it broke" not in lines[0]
    assert "it broke" == lines[1].strip()
    assert 1 == len(layout.links(board(links=(down,)), 80, 1))
    assert 1 == len(layout.links(board(links=(link(1, last_error="long ago"),)), 80, 2))


def test_of_many_connections_those_in_trouble_are_shown_and_the_rest_counted():
    many = board(links=(*map(link, range(1, 9)), link(9, Phase.WAITING, lost={"dropped": 1})))
    lines = [plain(line) for line in layout.links(many, 80, 3)]
    assert 3 == len(lines)
    assert lines[0].startswith(" link 9")
    assert " … and 7 more; 8 of 9 open" == lines[2]


def test_figures_stand_side_by_side_where_there_is_room():
    assert 6 == len(layout.figures(board(), 80))
    assert 3 == len(layout.figures(board(), 120))


def test_latency_has_the_tone_of_its_average():
    market = Market()
    slow = market.board(
        stats=market.figures(latency_avg_ms=12.5, latency_p99_ms=40.0, latency_negative=3)
    )
    lines = layout.figures(slow, 80)
    assert ("12.5", Tone.BAD) == figure(lines, "avg")
    assert ("40.0", Tone.PLAIN) == figure(lines, "p99")
    assert ("3", Tone.WARN) == figure(lines, "negative")
    assert ("-", Tone.PLAIN) == figure(lines, "max")


def test_what_should_not_be_is_plain_while_it_is_not():
    lines = layout.figures(board(), 80)
    assert ("0", Tone.PLAIN) == figure(lines, "rejected")
    market = Market()
    bad = market.board(
        stats=market.figures(
            witnesses={
                "best.failed": 1,
                "mirror.compared": 9,
                "mirror.failed": 2,
                "latency.clock_insane": 0,
            }
        )
    )
    assert ("2", Tone.BAD) == figure(layout.figures(bad, 80), "differed")
    assert ("1", Tone.BAD) == figure(layout.figures(bad, 80), "best differed")


def test_rest_says_why_it_is_not_asked():
    market = Market()
    off = market.board(stats=market.figures(rest="off: httpx2 is not installed"))
    assert " rest    off: httpx2 is not installed" in map(plain, layout.figures(off, 80))
    asked = market.board(stats=market.figures(rest="on", audit={"asked": 9, "doubted": 1}))
    assert ("1", Tone.BAD) == figure(layout.figures(asked, 80), "doubted")


def test_the_health_of_all_books_is_counted_whatever_the_filter():
    found = board(rows=())
    assert " books   4 LIVE" in map(plain, layout.figures(found, 80))


def test_the_keys_tell_the_order_and_the_filter():
    line = plain(layout.keys(board(sort="spread", pattern="suspect", rows=()), 100))
    assert "sort: spread" in line
    assert "0 of 4 books: suspect" in line


def test_a_line_a_second_says_what_the_monitor_says():
    line = layout.stats_line(board(messages_per_s=12.34), 7)
    assert line.startswith("   7 s · books: 4 LIVE · 12.3 messages/s · latency avg ")
    assert line.endswith(" 0 failed")
    troubled = layout.stats_line(board(alerts=("4 STALE",), messages_per_s=math.nan), 8)
    assert troubled.endswith(" · ! 4 STALE")
    assert " - messages/s" in troubled


def test_the_keys_tell_what_p_would_do_now():
    assert " p pause " in plain(layout.keys(board(), 80))
    assert " p resume " in plain(layout.keys(board(), 80, paused=True))


def test_books_for_which_there_is_no_room_are_told_with_the_key_that_shows_them():
    assert plain(layout.keys(board(), 80, seen=3)).endswith("3 of 4 books, PgDn")
    assert "books" not in plain(layout.keys(board(), 80, seen=4))
    narrowed = plain(layout.keys(board(pattern="0x"), 80, seen=3))
    assert "PgDn" in narrowed
    assert "4 of 4 books: 0x" in narrowed


def test_each_key_is_explained_in_every_width():
    assert all(cells(plain(line)) <= 40 for line in layout.explained(40))
    assert " s                   sort by the next thing: trouble, token" in plain(
        layout.explained(100)[2]
    )


def ended() -> Board:
    """Return the board of a recording that is over: its connection is gone, its books are STALE."""
    market = Market()
    market.open()
    market.books.close_link(LINK, Cause.LINK_DOWN, market.now)
    return market.board(live=False, over=True, links=())


def test_the_end_of_a_recording_is_no_alarm():
    found = ended()
    line = layout.title(found, "replay", 80)
    assert "end of recording" in plain(line)
    assert Tone.BAD not in {tone for _, tone in line}
    assert "all well" not in plain(line)
    assert ("2 ", Tone.DIM) in [piece for line in layout.figures(found, 80) for piece in line]
    last = layout.stats_line(found, 9)
    assert last.endswith(" · end of recording")
    assert "!" not in last


def test_a_loss_is_bad_news_until_the_recording_is_over():
    lost = (Notice(NOW, True, "link 1 lost, 2 books stale", loss=True),)
    said = (lost[0].words, Tone.WARN)
    assert said in layout.notices(board(notices=lost), 80, 4)[1]
    assert said not in layout.notices(board(notices=lost, over=True), 80, 4)[1]


def test_prices_of_one_market_stand_in_the_line_a_second_and_of_many_do_not():
    market = Market()
    market.open()
    yes, no = market.tokens
    one = {yes: Label("Yes", "Will it?"), no: Label("No", "Will it?")}
    for labels, shown in (
        (one, True),
        ({}, False),
        (one | {"5": Label("Yes", "And this?")}, False),
        (one | {"5": Label("Maybe", "Will it?")}, True),  # a book that is not there yet
    ):
        model = Model(labels)
        model.add(market.sample())
        line = layout.stats_line(model.board(), 1)
        assert shown == (" · Yes 0." in line and " · No 0." in line)


def test_prices_of_a_book_that_is_ill_say_so():
    market = Market()
    market.open()
    market.books.close_link(market.sample().books[0].link, Cause.LINK_DOWN, NOW)
    model = Model({market.tokens[0]: Label("Yes", "Will it?")})
    model.add(market.sample())
    (said,) = [part for part in layout.stats_line(model.board(), 1).split(" · ") if "Yes" in part]
    assert said.endswith(" STALE")


def test_trades_are_called_by_their_outcome_and_market_where_there_is_room():
    trade = Trade("7" * 77, "0x1", 520_000, 5_000_000, "BUY", NOW, NOW, "")
    labels = {trade.token: Label("Yes", "Will it rain in May?")}
    found = board(trades=(trade,), labels=labels)
    assert "Yes Will it rain in May? " in plain(layout.trades(found, 65, 4)[1])
    narrow = plain(layout.trades(found, 40, 4)[1])
    assert len(narrow) <= 40
    assert " BUY  0.52" in narrow
