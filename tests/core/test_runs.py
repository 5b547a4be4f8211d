"""The generator is no idle one: its runs reach everything that an engine can count and tell."""

from collections import Counter

from tests.core.runs import FRAMES_A_RUN, steps
from tests.core.test_differential import answer

from pr3dict.core import Core, load
from pr3dict.model.events import CORE_EVENTS, FrameRejected, ProofFailed, StateChanged
from pr3dict.model.states import Cause

RUNS = 150
NEVER = {f"entries.ignored.{name}" for name in ("empty", "pong", "no_new_assets")} | {
    "entries.ignored.invalid_operation"
}


def reached(engine: Core) -> Counter[object]:
    """Return how often each counter, event, cause and fault came in some runs."""
    seen: Counter[object] = Counter()
    for number in range(RUNS):
        books = engine.new_books(prove=number % 2 == 0, adopt=number % 3 == 0)
        for step in steps(number):
            for event in answer(books, step)["events"]:
                seen[type(event)] += 1
                if isinstance(event, ProofFailed | StateChanged):
                    seen[type(event), event.cause] += 1
                if isinstance(event, FrameRejected):
                    seen[event.reason] += 1
        seen.update(books.counters())
    return seen


def test_runs_reach_every_counter_event_and_cause():
    seen = reached(load())
    counters = set(load("reference").new_books().counters())
    assert set() == {name for name in counters if not seen[name]} - NEVER
    assert [] == [event for event in CORE_EVENTS if not seen[event]]
    told = {Cause.HASH, Cause.BEST, Cause.MIRROR, Cause.CROSSED}
    assert set() == {cause for cause in told if not seen[ProofFailed, cause]}
    states = told | {Cause.NONE, Cause.UNPARSABLE, Cause.TICK, Cause.RESOLVED, Cause.SILENT}
    assert set() == {cause for cause in states if not seen[StateChanged, cause]}


def test_a_run_is_made_by_its_seed_alone():
    assert steps(7) == steps(7)
    assert steps(7) != steps(8)
    assert FRAMES_A_RUN <= sum(step[0] in {"feed", "feed_rest"} for step in steps(7))
