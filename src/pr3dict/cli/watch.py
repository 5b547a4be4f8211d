"""`pr3dict watch`: live books on the terminal monitor, or a line a second."""

from collections.abc import Sequence
from functools import partial
from urllib.parse import urlsplit

from pr3dict.cli.follow import follow
from pr3dict.monitor.live import live, refuse_unknown, wanted_tokens
from pr3dict.cli.output import is_terminal
from pr3dict.cli.screen import show
from pr3dict.config import from_environment


def run(tokens: Sequence[str], *, seconds: float | None, plain: bool, as_json: bool) -> int:
    """Watch until somebody quits; return the exit code."""
    wanted = wanted_tokens(tokens)
    config = from_environment()
    where = urlsplit(config.polymarket_market_ws_url).netloc
    with live(config, wanted) as system:
        check = partial(refuse_unknown, system, wanted)
        if is_terminal() and not plain and not as_json:
            show(system, where, check=check, seconds=seconds)
        else:
            follow(system, seconds=seconds, as_json=as_json, check=check)
    return 0
