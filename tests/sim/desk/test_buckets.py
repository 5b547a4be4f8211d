"""Token buckets: what may be drawn when, and what is told of it."""

from pr3dict.sim.desk.buckets import TIERS, Bucket, Meter, headers, retry_after

S = 1_000_000_000


def test_a_bucket_gives_its_burst_at_once_and_then_its_rate():
    bucket = Bucket(40, 60)
    assert [True] * 60 + [False] == [bucket.draw(1, 0) for _ in range(61)]
    assert [True] * 40 + [False] == [bucket.draw(1, S) for _ in range(41)]
    assert bucket.draw(60, 10 * S)
    assert not bucket.draw(1, 10 * S)


def test_a_draw_that_is_refused_takes_nothing():
    bucket = Bucket(1, 10)
    assert not bucket.draw(11, 0)
    assert bucket.draw(10, 0)


def test_the_headers_tell_what_is_left_and_when_it_is_full_again():
    meter = Meter("Standard")
    meter.orders.draw(40, 0)
    assert headers(meter.orders, meter.tier, 100) == {
        "Poly-RateLimit-Remaining": "20",
        "Poly-RateLimit-Reset": "101",
        "Poly-RateLimit-Tier": "Standard",
    }
    meter.orders.draw(9, 0)
    assert "Poly-RateLimit-Warning" in headers(meter.orders, meter.tier, 100)


def test_whoever_waits_as_told_is_served():
    bucket = Bucket(40, 60)
    bucket.draw(60, 0)
    wait_s = int(retry_after(bucket, 50))
    assert 2 == wait_s
    assert bucket.draw(50, wait_s * S)


def test_each_tier_is_wider_than_the_one_before():
    limits = list(TIERS.values())
    assert (40, 60, 80, 120) == limits[0]
    assert limits == sorted(limits)
