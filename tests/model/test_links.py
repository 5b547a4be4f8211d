"""Connections in words."""

from pr3dict.model.links import LinkStatus, Phase


def test_a_new_link_has_done_nothing():
    status = LinkStatus(1, "wss://venue")
    assert (Phase.IDLE, 0, 0, {}, 0) == (
        status.phase,
        status.attempts,
        status.opened,
        status.lost,
        status.slow_consumer,
    )


def test_slow_consumer_counts_how_often_we_read_too_slowly():
    assert 3 == LinkStatus(1, "", lost={"slow_consumer": 3, "dropped": 2}).slow_consumer


def test_the_losses_of_one_link_are_not_those_of_another():
    one, other = LinkStatus(1, ""), LinkStatus(2, "")
    one.lost["dropped"] = 1
    assert {} == other.lost


def test_a_connection_that_takes_the_place_of_another_goes_on_with_its_counts():
    old = LinkStatus(1, "", attempts=5, opened=3, lost={"expired": 2}, frames_out=9, bytes_out=90)
    new = LinkStatus(1, "", attempts=2, opened=1, lost={"expired": 1}, frames_out=1, bytes_out=10)
    new.inherit(old)
    assert (7, 4, {"expired": 3}, 10, 100, 1) == (
        new.attempts,
        new.opened,
        new.lost,
        new.frames_out,
        new.bytes_out,
        new.rotated,
    )
    assert {"expired": 2} == old.lost
