"""The monitor on this terminal: for every verb that shows one."""

import logging
from collections.abc import Callable

from pr3dict.app.stats import Running
from pr3dict.model.errors import MissingExtra


def show(
    running: Running,
    where: str,
    *,
    check: Callable[[], object] | None = None,
    seconds: float | None = None,
) -> None:
    """Run the monitor until somebody quits. Raises what `check` raised, and `MissingExtra`.

    `where` names the source; `check` is called each second; `seconds`: when to leave by itself.
    """
    try:
        from pr3dict.monitor.app import Monitor  # noqa: PLC0415 - Textual is optional, and large
    except ModuleNotFoundError as missing:
        raise MissingExtra((missing.name or "textual").partition(".")[0], "tui") from None
    log = logging.getLogger("pr3dict")
    handlers, log.handlers = log.handlers, [logging.NullHandler()]  # the screen is the monitor's
    monitor = Monitor(running, where, check=check, seconds=seconds)
    try:
        monitor.run()
    finally:
        log.handlers = handlers
    if monitor.failure is not None:
        raise monitor.failure
