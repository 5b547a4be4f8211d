"""A venue that counts what it is asked, and what every failure must be: one sentence, in time."""

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, Final, NamedTuple

import pytest
from tests.app.kit import Served

from pr3dict.client.rest.polymarket import AsyncPolymarket
from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.model.errors import Pr3dictError, RestError
from pr3dict.model.units import NS_PER_S
from pr3dict.net.clock import SystemClock
from pr3dict.sim.desk.accounts import TEST_ADDRESS, TEST_KEY, TEST_PRIVATE_KEY
from pr3dict.venues.polymarket.gamma.types import GammaMarket
from pr3dict.venues.polymarket.signing.auth import Wallet

SENTENCE_MAX: Final = 400
SLACK_S: Final = 2.0
"""What a loaded machine may add to a stated time."""
ATTEMPTS_MAX: Final = 4
EDGE: Final = "<!DOCTYPE html><title>Just a moment...</title><p>Cloudflare Ray ID: 8f2</p>"
OFTEN: Final = 10_000
ORDER: Final = "0x" + "12" * 32

Call = Callable[[AsyncPolymarket, GammaMarket], Awaitable[object]]


class Trouble(NamedTuple):
    """What the venue answers, and what that is called."""

    status: int
    body: str
    name: str


class Count:
    """Requests and upgrades that the venue has seen, by path."""

    def __init__(self, served: Served) -> None:
        self.paths: Counter[str] = Counter()
        faults: Any = served.faults
        delay, refusal = faults.rest_delay, faults.refusal
        faults.rest_delay = lambda path: self._seen(path, delay)
        faults.refusal = lambda path: self._seen(path, refusal)

    @property
    def all(self) -> int:
        """All of them."""
        return self.paths.total()

    def _seen(self, path: str, then: Callable[[str], object]) -> object:
        self.paths[path] += 1
        return then(path)


def is_sentence(said: object) -> None:
    """Fail unless this is one sentence for a person."""
    text = str(said)
    assert 10 < len(text) < SENTENCE_MAX, text
    assert text.isprintable(), repr(text)
    assert " " in text
    assert "Traceback" not in text
    assert "<" not in text, "no markup is shown"


async def failure(asked: Awaitable[object], kind: type[Pr3dictError], within_s: float) -> Any:
    """Return the error that this raises, which is of a kind, one sentence, and comes in time."""
    clock = SystemClock()
    started = clock.monotonic()
    with pytest.raises(kind) as raised:
        await asked
    passed = (clock.monotonic() - started) / NS_PER_S
    is_sentence(raised.value)
    assert passed < within_s + SLACK_S
    return raised.value


async def refused(asked: Awaitable[object], within_s: float) -> RestError:
    """Return the `RestError` that this raises."""
    error = await failure(asked, RestError, within_s)
    assert isinstance(error, RestError)
    return error


def creds(passphrase: str = TEST_KEY.passphrase) -> ClobApiKeyCreds:
    """Return the API key that the venue knows, or one that differs in its passphrase."""
    return ClobApiKeyCreds(TEST_KEY.key, TEST_KEY.secret, passphrase)


def wallet() -> Wallet:
    """Return the wallet to which it belongs."""
    return Wallet(TEST_PRIVATE_KEY)


CALLS: Final[dict[str, Call]] = {
    "get_ok": lambda p, _: p.get_ok(),
    "get_server_time": lambda p, _: p.get_server_time(),
    "get_version": lambda p, _: p.get_version(),
    "get_order_book": lambda p, m: p.get_order_book(m.token_ids[0]),
    "get_order_books": lambda p, m: p.get_order_books(m.token_ids),
    "get_price": lambda p, m: p.get_price(m.token_ids[0], "BUY"),
    "get_prices": lambda p, m: p.get_prices([(m.token_ids[0], "BUY")]),
    "get_midpoint": lambda p, m: p.get_midpoint(m.token_ids[0]),
    "get_midpoints": lambda p, m: p.get_midpoints(m.token_ids),
    "get_spread": lambda p, m: p.get_spread(m.token_ids[0]),
    "get_spreads": lambda p, m: p.get_spreads(m.token_ids),
    "get_last_trade_price": lambda p, m: p.get_last_trade_price(m.token_ids[0]),
    "get_last_trades_prices": lambda p, m: p.get_last_trades_prices(m.token_ids),
    "get_tick_size": lambda p, m: p.get_tick_size(m.token_ids[0]),
    "get_neg_risk": lambda p, m: p.get_neg_risk(m.token_ids[0]),
    "get_fee_rate": lambda p, m: p.get_fee_rate(m.token_ids[0]),
    "get_market_of_token": lambda p, m: p.get_market_of_token(m.token_ids[0]),
    "get_market_info": lambda p, m: p.get_market_info(m.condition_id),
    "get_clob_market": lambda p, m: p.get_clob_market(m.condition_id),
    "get_live_activity": lambda p, m: p.get_live_activity(m.condition_id),
    "get_prices_history": lambda p, m: p.get_prices_history(m.token_ids[0], interval="1d"),
    "list_clob_markets": lambda p, _: p.list_clob_markets(limit=1),
    "list_simplified_markets": lambda p, _: p.list_simplified_markets(limit=1),
    "list_sampling_markets": lambda p, _: p.list_sampling_markets(limit=1),
    "list_sampling_simplified_markets": lambda p, _: p.list_sampling_simplified_markets(limit=1),
    "get_all_markets": lambda p, _: p.get_all_markets(1),
    "list_markets": lambda p, _: p.list_markets(1),
    "get_market": lambda p, m: p.get_market(m.id),
    "get_market_by_slug": lambda p, m: p.get_market_by_slug(m.slug),
    "get_market_tags": lambda p, m: p.get_market_tags(m.id),
    "list_events": lambda p, _: p.list_events(1),
    "get_event": lambda p, _: p.get_event(1),
    "get_event_by_slug": lambda p, m: p.get_event_by_slug(m.slug),
    "get_event_tags": lambda p, _: p.get_event_tags(1),
    "list_series": lambda p, _: p.list_series(1),
    "get_series": lambda p, _: p.get_series(1),
    "list_tags": lambda p, _: p.list_tags(1),
    "get_tag": lambda p, _: p.get_tag(1),
    "get_tag_by_slug": lambda p, _: p.get_tag_by_slug("crypto"),
    "get_related_tags": lambda p, _: p.get_related_tags(1),
    "list_sports": lambda p, _: p.list_sports(),
    "list_sports_market_types": lambda p, _: p.list_sports_market_types(),
    "list_teams": lambda p, _: p.list_teams(1),
    "list_comments": lambda p, _: p.list_comments(1, 1),
    "get_comment_thread": lambda p, _: p.get_comment_thread(1),
    "list_comments_by_wallet": lambda p, _: p.list_comments_by_wallet(TEST_ADDRESS, 1),
    "get_profile": lambda p, _: p.get_profile(TEST_ADDRESS),
    "search": lambda p, _: p.search("fed rate"),
    "market": lambda p, m: p.market(m.slug),
    "markets": lambda p, _: p.markets("fed rate"),
    "markets_of": lambda p, m: p.markets_of([m.condition_id]),
    "rolling": lambda p, _: anext(p.rolling("btc-updown-5m")),
    "list_trades": lambda p, _: p.list_trades(1),
    "list_activity": lambda p, _: p.list_activity(TEST_ADDRESS, 1),
    "list_positions": lambda p, _: p.list_positions(1, user=TEST_ADDRESS),
    "get_portfolio_value": lambda p, _: p.get_portfolio_value(TEST_ADDRESS),
    "list_holders": lambda p, m: p.list_holders(m.condition_id, 1),
    "get_open_interest": lambda p, m: p.get_open_interest(m.condition_id),
    "get_live_volume": lambda p, _: p.get_live_volume(1),
    "list_price_history": lambda p, m: p.list_price_history(m.token_ids[0], 1, interval="1d"),
    "get_token_facts": lambda p, m: p.get_token_facts(token_ids=m.token_ids[0]),
    "get_resolutions": lambda p, m: p.get_resolutions(condition_ids=m.condition_id),
    "list_leaderboard": lambda p, _: p.list_leaderboard(1),
    "get_standing": lambda p, _: p.get_standing(TEST_ADDRESS),
    "list_biggest_winners": lambda p, _: p.list_biggest_winners(1),
    "get_user_pnl": lambda p, _: p.get_user_pnl(TEST_ADDRESS),
    "get_user_stats": lambda p, _: p.get_user_stats(TEST_ADDRESS),
    "get_user_volume": lambda p, _: p.get_user_volume(TEST_ADDRESS),
    "list_builders": lambda p, _: p.list_builders(1),
    "get_builder_volume": lambda p, _: p.get_builder_volume(),
    "list_open_orders": lambda p, _: p.list_open_orders(1),
    "get_order": lambda p, _: p.get_order(ORDER),
    "list_account_trades": lambda p, _: p.list_account_trades(1),
    "get_balance": lambda p, _: p.get_balance(),
    "refresh_balance": lambda p, _: p.refresh_balance(),
    "get_closed_only": lambda p, _: p.get_closed_only(),
    "get_notifications": lambda p, _: p.get_notifications(),
    "get_order_scoring": lambda p, _: p.get_order_scoring(ORDER),
    "get_orders_scoring": lambda p, _: p.get_orders_scoring([ORDER]),
    "get_api_keys": lambda p, _: p.get_api_keys(),
    "create_api_key": lambda p, _: p.create_api_key(),
    "derive_api_key": lambda p, _: p.derive_api_key(),
    "derive_or_create_api_key": lambda p, _: p.derive_or_create_api_key(),
    "delete_api_key": lambda p, _: p.delete_api_key(),
}
"""Each method of `AsyncPolymarket` that asks the venue, with what it takes."""
OF_EACH_SERVICE: Final = (
    "get_order_book",
    "get_order_books",
    "list_clob_markets",
    "get_market",
    "market",
    "search",
    "list_trades",
    "get_balance",
    "derive_api_key",
)
"""Some of them, one for each way to ask: for troubles that take time."""
