"""The native engine is equal to the reference, call by call, whatever comes.

`PR3DICT_FRAMES` is how many frames each test feeds (default 50,000); `PR3DICT_SEED` sets
another start of the search.
"""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from tests.conftest import engine_named
from tests.core.runs import FRAMES_A_RUN, LINKS, WHEN_DUE, Step, steps

from pr3dict.core import Books, Core, View

FRAMES = int(os.environ.get("PR3DICT_FRAMES", "50000"))
TELLING = {"feed", "feed_rest", "wake", "reset"}
SHOWN = (
    "token", "market", "state", "cause", "source", "proof", "epoch", "version", "venue_ns",
    "local_ns", "verified_ns", "tick_size", "last_trade_price", "depth",
)  # fmt: skip
MONEY = (0, 1, 10**6, 10**9, 10**15)


@pytest.fixture(scope="module")
def engines() -> tuple[Core, Core]:
    return engine_named("reference"), engine_named("native")


def answer(books: Books, step: Step) -> dict[str, Any]:
    """Make a call and return everything that it did."""
    name, *arguments = step
    if arguments == [WHEN_DUE]:
        arguments = [books.wake_at]
    result = getattr(books, name)(*arguments)
    return {
        "returned": result,
        "wake_at": books.wake_at,
        "touched": books.touched() if name in TELLING else (),
        "events": books.take(),
    }


def shown(view: View | None) -> dict[str, Any] | None:
    """Return all that a view has to say."""
    if view is None:
        return None
    walks = [
        walk(side, money) for walk in (view.walk_budget, view.walk_size)
        for side in (0, 1) for money in MONEY
    ]  # fmt: skip
    return {name: getattr(view, name) for name in SHOWN} | {
        "top": view.top(),
        "levels": [(view.bids(n), view.asks(n)) for n in (0, 1, 3)],
        "walks": walks,
        "within": [view.depth_within(band) for band in (0, 10_000, 500_000)],
        "imbalance": [view.imbalance(n) for n in (0, 1, 2)],
    }


def state(books: Books) -> dict[str, Any]:
    """Return all that books hold."""
    tokens = books.tracked()
    return {
        "tracked": tokens,
        "counters": books.counters(),
        "views": [shown(books.view(token, depth)) for token in tokens for depth in (0, 2)],
        "tops": [books.top(token) for token in tokens],
        "digests": [books.digest(), *(books.digest(token) for token in tokens)],
        "latency": books.latency(),
        "data": [(books.last_data_ns(link), *books.heard(link)) for link in range(LINKS)],
    }


def difference(one: dict[str, Any], other: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return what differs, small enough to be read."""
    return {name: (one[name], other[name]) for name in one if one[name] != other[name]}


def compare(engines: tuple[Core, Core], run: list[Step], *, prove: bool, adopt: bool) -> None:
    reference, native = (engine.new_books(prove=prove, adopt=adopt) for engine in engines)
    for number, step in enumerate(run):
        differs = difference(answer(reference, step), answer(native, step))
        assert {} == differs, f"reference and native differ in step {number}: {step}"
    held, held_natively = state(reference), state(native)
    counters = difference(held.pop("counters"), held_natively.pop("counters"))
    assert {} == counters, "reference and native count differently"
    assert {} == difference(held, held_natively), "reference and native hold different books"


@pytest.mark.parametrize("prove", [True, False])
@pytest.mark.timeout(600)
def test_every_call_does_the_same_in_both_engines(engines, prove):
    @seed(int(os.environ.get("PR3DICT_SEED", "0")))
    @settings(
        max_examples=FRAMES // FRAMES_A_RUN,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers(0, 2**64 - 1), st.booleans())
    def compare_a_run(number, adopt):
        compare(engines, steps(number), prove=prove, adopt=adopt)

    compare_a_run()
