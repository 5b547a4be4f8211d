"""What people do at the simulated venue: trades in rows, comments in a plan."""

from collections import Counter

from pr3dict.sim.rtds_activity import About, Comments, trades
from pr3dict.sim.wire import Trade

START_MS = 1_790_000_000_000
TRADE = Trade(START_MS + 5, "0xc", "11", "BUY", 260_000, 2_702_700, "0xabc")
ABOUT = About("0xc", ("11", "22"), ("Yes", "No"), "Will it rain?", "rain-today", "rain")
REAL_MEMBERS = (
    "asset,bio,conditionId,eventSlug,icon,name,outcome,outcomeIndex,price,profileImage,"
    "proxyWallet,pseudonym,side,size,slug,timestamp,title,transactionHash"
)
"""Those of a row captured in August 2026, as the protocol lists them."""


def transactions(n: int) -> list[Trade]:
    return [TRADE._replace(transaction=f"0x{number}") for number in range(n)]


def test_a_row_has_the_members_and_units_of_the_real_ones():
    row = trades(TRADE, ABOUT)[0].payload

    assert REAL_MEMBERS == ",".join(row)
    assert (0.26, 2.7027, START_MS // 1000) == (row["price"], row["size"], row["timestamp"])
    assert ("11", "Yes", 0) == (row["asset"], row["outcome"], row["outcomeIndex"])


def test_orders_matched_is_the_taker_and_trades_is_everybody():
    for trade in transactions(20):
        matched, taker, *makers = trades(trade, ABOUT)

        assert ("orders_matched", "trades") == (matched.type, taker.type)
        assert matched.payload == taker.payload
        assert {"trades"} == {each.type for each in makers}
        assert 2_702_700 == round(sum(each.payload["size"] for each in makers) * 1_000_000)
        assert len({each.payload["proxyWallet"] for each in (taker, *makers)}) == 1 + len(makers)


def test_a_maker_is_on_the_other_side_or_on_the_other_token():
    rows = [each.payload for trade in transactions(30) for each in trades(trade, ABOUT)[2:]]
    seen = {(row["asset"], row["side"], row["price"], row["outcome"]) for row in rows}

    assert {("11", "SELL", 0.26, "Yes"), ("22", "BUY", 0.74, "No")} == seen


def test_the_smallest_size_is_not_shared():
    rows = trades(TRADE._replace(size=1), ABOUT)
    assert 3 == len(rows)


def test_filters_can_ask_for_the_event_or_the_market():
    assert {"event_slug": "rain", "market_slug": "rain-today"} == trades(TRADE, ABOUT)[0].tags


def test_comments_are_the_same_from_the_same_seed_however_often_one_asks():
    one, two = Comments(1, START_MS, (7,)), Comments(1, START_MS, (7,))
    slowly = [told for minute in range(60) for told in one.due(START_MS + minute * 60_000)]

    assert slowly == list(two.due(START_MS + 59 * 60_000))
    assert 100 < len(slowly) < 300


def test_whatever_is_taken_back_was_there_before():
    there: set[str] = set()
    kinds: Counter[str] = Counter()
    for told in Comments(3, START_MS, (7, 8)).due(START_MS + 24 * 3_600_000):
        kinds[told.type] += 1
        name = f"{told.type.split('_', maxsplit=1)[0]} {told.payload['id']}"
        assert ("removed" in told.type) == (name in there)
        there ^= {name}

    assert {"comment_created", "comment_removed", "reaction_created", "reaction_removed"} == set(
        kinds
    )


def test_an_answer_stands_under_the_event_of_what_it_answers():
    told = list(Comments(1, START_MS, (7, 8)).due(START_MS + 8 * 3_600_000))
    written = {each.payload["id"]: each.payload for each in told if each.type == "comment_created"}
    answers = [each for each in written.values() if each["parentCommentID"] is not None]

    assert answers
    for each in answers:
        answered = written[each["parentCommentID"]]
        assert answered["parentEntityID"] == each["parentEntityID"]
        assert answered["userAddress"] == each["replyAddress"]
    assert {True} == {each.tags["parentEntityID"] in {7, 8} for each in told}


def test_times_are_written_as_in_the_rest_of_gamma():
    told = next(Comments(1, START_MS, (7,)).due(START_MS + 3_600_000))
    assert told.payload["createdAt"].startswith("2026-09-21T14:1")
    assert told.payload["createdAt"].endswith("Z")
