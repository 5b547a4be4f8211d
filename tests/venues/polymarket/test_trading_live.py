"""Our orders at the simulated venue, over real sockets: it checks every signature on its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any, Final

import pytest
from tests.sim.client import quiet

from pr3dict.app import world
from pr3dict.config import Config
from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.model.errors import RestError
from pr3dict.model.units import Price, Size
from pr3dict.net.clock import SystemClock
from pr3dict.ports import Rest
from pr3dict.sim.desk.accounts import TEST_KEY, TEST_PRIVATE_KEY
from pr3dict.sim.server import SimServer
from pr3dict.venues.polymarket.account import requests as account
from pr3dict.venues.polymarket.account import trading
from pr3dict.venues.polymarket.account.requests import Account
from pr3dict.venues.polymarket.signing import auth, exchanges, orders

WALLET: Final = auth.Wallet(TEST_PRIVATE_KEY)
STRANGER: Final = auth.Wallet("0x" + "11" * 32)
SHARES: Final = Size(20_000_000)
SALTS: Final = count(1)


class Desk:
    """A venue, the way to it, and who we are there."""

    def __init__(self, server: SimServer, rest: Rest) -> None:
        self.server = server
        self.rest = rest
        self.url = Config(**server.settings()).polymarket_clob_url
        creds = ClobApiKeyCreds(*TEST_KEY[:3])
        self.ours = Account(clob_url=self.url, creds=creds, address=WALLET.address)

    def neg_risk(self, token: str) -> bool:
        rules = self.server.source.rules(token)
        assert rules is not None
        return rules.neg_risk

    def signed(self, token: str, side: Any, price: int, **changes: Any) -> orders.SignedOrder:
        wanted: dict[str, Any] = {
            "token_id": token,
            "side": side,
            "price": Price(price),
            "size": SHARES,
            "tick": Price(10_000),
            "salt": next(SALTS),
            "timestamp": self.server.now_ms(),
        }
        order = orders.limit_order(orders.party(WALLET.address), **(wanted | changes))
        at = exchanges.exchange(token, neg_risk=self.neg_risk(token))
        return orders.sign_order(order, at, WALLET)


@asynccontextmanager
async def desk(**settings: Any) -> AsyncIterator[Desk]:
    venue = quiet(**{"markets": 2, "ticks": ("0.01",), "first_bid": 400_000, **settings})
    async with SimServer(venue, paused=True) as server:
        rest = world.rest(Config(**server.settings(), rest_patience_s=5.0), SystemClock())
        try:
            yield Desk(server, rest)
        finally:
            await rest.aclose()


async def test_an_order_has_the_id_that_we_foretold_and_rests_until_it_is_cancelled():
    async with desk() as at:
        token = at.server.tokens[0]
        signed = at.signed(token, "BUY", at.server.book(token)[0][0][0])
        receipt = await at.rest.ask(
            trading.post_order(at.ours, signed, order_type="GTC", post_only=True)
        )
        assert (True, "live", signed.id) == (receipt.accepted, receipt.status, receipt.order_id)

        (resting,) = (await at.rest.ask(account.open_orders(at.ours, token=token))).items
        assert (signed.id, SHARES, signed.order.side) == (
            resting.order_id,
            resting.original_size,
            resting.side,
        )
        assert resting.order_id == (await at.rest.ask(account.order(at.ours, signed.id))).order_id

        cancelled = await at.rest.ask(trading.cancel_order(at.ours, signed.id))
        assert ((signed.id,), {}) == (cancelled.canceled, cancelled.not_canceled)
        assert () == (await at.rest.ask(account.open_orders(at.ours))).items


async def test_an_order_that_takes_becomes_a_trade_of_ours():
    async with desk() as at:
        token = at.server.tokens[0]
        ask = at.server.book(token)[1][0][0]
        had = (await at.rest.ask(account.balance(at.ours))).balance
        signed = at.signed(token, "BUY", ask)
        receipt = await at.rest.ask(trading.post_order(at.ours, signed, order_type="GTC"))
        assert (True, "matched") == (receipt.accepted, receipt.status)

        trades = (await at.rest.ask(account.trades(at.ours, token=token))).items
        assert set(receipt.trade_ids) == {trade.trade_id for trade in trades}
        assert {signed.id} == {trade.taker_order_id for trade in trades}
        assert SHARES == sum(trade.size for trade in trades)
        assert (await at.rest.ask(account.balance(at.ours))).balance < had


async def test_the_exchange_that_we_choose_is_the_one_that_the_venue_checks():
    async with desk(markets=12) as at:
        kinds = {at.neg_risk(token): token for token in at.server.tokens}
        assert {False, True} == set(kinds)
        for neg_risk, token in kinds.items():
            right = at.signed(token, "BUY", 10_000)
            receipt = await at.rest.ask(trading.post_order(at.ours, right, order_type="GTC"))
            assert receipt.accepted

            other = exchanges.exchange(token, neg_risk=not neg_risk)
            wrong = orders.sign_order(right.order, other, WALLET)
            with pytest.raises(RestError, match="signature"):
                await at.rest.ask(trading.post_order(at.ours, wrong, order_type="GTC"))


async def test_several_orders_get_a_receipt_each_and_are_cancelled_together():
    async with desk() as at:
        token = at.server.tokens[0]
        several = [at.signed(token, "BUY", 10_000 * cents) for cents in (1, 2, 3)]
        receipts = await at.rest.ask(
            trading.post_orders(at.ours, [(signed, "GTC", False) for signed in several])
        )
        assert [signed.id for signed in several] == [receipt.order_id for receipt in receipts]
        first = await at.rest.ask(trading.cancel_orders(at.ours, [several[0].id]))
        assert (several[0].id,) == first.canceled
        of_token = await at.rest.ask(trading.cancel_market_orders(at.ours, token=token))
        assert {several[1].id, several[2].id} == set(of_token.canceled)
        assert () == (await at.rest.ask(trading.cancel_all(at.ours))).canceled


async def test_a_wallet_makes_its_key_and_proves_it():
    async with desk() as at:
        made = await at.rest.ask(account.create_api_key(at.url, STRANGER))
        assert made == await at.rest.ask(account.derive_api_key(at.url, STRANGER))
        theirs = Account(clob_url=at.url, creds=made, address=STRANGER.address)
        assert (made.key,) == await at.rest.ask(account.api_keys(theirs))
        await at.rest.ask(account.delete_api_key(theirs))
        with pytest.raises(RestError) as raised:
            await at.rest.ask(account.api_keys(theirs))
        assert "unauthorized" == raised.value.name
        assert made.secret.reveal() not in str(raised.value)


async def test_what_else_is_ours_is_read():
    async with desk() as at:
        token = at.server.tokens[0]
        assert await at.rest.ask(account.closed_only(at.ours)) is False
        assert () == await at.rest.ask(account.notifications(at.ours))
        assert await at.rest.ask(account.order_scoring(at.ours, "0x01")) is False
        await at.rest.ask(account.refresh_balance(at.ours))
        await at.rest.ask(account.balance(at.ours, "CONDITIONAL", token))
        beat = await at.rest.ask(trading.heartbeat(at.ours))
        assert beat
        assert await at.rest.ask(trading.heartbeat(at.ours, beat))
