"""A market held once is two books that mirror each other."""

import json
from random import Random

from tests.sim.oracle import sha1

from pr3dict.sim.truth.books import Change, Ladder, Market, Rules, levels_digest

RULES = Rules("0xc0", ("111", "222"), ("Yes", "No"), "5", "0.01", neg_risk=False)


def market() -> Market:
    made = Market(RULES, tick=10_000, title="Will it?")
    made.traded(500_000)
    made.apply(
        [
            Change(0, 480_000, 100_000_000, 0),
            Change(0, 490_000, 20_500_000, 0),
            Change(1, 500_000, 7_000_000, 0),
        ],
        now_ms=1_000,
    )
    return made


def test_the_asks_of_one_token_are_the_bids_of_the_other_in_a_mirror():
    rng = Random(1)
    made = market()
    changes = [
        Change(rng.getrandbits(1), rng.randint(1, 99) * 10_000, rng.randint(0, 3) * 1_000_000, 0)
        for _ in range(500)
    ]
    made.apply(changes, now_ms=2_000)

    (bids, asks), (twin_bids, twin_asks) = made.levels(0), made.levels(1)

    assert [(1_000_000 - price, size) for price, size in bids] == twin_asks
    assert [(1_000_000 - price, size) for price, size in twin_bids] == asks


def test_levels_are_told_best_first():
    bids, asks = market().levels(0)

    assert [(490_000, 20_500_000), (480_000, 100_000_000)] == bids
    assert [(500_000, 7_000_000)] == asks


def test_a_ladder_keeps_the_last_size_at_each_price():
    rng = Random(2)
    ladder, plainly = Ladder(), {}
    for _ in range(2_000):
        price, size = rng.randint(1, 50), rng.randint(0, 4)
        ladder.put(price, size)
        plainly[price] = size

    held = {price: size for price, size in plainly.items() if size}
    assert sorted(held.items()) == list(zip(ladder.prices, ladder.sizes, strict=True))
    assert all(size == ladder.size_at(price) for price, size in plainly.items())


def test_an_empty_side_is_zero_for_bids_and_a_dollar_for_asks():
    made = market()
    made.apply([Change(1, 500_000, 0, 1)], now_ms=3_000)

    assert (490_000, 1_000_000) == made.best(0)
    assert (0, 510_000) == made.best(1)


def test_the_fingerprint_is_the_hash_of_the_rest_answer_with_an_empty_hash():
    made = market()
    for side in (0, 1):
        answer = made.rest_book(side)
        claimed = json.loads(answer)["hash"]
        emptied = answer.replace(claimed.encode(), b"")

        assert sha1(emptied.decode()) == claimed == made.hashes[side]


def test_rest_tells_worst_levels_first_and_the_moment_of_the_last_change():
    answer = json.loads(market().rest_book(0))

    assert [{"price": "0.48", "size": "100"}, {"price": "0.49", "size": "20.5"}] == answer["bids"]
    assert "1000" == answer["timestamp"]


def test_a_trade_and_a_new_grid_are_in_the_fingerprint():
    made = market()
    seen = {made.hashes}
    made.traded(512_500)
    made.seal(1_000)
    seen.add(made.hashes)
    made.regrid(1_000)
    made.seal(1_000)
    seen.add(made.hashes)

    assert 3 == len(seen)
    assert "0.513" == made.last_trade
    assert "0.001" == made.rules.tick_size


def test_a_digest_is_the_hash_of_the_levels_bids_ascending_then_asks_descending():
    text = "0.48@100;0.49@20.5;|0.51@1;0.5@7;"

    assert sha1(text) == levels_digest(
        [(490_000, 20_500_000), (480_000, 100_000_000)],
        [(500_000, 7_000_000), (510_000, 1_000_000)],
    )
