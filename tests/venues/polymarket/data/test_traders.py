"""Requests about who trades and how well."""

from decimal import Decimal

import pytest

from pr3dict.venues.polymarket.data import traders

DATA = "http://127.0.0.1:8001/data-api/"
WALLET = "0x56687bf447db6ffa42ffe2204a05edaa20f55839"


@pytest.mark.parametrize(
    ("request_", "asked"),
    [
        (
            traders.leaderboard(DATA, limit=5, window="Week", sort_by="pnl", category="crypto"),
            "/leaderboard?time_period=week&sort_by=PNL&category=crypto&limit=5",
        ),
        (traders.standing(DATA, WALLET), f"/leaderboard?user={WALLET}"),
        (traders.biggest_winners(DATA, "c", 5), "/biggest-winners?limit=5&cursor=c"),
        (
            traders.user_pnl(DATA, WALLET, interval="12h", fidelity="1h"),
            f"/user-pnl?user={WALLET}&interval=12h&fidelity=1h",
        ),
        (traders.user_stats(DATA, WALLET), f"/user-stats?user={WALLET}"),
        (traders.user_volume(DATA, WALLET, start=5), f"/user-volume?user={WALLET}&start=5"),
        (
            traders.builder_leaderboard(DATA, window="all"),
            "/builders/leaderboard?time_period=all&limit=1000",
        ),
        (traders.builder_volume(DATA, buckets=90), "/builders/volume?limit=90"),
    ],
    ids=lambda found: found.split("?")[0] if isinstance(found, str) else "",
)
def test_asks_version_two(request_, asked):
    assert f"{DATA}v2{asked}" == request_.url
    assert ("all", "data v2") == request_.limits


@pytest.mark.parametrize(
    "ask",
    [
        lambda: traders.leaderboard(DATA, window="year"),
        lambda: traders.leaderboard(DATA, sort_by="luck"),
        lambda: traders.standing(DATA, "me"),
        lambda: traders.user_pnl(DATA, WALLET, interval="2d"),
        lambda: traders.user_pnl(DATA, WALLET, fidelity="2h"),
        lambda: traders.builder_volume(DATA, buckets=91),
    ],
)
def test_what_the_venue_would_refuse_is_refused(ask):
    with pytest.raises(ValueError, match=r"wanted"):
        ask()


def test_who_has_no_place_is_none():
    assert traders.standing(DATA, WALLET).read(b'{"data":null}') is None
    assert traders.user_stats(DATA, WALLET).read(b'{"data":null}') is None
    place = b'{"data":{"user_id":"0x5","pnl":"1","volume":"2","rank_pnl":3,"rank_volume":0}}'
    found = traders.standing(DATA, WALLET).read(place)
    assert found is not None
    assert (Decimal(1), 3, 0) == (found.pnl, found.pnl_rank, found.volume_rank)
