"""Record in a process of its own, so that it may be killed or its disk may fail.

Usage: child.py '{"directory": …, "batches": …, "settings": {…}}'. Prints `acked <frames>` after
each flush that succeeded, and at the end, if it comes to that, a line of JSON.
"""

import json
import os
import random
import resource
import sys

from tests.tape.kit import START, SteadyClock

from pr3dict.core import load
from pr3dict.model.errors import TapeError
from pr3dict.model.records import Kind
from pr3dict.model.units import NS_PER_S
from pr3dict.tape.reader import TapeReader
from pr3dict.tape.scribe import TapeSettings
from pr3dict.tape.writer import TapeWriter

BATCH = 3


def frame(number):
    return random.Random(number).randbytes(300)


def say(line):
    os.write(1, line.encode() + b"\n")


def main():
    told = json.loads(sys.argv[1])
    core, clock, halts = load(), SteadyClock(told.get("start", START)), []
    try:
        writer = TapeWriter(
            told["directory"],
            core,
            clock=clock,
            run_id=told.get("run", "run"),
            settings=TapeSettings(commit_every_s=60, **told.get("settings", {})),
            on_halt=halts.append,
        )
    except TapeError as refused:
        say(json.dumps({"state": "refused", "cause": str(refused)}))
        return
    if "file_bytes_max" in told:
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (told["file_bytes_max"], hard))
    appended = 0
    for _ in range(told["batches"]):
        for _ in range(BATCH):
            writer.append(Kind.IN, 1, clock.now(), frame(appended))
            appended += 1
        clock.wall_ns += NS_PER_S // 2
        if writer.flush():
            say(f"acked {appended}")
    writer.close()
    stats = writer.stats()
    records = list(TapeReader(told["directory"], core).records())
    say(
        json.dumps(
            {
                "state": stats.state,
                "cause": stats.cause,
                "halts": halts,
                "appended": appended,
                "lost": stats.lost,
                "frames": [one.payload.hex() for one in records if one.kind == Kind.IN],
                "gaps": [one.payload.decode() for one in records if one.kind == Kind.GAP],
            }
        )
    )


if __name__ == "__main__":
    main()
