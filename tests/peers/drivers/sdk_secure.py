"""polymarket-client with a wallet: orders and their end, the user channel, PolyBolt."""

import asyncio
import time
from decimal import Decimal
from functools import partial
from importlib import import_module
from typing import Any, Final

from tests.peers.drivers.sdk import Following, environment, pages
from tests.peers.drivers.telling import Teller

CHANNELS: Final = {
    "prices.crypto": "price.crypto",
    "prices.crypto.twap": "price.crypto.twap",
    "prices.equity": "price.equity",
    "prices.equity.twap": "price.equity.twap",
}
HOUR_S: Final = 3_600
STREAMS_S: Final = 11.0
"""Long enough for the heartbeat of the user channel, every 10 s."""


async def main() -> None:
    """Trade as a user does, and follow what comes of it."""
    teller = Teller()
    module: Any = import_module("polymarket")
    place = environment(teller.task)
    wallet = {"private_key": teller.task["private_key"], "wallet": teller.task["address"]}
    another = {
        "private_key": teller.task["new_private_key"],
        "wallet": teller.task["new_address"],
    }
    secure = module.AsyncSecureClient
    new = await teller.do("sign in for a key (L1)", secure.create(**another, environment=place))
    if new is not None:
        await new.close()
    known = module.ApiKeyCreds(**teller.task["key"])
    client = await teller.do(
        "sign in with a key (L2)",
        secure.create(**wallet, credentials=known, environment=place),
    )
    async with client:
        streams = Following(teller, client)
        began = asyncio.get_running_loop().time()
        await _follow(teller, streams)
        await _trade(teller, client)
        await _read(teller, client)
        await _rest_until_met(teller, client, streams)
        await _beat(teller, client)
        for kind in ("order LIVE", "order CANCELED", "trade MATCHED", "trade MINED"):
            await teller.until(f"hear {kind}", partial(_heard, streams, kind))
        await teller.until("hear trade CONFIRMED", lambda: _heard(streams, "trade CONFIRMED"))
        await asyncio.sleep(max(0.0, began + STREAMS_S - asyncio.get_running_loop().time()))
        await teller.end()
        await streams.close()
    teller.last()


async def _follow(teller: Teller, streams: Following) -> None:
    specs: Any = import_module("polymarket.streams")
    await streams.subscribe("user", specs.UserSpec(), lambda event: f"user {event.type}")
    for what, spec in (
        ("crypto", specs.CryptoPriceSpec(symbols=["btcusd", "ethusd"])),
        ("crypto twap", specs.CryptoTwapPriceSpec(symbols=["btcusd"])),
        ("equity", specs.EquityPriceSpec(symbol="aapl")),
        ("equity twap", specs.EquityTwapPriceSpec(symbol="aapl")),
    ):
        await streams.subscribe(what, spec, _of_price)


def _of_price(event: Any) -> str:
    kind = {"subscribe": "snapshot"}.get(event.type, event.type)
    return f"{CHANNELS[event.topic]} {kind} {event.payload.symbol}"


def _heard(streams: Following, wanted: str) -> bool:
    """Tell whether an order or a trade was told with a status."""
    kind, _, status = wanted.partition(" ")
    return any(
        event.type == kind and str(event.payload.status).startswith(status)
        for event in streams.events
    )


async def _trade(teller: Teller, client: Any) -> None:
    """Place orders of each kind, have some matched, and cancel what rests."""
    market = teller.task["markets"][0]
    token = market["tokens"][0]
    book = await teller.do("get_order_book", client.get_order_book(asset_id=token))
    tick = Decimal(str(book.tick_size))
    bid = max(level.price for level in book.bids) - 5 * tick
    deep = {"asset_id": token, "price": bid, "size": 20, "side": "BUY"}
    first = await teller.do("place_limit_order GTC", client.place_limit_order(**deep))
    until_s = int(time.time()) + HOUR_S  # noqa: TID251 - the driver is no part of ours
    await teller.do("GTD", client.place_limit_order(**deep, expiration=until_s))
    await teller.do("post only", client.place_limit_order(**deep, post_only=True))
    signed = [await client.create_limit_order(**deep) for _ in range(3)]
    batch = await teller.do("post_orders", client.post_orders(signed))
    buy = {"asset_id": token, "side": "BUY", "amount": 10}
    await teller.do("market BUY, FAK", client.place_market_order(**buy))
    # A limit with room to spare, for the book moves on while the order is signed.
    fok = client.place_market_order(**buy, order_type="FOK", max_price=bid + 15 * tick)
    bought = await teller.do("market BUY, FOK", fok)
    sell = client.place_market_order(asset_id=token, side="SELL", shares=7)
    await teller.do("market SELL", sell)
    found = await teller.do("list_open_orders", pages(client.list_open_orders()))
    teller.expect("six orders rest", 6, len(found))
    shown = await teller.do("get_order", client.get_order(order_id=first.order_id))
    teller.expect("the order is as it was placed", (bid, 20), (shown.price, shown.original_size))
    await teller.do("get_order_scoring", client.get_order_scoring(order_id=first.order_id))
    gone = await teller.do("cancel_order", client.cancel_order(order_id=first.order_id))
    teller.expect("it is canceled", (first.order_id,), gone.canceled)
    two = [order.order_id for order in batch[:2]]
    gone = await teller.do("cancel_orders", client.cancel_orders(order_ids=two))
    teller.expect("both are canceled", sorted(two), sorted(gone.canceled))
    asked = client.cancel_market_orders(market=market["condition"])
    gone = await teller.do("cancel_market_orders", asked)
    teller.expect("the other three are canceled", 3, len(gone.canceled))
    await teller.do("place_limit_order", client.place_limit_order(**deep))
    gone = await teller.do("cancel_all", client.cancel_all())
    teller.expect("the last one is canceled", 1, len(gone.canceled))
    settled = client.wait_for_order_fill_settlement(bought)
    hashes = await teller.do("wait_for_order_fill_settlement", settled)
    teller.expect("the chain has the trade", True, bool(hashes))


async def _rest_until_met(teller: Teller, client: Any, streams: Following) -> None:
    """Let orders rest at both best prices until one of the crowd takes one of them."""
    token = teller.task["markets"][1]["tokens"][0]
    for side in ("BUY", "SELL"):
        book = await teller.do(f"the book to {side}", client.get_order_book(asset_id=token))
        bid, ask = (max(each.price for each in book.bids), min(each.price for each in book.asks))
        price = bid if side == "BUY" else ask
        resting = {"asset_id": token, "price": price, "size": 5, "side": side}
        # Not post-only: the book moves on while the order is signed, and it may take as well.
        await teller.do(f"rest to {side}", client.place_limit_order(**resting))
    await teller.until("be met as a maker", partial(_made, streams))
    await teller.do("cancel what was not met", client.cancel_all())


def _made(streams: Following) -> bool:
    return any(
        event.type == "trade" and event.payload.trader_side == "MAKER" for event in streams.events
    )


async def _read(teller: Teller, client: Any) -> None:
    """Read what an account can be asked."""
    trades = await teller.do("list_account_trades", pages(client.list_account_trades()))
    teller.expect("three trades", 3, len(trades))
    await teller.do("get_notifications", client.get_notifications())
    token = teller.task["markets"][0]["tokens"][0]
    for kind, more in (("COLLATERAL", {}), ("CONDITIONAL", {"asset_id": token})):
        asked = client.get_balance_allowance(asset_type=kind, **more)
        await teller.do(f"get_balance_allowance {kind}", asked)
    await teller.do("get_closed_only_mode", client.get_closed_only_mode())
    await teller.do("fetch_api_keys", client.fetch_api_keys())
    await teller.do("create_builder_api_key", client.create_builder_api_key())


async def _beat(teller: Teller, client: Any) -> None:
    """Send heartbeats of orders, each with the id that the one before brought."""
    first = await teller.do("send_order_heartbeat", client.send_order_heartbeat())
    if first is not None:
        again = client.send_order_heartbeat(heartbeat_id=first.heartbeat_id)
        await teller.do("send_order_heartbeat again", again)


if __name__ == "__main__":
    asyncio.run(main())
