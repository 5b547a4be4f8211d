"""The engines, each of which every rule of docs/books.md binds; and Ctrl-C as a terminal has it."""

import os
import signal

import pytest
from hypothesis import settings

from pr3dict.core import Core, load
from pr3dict.model.errors import CoreUnavailable

# A machine with other work to do makes no test fail.
settings.register_profile("ours", deadline=None)
settings.load_profile("ours")

# A shell starts what runs in the background with SIGINT ignored, and our children would inherit it.
signal.signal(signal.SIGINT, signal.default_int_handler)


def engine_named(name: str) -> Core:
    """Return an engine; skip the test loudly where it is not built, fail where it must be."""
    try:
        return load(name)
    except CoreUnavailable as unavailable:
        if os.environ.get("PR3DICT_CORE") == "native":
            raise
        pytest.skip(f"THE NATIVE ENGINE IS NOT TESTED: {unavailable}")


@pytest.fixture(params=["reference", "native"])
def engine(request: pytest.FixtureRequest) -> Core:
    return engine_named(request.param)
