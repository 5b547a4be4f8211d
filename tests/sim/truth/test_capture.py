"""A recording served again is the recording."""

import json
from pathlib import Path

import pytest
from tests.sim.oracle import Oracle, rules_of

from pr3dict.model.errors import ConfigError
from pr3dict.sim.truth.capture import Capture
from pr3dict.sim.truth.config import FLAT_OUT, SimConfig
from pr3dict.sim.truth.venue import Venue

REAL = Path(__file__).resolve().parents[4] / "shared/data/polymarket-predxt/merged.jsonl"


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    venue = Venue(SimConfig(markets=2, resolved_per_hour=0.0))
    lines = [venue.opening(venue.tokens)]
    lines += [text for _, text in venue.run(venue.now_ms + 30_000)]
    venue.settle(venue.tokens[-1])  # All its levels go, so that there are removals.
    lines += venue.step()
    path = tmp_path / "frames.jsonl"
    path.write_bytes(b"\n".join(lines))
    return path


def played(capture: Capture) -> list[bytes]:
    texts = []
    while (step := capture.advance()) is not None:
        texts += [frame.text for frame in step.frames]
    return texts


def test_frames_come_out_as_they_went_in(recorded):
    assert recorded.read_bytes().splitlines()[1:] == played(Capture(recorded))


def test_the_lines_themselves_will_do(recorded):
    assert played(Capture(recorded)) == played(Capture(recorded.read_bytes().splitlines()))


def test_flat_out_the_same_frames_come_in_fewer_steps(recorded):
    paced, flat_out = Capture(recorded), Capture(recorded, rate=FLAT_OUT)
    steps = 0
    while paced.advance() is not None:
        steps += 1
    texts, merged = [], 0
    while (step := flat_out.advance()) is not None:
        texts += [frame.text for frame in step.frames]
        merged += 1

    assert recorded.read_bytes().splitlines()[1:] == texts
    assert merged < steps
    assert all(paced.levels(token) == flat_out.levels(token) for token in paced.tokens)


def test_time_does_not_go_back(recorded):
    capture, times = Capture(recorded), []
    while capture.next_ms is not None:
        times.append(capture.next_ms)
        assert capture.advance() is not None
        assert times[-1] == capture.now_ms

    assert sorted(times) == times


def test_the_opening_is_the_recorded_one_at_first(recorded):
    capture = Capture(recorded)

    assert recorded.read_bytes().splitlines()[0] == capture.opening(capture.tokens)
    assert b"[]\n" == capture.opening(["1"])


def test_books_follow_the_frames(recorded):
    capture = Capture(recorded)
    oracle = Oracle({token: rules_of(capture.book(token) or b"") for token in capture.tokens})
    oracle.feed(capture.opening(capture.tokens))
    for text in played(capture):
        oracle.feed(text)

    assert 4 == len(capture.tokens)
    assert all(oracle.levels(token) == capture.levels(token) for token in capture.tokens)


def test_a_late_opening_has_the_books_of_its_moment(recorded):
    capture = Capture(recorded)
    played(capture)
    token = capture.tokens[0]
    (opening,) = json.loads(capture.opening([token]))
    bids, asks = capture.levels(token)

    assert len(bids) == len(opening["bids"])
    assert opening["asks"][-1]["price"] == f"{asks[0][0] / 1e6:g}"
    assert opening["hash"] == json.loads(capture.book(token) or b"")["hash"]


def test_only_a_loop_starts_again(recorded):
    once, loop = Capture(recorded), Capture(recorded, loop=True)
    first = played(loop)
    played(once)

    assert not once.restart()
    assert loop.restart()
    assert first == played(loop)


def test_rules_are_what_the_caller_knows(recorded):
    capture = Capture(recorded, min_order_size="15", neg_risk=True)
    rules = capture.rules(capture.tokens[2])
    assert rules is not None

    assert ("15", True) == (rules.min_order_size, rules.neg_risk)
    assert tuple(capture.tokens[2:]) == rules.tokens
    assert rules == capture.rules_of(rules.condition)
    assert capture.rules("1") is None


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"", "opening array"), (b"{}", "line 1"), (b"[]\nhello", "line 2"), (b"[7]", "line 1")],
)
def test_a_file_that_is_no_recording_is_refused_by_line(tmp_path, content, why):
    path = tmp_path / "frames.jsonl"
    path.write_bytes(content)

    with pytest.raises(ConfigError, match=why):
        Capture(path)


def test_an_absent_file_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="wanted a file"):
        Capture(tmp_path / "none.jsonl")


@pytest.mark.skipif(not REAL.exists(), reason=f"no real capture at {REAL}")
def test_the_real_capture_plays_and_every_hash_is_proved():
    capture = Capture(REAL)
    oracle = Oracle({token: rules_of(capture.book(token) or b"") for token in capture.tokens})
    oracle.feed(capture.opening(capture.tokens))
    texts = played(capture)
    for text in texts:
        oracle.feed(text)
    oracle.settle()

    assert 118 == len(texts)
    assert 0 == oracle.failed
    assert oracle.proved >= 166
    assert all(oracle.levels(token) == capture.levels(token) for token in capture.tokens)
