"""Tokens are called by their outcome and their market, where these are known."""

from pr3dict.monitor.labels import NAMELESS, Label, apart, brief, full, label

LONG = "7" * 77
KNOWN = {LONG: Label("Yes", "Will the Fed rate decision in October be: 25 bps decrease?")}


def test_without_a_label_the_short_id_stands_for_a_token():
    assert "7777…7777" == full(LONG, NAMELESS, 40) == brief(LONG, NAMELESS)


def test_a_label_is_cut_in_its_middle_where_questions_are_alike():
    assert "Yes Will the …rease?" == full(LONG, KNOWN, 20)
    assert "Yes Will the Fed rate decision in October be: 25 bps decrease?" == full(LONG, KNOWN, 99)
    assert "Yes" == brief(LONG, KNOWN)


def test_what_the_venue_wrote_acts_on_no_terminal():
    made = label("Yes\x1b[2J\n", "Will\u202e it " + "rain " * 99)
    assert made.outcome.isprintable()
    assert made.market.isprintable()
    assert "\u202e" not in made.market
    assert len(made.market) <= 120


def test_only_what_differs_is_left_of_questions_that_begin_alike():
    asked = [f"Will the rate decision be: {cut}?" for cut in ("25 bps", "50 bps", "No change")]
    assert ["… 25 bps?", "… 50 bps?", "… No change?"] == apart(asked)


def test_questions_that_differ_early_or_not_at_all_stay_whole():
    for asked in (
        ["Will it rain?"],
        ["Will it rain?", "Will it snow?"],
        ["a b c d", "a b c d"],
        [],
    ):
        assert asked == apart(asked)
