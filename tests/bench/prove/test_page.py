"""The page says what was run, what came of it, and how to see the same."""

from bench.prove import page
from bench.prove.campaign import Campaign

from pr3dict.trial import try_seed


def tried() -> Campaign:
    campaign = Campaign(real_s=1.0)
    campaign.add(try_seed(3))
    return campaign


def test_every_fault_that_is_counted_has_its_words() -> None:
    from pr3dict.trial.nemesis import COUNTED  # noqa: PLC0415 - beside what it is held against

    assert set(COUNTED) == set(page.FAULTS)


def test_a_broken_seed_is_named_with_its_sentence() -> None:
    campaign = tried()
    campaign.broken.append((7, "I3 at 1.000 s: so it is"))
    text = page.trouble(campaign, "the command")
    assert "one did not hold: **1**" in text
    assert "* seed 7: I3 at 1.000 s: so it is" in text
    assert "`the command`" in text


def test_the_trials_tell_hours_faults_and_times() -> None:
    text = page.trouble(tried(), "x")
    assert "| half_open | nothing passes either way, and nobody is told |" in text
    assert "p99" in text


def test_alarms_on_a_clean_feed_are_counted_by_name() -> None:
    campaign = tried()
    campaign.alarms.clear()
    campaign.alarms["resubscribed"] = 2
    assert "**2** false alarms, resyncs and refetches (resubscribed 2)" in page.clean(campaign, "x")


def test_crash_points_and_what_was_lost_at_them() -> None:
    part = {"points": 3, "acked_lost": 0, "wrong": 1}
    text = page.crashes({**part, "skipped": "", "scenarios": {"midnight": part}}, "x")
    assert "3 crash points; acknowledged records lost: **0**." in text
    assert "| midnight | 3 | 0 | 1 |" in text
    assert "not here" in page.crashes({**part, "skipped": "not here", "scenarios": {}}, "x")


def test_a_planted_bug_that_nobody_found_is_shown_as_that() -> None:
    found = {"bug": "a", "sentence": "does a", "seed": 4, "broken": "I3 at 2 s", "killed": True}
    missed = {"bug": "b", "sentence": "does b", "seed": -2, "broken": "", "killed": False}
    text = page.planted([found, missed], "x")
    assert "**1 of 2**" in text
    assert "| a | does a | seed 4: I3 |" in text
    assert "| b | does b | **nobody** |" in text


def test_the_other_parts_are_tables_under_their_commands() -> None:
    assert "| A1 | zombie | test_a |" in page.catalogue([("A1", "zombie", "test_a")], "x")
    assert page.peers("| a |\n", "x").endswith("`x`\n\n| a |")
