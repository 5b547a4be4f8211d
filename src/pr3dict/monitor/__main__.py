"""`python -m pr3dict.monitor`: the monitor alone; without a terminal `pr3dict watch`."""

import argparse
import os
import sys
from functools import partial
from typing import NoReturn

from pr3dict.config import from_environment
from pr3dict.model.errors import Pr3dictError
from pr3dict.monitor.live import live, look_after, place, wanted_tokens
from pr3dict.monitor.screen import is_terminal, load, show


def main() -> int:
    """Watch the tokens given, or paint the picture; return the exit code."""
    parser = argparse.ArgumentParser("python -m pr3dict.monitor", description=__doc__)
    parser.add_argument("tokens", nargs="*", help="token ids; else those in PR3DICT_TOKENS")
    parser.add_argument("--picture", metavar="FILE", help="paint the simulated venue as SVG")
    given = parser.parse_args()
    try:
        if given.picture:
            from pr3dict.monitor.picture import save  # noqa: PLC0415 - needs the simulated venue

            save(given.picture)
            return 0
        if not is_terminal():
            _print_lines(given.tokens)
        config = from_environment()
        tokens, labels = wanted_tokens(given.tokens, config)
        load()
        with live(config, tokens) as system:
            check = partial(look_after, system, tokens)
            show(system, place(system), check=check, labels=labels)
    except Pr3dictError as error:
        sys.stderr.write(f"pr3dict: {error}\n")
        return 2
    return 0


def _print_lines(tokens: list[str]) -> NoReturn:
    """Become `pr3dict watch`, which prints a line a second where there is no terminal."""
    watch = [sys.executable, "-m", "pr3dict", "watch", "--", *tokens]
    os.execv(sys.executable, watch)  # noqa: S606 - our own program, without a shell


if __name__ == "__main__":
    raise SystemExit(main())
