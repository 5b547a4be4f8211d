"""What the Data API tells of one trader, and of the best of them."""

from collections.abc import Callable
from typing import Any, Final

from pr3dict.sim.gamma.query import BadQuery, Many
from pr3dict.sim.truth.facts import facts_of, iso, number
from pr3dict.sim.truth.hash import MICROS
from pr3dict.sim.truth.history import Deal
from pr3dict.sim.truth.holdings import Holding
from pr3dict.sim.truth.traders import Trader, traders
from pr3dict.sim.wing import House

Row = dict[str, Any]
PLACE: Final = {"PNL": "pnl", "VOLUME": "volume"}


class People:
    """Adds up what traders did and hold."""

    def __init__(self, house: House, held: Callable[[], list[Holding]]) -> None:
        self._house = house
        self._held = held

    def value(self, query: Many) -> Row:
        """Return what everything that somebody holds is worth."""
        user = _user(query)
        worth = sum(self._worth(each) for each in self._held() if each.trader.wallet == user)
        return {"proxy_wallet": user, "value": number(worth)}

    def volume(self, query: Many) -> Row:
        """Return how much somebody traded."""
        deals = self._deals(_user(query))
        return {
            "volume": number(sum(deal.trade.size for deal in deals)),
            "volume_usdc": number(sum(_dollars(deal) for deal in deals)),
            "trade_count": len(deals),
        }

    def stats(self, query: Many) -> Row | None:
        """Return what somebody did so far; None for somebody who did nothing."""
        user = _user(query)
        deals = self._deals(user)
        if not deals:
            return None
        best = max(
            (each.realized for each in self._held() if each.trader.wallet == user), default=0
        )
        return {
            "proxy_wallet": user,
            "trades": len({deal.trade.condition for deal in deals}),
            "biggest_win": number(max(best, 0)),
            "views": 0,
            "join_date": deals[-1].trade.time_ms // 1000,
            "all_time_pnl": self._point(user, deals),
        }

    def pnl(self, query: Many) -> Row:
        """Return what somebody gained: one point, of now."""
        user = _user(query)
        deals = self._deals(user)
        interval, fidelity = query.get("interval", "1d"), query.get("fidelity", "1h")
        return {
            "proxy_wallet": user,
            "interval": interval,
            "fidelity": fidelity,
            "source_fidelity": fidelity,
            "points": [self._point(user, deals)] if deals else [],
        }

    def leaders(self, query: Many) -> list[Row]:
        """Return everybody who traded, the best first: by gain, or by volume."""
        sort = PLACE.get(query.get("sort_by", "") or query.get("order_by", "") or "PNL", "pnl")
        told = sorted(self._all(), key=lambda row: -row[sort])
        return [{"rank": at, **row} for at, row in enumerate(told, start=1)]

    def standing(self, query: Many) -> Row | None:
        """Return the places of one trader; None for somebody who did nothing."""
        user, told = _user(query), self._all()
        mine = next((row for row in told if row["user_id"] == user), None)
        if mine is None:
            return None
        places = {
            f"rank_{name}": 1 + sum(row[name] > mine[name] for row in told)
            for name in ("pnl", "volume")
        }
        return mine | places

    def winners(self, _query: Many) -> list[Row]:
        """Return the positions in closed markets that gained most, the largest first."""
        found: list[Row] = []
        for held in self._held():
            listing = self._house.source.listing_of(held.condition)
            gain = self._worth(held) - held.cost
            if listing is None or not listing.closed_ms or gain <= 0:
                continue
            event = listing.name.event
            found.append(
                {
                    "user_id": held.trader.wallet,
                    "user_name": held.trader.name,
                    "profile_image": "",
                    "kind": "market",
                    "pnl": number(gain),
                    "initial_value": number(held.cost),
                    "final_value": number(held.cost + gain),
                    "resolved_at": iso(listing.closed_ms),
                    "condition_id": held.condition,
                    "position_id": held.token,
                    "event_id": event.id,
                    "event_slug": event.slug,
                    "event_title": event.title,
                }
            )
        found.sort(key=lambda row: -row["pnl"])
        return [{"win_rank": at, **row} for at, row in enumerate(found, start=1)]

    def _all(self) -> list[Row]:
        known = {trader.wallet: trader for trader in traders()}
        gains: dict[str, int] = {}
        for each in self._held():
            known.setdefault(each.trader.wallet, each.trader)
            gain = each.realized + self._worth(each) - each.cost
            gains[each.trader.wallet] = gains.get(each.trader.wallet, 0) + gain
        shares: dict[str, int] = {}
        for deal in self._house.history.deals:
            for who, size in ((deal.taker, deal.trade.size), *deal.made):
                shares[who.wallet] = shares.get(who.wallet, 0) + size
        return [_leader(known[w], gain, shares.get(w, 0)) for w, gain in gains.items()]

    def _deals(self, user: str) -> list[Deal]:
        """Return what somebody took part in, the latest first."""
        return list(self._house.history.select(lambda deal: user in _wallets(deal)))

    def _worth(self, held: Holding) -> int:
        house = self._house
        listing = house.source.listing_of(held.condition)
        if listing is None or not held.size:
            return 0
        facts = facts_of(house.source, house.history, listing)
        return facts.worth[facts.rules.tokens.index(held.token)] * held.size // MICROS

    def _point(self, user: str, deals: list[Deal]) -> Row:
        mine = [each for each in self._held() if each.trader.wallet == user]
        realized = number(sum(each.realized for each in mine))
        return {
            "timestamp": self._house.now_ms() // 1000,
            "source_block": 0,
            "trade_count": len(deals),
            "realized_market_pnl": realized,
            "realized_lp_pnl": 0,
            "realized_combo_pnl": 0,
            "realized_pnl": realized,
            "unrealized_pnl": number(sum(self._worth(each) - each.cost for each in mine)),
            "volume": number(sum(deal.trade.size for deal in deals)),
            "volume_usdc": number(sum(_dollars(deal) for deal in deals)),
        }


def _user(query: Many) -> str:
    user = query.get("user", "").lower()
    if not user:
        raise BadQuery("user is required")
    return user


def _wallets(deal: Deal) -> set[str]:
    return {deal.taker.wallet, *(maker.wallet for maker, _ in deal.made)}


def _dollars(deal: Deal) -> int:
    return deal.trade.price * deal.trade.size // MICROS


def _leader(trader: Trader, gain: int, shares: int) -> Row:
    return {
        "user_id": trader.wallet,
        "user_name": trader.name,
        "profile_image": "",
        "x_username": "",
        "verified": False,
        "pnl": number(gain),
        "volume": number(shares),
    }
