"""Mailboxes: conflation of books, order and bound of events, one wake-up at a time."""

import threading

from pr3dict.engine.mailbox import BookMailbox, EventMailbox
from pr3dict.model.events import ControlReceived, Lagged


class Wakes:
    def __init__(self):
        self.count = 0

    def __call__(self):
        self.count += 1


def event(number):
    return ControlReceived(1, "PONG", number)


def taken(mailbox):
    return list(iter(mailbox.take, None))


def test_a_book_that_changes_often_waits_once():
    mailbox = BookMailbox(Wakes())
    mailbox.put(("a", "b"))
    mailbox.put(("a",))
    mailbox.put(("c", "a"))

    assert ["a", "b", "c"] == taken(mailbox)
    assert 2 == mailbox.conflated


def test_a_change_after_the_take_is_told_again():
    mailbox = BookMailbox(Wakes())
    mailbox.put(("a",))
    assert "a" == mailbox.take()

    mailbox.put(("a",))
    assert "a" == mailbox.take()


def test_only_wanted_tokens_are_kept():
    mailbox = BookMailbox(Wakes(), tokens=["b"])
    mailbox.put(("a", "b", "c"))

    assert ["b"] == taken(mailbox)


def test_wakes_once_until_the_consumer_answers():
    wakes = Wakes()
    mailbox = BookMailbox(wakes)
    mailbox.put(("a",))
    mailbox.put(("b",))
    assert 1 == wakes.count

    mailbox.bell.awake()
    mailbox.put(("c",))
    assert 2 == wakes.count


def test_unwanted_tokens_wake_nobody():
    wakes = Wakes()
    BookMailbox(wakes, tokens=["b"]).put(("a",))

    assert 0 == wakes.count


def test_events_come_in_order():
    mailbox = EventMailbox(Wakes())
    mailbox.put([event(1), event(2)])
    mailbox.put([event(3)])

    assert [event(1), event(2), event(3)] == taken(mailbox)
    assert 0 == mailbox.dropped


def test_overflow_shows_as_one_lagged_where_the_events_are_missing():
    mailbox = EventMailbox(Wakes(), size_max=2)
    mailbox.put([event(0)])
    assert event(0) == mailbox.take()
    mailbox.put([event(1), event(2), event(3), event(4)])

    assert [Lagged(2), event(3), event(4)] == taken(mailbox)
    assert 2 == mailbox.dropped


def test_what_has_fallen_out_is_counted_before_anybody_takes():
    mailbox = EventMailbox(Wakes(), size_max=2)
    mailbox.put([event(number) for number in range(5)])
    assert 3 == mailbox.dropped

    assert Lagged(3) == mailbox.take()
    assert 3 == mailbox.dropped
    mailbox.put([event(5)])
    assert [event(3), event(4), event(5)] == taken(mailbox)
    assert 3 == mailbox.dropped


def test_what_has_fallen_out_is_never_more_than_the_truth():
    mailbox = EventMailbox(Wakes(), size_max=10_000)
    seen = set()
    done = threading.Event()

    def take():
        while not done.is_set() or len(mailbox):
            mailbox.take()

    thread = threading.Thread(target=take)
    thread.start()
    for number in range(9_000):  # fewer than there is room for
        mailbox.put([event(number)])
        seen.add(mailbox.dropped)
    done.set()
    thread.join()

    assert {0} == seen


def test_events_that_are_not_wanted_are_no_loss():
    mailbox = EventMailbox(
        Wakes(), lambda found: found != event(1) and found != event(3), size_max=2
    )
    mailbox.put([event(number) for number in range(4)])

    assert [event(0), event(2)] == taken(mailbox)


def test_no_change_is_lost_between_two_threads():
    mailbox = BookMailbox(Wakes())
    version = dict.fromkeys("abcd", 0)
    seen = dict(version)
    done = threading.Event()

    def feed():
        for _ in range(20_000):
            for token in version:
                version[token] += 1
                mailbox.put((token,))
        done.set()

    thread = threading.Thread(target=feed)
    thread.start()
    while not done.is_set() or len(mailbox):
        while (token := mailbox.take()) is not None:
            seen[token] = version[token]
    thread.join()

    assert version == seen
