"""What an analysis finds, on books that are made by hand."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from pr3dict.client.live.analysis import Arbitrage, analyse, arbitrage
from pr3dict.client.snapshot import OrderBookSnapshot, TradeEvent
from pr3dict.core import load
from pr3dict.measure.metrics import Yardstick, measure
from pr3dict.model.states import BookState
from pr3dict.model.units import MICROS, NS_PER_S
from pr3dict.venues.polymarket.fees import FREE, FeeSchedule

NOW = 1_766_481_600 * NS_PER_S
BOOK = (
    b'[{"event_type":"book","market":"0xabc","asset_id":"1","timestamp":"1766481599000",'
    b'"hash":"8c7f21df4ea57ce24228402e20a307358e55a0fd","bids":[{"price":"0.48","size":"10"}],'
    b'"asks":[{"price":"0.52","size":"30"}],"last_trade_price":"0.500","tick_size":"0.01"}]'
)


def top(bid, bid_size, ask, ask_size, *, live=True) -> Any:
    """Return as much of a snapshot as arbitrage asks for."""
    micros = tuple(round(Decimal(x) * MICROS) for x in (bid, bid_size, ask, ask_size))
    return SimpleNamespace(top_micros=micros, is_live=live)


def book():
    """Return (snapshot, metrics) of a real book: 10 bid at 0.48, 30 offered at 0.52."""
    books = load("reference").new_books(prove=False)
    books.track("1", 1)
    books.open_link(1, NOW)
    books.feed(1, BOOK, NOW)
    view = books.view("1")
    assert view is not None
    read_ns = NOW + NS_PER_S
    return OrderBookSnapshot(view, read_ns), measure(view, Yardstick(), read_ns, 0)


def trade(side, size, seconds_ago):
    local_ns = NOW + NS_PER_S - seconds_ago * NS_PER_S
    return TradeEvent("1", "0xabc", 500_000, size * MICROS, side, local_ns, local_ns, "")


def test_the_figures_are_those_of_the_book_and_its_trades():
    snapshot, metrics = book()
    trades = [trade("BUY", 100, 61), trade("BUY", 3, 60), trade("SELL", 1, 2)]
    found = analyse(snapshot, metrics, trades, None, [snapshot])
    prices = (found.best_bid, found.best_ask, found.spread, found.mid, found.microprice)
    assert tuple(map(Decimal, ("0.48", "0.52", "0.04", "0.5", "0.49"))) == prices
    assert -0.5 == found.imbalance
    assert (Decimal(10), Decimal(30)) == (found.bid_depth, found.ask_depth)
    assert (2, 0.5) == (found.trades, found.flow)
    assert (Decimal(3), Decimal(1)) == (found.bought, found.sold)
    assert 800 == found.spread_bps
    assert (1.0, Decimal("0.5"), BookState.LIVE) == (found.age_s, found.last_price, found.state)
    assert Arbitrage.UNKNOWN is found.arbitrage


def test_a_set_that_costs_less_than_it_pays_is_bought():
    kind, best = arbitrage([top("0.4", 5, "0.45", 7), top("0.4", 5, "0.5", 3)], FREE)
    assert best is not None
    assert (Arbitrage.BUY_ALL, 50_000, 3 * MICROS) == (kind, best.profit, best.sets)


def test_a_set_that_sells_for_more_than_it_costs_is_sold():
    kind, best = arbitrage([top("0.5", 5, "0.6", 7), top("0.53", 4, "0.6", 3)], FREE)
    assert best is not None
    assert (Arbitrage.SELL_ALL, 30_000, 4 * MICROS) == (kind, best.profit, best.sets)


def test_fees_can_eat_the_profit():
    books = [top("0.4", 5, "0.49", 7), top("0.4", 5, "0.5", 3)]
    assert Arbitrage.BUY_ALL is arbitrage(books, FREE)[0]
    kind, best = arbitrage(books, FeeSchedule(rate=Decimal("0.07")))
    assert best is not None
    assert Arbitrage.NONE is kind
    # 0.07 x 0.49 x 0.51 and 0.07 x 0.5 x 0.5, each in five decimals
    assert 10_000 - 17_490 - 17_500 == best.profit


@pytest.mark.parametrize(
    ("books", "fees"),
    [
        ([top("0.4", 5, "0.45", 7), top("0.4", 5, "0.5", 3)], None),
        ([top("0.4", 5, "0.45", 7), top("0.4", 5, "0.5", 3, live=False)], FREE),
        ([top("0.4", 5, "0.45", 7), None], FREE),
        ([top("0.4", 5, "0.45", 7), top("0.4", 5, 0, 0)], FREE),
        ([top("0.4", 5, "0.45", 7)], FREE),
    ],
)
def test_what_cannot_be_trusted_is_no_arbitrage(books, fees):
    assert (Arbitrage.UNKNOWN, None) == arbitrage(books, fees)
