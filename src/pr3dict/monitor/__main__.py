"""`python -m pr3dict.monitor`: the monitor without the command line around it."""

import argparse
import os
import sys
from urllib.parse import urlsplit

from pr3dict.app.system import System
from pr3dict.config import from_environment
from pr3dict.model.errors import MissingExtra, Pr3dictError
from pr3dict.model.errors import ConfigError


def main() -> int:
    """Watch the tokens given, or paint the picture; return the exit code."""
    parser = argparse.ArgumentParser("python -m pr3dict.monitor", description=__doc__)
    parser.add_argument("tokens", nargs="*", help="token ids; else those in PR3DICT_TOKENS")
    parser.add_argument("--picture", metavar="FILE", help="paint the simulated venue as SVG")
    given = parser.parse_args()
    try:
        if given.picture:
            from pr3dict.monitor.picture import save

            save(given.picture)
        else:
            _watch(given.tokens or os.environ.get("PR3DICT_TOKENS", "").replace(",", " ").split())
    except Pr3dictError as error:
        sys.stderr.write(f"pr3dict: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
