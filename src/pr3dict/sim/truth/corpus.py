"""Frames for benchmarks and tests, made by the venue: an opening, then changes."""

from pr3dict.sim.truth.config import TICKS, SimConfig
from pr3dict.sim.truth.hash import MICROS
from pr3dict.sim.truth.venue import Venue


def corpus(
    n_frames: int,
    seed: int = 1,
    markets: int = 1,
    levels: int = 47,
    tick: str = "0.01",
) -> list[bytes]:
    """Return one opening array and `n_frames - 1` price_change frames that follow from it.

    Each change is told from both tokens of its market with true fingerprints, in batches of the
    real sizes; the last batch may be cut short. Nothing trades, so the last trade price of the
    opening stays valid throughout.
    """
    config = SimConfig(
        markets=markets,
        seed=seed,
        ticks=(tick,),
        levels=(levels, levels + 1),
        first_bid=MICROS // 2 - TICKS[tick],
        trade_share=0.0,
        custom=False,
        created_per_hour=0.0,
        resolved_per_hour=0.0,
    )
    venue = Venue(config)
    frames = [venue.opening(venue.tokens)]
    while len(frames) < n_frames:
        frames += venue.step()
    return frames[:n_frames]
