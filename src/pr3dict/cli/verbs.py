"""The verbs and their options. What a verb does is in the module of its name, imported on call."""

from typing import Annotated, Final

import typer

import pr3dict
from pr3dict.cli.output import remark, say

USAGE: Final = 2
YEAR_S: Final = 366 * 86_400.0
"""The longest that `--seconds` may be."""

app = typer.Typer(
    name="pr3dict",
    help="Order books you can trust, from prediction markets. Start with `pr3dict demo`.",
    invoke_without_command=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

Json = Annotated[bool, typer.Option("--json", help="JSON on stdout, and nothing else.")]
Plain = Annotated[bool, typer.Option("--plain", help="A line a second, even on a terminal.")]
Seconds = Annotated[
    float | None,
    typer.Option(min=0.1, max=YEAR_S, help="End after so many seconds.", show_default=False),
]
Tokens = Annotated[
    list[str] | None,
    typer.Argument(
        help="Addresses, slugs, words or token ids; else those in PR3DICT_TOKENS.",
        metavar="MARKET...",
        show_default=False,
    ),
]
Faults = Annotated[
    list[str] | None,
    typer.Option(
        "--fault",
        help="What goes wrong, in turn: drop, duplicate, corrupt, falsify, garbage, cut, slow.",
        show_default=False,
    ),
]
Recurring = Annotated[
    list[str] | None,
    typer.Option(help="Markets that recur, besides: btc-5m, eth-15m.", show_default=False),
]
FaultEvery = Annotated[float, typer.Option(min=0.01, help="Seconds between two faults.")]
Markets = Annotated[int, typer.Option(min=1, help="Markets of two tokens each.")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same venue.")]
Activity = Annotated[float, typer.Option(help="1 is a liquid market, about 3 messages a second.")]
Path = Annotated[str, typer.Argument(help="A tape (directory or segment) or a capture *.jsonl.")]
TIME_HELP: Final = "A time of the recording: 2026-02-28T11:46:10, or +SECONDS after its start."


@app.callback()
def start(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> int:
    """Do what is asked of the program and of none of its verbs."""
    if version:
        say(f"pr3dict {pr3dict.__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        remark(context.get_help())
        return USAGE
    return 0


@app.command()
def demo(
    *,
    markets: Markets = 20,
    seed: Seed = 1,
    activity: Activity = 1.0,
    fault: Faults = None,
    fault_every: FaultEvery = 5.0,
    seconds: Seconds = None,
    plain: Plain = False,
    as_json: Json = False,
) -> int:
    """Watch a simulated venue: no key, no account, no network.

    On a terminal the monitor; elsewhere a line a second and, after half a minute, a summary.
    """
    from pr3dict.cli import demo as verb  # noqa: PLC0415

    venue = ["--markets", str(markets), "--seed", str(seed), "--activity", str(activity)]
    faults = [part for name in fault or () for part in ("--fault", name)]
    venue += [*faults, "--fault-every", str(fault_every)]
    return verb.run(venue, seconds=seconds, plain=plain, as_json=as_json)


@app.command()
def watch(
    tokens: Tokens = None, seconds: Seconds = None, plain: Plain = False, as_json: Json = False
) -> int:
    """Watch live books, each with its proof, and the feed behind them."""
    from pr3dict.cli import watch as verb  # noqa: PLC0415

    return verb.run(tokens or [], seconds=seconds, plain=plain, as_json=as_json)


@app.command()
def markets(
    words: Annotated[
        list[str], typer.Argument(help="Words, an address, a slug, an id.", metavar="WORDS...")
    ],
    closed: Annotated[bool, typer.Option("--closed", help="Those that are closed too.")] = False,
    as_json: Json = False,
) -> int:
    """Find markets, what they cost and what to call them."""
    from pr3dict.cli import markets as verb  # noqa: PLC0415

    return verb.run(" ".join(words), closed=closed, as_json=as_json)


@app.command()
def book(
    name: Annotated[
        list[str], typer.Argument(help="An address, a slug, words, an id.", metavar="MARKET...")
    ],
    *,
    outcome: Annotated[
        str | None, typer.Option(help="Only this one, by its label.", show_default=False)
    ] = None,
    depth: Annotated[int, typer.Option(min=1, help="Levels a side.")] = 10,
    as_json: Json = False,
) -> int:
    """Print the books of a market, and whether they are proved."""
    from pr3dict.cli import book as verb  # noqa: PLC0415

    return verb.run(" ".join(name), outcome=outcome, depth=depth, as_json=as_json)


@app.command()
def sim(
    *,
    markets: Markets = 20,
    seed: Seed = 1,
    speed: Annotated[
        float, typer.Option(min=0, help="Venue time for each second; 0 is flat out.")
    ] = 1.0,
    rate: Annotated[
        float, typer.Option(min=0, help="Frames a second instead; 0: --speed decides.")
    ] = 0.0,
    activity: Activity = 1.0,
    tick: Annotated[
        list[str] | None, typer.Option(help="Price grids of the markets.", show_default=False)
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free.")] = 0,
    capture: Annotated[
        str | None, typer.Option(help="Serve a recorded *.jsonl instead.", show_default=False)
    ] = None,
    loop: Annotated[bool, typer.Option("--loop", help="Begin the capture again.")] = False,
    start_ms: Annotated[
        int | None, typer.Option(help="First moment of the venue; now.", show_default=False)
    ] = None,
    recurring: Recurring = None,
    fault: Faults = None,
    fault_every: FaultEvery = 5.0,
    seconds: Seconds = None,
    trace: Annotated[
        bool,
        typer.Option(
            "--trace", help="Serve nothing: try our feed under the faults of --seed, step by step."
        ),
    ] = False,
    leash: Annotated[bool, typer.Option("--leash", hidden=True)] = False,
    as_json: Json = False,
) -> int:
    """Serve a simulated venue on 127.0.0.1, and tell how to reach it."""
    if trace:
        from pr3dict.cli import trial  # noqa: PLC0415

        return trial.run(seed, as_json=as_json)
    from pr3dict.cli import sim as verb  # noqa: PLC0415

    options = verb.Options(
        markets=markets,
        seed=seed,
        speed=speed,
        rate=rate,
        activity=activity,
        ticks=tuple(tick or ()),
        port=port,
        capture=capture,
        loop=loop,
        start_ms=start_ms,
        recurring=tuple(recurring or ()),
        faults=tuple(fault or ()),
        fault_every_s=fault_every,
        seconds=seconds,
        leash=leash,
        as_json=as_json,
    )
    return verb.run(options)


@app.command()
def record(
    *,
    to: Annotated[str, typer.Option("--to", help="The directory of the tape.")],
    tokens: Tokens = None,
    seconds: Seconds = None,
    as_json: Json = False,
) -> int:
    """Record every frame of these tokens on a tape, until Ctrl-C."""
    from pr3dict.cli import record as verb  # noqa: PLC0415

    return verb.run(tokens or [], to, seconds=seconds, as_json=as_json)


@app.command()
def replay(
    path: Path,
    *,
    speed: Annotated[str, typer.Option(help="1, or N times as fast, or max.")] = "max",
    start: Annotated[str | None, typer.Option("--from", help=TIME_HELP, show_default=False)] = None,
    end: Annotated[str | None, typer.Option("--to", help=TIME_HELP, show_default=False)] = None,
    plain: Plain = False,
    as_json: Json = False,
) -> int:
    """Play a recording through the books, and print their digest."""
    from pr3dict.cli import replay as verb  # noqa: PLC0415

    return verb.run(path, speed=speed, start=start, end=end, plain=plain, as_json=as_json)


@app.command()
def verify(path: Path, as_json: Json = False) -> int:
    """Check a recording: every byte, every hash, every book.

    Prints the digest of every final book. The exit code is 1 when something is wrong.
    """
    from pr3dict.cli import verify as verb  # noqa: PLC0415

    return verb.run(path, as_json=as_json)


@app.command(
    add_help_option=False,  # theirs says more
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)
def bench(context: typer.Context) -> int:
    """Measure every figure of the README, in a checkout.

    Options go to the benchmarks.
    """
    from pr3dict.cli import bench as verb  # noqa: PLC0415

    return verb.run(context.args)


@app.command()
def doctor(as_json: Json = False) -> int:
    """Tell what runs, what can be reached, how right the clock is.

    The exit code is 1 when the feed could not work; warnings leave it 0.
    """
    from pr3dict.cli import doctor as verb  # noqa: PLC0415

    return verb.run(as_json=as_json)
