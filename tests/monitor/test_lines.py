"""Cutting, filling and joining lines of toned text."""

from hypothesis import given
from hypothesis import strategies as st

from pr3dict.monitor.lines import fit, pad, plain, spread
from pr3dict.monitor.model import Tone
from pr3dict.monitor.words import cells

LINES = st.lists(
    st.tuples(st.text(alphabet="ab字 …", max_size=12), st.sampled_from(Tone)), max_size=6
)


@given(LINES, st.integers(0, 40))
def test_a_line_fits_the_width_it_is_cut_to(line, width):
    assert cells(plain(fit(line, width))) <= width


@given(LINES, st.integers(0, 60))
def test_a_line_that_fits_is_not_touched(line, width):
    if cells(plain(line)) <= width:
        assert plain(line) == plain(fit(line, width))


@given(LINES, LINES, st.integers(0, 60))
def test_both_ends_of_a_spread_line_fit_together(left, right, width):
    assert cells(plain(spread(left, right, width))) <= width


def test_a_spread_line_ends_at_the_right_edge():
    line = spread([("left", Tone.DIM)], [("right", Tone.BAD)], 20)
    assert "left           right" == plain(line)
    assert Tone.BAD is line[-1][1]


def test_padding_fills_up_and_never_cuts():
    assert "ab   " == plain(pad([("ab", Tone.DIM)], 5))
    assert "ab" == plain(pad([("ab", Tone.DIM)], 1))
