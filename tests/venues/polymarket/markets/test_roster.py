"""What the stream tells of markets and what the catalogue knows are brought together."""

import msgspec
from tests.venues.polymarket.markets.test_market import market

from pr3dict.model.events import MarketCreated, MarketResolved
from pr3dict.model.units import NS_PER_S
from pr3dict.venues.polymarket.markets.roster import (
    FIRST_LOOK_NS,
    LOOKS_MAX,
    WAIT_NS_MAX,
    Ask,
    MarketListed,
    MarketSettled,
    Roster,
)

NOW = 1_700_000_000 * NS_PER_S
OPEN = market(endDate=None)
ID = OPEN.condition_id
LASTING = msgspec.structs.replace(OPEN, end=market().end)
OVER = msgspec.structs.replace(OPEN, closed=True, winner="Yes")


def created(condition=ID, question="Will the Fed cut?"):
    return MarketCreated(condition, question, "fed-cuts", ("11", "22"), ("Yes", "No"), 0, NOW)


def resolved(winner="Yes", at=NOW):
    return MarketResolved(ID, ("11", "22"), "11", winner, 0, at)


def roster():
    return Roster(lambda event: "Fed" in event.question)


def following(found=OPEN):
    it = roster()
    it.follow(found, NOW)
    return it


def asked(it, now):
    ask = it.due(now)
    assert ask is not None
    return ask


def test_a_new_market_that_is_wanted_is_told_once_with_all_its_rules():
    it = roster()
    it.heard([created(), created(), created("0xcd", "Will it rain?")])
    assert it.due(NOW) is None
    at = NOW + FIRST_LOOK_NS
    assert at == it.wake_at()
    ask = asked(it, at)
    assert Ask(open=(ID,)) == ask
    assert [MarketListed(OPEN)] == it.answered(ask, [OPEN], at)
    assert [OPEN] == it.markets()
    it.heard([created()])
    assert it.due(at) is None


def test_a_new_market_that_the_catalogue_never_lists_is_given_up():
    it = roster()
    it.heard([created()])
    looks, now = 0, NOW
    while (wake_at := it.wake_at()) is not None:
        assert wake_at - now <= WAIT_NS_MAX
        now = wake_at
        assert [] == it.answered(asked(it, now), [], now)
        looks += 1
    assert (LOOKS_MAX, 1) == (looks, it.counters["never listed"])


def test_the_end_that_the_stream_tells_is_looked_up_and_told_once():
    it = following()
    it.heard([resolved(), resolved()])
    at = NOW + FIRST_LOOK_NS
    ask = asked(it, at)
    assert Ask(closed=(ID,)) == ask
    assert [MarketSettled(OVER, "Yes")] == it.answered(ask, [OVER], at)
    assert ([], None) == (it.markets(), it.wake_at())


def test_the_end_that_the_stream_never_tells_is_found_all_the_same():
    it = following()
    at = NOW + WAIT_NS_MAX
    assert at == it.wake_at()
    assert [] == it.answered(asked(it, at), [], at)  # still open
    at = it.wake_at()
    assert [MarketSettled(OVER, "Yes")] == it.answered(asked(it, at), [OVER], at)


def test_a_market_that_ends_long_before_its_time_without_a_word_is_found():
    it = following(LASTING)
    for look in range(1, LOOKS_MAX * 2):
        at = NOW + look * WAIT_NS_MAX  # never rarer, never more often
        assert at == it.wake_at()
        assert [] == it.answered(asked(it, at), [], at)
    at = it.wake_at()
    assert [MarketSettled(OVER, "Yes")] == it.answered(asked(it, at), [OVER], at)


def test_a_market_is_looked_up_when_its_time_is_over_and_then_more_often():
    end = round(LASTING.end.timestamp()) * NS_PER_S
    it = roster()
    it.follow(LASTING, end - 1)
    assert end - 1 + FIRST_LOOK_NS <= it.wake_at() <= end + FIRST_LOOK_NS
    waits, now = [], it.wake_at()
    for _ in range(3):
        assert [] == it.answered(asked(it, now), [], now)
        waits.append((it.wake_at() - now) // FIRST_LOOK_NS)
        now = it.wake_at()
    assert [1, 2, 4] == waits


def test_the_stream_is_believed_where_the_catalogue_does_not_follow():
    it, now = following(), NOW
    it.heard([resolved("No")])
    found = []
    while not found:
        now = it.wake_at()
        found = it.answered(asked(it, now), [], now)
    assert [MarketSettled(OPEN, "No")] == found
    assert 1 == it.counters["ended by the stream alone"]


def test_two_winners_are_a_dispute_and_the_catalogue_has_the_last_word():
    it = following()
    it.heard([resolved("No")])
    at = NOW + FIRST_LOOK_NS
    assert [MarketSettled(OVER, "Yes", disputed=True)] == it.answered(asked(it, at), [OVER], at)


def test_a_catalogue_that_does_not_answer_is_asked_again_later():
    it = following()
    it.heard([resolved(), created("0xef")])
    at = NOW + FIRST_LOOK_NS
    it.failed(asked(it, at), at)
    assert at + WAIT_NS_MAX == it.wake_at()
    assert Ask(open=("0xef",), closed=(ID,)) == it.due(at + WAIT_NS_MAX)


def test_of_a_market_that_is_followed_no_more_nothing_is_told():
    it = following()
    it.forget(ID)
    it.heard([resolved()])
    assert (None, []) == (it.wake_at(), it.answered(Ask(closed=(ID,)), [OVER], NOW))
