"""The engine that runs, and a clock that stands still."""

import pytest

from pr3dict.core import Core, load
from tests.tape.kit import SteadyClock


@pytest.fixture
def core() -> Core:
    return load()


@pytest.fixture
def clock() -> SteadyClock:
    return SteadyClock()
