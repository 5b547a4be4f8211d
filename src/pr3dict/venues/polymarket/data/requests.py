"""Requests to the Data API, protocol section 4.4, and how their answers are read.

v2 is asked unless `version=1` is given, where both have the same; v1 is frozen since 2026-09-04. A
list comes in parts: the first is asked for with the cursor `""`, the next with that of the `Page`
before. Filters are named as in `data_filters`; what the venue would refuse is a `ValueError`.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Unpack

from pr3dict.model.requests import Page, Request
from pr3dict.venues.polymarket import answers, query
from pr3dict.venues.polymarket.data.asking import ROWS_MAX, asked, counted, paged, single
from pr3dict.venues.polymarket.data.filters import (
    ACTIVITY,
    ACTIVITY_V1,
    CONDITIONS,
    EVENT_IDS,
    POSITIONS,
    POSITIONS_V1,
    TRADES,
    TRADES_V1,
    ActivityFilters,
    Moment,
    PositionFilters,
    TradeFilters,
    Words,
)
from pr3dict.venues.polymarket.data.types import (
    Activity,
    Holders,
    LiveVolume,
    OpenInterest,
    PortfolioValue,
    Position,
    PricePoint,
    PublicTrade,
    Resolution,
    TokenFacts,
)

ROWS_V1_MAX: Final = 500
"""Rows in one part of the activity and the positions of v1 (docs, as of 2025-10)."""
POINTS_MAX: Final = 10_000
"""Points in one part of a price's history."""
HOLDERS_PNL_MAX: Final = 100
"""Holders in one part where their profit is asked for too (SDK, 2026-10-21)."""
TITLE_MAX: Final = 200
"""Characters of the filter `title` (SDK, 2026-10-21)."""
WINDOW_S_MAX: Final = 15 * 86_400
"""Seconds of a price's history between `start` and `end`."""
BUCKET_S_MAX: Final = 86_400
BUCKET_S_MIN: Final = 60
BUCKET_S_MINS: Final = {"1w": 300, "1m": 600, "max": 600, "all": 600}
"""Seconds from one point to the next: the least, by interval (protocol 4.4)."""


def trades(
    data_url: str,
    cursor: str = "",
    limit: int = ROWS_MAX,
    *,
    version: int = 2,
    **filters: Unpack[TradeFilters],
) -> Request[Page[PublicTrade]]:
    """Return the request for a part of the trades, newest first.

    >>> trades("https://data-api.polymarket.com", limit=5, side="buy").url
    'https://data-api.polymarket.com/v2/trades?side=BUY&limit=5'
    """
    _one_selector(filters)
    if _is_v1(version):
        sent = query.written(TRADES_V1, filters)
        return counted(data_url, "/trades", PublicTrade, sent, (limit, ROWS_MAX, cursor))
    sent = query.written(TRADES, filters)
    return paged(data_url, "/v2/trades", PublicTrade, sent, (limit, ROWS_MAX, cursor))


def activity(
    data_url: str,
    user: str,
    cursor: str = "",
    limit: int = ROWS_V1_MAX,
    *,
    version: int = 2,
    **filters: Unpack[ActivityFilters],
) -> Request[Page[Activity]]:
    """Return the request for a part of what a wallet did, newest first."""
    _one_selector(filters)
    given = {"user": user, **filters}
    if _is_v1(version):
        texts = query.written(ACTIVITY_V1, given)
        return counted(data_url, "/activity", Activity, texts, (limit, ROWS_V1_MAX, cursor))
    # The venue's default leaves out what moved money in and out.
    texts = query.written(ACTIVITY, {**given, "exclude_deposits_withdrawals": False})
    return paged(data_url, "/v2/activity", Activity, texts, (limit, ROWS_MAX, cursor))


def positions(
    data_url: str,
    cursor: str = "",
    limit: int = ROWS_V1_MAX,
    *,
    version: int = 2,
    **filters: Unpack[PositionFilters],
) -> Request[Page[Position]]:
    """Return the request for a part of the positions of a wallet, or in one market."""
    _one_selector(filters)
    _check_positions(filters, needs_user=_is_v1(version))
    if _is_v1(version):
        # The venue's default leaves out positions of less than one share.
        sent = {**query.written(POSITIONS_V1, filters), "sizeThreshold": ["0"]}
        return counted(data_url, "/positions", Position, sent, (limit, ROWS_V1_MAX, cursor))
    sent = query.written(POSITIONS, filters)
    return paged(data_url, "/v2/positions", Position, sent, (limit, ROWS_MAX, cursor))


def value(
    data_url: str, user: str, *, condition_ids: Words | None = None, version: int = 2
) -> Request[PortfolioValue]:
    """Return the request for what the positions of a wallet are worth."""
    sent = asked(("user", query.wallet, user))
    if _is_v1(version):
        sent |= asked(("market", CONDITIONS, condition_ids))
        return single(data_url, "/value", sent, answers.first(PortfolioValue))
    sent |= asked(("condition_id", CONDITIONS, condition_ids))
    return single(data_url, "/v2/value", sent, answers.data(answers.just(PortfolioValue)))


def holders(
    data_url: str,
    condition_ids: Words,
    cursor: str = "",
    limit: int = HOLDERS_PNL_MAX,
    *,
    min_balance: float | None = None,
    include_pnl: bool | None = None,
) -> Request[Page[Holders]]:
    """Return the request for a part of who holds the outcomes of some markets."""
    sent = asked(
        ("condition_id", CONDITIONS, condition_ids),
        ("min_balance", query.number, min_balance),
        ("include_pnl", query.flag, include_pnl),
    )
    if "," in sent["condition_id"][0] and include_pnl:
        raise ValueError("include_pnl: wanted one market with it, found several condition_ids")
    most = HOLDERS_PNL_MAX if include_pnl else ROWS_MAX
    return paged(data_url, "/v2/holders", Holders, sent, (limit, most, cursor))


def top_holders(
    data_url: str, condition_ids: Words, limit: int = 20
) -> Request[tuple[Holders, ...]]:
    """Return the request for the largest holders of some markets, at most 20, by v1."""
    sent = asked(("market", CONDITIONS, condition_ids))
    sent["limit"] = query.page_size(limit, 20)
    return single(data_url, "/holders", sent, answers.many(Holders))


def open_interest(
    data_url: str, condition_ids: Words | None = None, *, version: int = 2
) -> Request[tuple[OpenInterest, ...]]:
    """Return the request for the open interest of some markets, or of all together."""
    if _is_v1(version):
        sent = asked(("market", CONDITIONS, condition_ids))
        return single(data_url, "/oi", sent, answers.many(OpenInterest))
    sent = asked(("condition_id", CONDITIONS, condition_ids))
    return single(data_url, "/v2/oi", sent, answers.data(answers.rows(OpenInterest)))


def live_volume(
    data_url: str, event_ids: int | Sequence[int], *, version: int = 2
) -> Request[LiveVolume]:
    """Return the request for what takers traded in the markets of some events; v1 takes one."""
    if _is_v1(version):
        sent = asked(("id", query.whole, event_ids))
        return single(data_url, "/live-volume", sent, answers.first(LiveVolume))
    sent = asked(("event_id", EVENT_IDS, event_ids))
    return single(data_url, "/v2/live-volume", sent, answers.data(answers.just(LiveVolume)))


def prices_history(
    data_url: str,
    token_id: str,
    cursor: str = "",
    limit: int | None = None,
    *,
    interval: str | None = None,
    start: Moment | None = None,
    end: Moment | None = None,
    as_of: Moment | None = None,
    bucket_seconds: int | None = None,
) -> Request[Page[PricePoint]]:
    """Return the request for a part of the prices of a token.

    Exactly one of `interval` (`1h`, `6h`, `1d`, `1w`, `1m`, `max`, `all`), `start` and `as_of` is
    wanted; `end` goes with `start`, at most 15 days later.
    """
    if [interval, start, as_of].count(None) != 2:  # noqa: PLR2004 - one of three
        raise ValueError("prices_history: wanted exactly one of interval, start and as_of")
    if end is not None and start is None:
        raise ValueError("end: wanted start with it, found none")
    sent = asked(
        ("token_id", query.token, token_id),
        ("interval", _INTERVAL, interval),
        ("start", query.seconds, start),
        ("end", query.seconds, end),
        ("as_of", query.seconds, as_of),
        ("bucket_seconds", query.whole, bucket_seconds),
    )
    if end is not None and not 0 <= int(sent["end"][0]) - int(sent["start"][0]) <= WINDOW_S_MAX:
        raise ValueError("end: wanted a time after start and at most 15 days later")
    if as_of is not None and (bucket_seconds is not None or limit is not None):
        raise ValueError("as_of: wanted neither bucket_seconds nor limit with it")
    least = BUCKET_S_MINS.get(interval.lower() if interval else "", BUCKET_S_MIN)
    if bucket_seconds is not None and not least <= bucket_seconds <= BUCKET_S_MAX:
        raise ValueError(
            f"bucket_seconds: wanted {least} to {BUCKET_S_MAX}, found {bucket_seconds}"
        )
    return paged(data_url, "/v2/prices-history", PricePoint, sent, (limit, POINTS_MAX, cursor))


def tokens(
    data_url: str, *, token_ids: Words | None = None, condition_ids: Words | None = None
) -> Request[tuple[TokenFacts, ...]]:
    """Return the request for what token ids stand for: at most 50 of them, or of 10 markets."""
    if (token_ids is None) == (condition_ids is None):
        raise ValueError("tokens: wanted exactly one of token_ids and condition_ids")
    sent = asked(
        ("token_id", query.joined(query.token, 50), token_ids),
        ("condition", query.joined(query.condition, 10), condition_ids),
    )
    return single(data_url, "/v2/tokens", sent, answers.data(answers.rows(TokenFacts)))


def resolutions(
    data_url: str,
    *,
    question_id: str | None = None,
    condition_ids: Words | None = None,
    event_ids: int | Sequence[int] | None = None,
) -> Request[tuple[Resolution, ...]]:
    """Return the request for how far the resolutions of some markets are."""
    if [question_id, condition_ids, event_ids].count(None) != 2:  # noqa: PLR2004 - one of three
        raise ValueError(
            "resolutions: wanted exactly one of question_id, condition_ids and event_ids"
        )
    sent = asked(
        ("question_id", query.text, question_id),
        ("condition_id", CONDITIONS, condition_ids),
        ("event_id", EVENT_IDS, event_ids),
    )
    return single(data_url, "/v2/resolutions", sent, answers.data(answers.rows(Resolution)))


_INTERVAL: Final = query.choice("1h", "6h", "1d", "1w", "1m", "max", "all")


def _is_v1(version: int) -> bool:
    if version not in {1, 2}:
        raise ValueError(f"version: wanted 1 or 2, found {version!r}")
    return version == 1


def _one_selector(filters: Mapping[str, object]) -> None:
    if filters.get("condition_ids") is not None and filters.get("event_ids") is not None:
        raise ValueError("wanted condition_ids or event_ids, found both")


def _check_positions(filters: PositionFilters, *, needs_user: bool) -> None:
    """Refuse what the venue would widen or refuse (SDK, 2026-10-21)."""
    status, conditions = str(filters.get("status")).upper(), filters.get("condition_ids")
    markets = [conditions] if isinstance(conditions, str) else list(conditions or ())
    if filters.get("user") is None:
        if needs_user or len(markets) != 1:
            raise ValueError("positions: wanted user, or exactly one of condition_ids (v2)")
        if filters.get("event_ids") is not None or status in {"REDEEMABLE_LOST", "MERGEABLE"}:
            raise ValueError(f"positions: wanted user with event_ids and with status {status}")
    if status == "CLOSED" and filters.get("include_archived"):
        raise ValueError("include_archived: wanted another status than CLOSED with it")
    if len(filters.get("title") or "") > TITLE_MAX:
        raise ValueError(f"title: wanted at most {TITLE_MAX} characters")
