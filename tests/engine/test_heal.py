"""Healing in virtual time: what is done for an ill book, when, and how often at most."""

from hypothesis import given
from hypothesis import strategies as st

from pr3dict.engine.heal import FETCH_MAX, PATIENCE_NS, Budget, Heal, Remedies
from pr3dict.model.events import BookReset, FeedLost, FeedOpened, ProofFailed, StateChanged
from pr3dict.model.states import BookState, Cause, Source

START = 1_700_000_000_000_000_000
S = 1_000_000_000


def became(state, token="a", cause=Cause.NONE, at=START):
    return StateChanged(token, BookState.LIVE, state, cause, at)


def suspect(heal, cause=Cause.HASH, token="a", at=START):
    heal.heard([became(BookState.SUSPECT, token, cause, at)])


def live(heal, token="a", at=START):
    heal.heard([became(BookState.LIVE, token, at=at)])


def healing(*, rest=True, patience_ns=PATIENCE_NS):
    return Heal(Budget(), {1: ("a", "b")}.get, rest=rest, patience_ns=patience_ns)


def test_a_book_that_failed_its_hash_is_asked_for_at_once():
    heal = healing()
    suspect(heal, Cause.HASH)

    assert START == heal.wake_at()
    assert Remedies(resubscribe=["a"]) == heal.due(START)


def test_an_unreadable_frame_gives_the_books_a_second_to_prove_themselves():
    heal = healing()
    suspect(heal, Cause.UNPARSABLE)

    assert Remedies() == heal.due(START + S - 1)
    assert Remedies(resubscribe=["a"]) == heal.due(START + S)


def test_a_book_that_proves_itself_in_time_is_left_alone():
    heal = healing()
    suspect(heal, Cause.TICK)
    live(heal)

    assert Remedies() == heal.due(START + 60 * S)
    assert heal.wake_at() is None
    assert 1 == heal.counters["cured"]


def test_rest_is_asked_when_no_snapshot_comes_within_five_seconds():
    heal = healing()
    suspect(heal)
    heal.due(START)

    assert Remedies() == heal.due(START + 5 * S - 1)
    assert Remedies(fetch=["a"]) == heal.due(START + 5 * S)


def test_a_book_that_stays_syncing_is_asked_for_by_rest_first():
    heal = healing()
    heal.heard([became(BookState.SYNCING)])

    assert Remedies() == heal.due(START + 5 * S - 1)
    assert Remedies(fetch=["a"]) == heal.due(START + 5 * S)


def test_without_rest_it_is_only_asked_for_again():
    heal = healing(rest=False)
    heal.heard([became(BookState.SYNCING)])

    assert Remedies(resubscribe=["a"]) == heal.due(START + 5 * S)


def until_moved(heal, limit=50):
    """Let every remedy fail; return what was done, in order."""
    done, now = [], START
    for _ in range(limit):
        now = heal.wake_at()
        remedies = heal.due(now)
        done += ["resubscribe"] * len(remedies.resubscribe) + ["fetch"] * len(remedies.fetch)
        if remedies.fetch:
            heal.answered(remedies.fetch, remedies.fetch, now)
        if remedies.move:
            return done, now
    raise AssertionError("never moved")


def test_moves_the_token_after_three_rounds_with_waits_that_grow():
    heal = healing()
    suspect(heal)

    done, now = until_moved(heal)
    assert ["resubscribe", "fetch"] * 3 == done
    assert START + (5 + 5 + 8 + 8 + 8 + 8) * S == now


def test_goes_on_after_the_move():
    heal = healing()
    suspect(heal)
    until_moved(heal)

    assert heal.wake_at() is not None


def test_a_relapse_waits_longer_each_time():
    heal = healing()
    waits = []
    now = START
    for _ in range(4):
        suspect(heal, at=now)
        waits.append((heal.wake_at() - now) // S)
        live(heal, at=now)
        now += S

    assert [0, 2, 4, 8] == waits


def silent_again_and_again(heal, sources):
    """Let REST show a silent loss, and each source in turn cure it; return what was done first."""
    done = []
    for number, source in enumerate((*sources, None)):
        now = START + 25 * number * S
        suspect(heal, Cause.SILENT, at=now)
        done.append(heal.due(heal.wake_at()))
        if source is not None:
            live(heal, at=now + S)
            heal.heard([BookReset("a", source, now, now + S, True)])
    return done


def test_a_book_that_is_wrong_in_the_moment_of_its_cure_was_not_cured():
    """The tick changed and nobody heard of it: each trade tells it, and no hash fits."""
    heal = healing()
    suspect(heal)
    heal.due(START)
    live(heal, at=START + S)
    suspect(heal, at=START + 2 * S)
    due = heal.wake_at()
    for at in range(START + 3 * S, due, S // 2):
        live(heal, at=at)
        suspect(heal, at=at)

    assert (due, 1) == (heal.wake_at(), heal.counters["cured"])
    assert Remedies(resubscribe=["a"]) == heal.due(due)


def test_a_book_that_only_rest_can_cure_moves_to_another_connection():
    done = silent_again_and_again(healing(), [Source.REST] * 3)
    assert [["a"], ["a"], ["a"], []] == [remedies.resubscribe for remedies in done]
    assert ["a"] == done[3].move


def test_a_book_that_its_connection_delivered_stays_where_it_is():
    done = silent_again_and_again(healing(), [Source.REST, Source.REST, Source.WS, Source.REST])
    assert [["a"]] * 5 == [remedies.resubscribe for remedies in done]


def test_a_book_that_came_when_asked_for_was_not_ill():
    heal = healing()
    heal.heard([became(BookState.SYNCING)])
    live(heal, at=START + S)
    suspect(heal, at=START + 2 * S)

    assert START + 2 * S == heal.wake_at()  # no relapse: it is treated at once
    assert 0 == heal.counters["cured"]


def test_a_book_of_which_the_stream_speaks_again_is_asked_for_sooner():
    heal = healing(patience_ns=20 * S)
    suspect(heal)
    for _ in range(5):  # every remedy fails, and nobody is in a hurry
        now = heal.wake_at()
        if heal.due(now).fetch:
            heal.answered(["a"], ["a"], now)
    assert heal.wake_at() > now + 8 * S
    heal.heard([ProofFailed("a", Cause.HASH, "", "", 0, now + S)])

    assert now + 9 * S == heal.wake_at()
    assert ["a"] == heal.due(now + 9 * S).resubscribe


def test_a_book_that_rest_fills_and_no_stream_follows_is_asked_for_sooner():
    heal = healing()
    suspect(heal)
    for _ in range(4):
        now = heal.wake_at()
        if heal.due(now).fetch:
            heal.answered(["a"], ["a"], now)
    heal.heard([BookReset("a", Source.REST, now, now, False)])

    assert now + 5 * S == heal.wake_at()
    assert ["a"] == heal.due(now + 5 * S).resubscribe


def test_an_old_cure_is_forgotten():
    heal = healing()
    suspect(heal)
    live(heal)
    suspect(heal, at=START + 61 * S)

    assert Remedies(resubscribe=["a"]) == heal.due(START + 61 * S)


def test_a_token_that_is_tracked_no_more_is_not_treated():
    heal = healing()
    suspect(heal)
    heal.forget("a")

    assert Remedies() == heal.due(START + 60 * S)
    assert 0 == heal.ill()


def test_a_book_whose_link_is_down_waits_for_the_link():
    heal = healing()
    suspect(heal)
    heal.heard([FeedLost(1, 1, Cause.LINK_DOWN, ("a",), START)])

    assert heal.wake_at() is None


def test_the_books_of_a_link_that_opens_are_waited_for():
    heal = healing()
    heal.heard([FeedOpened(1, 1, START)])

    assert Remedies() == heal.due(START + 5 * S - 1)
    assert Remedies(fetch=["a", "b"]) == heal.due(START + 5 * S)


def test_a_book_of_a_resolved_market_is_waited_for_no_more():
    heal = healing()
    heal.heard([became(BookState.CLOSED, cause=Cause.RESOLVED), FeedOpened(1, 1, START)])

    assert Remedies(fetch=["b"]) == heal.due(START + 5 * S)


def test_a_missing_book_is_told_once_and_looked_for_again_later():
    heal = healing()
    heal.heard([became(BookState.SYNCING)])
    now = START + 5 * S
    heal.due(now)

    told = heal.answered(["a"], [], now)
    assert [StateChanged("a", BookState.SYNCING, BookState.SYNCING, Cause.NO_BOOK, now)] == told
    assert {"a"} == heal.no_book

    later = now + 60 * S
    assert Remedies(fetch=["a"]) == heal.due(later)
    assert [] == heal.answered(["a"], [], later)


def test_a_book_that_comes_to_be_is_missing_no_more():
    heal = healing()
    heal.heard([became(BookState.SYNCING)])
    heal.due(START + 5 * S)
    heal.answered(["a"], [], START + 5 * S)
    live(heal)

    assert set() == heal.no_book


def test_rest_requests_are_batched_and_a_second_apart():
    heal = healing()
    tokens = [f"t{number:03}" for number in range(FETCH_MAX + 10)]
    for token in tokens:
        heal.heard([became(BookState.SYNCING, token)])
    now = START + 5 * S

    first = heal.due(now).fetch
    assert tokens[:FETCH_MAX] == first
    assert [] == heal.due(now + S // 2).fetch
    heal.answered(first, first, now + S // 2)
    assert now + S == heal.wake_at()
    assert tokens[FETCH_MAX:] == heal.due(now + S).fetch


def test_a_failed_request_is_repeated_with_doubling_waits():
    heal = healing()
    heal.heard([became(BookState.SYNCING)])
    now = START + 5 * S
    assert ["a"] == heal.due(now).fetch
    heal.failed(["a"], now)

    assert [] == heal.due(now + 2 * S - 1).fetch
    assert ["a"] == heal.due(now + 2 * S).fetch


STATES = [state for state in BookState if state != BookState.CLOSED]  # the end; nothing follows


@given(st.lists(st.tuples(st.sampled_from(STATES), st.sampled_from("abc")), max_size=60))
def test_treats_exactly_the_books_that_are_suspect_or_syncing(changes):
    heal = healing()
    state = {}
    for number, (now, token) in enumerate(changes):
        heal.heard([became(now, token, at=START + number)])
        state[token] = now
        heal.due(START + number)

    ill = [token for token, now in state.items() if now in {BookState.SUSPECT, BookState.SYNCING}]
    assert len(ill) == heal.ill()
    assert bool(ill) == (heal.wake_at() is not None)
