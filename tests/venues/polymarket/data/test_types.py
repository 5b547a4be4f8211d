"""Rows of the Data API: the same from v1 and v2, and nothing of the samples lost."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.venues.polymarket.samples import wire

from pr3dict.venues.polymarket import answers
from pr3dict.venues.polymarket.data.people import BuilderVolume, Leader, UserPnl, UserStats, Winner
from pr3dict.venues.polymarket.data.types import (
    Activity,
    Holders,
    LiveVolume,
    MarketVolume,
    OpenInterest,
    PortfolioValue,
    Position,
    PricePoint,
    PublicTrade,
    Resolution,
    TokenFacts,
)

WALLET = "0x56687bf447db6ffa42ffe2204a05edaa20f55839"
CONDITION = "0xdd22472e552920b8438158ea7238bfadfa4f736aa4cee91a6b86c39ead110917"
AT = datetime(2024, 10, 15, 13, 49, 40, tzinfo=UTC)
TRADE_V1 = {
    "proxyWallet": WALLET,
    "side": "SELL",
    "asset": "217",
    "conditionId": CONDITION,
    "size": Decimal("5.4"),
    "price": Decimal("0.998"),
    "timestamp": 1729000180,
    "title": "Will it?",
    "slug": "will-it",
    "eventSlug": "it",
    "outcome": "Yes",
    "outcomeIndex": 0,
    "name": "user1",
    "pseudonym": "User-One",
    "transactionHash": "0xabc",
}
TRADE_V2 = {
    "proxy_wallet": WALLET,
    "side": "SELL",
    "token_id": "217",
    "condition_id": CONDITION,
    "size": "5.4",
    "price": "0.998",
    "timestamp": 1729000180,
    "title": "Will it?",
    "slug": "will-it",
    "event_slug": "it",
    "outcome": "Yes",
    "outcome_index": 0,
    "name": "user1",
    "pseudonym": "User-One",
    "transaction_hash": "0xabc",
}


def test_a_trade_is_the_same_from_either_version():
    expected = PublicTrade(
        time=AT,
        token_id="217",
        condition_id=CONDITION,
        side="SELL",
        price=Decimal("0.998"),
        size=Decimal("5.4"),
        wallet=WALLET,
        transaction_hash="0xabc",
        outcome="Yes",
        outcome_index=0,
        title="Will it?",
        slug="will-it",
        event_slug="it",
        name="user1",
        pseudonym="User-One",
    )
    assert expected == answers.row(PublicTrade, TRADE_V1)
    assert expected == answers.row(PublicTrade, TRADE_V2)


@pytest.mark.parametrize("member", ["price", "size", "timestamp", "side", "token_id"])
def test_a_trade_without_what_makes_it_one_is_refused(member):
    with pytest.raises(ValueError, match=rf"^{member} is missing"):
        answers.row(PublicTrade, {**TRADE_V2, member: None})


@pytest.mark.parametrize("kind", [PublicTrade, Activity, Position])
def test_an_outcome_that_the_venue_does_not_know_has_no_index(kind):
    common = {**TRADE_V2, "type": "TRADE"}
    assert answers.row(kind, {**common, "outcome_index": 999}).outcome_index is None
    assert answers.row(kind, {**common, "outcome_index": 1}).outcome_index == 1


def lost(kind, found, left_out):
    """Return the members of an object which no member of the row takes, and those it changed."""
    made = answers.row(kind, found)
    names = {s: name for name, spelled, _, _ in answers.plan(kind) for s in spelled}
    for member, sent in found.items():
        if member in left_out or sent == "":
            continue
        held = getattr(made, names.get(member, ""), None)
        if isinstance(held, datetime):
            moment = datetime.fromtimestamp(sent, UTC) if isinstance(sent, int) else None
            held = sent if held in {moment, _iso(sent)} else held
        if held != sent:
            yield member


def _iso(sent):
    return datetime.fromisoformat(sent) if isinstance(sent, str) else None


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (PublicTrade, "data_api_trades_response.json"),
        (PublicTrade, "py_http_trades.json"),
        (Position, "data_api_positions_response.json"),
    ],
)
def test_nothing_of_the_samples_is_lost(kind, name):
    rows = wire(name)
    assert 3 <= len(rows)
    assert [] == [each for row in rows for each in lost(kind, row, {"profileImageOptimized"})]


def test_a_position_of_v1_is_read_in_full():
    position = answers.row(Position, wire("data_api_positions_response.json")[0])
    numbers = (position.size, position.avg_price, position.price, position.cost, position.value)
    assert ("150.5", "0.55", "0.6", "82.775", "90.3") == tuple(map(str, numbers))
    assert Decimal("7.525") == position.unrealized_pnl
    assert Decimal("150.5") == position.total_size
    assert datetime(2026, 12, 31, tzinfo=UTC) == position.end_date
    assert ("Yes", 0, "No") == (
        position.outcome,
        position.outcome_index,
        position.opposite_outcome,
    )


def test_a_position_of_v2_means_the_same():
    position = answers.row(
        Position,
        {
            "proxy_wallet": WALLET,
            "token_id": "217",
            "condition_id": CONDITION,
            "current_size": "150.5",
            "avg_price": "0.55",
            "entry_cost_usdc": "82.775",
            "entry_fees_usdc": "0.1",
            "total_cost_usdc": "82.875",
            "current_price": "0.6",
            "current_value": "90.3",
            "total_size": "150.5",
            "unrealized_pnl": "7.525",
            "total_pnl": "7.525",
            "status": "OPEN",
            "end_date": "2026-12-31",
            "first_entry_at": 1729000180,
            "last_event_at": 0,
        },
    )
    v1 = answers.row(Position, wire("data_api_positions_response.json")[0])
    for name in ("size", "avg_price", "price", "cost", "value", "total_size", "unrealized_pnl"):
        assert getattr(v1, name) == getattr(position, name)
    assert (v1.end_date, AT, None) == (
        position.end_date,
        position.first_entry_at,
        position.last_event_at,
    )
    assert ("OPEN", Decimal("0.1")) == (position.status, position.fees)


def test_an_activity_of_a_kind_that_nobody_knows_yet_is_read():
    found = answers.row(Activity, {"type": "AIRDROP", "usdc_size": "1.5", "timestamp": 1729000180})
    assert Activity(type="AIRDROP", amount=Decimal("1.5"), time=AT) == found
    assert Decimal(2) == answers.row(Activity, {"type": "TRADE", "usdcSize": 2}).amount


def test_small_rows_are_read_from_either_version():
    for found in ({"user": WALLET, "value": 5}, {"proxy_wallet": WALLET, "value": "5"}):
        assert PortfolioValue(wallet=WALLET, value=Decimal(5)) == answers.row(PortfolioValue, found)
    for found in ({"market": CONDITION, "value": 5}, {"condition_id": CONDITION, "value": "5"}):
        assert OpenInterest(condition_id=CONDITION, value=Decimal(5)) == answers.row(
            OpenInterest, found
        )
    holder = {"amount": Decimal("2.5"), "name": "a"}
    v1 = {"token": "217", "holders": [{"proxyWallet": WALLET, "asset": "217", **holder}]}
    v2 = {"token_id": "217", "holders": [{"proxy_wallet": WALLET, "token_id": "217", **holder}]}
    assert answers.row(Holders, v1) == answers.row(Holders, v2)
    assert Decimal("2.5") == answers.row(Holders, v1).holders[0].size
    for found in ({"timestamp": 1729000180, "price": "0.5"}, {"t": 1729000180, "p": "0.5"}):
        assert PricePoint(time=AT, price=Decimal("0.5")) == answers.row(PricePoint, found)


def test_a_volume_is_shares_by_v2_and_dollars_by_v1():
    v1 = {"total": 3, "markets": [{"market": CONDITION, "value": 3}]}
    one = MarketVolume(condition_id=CONDITION, amount=Decimal(3))
    assert LiveVolume(amount=Decimal(3), markets=(one,)) == answers.row(LiveVolume, v1)
    v2 = {
        "taker_volume_total": "5",
        "conditions": [{"condition_id": CONDITION, "taker_volume": "5"}],
    }
    one = MarketVolume(condition_id=CONDITION, size=Decimal(5))
    assert LiveVolume(size=Decimal(5), markets=(one,)) == answers.row(LiveVolume, v2)
    with pytest.raises(ValueError, match=r"^neither taker_volume_total nor total is there$"):
        answers.row(LiveVolume, {"markets": []})


def test_a_price_that_nobody_proposed_is_none():
    found = {"status": "posed", "proposed_price": "69", "price": 69, "payouts": None}
    assert Resolution(status="posed") == answers.row(Resolution, found)
    found = {"status": "resolved", "price": "1", "payouts": ["1000000", "0"]}
    assert (Decimal(1), (1_000_000, 0)) == (
        answers.row(Resolution, found).price,
        answers.row(Resolution, found).payouts_micros,
    )


def test_what_a_token_stands_for_is_read():
    found = {"token_id": "217", "condition_id": CONDITION, "event_id": 5, "final_price": None}
    assert TokenFacts(token_id="217", condition_id=CONDITION, event_id="5") == answers.row(
        TokenFacts, found
    )


def test_who_trades_well_is_read():
    leader = {"rank": 1, "user_id": WALLET, "pnl": "5.5", "volume": "7", "user_name": "a"}
    expected = Leader(rank=1, wallet=WALLET, pnl=Decimal("5.5"), volume=Decimal(7), name="a")
    assert expected == answers.row(Leader, leader)
    winner = {"win_rank": 1, "user_id": WALLET, "pnl": "9", "kind": "combo", "position_id": "3"}
    assert ("combo", "3") == (
        answers.row(Winner, winner).kind,
        answers.row(Winner, winner).token_id,
    )
    stats = {"proxy_wallet": WALLET, "trades": 3, "join_date": 0}
    assert UserStats(wallet=WALLET, traded_market_count=3) == answers.row(UserStats, stats)
    pnl = {"points": [{"timestamp": 1729000180, "realized_pnl": "-1.5"}]}
    assert Decimal("-1.5") == answers.row(UserPnl, pnl).points[0].realized_pnl
    builder = {"builder_code": "0x1", "builder_name": "b", "volume": "3", "date": "2026-01-01"}
    found = answers.row(BuilderVolume, builder)
    assert ("b", Decimal(3)) == (found.name, found.size)
    assert datetime(2026, 1, 1, tzinfo=UTC) == found.date


@given(st.data())
def test_members_that_are_not_needed_may_be_missing_null_or_empty(data):
    needed = {"timestamp", "token_id", "condition_id", "side", "price", "size"}
    optional = sorted(set(TRADE_V2) - needed)
    fates = {name: data.draw(st.sampled_from(["as is", "gone", None, ""])) for name in optional}
    found = {name: sent for name, sent in TRADE_V2.items() if fates.get(name) != "gone"}
    found |= {name: fate for name, fate in fates.items() if fate in (None, "")}
    row, whole = answers.row(PublicTrade, found), answers.row(PublicTrade, TRADE_V2)
    names = {"proxy_wallet": "wallet"}
    empty = PublicTrade(
        **{name: getattr(whole, name) for name in ("time", *sorted(needed - {"timestamp"}))}
    )
    for name in optional:
        ours = names.get(name, name)
        expected = whole if fates[name] == "as is" else empty
        assert getattr(expected, ours) == getattr(row, ours)
