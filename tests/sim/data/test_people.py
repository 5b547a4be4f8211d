"""Traders by their figures, which agree with what they did."""

import pytest
from tests.sim.client import paused, quiet
from tests.sim.data.test_wing import asked, every

from pr3dict.sim.truth.traders import traders


async def test_leaders_are_ranked_by_gain_or_volume():
    async with paused(quiet(markets=2, trade_share=0.5)) as server:
        await server.step(300)
        by_gain = await every(server, "/v2/leaderboard", 5)
        by_volume = await every(server, "/v2/leaderboard", 5, sort_by="VOLUME")
        gains, volumes = [r["pnl"] for r in by_gain], [r["volume"] for r in by_volume]

        assert sorted(gains, reverse=True) == gains
        assert sorted(volumes, reverse=True) == volumes
        assert [*range(1, len(gains) + 1)] == [row["rank"] for row in by_gain]
        total = sum(deal.trade.size for deal in server.history.deals)
        assert 2 * total / 1e6 == pytest.approx(sum(volumes))
        first = by_gain[0]["user_id"]
        standing = (await asked(server, "/v2/leaderboard", user=first))["data"]
        assert (1, first) == (standing["rank_pnl"], standing["user_id"])


async def test_one_trader_is_the_same_in_every_answer():
    async with paused(quiet(markets=2, trade_share=0.5)) as server:
        await server.step(300)
        user = server.history.deals[-1].taker.wallet
        volume = (await asked(server, "/v2/user-volume", user=user))["data"]
        stats = (await asked(server, "/v2/user-stats", user=user))["data"]
        pnl = (await asked(server, "/v2/user-pnl", user=user, interval="1w"))["data"]
        mine = await every(server, "/v2/trades", 1000, user=user)

        assert len(mine) == volume["trade_count"] == stats["all_time_pnl"]["trade_count"]
        assert sum(row["size"] for row in mine) == pytest.approx(volume["volume"])
        assert len({row["condition_id"] for row in mine}) == stats["trades"]
        assert ("1w", [stats["all_time_pnl"]]) == (pnl["interval"], pnl["points"])


async def test_nothing_is_known_of_those_who_did_nothing():
    async with paused() as server:
        user = traders()[0].wallet
        for path in ("/v2/user-stats", "/v2/leaderboard"):
            assert {"data": None} == await asked(server, path, user=user)
        assert [] == (await asked(server, "/v2/user-pnl", user=user))["data"]["points"]
        for path in ("/v2/value", "/v2/user-stats", "/v2/user-pnl", "/v2/user-volume"):
            await asked(server, path, 400)
