"""The engine that runs, and a clock that stands still."""

import pytest
from tests.tape.kit import SteadyClock

from pr3dict.core import Core, load


@pytest.fixture
def core() -> Core:
    return load()


@pytest.fixture
def clock() -> SteadyClock:
    return SteadyClock()
