"""What the program logs, as single lines on stderr."""

import logging
import sys


class OneLine(logging.Handler):
    """Writes a record as one line, without a traceback."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record to stderr; `logging` calls it."""
        sys.stderr.write(f"pr3dict: {record.getMessage()}\n")


def quieten() -> None:
    """Let warnings and errors of this program be lines, and nothing else of them be shown."""
    logging.getLogger("pr3dict").addHandler(OneLine(logging.WARNING))
    logging.getLogger("pr3dict").propagate = False
