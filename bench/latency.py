"""The row about live latency: from the write of a frame to the callback that hears it.

Both clocks are CLOCK_MONOTONIC of this machine. Our feed and a bare picows listener are measured
in turns, each turn with a server of its own, because the machine changes from second to second.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from statistics import median
from typing import Final

from bench.loopback import bare_latencies, latencies, run_of
from bench.measured import Measured
from bench.server import first_core, pin
from bench.setting import Setting
from bench.stopwatch import US

TURN_S: Final = 1.0
QUICK_TURN_S: Final = 0.5
RATES: Final = (1_000, 10_000)
"""Frames a second."""
QUANTILES: Final = ((0.50, 1.15), (0.99, 1.3))
"""Which, and at most how many times that of the bare listener."""


def latency(setting: Setting) -> Iterator[Measured]:
    """Send at a steady rate and compare the times of each frame."""
    pin(first_core())
    for per_s in RATES:
        run = run_of(setting, round(per_s * (QUICK_TURN_S if setting.quick else TURN_S)), per_s)
        listeners = {
            "bare": partial(bare_latencies, run),
            "bound": partial(bare_latencies, run, feeds=True),
            "off": partial(latencies, run),
            "on": partial(latencies, run._replace(prove=True)),
        }
        turns: dict[str, list[list[int]]] = {name: [] for name in listeners}
        for _ in range(setting.passes):
            for name, listen in listeners.items():
                turns[name].append(sorted(listen()))
        yield from _compared(setting, per_s, turns)


def _compared(
    setting: Setting, per_s: int, turns: dict[str, list[list[int]]]
) -> Iterator[Measured]:
    by = f"{setting.core.NAME}, picows"
    for quantile, at_most in QUANTILES:
        name = f"p{quantile * 100:.0f} at {per_s:,}/s"
        found = {who: median(_at(one, quantile) for one in held) for who, held in turns.items()}
        bare, bound = found.pop("bare"), found.pop("bound")
        yield Measured(
            what=f"{name}: a bare picows listener", unit="µs", by="picows", value=bare / US
        )
        yield Measured(
            what=f"{name}: the same listener, and the books fed",
            unit="µs",
            by=f"picows, {setting.core.NAME}",
            proof="off",
            value=bound / US,
        )
        for proof, ours in found.items():
            yield Measured(what=name, unit="µs", by=by, proof=proof, value=ours / US)
            yield Measured(
                what=f"{name}: against the bare listener",
                unit="x",
                by=by,
                proof=proof,
                value=ours / bare,
                at_most=at_most if proof == "off" else 0,
            )


def _at(ordered: Sequence[int], quantile: float) -> int:
    """Return the value that this share of the values does not exceed."""
    return ordered[min(int(len(ordered) * quantile), len(ordered) - 1)]
