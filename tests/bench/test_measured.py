"""Rounds of figures become lines with a spread and a verdict."""

from bench.measured import Measured, Spread, lines


def figure(value, **more):
    return Measured(what="a frame", value=value, unit="µs", by="native", **more)


def test_rounds_become_median_and_spread():
    (line,) = lines("frame", [[figure(3.0)], [figure(1.0)], [figure(2.0)]])

    assert Spread(2.0, 1.0, 3.0, 3) == line.simulated
    assert line.capture is None


def test_the_capture_has_a_column_of_its_own():
    (line,) = lines("frame", [[figure(3.0), figure(7.0, capture=True)]])

    assert (Spread(3.0, 3.0, 3.0, 1), Spread(7.0, 7.0, 7.0, 1)) == (line.simulated, line.capture)


def test_proof_on_and_off_are_two_lines():
    found = lines("frame", [[figure(3.0, proof="off"), figure(9.0, proof="on")]])

    assert ["off", "on"] == [line.proof for line in found]


def test_a_target_is_judged_by_the_median_of_simulated_frames():
    rounds = [[figure(value, at_most=2.0), figure(1.0, capture=True)] for value in (1.0, 2.1, 9.0)]

    assert [False] == [line.reached for line in lines("frame", rounds)]


def test_a_target_may_be_a_least():
    assert [True] == [line.reached for line in lines("x", [[figure(2.0, at_least=2.0)]])]
    assert [False] == [line.reached for line in lines("x", [[figure(1.9, at_least=2.0)]])]


def test_without_a_target_nothing_is_judged():
    assert [None] == [line.reached for line in lines("frame", [[figure(3.0)]])]
