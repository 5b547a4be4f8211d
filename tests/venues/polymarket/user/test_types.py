"""What the venue says of our own orders and trades."""

import pytest
from tests.venues.polymarket.user_kit import maker, order, trade


def test_what_the_venue_said_cannot_be_changed():
    for said, member in ((order(), "status"), (trade(), "status"), (maker(), "size")):
        with pytest.raises(AttributeError, match="immutable"):
            setattr(said, member, "x")


def test_two_that_say_the_same_are_equal():
    assert order() == order()
    assert trade("t1", "MATCHED", maker()) == trade("t1", "MATCHED", maker())
    assert order() != order(status="CANCELED")
