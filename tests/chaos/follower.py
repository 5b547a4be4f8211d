"""A client in a process of its own, so that it can be stopped and let go on by signals.

The first line on standard input is its settings and tokens; each line after that is answered with
what it knows then. It ends with its standard input.
"""

import json
import sys

from pr3dict.app.stats import stats
from pr3dict.app.system import System
from pr3dict.config import Config
from pr3dict.model.events import Event, FeedLost


def main() -> None:
    order = json.loads(sys.stdin.readline())
    system = System(Config(**order["settings"]))
    losses: list[Event] = []
    system.engine.on_events(
        lambda events: losses.extend(event for event in events if isinstance(event, FeedLost))
    )
    system.start()
    system.subscribe(order["tokens"])
    for _ in sys.stdin:
        told = stats(system)
        answer = {
            "live": told["books"]["LIVE"],
            "digest": system.books.digest(),
            "received": told["messages"]["received"],
            "rejected": sum(told["messages"]["rejected"].values()),
            "lost": len(losses),
            "links": told["links"],
        }
        print(json.dumps(answer), flush=True)  # noqa: T201 - this is a program
    system.stop()


if __name__ == "__main__":
    main()
