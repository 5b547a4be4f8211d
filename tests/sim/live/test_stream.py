"""The seam of the live-data streams: seconds that fall due once, and compact JSON."""

from pr3dict.sim.live.stream import Seconds, any_key, compact


def test_each_second_falls_due_once_and_only_after_its_lag():
    seconds = Seconds(start_ms=10_000, lag_ms=300)

    assert [10] == list(seconds.due(10_300))
    assert [] == list(seconds.due(11_299))
    assert [11, 12] == list(seconds.due(12_300))
    assert [] == list(seconds.due(11_000))


def test_of_a_long_leap_only_the_latest_are_told():
    seconds = Seconds(start_ms=0)
    due = seconds.due(1_000_000)

    assert (Seconds.KEPT, 1000) == (len(due), due[-1])
    assert [1001] == list(seconds.due(1_001_000))


def test_json_has_no_spaces_and_keeps_letters():
    assert '{"a":["é",1]}' == compact({"a": ["é", 1]})


def test_without_accounts_any_whole_credentials_will_do():
    assert any_key("k", "s", "p")
    assert not any_key("k", "", "p")
