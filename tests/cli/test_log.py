"""Log lines of the program, made single."""

import logging

from pr3dict.cli.log import OneLine


def test_a_record_is_a_line_without_its_traceback(capsys):
    logger = logging.getLogger("elsewhere")
    logger.propagate = False
    logger.addHandler(OneLine(logging.WARNING))
    logger.error("it %s", "failed", exc_info=ValueError("with a traceback"))
    logger.info("not told")
    assert "pr3dict: it failed\n" == capsys.readouterr().err
