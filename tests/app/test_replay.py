"""A recording played: the same books, at any speed, back and forth."""

import math
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.app.kit import DEADLINE_S, until, venue

from pr3dict.app.events import FeedFailed
from pr3dict.app.replay import TapeClock, replay
from pr3dict.app.system import System
from pr3dict.core import load
from pr3dict.model.errors import FeedError, TapeError
from pr3dict.model.events import BookReset
from pr3dict.model.records import Kind
from pr3dict.model.states import Proof
from pr3dict.model.units import Nanos
from pr3dict.net.clock import SystemClock
from pr3dict.tape.reader import TapeReader
from pr3dict.tape.writer import TapeWriter

CAPTURE = Path(__file__).resolve().parents[3] / "shared/data/polymarket-predxt/merged.jsonl"
FRAMES = 400


class Recording:
    """A tape of a venue, and what the books were at its end."""

    def __init__(self, path, digest, tokens, bounds):
        self.path = path
        self.digest = digest
        self.tokens = tokens
        self.first_ns, self.last_ns = bounds


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    path = tmp_path_factory.mktemp("replay") / "tape"
    with venue(frames_per_s=1000) as served:
        system = System(served.config(), record=path)
        system.start()
        system.subscribe(served.tokens).result(5)
        until(lambda: system.books.counters()["frames.applied"] > FRAMES)
        system.stop()
    blocks = list(TapeReader(path, system.core).blocks())
    bounds = blocks[0].first_ns, blocks[-1].last_ns
    return Recording(path, system.books.digest(), system.books.tracked(), bounds)


@pytest.fixture
def play(recording):
    players = []

    def make(**options):
        player = replay(recording.path, **options)
        players.append(player)
        player.start()
        return player

    yield make
    for player in players:
        player.stop()


def test_ends_with_the_books_of_the_live_run(play, recording):
    player = play()

    assert player.wait(DEADLINE_S)
    assert recording.digest == player.books.digest()
    assert recording.last_ns == player.clock.now()


def test_taps_hear_the_frames_and_events_come_in_order(recording):
    player = replay(recording.path)
    frames, events = [], []
    player.engine.tap(frames.append)
    player.engine.on_events(events.extend)
    player.start()
    assert player.wait(DEADLINE_S)
    player.stop()

    assert len(frames) > FRAMES // 2
    resets = [event.token for event in events if isinstance(event, BookReset)]
    assert set(recording.tokens) == set(resets[: len(recording.tokens)])


def test_keeps_trades_like_the_live_run(play):
    player = play()
    player.wait(DEADLINE_S)

    assert 0 < player.history.seen


def test_does_not_begin_before_it_is_told(play):
    player = play(paused=True)
    until(player.clock.now)  # it stands before the first record, and has looked at it
    for _ in range(3):
        assert not player.call(player.books.tracked).result(DEADLINE_S)

    player.resume()
    assert player.wait(DEADLINE_S)


def test_seeks_to_a_time_while_paused(play, recording):
    player = play(paused=True, speed=1.0)
    middle = (recording.first_ns + recording.last_ns) // 2
    player.seek(middle)
    until(lambda: player.clock.now() == middle)
    half = player.books.counters()["frames.applied"]

    assert 0 < half < FRAMES
    assert not player.finished.is_set()
    player.seek(recording.last_ns)
    assert player.wait(DEADLINE_S)
    assert recording.digest == player.books.digest()


def test_seeks_back_by_playing_anew(play, recording):
    player = play()
    player.wait(DEADLINE_S)
    player.pause()
    counters, events = player.books.counters(), dict(player.engine.events)
    start = counters["frames.applied"]
    middle = (recording.first_ns + recording.last_ns) // 2
    player.seek(middle)
    until(lambda: player.clock.now() == middle)

    assert 0 < player.books.counters()["frames.applied"] < start
    assert not player.finished.is_set()
    player.resume()
    assert player.wait(DEADLINE_S)
    assert recording.digest == player.books.digest()
    assert (counters, events) == (player.books.counters(), dict(player.engine.events))


def test_plays_no_record_beyond_the_end_that_was_wanted(play, recording):
    middle = (recording.first_ns + recording.last_ns) // 2
    sought = play(paused=True)
    sought.seek(middle)
    until(lambda: sought.clock.now() == middle)
    sought.call(lambda: None).result(DEADLINE_S)
    for speed in math.inf, 500.0:
        cut = play(end_ns=middle, speed=speed)
        assert cut.wait(DEADLINE_S)
        assert middle == cut.clock.now()
        assert sought.books.digest() == cut.books.digest()
        assert sought.books.counters()["frames.applied"] == cut.books.counters()["frames.applied"]


@pytest.mark.parametrize("speed", [1.0, 100.0, math.inf])
def test_H6_twice_at_any_speed_paused_and_sought_a_replay_gives_the_live_books(
    play, recording, speed
):
    middle = (recording.first_ns + recording.last_ns) // 2
    told = []
    for _ in range(2):
        player = play(speed=speed)
        player.pause()
        player.seek(middle)
        until(partial(stands_at, player, middle))
        player.seek(recording.first_ns)
        player.resume()
        assert player.wait(DEADLINE_S)
        told.append((player.books.counters(), dict(player.engine.events)))
        assert recording.digest == player.books.digest()
    assert told[0] == told[1]


def stands_at(player, wall_ns):
    return player.clock.now() == wall_ns


def test_the_speed_can_be_changed_on_the_way(play, recording):
    player = play(speed=1e-6)
    until(lambda: player.clock.now() >= recording.first_ns)
    assert not player.finished.is_set()

    player.set_speed(float("inf"))
    assert player.wait(DEADLINE_S)


def test_a_speed_that_is_none_is_refused(recording, play):
    with pytest.raises(ValueError, match="wanted a speed above 0, found 0"):
        replay(recording.path, speed=0)
    with pytest.raises(ValueError, match="wanted a speed above 0, found -1"):
        play().set_speed(-1)


def test_waits_for_first_books(play, recording):
    player = play(paused=True)
    awaited = player.wait_for(recording.tokens)
    assert not awaited.done.done()

    player.resume()
    awaited.done.result(DEADLINE_S)


def test_what_is_no_tape_is_one_sentence(tmp_path):
    with pytest.raises(TapeError, match="wanted a tape, found no"):
        replay(tmp_path)
    with pytest.raises(TapeError, match=r"wanted a capture, found no file at .*nothing\.jsonl"):
        replay(tmp_path / "nothing.jsonl")
    (tmp_path / "text.jsonl").write_text("hello\n", "utf-8")
    with pytest.raises(TapeError, match=r"text\.jsonl is no tape: no line of it is a JSON"):
        replay(tmp_path / "text.jsonl")


def test_a_damaged_record_ends_the_replay_and_is_told(tmp_path):
    clock = SystemClock()
    with TapeWriter(tmp_path, load("auto"), clock=clock, run_id="damaged") as tape:
        tape.append(Kind.SUSPECT, 1, clock.now(), b"")
    player = replay(tmp_path)
    told = []
    player.engine.on_events(told.extend)
    player.start()

    assert player.wait(DEADLINE_S)
    player.stop()
    assert [FeedFailed] == [type(event) for event in told]
    assert told[0].error.startswith("a SUSPECT record wants a cause and a token")


def test_damage_is_told_and_the_time_is_that_of_what_was_played(recording, tmp_path):
    whole = shutil.copytree(recording.path, tmp_path / "tape")
    (segment,) = whole.glob("**/*.p3l")
    raw = bytearray(segment.read_bytes())
    raw[len(raw) // 2] ^= 1
    segment.write_bytes(raw)
    player = replay(whole)
    player.start()
    assert player.wait(DEADLINE_S)
    player.stop()

    (problem,) = player.problems
    assert problem.corrupt
    times = [record.wall_ns for record in TapeReader(whole, player.core).records()]
    assert max(times) == player.clock.now() < recording.last_ns


def test_a_torn_end_is_told_and_is_not_corrupt(recording, tmp_path):
    (segment,) = recording.path.glob("**/*.p3l")
    torn = tmp_path / f"{segment.stem}.open"
    torn.write_bytes(segment.read_bytes()[:-60])
    for path in torn, tmp_path:
        assert [False] == [problem.corrupt for problem in replay(path).problems]


def test_a_sound_tape_has_no_problems(play):
    player = play()
    assert player.wait(DEADLINE_S)
    assert () == player.problems


def test_commands_want_a_running_player(recording):
    player = replay(recording.path)
    with pytest.raises(FeedError, match="not running: start it first"):
        player.pause()


def test_the_clock_of_a_tape_stands_where_the_player_is():
    clock = TapeClock()
    clock.at = Nanos(5)

    assert (5, 5) == (clock.now(), clock.monotonic())


@pytest.mark.skipif(not CAPTURE.exists(), reason=f"ABSENT: the real capture {CAPTURE}")
def test_a_real_capture_plays_with_every_book_proved():
    player = replay(CAPTURE)
    player.start()
    assert player.wait(DEADLINE_S)
    player.stop()

    counters = player.books.counters()
    assert 0 == counters["proofs.failed"]
    assert 119 == counters["frames.received"]
    assert 2 == len(player.books.tracked())
    views = [player.books.view(token) for token in player.books.tracked()]
    assert all(view is not None and Proof.PROVED == view.proof for view in views)


@pytest.mark.parametrize("found", [-5, math.nan, math.inf, "x", None, 1.5, True])
def test_a_time_that_is_none_is_refused_and_the_player_goes_on(play, recording, found):
    player = play(paused=True)
    sentence = r"wanted whole nanoseconds since the UNIX epoch, found "
    with pytest.raises(ValueError, match=f"^wall_ns: {sentence}{found!r}$"):
        player.seek(found)
    with pytest.raises(ValueError, match=f"^end_ns: {sentence}{found!r}$"):
        replay(recording.path, end_ns=found)

    player.seek(recording.last_ns)
    assert player.wait(DEADLINE_S)


@pytest.mark.parametrize("beyond", [1, 2**63, 2**80])
def test_a_time_after_the_tape_is_its_end_and_one_before_it_its_beginning(play, recording, beyond):
    player = play(paused=True, speed=1e6)
    player.seek(recording.last_ns + beyond)
    assert player.wait(DEADLINE_S)
    assert recording.last_ns == player.clock.now()

    player.seek(0)
    until(lambda: player.clock.now() == recording.first_ns - 1)
    assert not player.call(player.books.tracked).result(DEADLINE_S)
    player.resume()
    assert player.wait(DEADLINE_S)  # and not for the fifty years since 1970
    assert recording.digest == player.books.digest()


def test_at_a_speed_near_nothing_the_player_waits_and_obeys(play, recording):
    player = play(speed=5e-324)
    until(player.clock.now)
    for _ in range(3):
        player.call(lambda: None).result(DEADLINE_S)
    player.set_speed(math.inf)
    assert player.wait(DEADLINE_S)
    assert recording.digest == player.books.digest()


def test_a_fault_of_this_program_is_told_and_the_player_goes_on(recording, caplog):
    player = replay(recording.path)
    told = []
    player.engine.on_events(told.extend)
    nonsense: Any = None
    runs, player._runs = player._runs, lambda: [nonsense]  # noqa: SLF001 - a fault of ours
    player.start()
    assert player.wait(DEADLINE_S)
    assert ["TypeError: 'NoneType' object is not iterable"] == [event.error for event in told]
    assert "the replay ended by a fault of this program" in caplog.text

    player.clock.at = Nanos(1)
    player._runs = runs  # noqa: SLF001 - likewise
    player.seek(0)
    until(lambda: player.books.digest() == recording.digest)
    player.stop()
