"""The command line of the bench."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import msgspec

from bench.rows import ROWS
from bench.run import Table, Tell, run, steps
from pr3dict.core import load
from pr3dict.model.errors import CoreUnavailable

INTERRUPTED: Final = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 0 well, 1 something could not be measured, 2 a wrong argument."""
    options = _options().parse_args(arguments)
    unknown = [name for name in options.only if name not in ROWS]
    if unknown:
        return _refuse(f"--only: wanted some of {', '.join(ROWS)}, found {', '.join(unknown)}")
    if options.rounds < 1:
        return _refuse(f"--rounds: wanted at least 1, found {options.rounds}")
    try:
        engine = load(options.core).NAME
    except CoreUnavailable as absent:
        return _refuse(str(absent))
    names = [name for name in ROWS if not options.only or name in options.only]
    quick = options.quick or engine == "reference"
    try:
        with _progress(steps(names, options.rounds)) as tell:
            table = run(names, engine, rounds=options.rounds, quick=quick, tell=tell)
    except KeyboardInterrupt:
        return INTERRUPTED
    _print(table, options)
    return 1 if table.failures else 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pr3dict bench",
        description="Measure what the README claims. A full run takes about four minutes.",
    )
    parser.add_argument(
        "--only",
        type=lambda text: text.split(","),
        default=[],
        metavar="ROW,...",
        help=f"some rows only: {', '.join(ROWS)}",
    )
    parser.add_argument("--quick", action="store_true", help="less than a minute, rougher figures")
    parser.add_argument("--rounds", type=int, default=3, help="how often each row is measured")
    parser.add_argument(
        "--core", default="auto", choices=("auto", "native", "reference"), help="the engine"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="JSON on stdout, and nothing else")
    form.add_argument("--markdown", action="store_true", help="the table as the README has it")
    return parser


def _print(table: Table, options: argparse.Namespace) -> None:
    from rich.console import Console  # noqa: PLC0415 - an optional dependency

    from bench import show  # noqa: PLC0415

    if options.json:
        print(msgspec.json.encode(table).decode())
    elif options.markdown:
        print(show.markdown(table), end="")
    else:
        show.on_terminal(table, Console(width=None if sys.stdout.isatty() else show.WIDE))


@contextmanager
def _progress(total: int) -> Iterator[Tell]:
    """Give what shows on standard error, where that is a terminal, what is measured now."""
    from rich.console import Console  # noqa: PLC0415 - an optional dependency
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("", total=total + 1)
        yield lambda what: bar.update(task, advance=1, description=what)


def _refuse(sentence: str) -> int:
    print(f"pr3dict bench: {sentence}", file=sys.stderr)
    return 2
