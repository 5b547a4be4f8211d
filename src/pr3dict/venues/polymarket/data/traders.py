"""Requests to the Data API about who trades and how well, protocol section 4.4; all of v2."""

from typing import Final

from pr3dict.model.requests import Page, Request
from pr3dict.venues.polymarket import answers, query
from pr3dict.venues.polymarket.data.asking import ROWS_MAX, asked, paged, single
from pr3dict.venues.polymarket.data.filters import WINDOW, Moment
from pr3dict.venues.polymarket.data.people import (
    BuilderVolume,
    Leader,
    UserPnl,
    UserStats,
    UserVolume,
    Winner,
)

BUCKETS_MAX: Final = 90
"""Calendar buckets of the volume of builders (SDK, 2026-10-21)."""

_SORT: Final = query.choice("PNL", "VOLUME")
_LOOKBACK: Final = query.choice("max", "all", "1m", "1w", "1d", "12h", "6h")
_FIDELITY: Final = query.choice("1d", "18h", "12h", "3h", "1h")


def leaderboard(
    data_url: str,
    cursor: str = "",
    limit: int = ROWS_MAX,
    *,
    window: str | None = None,
    sort_by: str | None = None,
    category: str | None = None,
) -> Request[Page[Leader]]:
    """Return the request for a part of the best traders, by profit or by volume."""
    filters = asked(
        ("time_period", WINDOW, window),
        ("sort_by", _SORT, sort_by),
        ("category", query.text, category),
    )
    return paged(data_url, "/v2/leaderboard", Leader, filters, (limit, ROWS_MAX, cursor))


def standing(
    data_url: str, user: str, *, window: str | None = None, category: str | None = None
) -> Request[Leader | None]:
    """Return the request for a wallet's place among the traders, `None` where it has none."""
    filters = asked(
        ("user", query.wallet, user),
        ("time_period", WINDOW, window),
        ("category", query.text, category),
    )
    return single(data_url, "/v2/leaderboard", filters, answers.data(answers.maybe(Leader)))


def biggest_winners(
    data_url: str,
    cursor: str = "",
    limit: int = ROWS_MAX,
    *,
    window: str | None = None,
    category: str | None = None,
) -> Request[Page[Winner]]:
    """Return the request for a part of the largest wins."""
    filters = asked(("time_period", WINDOW, window), ("category", query.text, category))
    return paged(data_url, "/v2/biggest-winners", Winner, filters, (limit, ROWS_MAX, cursor))


def user_pnl(
    data_url: str, user: str, *, interval: str | None = None, fidelity: str | None = None
) -> Request[UserPnl]:
    """Return the request for what a wallet made over time."""
    filters = asked(
        ("user", query.wallet, user),
        ("interval", _LOOKBACK, interval),
        ("fidelity", _FIDELITY, fidelity),
    )
    return single(data_url, "/v2/user-pnl", filters, answers.data(answers.just(UserPnl)))


def user_stats(data_url: str, user: str) -> Request[UserStats | None]:
    """Return the request for a wallet in a few numbers, `None` where the venue has none."""
    filters = asked(("user", query.wallet, user))
    return single(data_url, "/v2/user-stats", filters, answers.data(answers.maybe(UserStats)))


def user_volume(
    data_url: str, user: str, *, start: Moment | None = None, end: Moment | None = None
) -> Request[UserVolume]:
    """Return the request for what a wallet traded between two times."""
    filters = asked(
        ("user", query.wallet, user), ("start", query.seconds, start), ("end", query.seconds, end)
    )
    return single(data_url, "/v2/user-volume", filters, answers.data(answers.just(UserVolume)))


def builder_leaderboard(
    data_url: str, cursor: str = "", limit: int = ROWS_MAX, *, window: str | None = None
) -> Request[Page[BuilderVolume]]:
    """Return the request for a part of the programs that brought most volume."""
    filters = asked(("time_period", WINDOW, window))
    return paged(
        data_url, "/v2/builders/leaderboard", BuilderVolume, filters, (limit, ROWS_MAX, cursor)
    )


def builder_volume(
    data_url: str, *, interval: str | None = None, buckets: int | None = None
) -> Request[tuple[BuilderVolume, ...]]:
    """Return the request for the volume that programs brought, by calendar buckets."""
    filters = asked(("interval", WINDOW, interval))
    if buckets is not None:
        filters["limit"] = query.page_size(buckets, BUCKETS_MAX)
    return single(
        data_url, "/v2/builders/volume", filters, answers.data(answers.rows(BuilderVolume))
    )
