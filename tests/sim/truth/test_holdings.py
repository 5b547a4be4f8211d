"""Holdings: what was bought less what was sold, and never less than nothing."""

from tests.sim.client import quiet

from pr3dict.sim.truth.history import Deal
from pr3dict.sim.truth.holdings import Holding, Holdings
from pr3dict.sim.truth.traders import traders
from pr3dict.sim.truth.wire import Trade

SHARE = 1_000_000
VENUE = quiet(markets=1)
YES, NO = VENUE.tokens
CONDITION = VENUE.listings[0].condition
ANN, BOB = traders()[:2]


def traded(*trades: tuple[str, str, int, int]) -> dict[tuple[str, str], Holding]:
    holdings = Holdings(VENUE)
    holdings.follow(
        Deal(at, Trade(at, CONDITION, token, side, price, size, "0xa"), ANN, BOB)
        for at, (token, side, price, size) in enumerate(trades, start=1)
    )
    return {(held.trader.name, held.token): held for held in holdings.all() if held.size}


def test_who_buys_yes_holds_it_and_the_other_side_holds_no():
    held = traded((YES, "BUY", 600_000, 10 * SHARE))

    assert {(ANN.name, YES), (BOB.name, NO)} == held.keys()
    assert (10 * SHARE, 6 * SHARE) == (held[ANN.name, YES].size, held[ANN.name, YES].cost)
    assert (10 * SHARE, 4 * SHARE) == (held[BOB.name, NO].size, held[BOB.name, NO].cost)


def test_who_sells_gains_the_difference_and_keeps_the_average():
    held = traded((YES, "BUY", 600_000, 10 * SHARE), (YES, "SELL", 700_000, 4 * SHARE))
    mine = held[ANN.name, YES]

    assert (6 * SHARE, 600_000, 400_000) == (mine.size, mine.average, mine.realized)
    assert 10 * SHARE == mine.bought
    assert 10 * SHARE == held[BOB.name, NO].size
    assert 4 * SHARE == held[BOB.name, YES].size


def test_who_sells_more_than_there_is_holds_the_other_outcome():
    held = traded((YES, "BUY", 600_000, 10 * SHARE), (YES, "SELL", 700_000, 12 * SHARE))

    assert (ANN.name, YES) not in held
    assert (2 * SHARE, 600_000) == (held[ANN.name, NO].size, held[ANN.name, NO].cost)
