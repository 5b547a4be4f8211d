"""What people do at the simulated venue: trades in rows, comments in a plan."""

from collections import Counter

from pr3dict.sim.live.rtds_activity import About, Comments, trades
from pr3dict.sim.live.rtds_topics import Told
from pr3dict.sim.truth.traders import traders
from pr3dict.sim.truth.wire import Trade

START_MS = 1_790_000_000_000
TRADE = Trade(START_MS + 5, "0xc", "11", "BUY", 260_000, 2_702_700, "0xabc")
ABOUT = About("0xc", ("11", "22"), ("Yes", "No"), "Will it rain?", "rain-today", "rain")
REAL_MEMBERS = (
    "asset,bio,conditionId,eventSlug,icon,name,outcome,outcomeIndex,price,profileImage,"
    "proxyWallet,pseudonym,side,size,slug,timestamp,title,transactionHash"
)
"""Those of a row captured in August 2026, as the protocol lists them."""


TAKER, MAKER = traders()[:2]


def told() -> list[Told]:
    return trades(TRADE, ABOUT, TAKER, MAKER)


def test_a_row_has_the_members_and_units_of_the_real_ones():
    row = told()[0].payload

    assert REAL_MEMBERS == ",".join(row)
    assert (0.26, 2.7027, START_MS // 1000) == (row["price"], row["size"], row["timestamp"])
    assert ("11", "Yes", 0) == (row["asset"], row["outcome"], row["outcomeIndex"])


def test_orders_matched_is_the_taker_and_trades_is_everybody():
    matched, taker, maker = told()

    assert ["orders_matched", "trades", "trades"] == [matched.type, taker.type, maker.type]
    assert matched.payload == taker.payload
    assert (TAKER.wallet, "BUY") == (taker.payload["proxyWallet"], taker.payload["side"])
    assert (MAKER.wallet, "SELL") == (maker.payload["proxyWallet"], maker.payload["side"])


def test_filters_can_ask_for_the_event_or_the_market():
    assert {"event_slug": "rain", "market_slug": "rain-today"} == told()[0].tags


def test_comments_are_the_same_from_the_same_seed_however_often_one_asks():
    one, two = Comments(1, START_MS, (7,)), Comments(1, START_MS, (7,))
    slowly = [each for minute in range(60) for each in one.due(START_MS + minute * 60_000)]

    assert slowly == list(two.due(START_MS + 59 * 60_000))
    assert 100 < len(slowly) < 300


def test_a_script_lets_more_be_written():
    comments = Comments(1, START_MS, (7,))
    comments.every_ms = 200

    assert 200 < len(list(comments.due(START_MS + 80_000)))


def test_whatever_is_taken_back_was_there_before():
    there: set[str] = set()
    kinds: Counter[str] = Counter()
    for each in Comments(3, START_MS, (7, 8)).due(START_MS + 24 * 3_600_000):
        kinds[each.type] += 1
        name = f"{each.type.split('_', maxsplit=1)[0]} {each.payload['id']}"
        assert ("removed" in each.type) == (name in there)
        there ^= {name}

    assert {"comment_created", "comment_removed", "reaction_created", "reaction_removed"} == set(
        kinds
    )


def test_an_answer_stands_under_the_event_of_what_it_answers():
    seen = list(Comments(1, START_MS, (7, 8)).due(START_MS + 8 * 3_600_000))
    written = {each.payload["id"]: each.payload for each in seen if each.type == "comment_created"}
    answers = [each for each in written.values() if each["parentCommentID"] is not None]

    assert answers
    for each in answers:
        answered = written[each["parentCommentID"]]
        assert answered["parentEntityID"] == each["parentEntityID"]
        assert answered["userAddress"] == each["replyAddress"]
    assert {True} == {each.tags["parentEntityID"] in {7, 8} for each in seen}


def test_times_are_written_as_in_the_rest_of_gamma():
    first = next(Comments(1, START_MS, (7,)).due(START_MS + 3_600_000))
    assert first.payload["createdAt"].startswith("2026-09-21T14:1")
    assert first.payload["createdAt"].endswith("Z")
