"""The last words."""

from tests.monitor.kit import Market

from pr3dict.monitor.summary import summary


def test_every_frame_and_every_proof_is_accounted_for():
    market = Market(markets=2)
    market.open()
    market.trade(20)
    board = market.board()
    lines = dict(line.split(maxsplit=1) for line in summary(board) if line)
    assert ["frames", "proofs", "mirrors", "latency", "books", "trades"] == list(lines)
    received, applied, ignored, rejected = (
        int(word) for word in lines["frames"].replace(",", "").split() if word.isdigit()
    )
    assert received == applied + ignored + rejected
    assert board.stats["messages"]["received"] == received
    assert "4: 4 LIVE" == lines["books"]


def test_a_latency_that_nobody_measured_is_no_number():
    (line,) = (line for line in summary(Market(markets=1).board()) if line.startswith("latency"))
    assert "latency   - ms on average, - ms for the slowest hundredth" == line
