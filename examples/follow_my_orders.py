"""Follow your own orders and trades, from the placing to the confirmation.

Credentials come from CLOB_API_KEY, CLOB_SECRET, CLOB_PASS_PHRASE and POLYGON_WALLET_PRIVATE_KEY.
With a simulated venue its test account buys something, so that there is something to follow.
"""

import asyncio

from start import is_simulated, run

from pr3dict import (
    AsyncPolymarket,
    Fill,
    Market,
    PolymarketUserClient,
    UserOrder,
    credentials_from_environment,
)
from pr3dict.app import world
from pr3dict.config import from_environment
from pr3dict.model.units import NS_PER_MS, Price, Size, to_micros
from pr3dict.net.clock import SystemClock
from pr3dict.venues.polymarket.account import requests as account
from pr3dict.venues.polymarket.account import trading
from pr3dict.venues.polymarket.signing import exchanges, orders


async def follow(market: Market, seconds: float) -> None:
    """Print what happens to the account, then what it holds."""

    async def on_order(order: UserOrder) -> None:
        print(f"order {order.order_id[:10]}… {order.side} {order.status or order.kind}")

    async def on_fill(fill: Fill) -> None:
        print(f"fill  {fill.order_id[:10]}… {fill.side} {fill.size / 1e6:,.0f} {fill.state.value}")

    async with PolymarketUserClient(on_order=on_order, on_fill=on_fill) as client:
        print(f"{len(client.orders(open_only=True))} open orders, {len(client.trades())} trades")
        if is_simulated():
            await buy_a_little(market)
        await asyncio.sleep(seconds)
        for held in client.orders():
            print(f"{held.order.order_id[:10]}… confirmed {held.confirmed_size / 1e6:,.0f} shares")


async def buy_a_little(market: Market) -> None:
    """Send one order to the simulated venue, at its best ask: ten shares, or its least.

    It is made of the parts below: the names for sending orders come with a later release.
    """
    config, found = from_environment(), credentials_from_environment()
    assert found.creds is not None
    assert found.wallet is not None
    clock, token = SystemClock(), market.token_ids[0]
    async with AsyncPolymarket(config) as polymarket:
        book = await polymarket.get_order_book(token)
    order = orders.limit_order(
        orders.party(found.wallet.address),
        token_id=token,
        side="BUY",
        price=Price(to_micros(book.asks[0].price)),
        size=Size(to_micros(max(10, book.min_order_size or 0))),
        tick=Price(to_micros(book.tick_size or "0.01")),
        salt=1,
        timestamp=clock.now() // NS_PER_MS,
    )
    place = exchanges.exchange(token, neg_risk=market.neg_risk)
    ours = account.Account(
        clob_url=config.polymarket_clob_url, creds=found.creds, address=found.wallet.address
    )
    net = world.rest(config, clock)
    signed = orders.sign_order(order, place, found.wallet)
    await net.ask(trading.post_order(ours, signed, order_type="GTC"))
    await net.aclose()


if __name__ == "__main__":
    run(follow)
