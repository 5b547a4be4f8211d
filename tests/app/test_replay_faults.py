"""A recording of a run in which much went wrong: played, it tells what the run told."""

from functools import partial

from tests.app.kit import DEADLINE_S, until, venue

from pr3dict.app.replay import replay
from pr3dict.app.system import System
from pr3dict.model.events import BookReset, FeedLost, ProofFailed, StateChanged
from pr3dict.model.records import Kind
from pr3dict.model.states import BookState
from pr3dict.tape.reader import TapeReader
from pr3dict.tape.verify import verify

FRAMES = 400
CONTINUITY = (FeedLost, BookReset, StateChanged, ProofFailed)


def test_H7_a_replay_and_the_checker_tell_the_losses_that_the_live_run_told(tmp_path):
    told = []
    with venue(frames_per_s=1000) as served:
        system = System(served.config(), record=tmp_path)
        system.engine.on_events(told.extend)
        system.start()
        system.subscribe(served.tokens).result(5)
        heal_every_fault(served, system, told)
        system.stop()
    live = [event for event in told if isinstance(event, CONTINUITY)]
    kinds = {type(event) for event in live}
    assert set(CONTINUITY) == kinds

    player = replay(tmp_path)
    again = []
    player.engine.on_events(again.extend)
    player.start()
    assert player.wait(DEADLINE_S)
    player.stop()
    assert live == [event for event in again if isinstance(event, CONTINUITY)]
    report = verify(tmp_path, player.core)
    assert sum(isinstance(event, ProofFailed) for event in live) == report.runs[0].failed
    assert ((), True) == (report.runs[0].differences, report.complete)


def test_H8_of_two_overlapping_sockets_every_copy_is_on_the_tape_and_they_merge_the_same_way(
    tmp_path,
):
    with venue(frames_per_s=1000) as served:
        system = System(served.config(copies=2), record=tmp_path)
        system.start()
        system.subscribe(served.tokens).result(5)
        until(lambda: system.books.counters()["frames.applied"] > FRAMES)
        served.rest()
        system.stop()
    records = list(TapeReader(tmp_path, system.core).records())
    kept = sum(record.kind == Kind.IN for record in records)
    copies = sum(record.kind == Kind.COPY for record in records)
    assert system.books.counters()["frames.received"] == kept
    assert copies > FRAMES // 2
    reports = [verify(tmp_path, system.core) for _ in range(2)]
    assert reports[0] == reports[1]
    assert ((), True, True) == (
        reports[0].runs[0].differences,
        reports[0].ok,
        reports[0].complete,
    )
    assert system.books.digest() == reports[0].runs[0].digest


def heal_every_fault(served, system, told):
    """Let each fault that the venue has strike, and every book be right again after it."""
    token, faults = served.tokens[0], served.faults
    strikes = {
        "drop": lambda: faults.drop(token, 3),
        "corrupt": lambda: faults.corrupt(token, 2),
        "falsify": lambda: faults.falsify(token, 2),
        "freeze": lambda: faults.freeze(token),
    }
    for name, strike in strikes.items():
        before = len(told)
        served.do(strike)
        until(partial(faults.struck.get, name))
        until(partial(changed_since, before, told))
        served.do(faults.thaw)
        until(lambda: all_live(system))
    served.do(lambda: faults.duplicate(token, 3))
    served.do(lambda: faults.garbage(b'{"event_type": "unheard of"}', 2))
    until(lambda: faults.struck["duplicate"] and faults.struck["garbage"])
    served.do(served.server.cut)
    until(lambda: any(type(e) is FeedLost for e in told) and all_live(system))


def changed_since(count, told):
    return any(type(event) is StateChanged for event in told[count:])


def all_live(system):
    views = [system.books.view(token) for token in system.books.tracked()]
    return all(view is not None and BookState.LIVE == view.state for view in views)
