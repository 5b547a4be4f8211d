"""What was seen and proved, in a few lines for the end. Pure."""

from typing import Any

from pr3dict.monitor import words
from pr3dict.monitor.model import Board, held


def summary(board: Board) -> list[str]:
    """Return what was seen and proved, in a few lines."""
    stats: dict[str, Any] = board.stats
    frames, proofs, witnesses = stats["messages"], stats["proofs"], stats["witnesses"]
    ignored, rejected = sum(frames["ignored"].values()), sum(frames["rejected"].values())
    healths = ", ".join(f"{number:,} {health.name}" for health, number in board.healths.items())
    total = sum(board.healths.values())
    received, applied = frames["received"], frames["applied"]
    failed = proofs.get("failed", 0)
    average, high = (words.milliseconds(stats[f"latency_{one}_ms"]) for one in ("avg", "p99"))
    compared, differed = witnesses["mirror.compared"], witnesses["mirror.failed"]
    sums = f"{received:,} received = {applied:,} applied + {ignored:,} ignored"
    what = "the venue's hash over the whole book, at every batch end"
    return [
        "",
        f"frames    {sums} + {rejected:,} rejected",
        f"proofs    {held(stats):,} held, {failed:,} failed ({what})",
        f"mirrors   {compared:,} pairs of books compared, {differed:,} differed",
        f"latency   {average} ms on average, {high} ms for the slowest hundredth",
        f"books     {total:,}: {healths}",
        f"trades    {stats['trades']:,}",
    ]
