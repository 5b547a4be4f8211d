"""`pr3dict watch`: live books on the terminal monitor, or a line a second."""

from collections.abc import Sequence
from functools import partial

from pr3dict.cli.follow import follow
from pr3dict.config import from_environment
from pr3dict.monitor.live import live, look_after, place, wanted_tokens
from pr3dict.monitor.screen import is_terminal, show


def run(tokens: Sequence[str], *, seconds: float | None, plain: bool, as_json: bool) -> int:
    """Watch until somebody quits; return the exit code."""
    config = from_environment()
    wanted, labels = wanted_tokens(tokens, config)
    with live(config, wanted) as system:
        check = partial(look_after, system, wanted)
        if is_terminal() and not plain and not as_json:
            show(system, place(system), check=check, seconds=seconds, labels=labels)
        else:
            follow(system, seconds=seconds, as_json=as_json, check=check, labels=labels)
    return 0
