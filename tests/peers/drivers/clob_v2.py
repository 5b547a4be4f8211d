"""py_clob_client_v2: it reads, orders and cancels; it has no stream."""

import asyncio
from functools import partial
from importlib import import_module
from typing import Any

from tests.peers.drivers.telling import Teller


async def main() -> None:
    """Do with it all that it can do here."""
    teller = Teller()
    module: Any = import_module("py_clob_client_v2.client")
    host, key = teller.task["polymarket_clob_url"], teller.task["private_key"]
    new = module.ClobClient(host, 137, key=teller.task["new_private_key"])
    created = await teller.call("create_api_key (L1)", new.create_api_key)
    derived = await teller.call("derive_api_key (L1)", new.derive_api_key)
    teller.expect("both are the same key", created, derived)
    types: Any = import_module("py_clob_client_v2.clob_types")
    known = teller.task["key"]
    creds = types.ApiCreds(
        api_key=known["key"], api_secret=known["secret"], api_passphrase=known["passphrase"]
    )
    client = module.ClobClient(host, 137, key=key, creds=creds)
    await _public(teller, client)
    await teller.ask("listeners")
    await _trade(teller, client)
    await _account(teller, client)
    await teller.end()
    teller.last()


async def _public(teller: Teller, client: Any) -> None:
    types: Any = import_module("py_clob_client_v2.clob_types")
    market = teller.task["markets"][0]
    one, other = market["tokens"]
    both = [types.BookParams(token_id=token, side="BUY") for token in (one, other)]
    calls: list[tuple[str, tuple[Any, ...]]] = [
        *((f"get_{name}", ()) for name in ("ok", "server_time", "version", "markets")),
        *((f"get_{name}_markets", ()) for name in ("simplified", "sampling")),
        ("get_sampling_simplified_markets", ()),
        ("get_market", (market["condition"],)),
        ("get_clob_market_info", (market["condition"],)),
        ("get_market_trades_events", (market["condition"],)),
        *((f"get_{name}", (one,)) for name in ("order_book", "midpoint", "spread", "tick_size")),
        *((f"get_{name}", (one,)) for name in ("neg_risk", "fee_rate_bps", "last_trade_price")),
        ("get_price", (one, "BUY")),
        *((f"get_{name}", (both,)) for name in ("order_books", "midpoints", "prices", "spreads")),
        ("get_last_trades_prices", (both,)),
        ("get_prices_history", (types.PricesHistoryParams(market=one, interval="1d"),)),
    ]
    for name, arguments in calls:
        await teller.call(name, partial(getattr(client, name), *arguments))


async def _trade(teller: Teller, client: Any) -> None:
    """Place, match, list and cancel."""
    types: Any = import_module("py_clob_client_v2.clob_types")
    token = teller.task["markets"][0]["tokens"][0]
    book = await teller.call("get_order_book", lambda: client.get_order_book(token))
    tick = float(book["tick_size"])
    bid = round(float(book["bids"][-1]["price"]) - 5 * tick, 4)
    deep = types.OrderArgs(token_id=token, price=bid, size=20, side="BUY")
    placed = [
        await teller.call("create_and_post_order", lambda: client.create_and_post_order(deep))
        for _ in range(3)
    ]
    fok = types.OrderType.FOK
    # A limit with room to spare, for the book moves on while the order is signed.
    for side, amount, limit in (("BUY", 10, bid + 15 * tick), ("SELL", 7, bid)):
        wanted = types.MarketOrderArgs(
            token_id=token, amount=amount, side=side, order_type=fok, price=round(limit, 4)
        )
        told = await teller.call(
            f"create_and_post_market_order {side}",
            partial(client.create_and_post_market_order, wanted, order_type=fok),
        )
        teller.expect("it is matched", "matched", told["status"])
    found = await teller.call("get_open_orders", client.get_open_orders)
    teller.expect("three orders rest", 3, len(found))
    ids = [each["orderID"] for each in placed]
    shown = await teller.call("get_order", lambda: client.get_order(ids[0]))
    teller.expect("the order is as it was placed", bid, float(shown["price"]))
    one = types.OrderPayload(orderID=ids[0])
    gone = await teller.call("cancel_order", lambda: client.cancel_order(one))
    teller.expect("it is canceled", ids[:1], gone["canceled"])
    gone = await teller.call("cancel_orders", lambda: client.cancel_orders(ids[1:2]))
    teller.expect("it is canceled as well", ids[1:2], gone["canceled"])
    gone = await teller.call("cancel_all", client.cancel_all)
    teller.expect("the last is canceled", ids[2:], gone["canceled"])


async def _account(teller: Teller, client: Any) -> None:
    """Read what an account can be asked, and keep its heart beating."""
    types: Any = import_module("py_clob_client_v2.clob_types")
    trades = await teller.call("get_trades", client.get_trades)
    teller.expect("two trades", 2, len(trades))
    asked = types.BalanceAllowanceParams(asset_type=types.AssetType.COLLATERAL)
    await teller.call("get_balance_allowance", lambda: client.get_balance_allowance(asked))
    for name in ("get_notifications", "get_closed_only_mode", "get_api_keys"):
        await teller.call(name, getattr(client, name))
    await teller.call("create_readonly_api_key", client.create_readonly_api_key)
    await teller.call("create_builder_api_key", client.create_builder_api_key)
    beat = await teller.call("post_heartbeat", lambda: client.post_heartbeat(""))
    if beat is not None:
        again = beat["heartbeat_id"]
        await teller.call("post_heartbeat again", lambda: client.post_heartbeat(again))


if __name__ == "__main__":
    asyncio.run(main())
