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
