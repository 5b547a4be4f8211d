"""What managers say of themselves."""

from pr3dict.app.system import System
from pr3dict.client.words import bookless, condition, counted, inside, named, one_line
from pr3dict.config import Config


class Thing:
    def __repr__(self):
        return one_line(self, lambda: "2 tokens (of 3)")


class Broken:
    def __repr__(self):
        return one_line(self, lambda: str(1 / 0))


def test_a_repr_names_its_class_and_cannot_raise():
    assert "Thing(2 tokens (of 3))" == repr(Thing())
    assert "Broken(unreadable: ZeroDivisionError)" == repr(Broken())


def test_a_repr_can_stand_in_another():
    assert "2 tokens (of 3)" == inside(Thing())


def test_the_condition_tells_life_and_states():
    system = System(Config(core="reference"))
    assert "1 token, not started, engine reference" == condition(system, 1, started=False)

    system.books.track("1", 0)
    system.books.track("2", 0)
    words = condition(system, 2, started=True)
    assert "2 tokens, stopped, 2 EMPTY, engine reference" == words


def test_nothing_is_said_where_every_token_has_a_book():
    assert not bookless([], [], 5, 10)


def test_tokens_without_a_book_are_told_by_reason():
    told = bookless(["11"], ["22", "33"], 9, 0.5)

    assert told.startswith("no book for 3 of 9 tokens: the venue has none of 11 (")
    assert "cause NO_BOOK" in told
    assert "; none came within 0.5 s of 22, 33 (" in told
    assert "BooksMissing" in told
    assert "none came" not in bookless(["11"], [], 9, 0.5)
    assert "the venue" not in bookless([], ["11"], 9, 0.5)


def test_many_tokens_make_no_long_sentence():
    tokens = [str(10**70 + number) for number in range(10_000)]

    assert "1000…0000, 1000…0001, 1000…0002, 1000…0003, 1000…0004 and 9995 more" == named(tokens)
    assert 500 > len(bookless(tokens, tokens, 20_000, 10))


def test_one_is_no_plural():
    assert ["0 tokens", "1 token", "2 tokens"] == [counted(number) for number in range(3)]
