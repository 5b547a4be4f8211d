"""Where real captures and vectors lie: beside the project, never in it."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared"


def shared_file(path: str) -> Path:
    """Return a file of the shared folder; skip the test loudly where it is absent."""
    file = SHARED / path
    if not file.exists():
        pytest.skip(f"REAL DATA IS NOT TESTED: {file} is absent")
    return file
