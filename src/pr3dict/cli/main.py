"""The program from its start to its exit code. It imports little, so that Ctrl-C finds it ready.

Exit codes: 0 well; 1 the answer is no (a tape is wrong, the feed could not work); 2 one sentence
says what to do; 130 interrupted (0 for verbs that run until Ctrl-C); 141 nobody reads our output;
70 a fault of ours.
"""

import os
import signal
import sys
from typing import Any, Final, NoReturn

DEBUG: Final = "PR3DICT_DEBUG"
"""Set to 1 to see the traceback behind a sentence."""
USAGE: Final = 2
OUR_FAULT: Final = 70
INTERRUPTED: Final = 130
NOBODY_READS: Final = 141
QUIT_BY_CTRL_C: Final = {"demo", "watch", "sim", "record"}
"""Verbs that run until somebody has seen enough: Ctrl-C is how they end well."""


def main() -> NoReturn:
    """Run the command line and end the process with its exit code."""
    try:
        code = run(sys.argv[1:])
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            code = _nobody_reads()
    except KeyboardInterrupt:  # before a verb has begun, or after it has ended
        code = INTERRUPTED
    raise SystemExit(code)


def run(arguments: list[str]) -> int:
    """Run one command; return its exit code. Errors become one sentence on stderr."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        from pr3dict.cli.log import quieten  # noqa: PLC0415 - what takes time is imported in here
        from pr3dict.cli.verbs import app  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        if missing.name != "typer":
            raise
        sys.stderr.write("typer is not installed: pip install 'pr3dict[cli]'\n")
        return USAGE
    if os.environ.get(DEBUG) != "1":
        quieten()
    try:
        code = _code(app(arguments, prog_name="pr3dict", standalone_mode=False))
        return 0 if code == INTERRUPTED and QUIT_BY_CTRL_C & {*arguments[:1]} else code
    except SystemExit as ended:  # so typer leaves when nobody reads, and at shell completion
        return _nobody_reads() if ended.code == 1 else _code(ended.code)
    except Exception as error:
        if os.environ.get(DEBUG) == "1":
            raise
        from pr3dict.cli.output import remark  # noqa: PLC0415

        code, sentence = _told(error)
        remark(f"pr3dict: {sentence}")
        return code


def _code(returned: Any) -> int:  # noqa: ANN401 - whatever typer makes of it
    return returned if isinstance(returned, int) else 0


def _told(error: Exception) -> tuple[int, str]:
    """Return the exit code and the sentence of an error."""
    from pr3dict.model.errors import Pr3dictError  # noqa: PLC0415

    if isinstance(error, Pr3dictError):
        return USAGE, str(error)
    if hasattr(error, "format_message"):  # how typer's own errors tell what is wrong
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "pr3dict"
        return USAGE, f"{error.format_message()} See {command} --help."
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return USAGE, f"{where}{error.strerror or error}"
    shown = f"{type(error).__name__}: {error}"
    return OUR_FAULT, f"this is a fault of ours: {shown} ({DEBUG}=1 shows where)"


def _nobody_reads() -> int:
    """Leave without a word, and without Python's own at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return NOBODY_READS


def _interrupt(_number: int, _frame: object) -> NoReturn:
    """Let SIGTERM leave as cleanly as Ctrl-C."""
    raise KeyboardInterrupt


def __getattr__(name: str) -> Any:  # noqa: ANN401
    """Give `app`, the verbs, to whoever reads them without running any."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from pr3dict.cli import verbs  # noqa: PLC0415

    return verbs.app
