"""One simulated venue for all tests of a module: two busy markets."""

from collections.abc import Iterator

import pytest
from tests.cli.kit import venue

from pr3dict.cli.demo import Addresses


@pytest.fixture(scope="module")
def market() -> Iterator[Addresses]:
    with venue("--markets", "2", "--activity", "10", "--seed", "3") as addresses:
        yield addresses
