"""The generated venue: deterministic, proved by its own hashes, and shaped like the real one."""

import json
from collections import Counter
from itertools import count, pairwise
from statistics import quantiles
from typing import Any

import pytest
from tests.sim.oracle import Oracle, rules_of

from pr3dict.sim.truth.config import SimConfig
from pr3dict.sim.truth.venue import Venue


def one_market(**changes: Any) -> SimConfig:
    """Return a venue of one market and nothing but its trading."""
    plain = {"markets": 1, "custom": False, "created_per_hour": 0.0, "resolved_per_hour": 0.0}
    return SimConfig(**{**plain, **changes})


def follow(venue: Venue) -> Oracle:
    """Return a client with the opening books of all tokens."""
    answers = {token: venue.book(token) for token in venue.tokens}
    oracle = Oracle({token: rules_of(answer) for token, answer in answers.items() if answer})
    oracle.feed(venue.opening(venue.tokens))
    return oracle


def messages(venue: Venue, ms: int) -> list[dict[str, Any]]:
    return [json.loads(text) for _, text in venue.run(venue.now_ms + ms)]


def test_the_same_seed_gives_the_same_bytes():
    first, second = (list(Venue(SimConfig(markets=5)).run(1_790_000_060_000)) for _ in range(2))

    assert len(first) > 500
    assert first == second


def test_another_seed_gives_another_venue():
    assert not set(Venue(SimConfig(seed=1)).tokens) & set(Venue(SimConfig(seed=2)).tokens)


@pytest.mark.parametrize("seed", range(3))
def test_every_batch_end_is_proved_and_every_book_equal(seed):
    venue = Venue(SimConfig(markets=12, seed=seed, resolved_per_hour=60.0, trade_share=0.2))
    oracle = follow(venue)
    tokens = venue.tokens
    for _, text in venue.run(venue.now_ms + 120_000):
        oracle.feed(text)
    oracle.settle()

    assert 0 == oracle.failed
    assert oracle.proved > 5_000
    assert [venue.levels(token) for token in tokens] == [oracle.levels(token) for token in tokens]


def test_a_lost_frame_would_not_go_unnoticed():
    venue = Venue(one_market())
    oracle = follow(venue)
    for number, (_, text) in enumerate(venue.run(venue.now_ms + 60_000)):
        if number != 10:
            oracle.feed(text)

    assert oracle.failed > 0


def test_frames_come_in_the_real_mix():
    said: Counter[str] = Counter()
    for seed in range(8):
        said.update(each["event_type"] for each in messages(Venue(one_market(seed=seed)), 600_000))
    total = said.total()

    assert pytest.approx(0.82, abs=0.03) == said["price_change"] / total
    assert pytest.approx(0.12, abs=0.02) == said["book"] / total
    assert pytest.approx(0.06, abs=0.01) == said["last_trade_price"] / total
    assert pytest.approx(3.2, rel=0.15) == total / (8 * 600)


def test_frames_come_in_real_bursts():
    gaps = []
    for seed in range(8):
        times = [at_ms for at_ms, _ in Venue(one_market(seed=seed)).run(1_790_000_600_000)]
        gaps += [later - at_ms for at_ms, later in pairwise(times)]
    cuts = quantiles(gaps, n=20)

    assert cuts[4] <= 2
    assert 10 <= cuts[9] <= 40
    assert 200 <= cuts[14] <= 400
    assert 1_200 <= cuts[18] <= 1_700
    assert max(gaps) <= 8_852 + 45


def test_batches_removals_and_spreads_are_real():
    batches: Counter[tuple[str, str]] = Counter()
    removed, spreads = 0, []
    for seed in range(8):
        for message in messages(
            Venue(one_market(seed=seed, ticks=("0.01",), trade_share=0.0)), 600_000
        ):
            change = message["price_changes"][0]
            batches[
                message["timestamp"], min(each["hash"] for each in message["price_changes"])
            ] += 1
            removed += change["size"] == "0"
            spreads.append(round(100 * (float(change["best_ask"]) - float(change["best_bid"]))))
    sizes = Counter(batches.values())

    assert {1, 3, 7} == set(sizes)
    assert pytest.approx(80 / 83, abs=0.02) == sizes[1] / sizes.total()
    assert pytest.approx(2 / 83, abs=0.01) == sizes[7] / sizes.total()
    assert pytest.approx(0.02, abs=0.01) == removed / len(spreads)
    assert 1 == quantiles(spreads, n=20)[18]
    assert max(spreads) <= 9


def test_a_trade_gives_changes_two_books_and_later_its_notice():
    venue = Venue(one_market(trade_share=1.0, activity=0.01))
    batch = venue.advance()
    assert batch is not None
    notice = venue.advance()
    assert notice is not None
    kinds = [json.loads(frame.text)["event_type"] for frame in batch.frames]

    assert ["price_change"] * (len(kinds) - 2) + ["book", "book"] == kinds
    assert list(batch.tokens) == [frame.token for frame in batch.frames[-2:]]
    assert ["last_trade_price"] == [json.loads(f.text)["event_type"] for f in notice.frames]
    assert 30 <= notice.time_ms - batch.time_ms <= 45


def test_a_trade_is_in_the_hash_before_it_is_told():
    venue = Venue(one_market(trade_share=1.0, activity=0.01))
    assert venue.advance() is not None
    book = json.loads(venue.book(venue.tokens[0]) or b"")
    notice = venue.advance()
    assert notice is not None
    price = float(json.loads(notice.frames[0].text)["price"])

    assert book["last_trade_price"] in {f"{price:.3f}", f"{1 - price:.3f}"}


def test_a_quote_precedes_the_batch_that_moves_the_top():
    venue = Venue(one_market(custom=True, trade_share=0.5))
    while True:
        step = venue.advance()
        assert step is not None
        said = [json.loads(frame.text) for frame in step.frames]
        if said and said[0]["event_type"] == "best_bid_ask":
            break
    change = next(each for each in said if each["event_type"] == "price_change")
    tops = {
        each["asset_id"]: (each["best_bid"], each["best_ask"]) for each in change["price_changes"]
    }

    assert tops == {each["asset_id"]: (each["best_bid"], each["best_ask"]) for each in said[:2]}
    assert all(frame.custom for frame in step.frames[:2])


def test_the_grid_becomes_finer_near_the_edge_and_proofs_go_on():
    venue = Venue(one_market(ticks=("0.01",), first_bid=960_000, seed=3, trade_share=0.5))
    oracle = follow(venue)
    for _, text in venue.run(venue.now_ms + 1_200_000):
        oracle.feed(text)
    oracle.settle()

    assert 2 == oracle.seen["tick_size_change"]
    assert {"0.001"} == {each["tick_size"] for each in oracle.rules.values()}
    assert 0 == oracle.failed


def test_a_venue_whose_last_market_was_settled_by_hand_goes_on():
    venue = Venue(SimConfig(markets=1, created_per_hour=0.0, resolved_per_hour=60.0))
    venue.settle(venue.tokens[0])
    start_ms = venue.now_ms
    while venue.now_ms < start_ms + 3_600_000:
        assert venue.advance() is not None


def test_a_settled_market_loses_its_levels_then_is_announced_then_is_unknown():
    venue = Venue(SimConfig(markets=2, created_per_hour=0.0, resolved_per_hour=0.0))
    token = venue.tokens[0]
    venue.settle(token)
    step = venue.advance()
    assert step is not None
    assert {"0"} == {
        change["size"] for f in step.frames for change in json.loads(f.text)["price_changes"]
    }
    assert ([], []) == venue.levels(token)
    assert venue.book(token) is not None

    said = messages(venue, 150_000)
    told = [each for each in said if each["event_type"] == "market_resolved"]
    assert [token] == [each["winning_asset_id"] for each in told]
    assert venue.book(token) is None
    assert token not in venue.tokens
    assert b"[]\n" == venue.opening([token])


def test_a_new_market_is_announced_and_trades():
    venue = Venue(SimConfig(markets=1, created_per_hour=0.0, resolved_per_hour=0.0))
    venue.create()
    step = venue.advance()
    assert step is not None
    told = json.loads(step.frames[0].text)

    assert () == step.tokens
    assert "new_market" == told["event_type"]
    assert told["assets_ids"] == venue.tokens[2:]
    assert any(told["market"] == each.get("market") for each in messages(venue, 20_000))


def test_a_scripted_order_is_told_for_both_tokens_and_rests():
    venue = Venue(one_market())
    oracle = follow(venue)
    token = venue.tokens[0]
    at_ms = venue.now_ms + 5
    venue.place(token, 10_000, 77_000_000, at_ms)
    for _, text in venue.run(at_ms):
        oracle.feed(text)
    oracle.settle()

    assert (10_000, 77_000_000) == venue.levels(token)[0][-1]
    assert [venue.levels(each) for each in venue.tokens] == [
        oracle.levels(each) for each in venue.tokens
    ]
    assert 0 == oracle.failed


def test_a_market_that_vanishes_says_nothing_and_is_unknown():
    venue = Venue(one_market())
    token = venue.tokens[0]
    venue.vanish(token)
    assert [] == messages(venue, 600_000)
    assert venue.book(token) is None
    assert [] == venue.tokens


def test_a_scripted_grid_is_told_for_both_tokens():
    venue = Venue(one_market(ticks=("0.01",)))
    venue.change_tick(venue.tokens[0], 1_000)

    before = json.loads(venue.book(venue.tokens[0]) or b"")
    assert venue.tokens == [json.loads(text)["asset_id"] for text in venue.step()]
    after = json.loads(venue.book(venue.tokens[0]) or b"")

    assert ("0.01", "0.001") == (before["tick_size"], after["tick_size"])
    assert before["hash"] != after["hash"]


def test_time_ends_with_the_duration():
    venue = Venue(one_market(duration_ms=10_000))
    texts = list(venue.run(venue.now_ms + 60_000))

    assert texts[-1][0] <= 1_790_000_010_000
    assert [] == venue.step()
    assert venue.next_ms is None


def test_hourly_events_come_at_their_rate():
    venue = Venue(
        SimConfig(markets=3, activity=0.002, created_per_hour=600.0, resolved_per_hour=0.0)
    )
    said = Counter(each["event_type"] for each in messages(venue, 3_600_000))

    assert pytest.approx(600, rel=0.15) == said["new_market"]


def test_unknown_tokens_have_no_book():
    venue = Venue(one_market())

    assert venue.book("1") is None
    assert venue.rules("1") is None
    assert venue.rules_of("0x") is None
    assert not venue.restart()


def test_a_clock_stamps_what_is_said_and_every_market_goes_on():
    start_ms = 1_790_000_000_000
    time_ms = count(start_ms)
    venue = Venue(SimConfig(markets=4, start_ms=start_ms), lambda: next(time_ms))
    spoke: Counter[str] = Counter()
    for ms in range(2_000):
        step = venue.advance()
        assert step is not None
        assert start_ms + ms == step.time_ms == venue.now_ms
        spoke.update(step.tokens)
    assert all(200 < spoke[token] for token in venue.tokens[:8])


def test_venue_time_never_goes_back_with_its_clock():
    venue = Venue(SimConfig(markets=1, start_ms=5_000), lambda: 4_000)
    venue.advance()
    assert 5_000 == venue.now_ms
