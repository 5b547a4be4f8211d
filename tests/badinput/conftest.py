"""What every test of bad input has: a venue, a count of what it is asked, and no old trouble."""

import pytest
from tests.app.kit import venue
from tests.badinput.kit import Count


@pytest.fixture(scope="module")
def served():
    with venue() as found:
        yield found


@pytest.fixture(scope="module")
def count(served):
    return Count(served)


@pytest.fixture(autouse=True)
def _well_again(served):
    served.faults.forgive()
