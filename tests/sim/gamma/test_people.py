"""Comments and profiles: always the same."""

from pr3dict.sim.gamma.people import comments_of, profile_of, profiles_named
from pr3dict.sim.truth.traders import traders


def test_the_same_is_always_said_of_the_same_event():
    said = [comments_of("Event", number, 0) for number in range(50)]

    assert said == [comments_of("Event", number, 0) for number in range(50)]
    ids = [comment["id"] for comments in said for comment in comments]
    assert len(ids) == len(set(ids)) > 50
    others = {c["id"] for number in range(50) for c in comments_of("Series", number, 0)}
    assert others.isdisjoint(ids)


def test_a_profile_is_that_of_a_trader():
    trader = traders()[3]
    profile = profile_of(trader.wallet, 1_790_000_000_000)

    assert profile is not None
    assert (trader.name, trader.wallet) == (profile["name"], profile["proxyWallet"])
    assert profile_of("0x1", 0) is None
    assert [trader.wallet] == [each["proxyWallet"] for each in profiles_named(trader.name)]
