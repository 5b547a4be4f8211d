"""The tables: everything that was measured is in them, weaknesses too."""

import io

from bench.peers import show
from bench.peers.catalogue import PEERS, pinned
from bench.peers.judge import Outcome
from rich.console import Console

SLOW = Outcome(
    scenario="A1", peer="polypulse", bound_s=45.0, wrong_s=44.2, wrong_tokens=10, victims=10
)
FAST = Outcome(
    scenario="A1",
    peer="pr3dict",
    bound_s=45.0,
    noticed_s=9.81,
    how="event FeedLost(SILENT)",
    wrong_s=9.3,
    without_s=1.2,
    still_s=0.5,
    others_wrong_s=0.25,
    wrong_tokens=10,
    victims=10,
    recovered_s=11.0,
    reconnects=2,
)
ABSENT = Outcome(scenario="A1", peer="polyws", trouble="not installed: there is no pip")


def test_what_was_not_noticed_is_told_with_the_bound():
    assert (
        "polypulse", "> 45 s", "", "44.2 s (10 of 10 tokens)", "0.0 s", "> 45 s", "",
    ) == show.cells(SLOW)  # fmt: skip


def test_our_own_weaknesses_are_told_as_well():
    text = " ".join(show.cells(FAST))

    for told in (
        "9.3 s (10 of 10",
        "1.2 s",
        "2 new connections",
        "read for 0.5 s",
        "wrong for 0.2",
    ):
        assert told in text


def test_an_absent_client_is_told_with_the_reason():
    assert "not installed: there is no pip" in show.cells(ABSENT)
    assert "not installed" == show.verdict(ABSENT)


def test_the_markdown_has_a_summary_a_table_and_every_client_with_its_version():
    page = show.markdown([FAST, SLOW, ABSENT])

    assert "| A1 zombie | noticed 9.8 s, wrong 9.3 s, no book 1.2 s, unreadable 0.5 s |" in page
    assert "unnoticed, wrong 44.2 s, not right again" in page
    assert "**A1 zombie**" in page
    assert "**A2" not in page
    assert [] == [peer.name for peer in PEERS if f"{peer.name} {pinned(peer.name)}" not in page]


def test_time_outs_that_were_not_shortened_are_not_told_as_shortened():
    assert "watchdog 10 s" in show.markdown([SLOW])
    assert "watchdog 10 s" not in show.markdown([SLOW], shortened=False)
    assert show.AS_THEY_ARE in show.markdown([SLOW], shortened=False)


def test_a_row_cannot_be_broken_by_what_a_client_says():
    evil = Outcome(scenario="A1", peer="x", noticed_s=1.0, how="event a|b\n<script>", bound_s=45)
    row = next(line for line in show.markdown([evil]).splitlines() if "event" in line)

    assert "event a/b (script>" in row


def test_the_terminal_shows_the_same():
    out = io.StringIO()
    show.on_terminal([FAST, SLOW], Console(file=out, width=150))

    assert "44.2 s" in out.getvalue()
