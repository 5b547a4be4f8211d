"""Names of markets: the same for a seed, unlike each other, and with real words."""

from pr3dict.sim.truth.names import CATEGORIES, Names, plain_name, slug_of

START_MS = 1_790_000_000_000


def test_the_same_seed_names_the_same_markets():
    one, two, other = Names(1, START_MS), Names(1, START_MS), Names(2, START_MS)
    kinds = [True, False, False, True, False] * 10
    named = [one.name(neg_risk=kind) for kind in kinds]

    assert named == [two.name(neg_risk=kind) for kind in kinds]
    assert named != [other.name(neg_risk=kind) for kind in kinds]


def test_no_two_markets_and_no_two_events_have_the_same_slug():
    names = Names(3, START_MS)
    named = [names.name(neg_risk=bool(number % 3 == 0)) for number in range(500)]

    assert 500 == len({name.slug for name in named})
    events = {name.event for name in named}
    assert len(events) == len({event.slug for event in events}) == len({e.id for e in events})
    assert all(name.event.neg_risk == (number % 3 == 0) for number, name in enumerate(named))


def test_markets_that_exclude_each_other_share_an_event():
    names = Names(1, START_MS)
    named = [names.name(neg_risk=True) for _ in range(4)]

    assert 1 == len({name.event for name in named})
    assert 4 == len({name.group for name in named})


def test_at_any_seed_something_is_about_the_rate_of_the_fed():
    for seed in range(20):
        names = Names(seed, START_MS)
        for neg_risk in (True, False):
            words = names.name(neg_risk=neg_risk).event.title.lower().split()
            assert {"fed", "rate"} <= set(words)


def test_every_event_has_a_category_with_fees_and_ends_later():
    names = Names(5, START_MS)
    named = [names.name(neg_risk=False) for _ in range(100)]

    assert {name.event.category for name in named} <= CATEGORIES.keys()
    assert all(name.event.ends_ms > START_MS for name in named)


def test_slugs_hold_letters_digits_and_dashes():
    assert "will-ethereum-reach-6-000" == slug_of("Will Ethereum reach $6,000?")
    assert "a-recorded-market-7" == plain_name(7, "A recorded market").slug
