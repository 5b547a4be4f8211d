"""polymarket-client without a wallet: all of public REST, and the streams that need no key."""

import asyncio
from functools import partial
from importlib import import_module
from typing import Any, Final

from tests.peers.drivers.sdk import Following, environment, pages
from tests.peers.drivers.telling import Teller

STREAMS_S: Final = 11.0
"""Long enough for the client's heartbeats: every 10 s on the market channel, every 5 s on RTDS."""
TOPICS: Final = {
    "prices.crypto.binance": "crypto_prices",
    "prices.crypto.chainlink": "crypto_prices_chainlink",
    "prices.equity.pyth": "equity_prices",
}
COMMENTS: Final = ("comment_created", "comment_removed", "reaction_created", "reaction_removed")
"""Unasked, the client follows the first alone."""
WINDOWS: Final = {30: "crypto_prices_twap_thirty", 60: "crypto_prices_twap_sixty"}


async def main() -> None:
    """Follow the streams while REST is read, and tell what came."""
    teller = Teller()
    module: Any = import_module("polymarket")
    async with module.AsyncPublicClient(environment=environment(teller.task)) as client:
        streams = Following(teller, client)
        began = asyncio.get_running_loop().time()
        await _follow(teller, streams)
        await _clob(teller, client)
        await _gamma(teller, client)
        await _data(teller, client)
        await teller.ask("events")
        for kind in ("tick_size_change", "new_market", "market_resolved", "last_trade_price"):
            await teller.until(f"hear {kind}", partial(_heard, teller, kind))
        for kind in COMMENTS:
            await teller.until(f"hear {kind}", partial(_heard, teller, f"comments/{kind}"))
        await asyncio.sleep(max(0.0, began + STREAMS_S - asyncio.get_running_loop().time()))
        await teller.end()
        await streams.close()
    teller.last()


def _heard(teller: Teller, kind: str) -> bool:
    return any(key.startswith(kind) for key in teller.seen)


async def _follow(teller: Teller, streams: Following) -> None:
    """Subscribe to everything, add two tokens, and leave them again."""
    specs: Any = import_module("polymarket.streams")
    *stay, leaves = [market["tokens"] for market in teller.task["markets"][:4]]
    tokens = [token for pair in stay for token in pair] + teller.task["ending"]
    market = specs.MarketSpec(asset_ids=tokens, custom_feature_enabled=True)
    await streams.subscribe("market", market, _of_market)
    more = specs.MarketSpec(asset_ids=leaves)
    added = await streams.subscribe("market, two more", more, _of_market)
    await streams.subscribe("sports", specs.SportsSpec(), lambda _: "sports")
    await streams.subscribe("comments", specs.CommentsSpec(types=COMMENTS), _of_rtds)
    for topic in ("prices.crypto.binance", "prices.crypto.chainlink"):
        await streams.subscribe(topic, specs.CryptoPricesSpec(topic=topic), _of_rtds)
    for window in WINDOWS:
        spec = specs.CryptoPricesChainlinkTwapSpec(window_seconds=window)
        await streams.subscribe(f"twap {window}", spec, _of_rtds)
    await streams.subscribe("equity", specs.EquityPricesSpec(symbol="aapl"), _of_rtds)
    condition = teller.task["markets"][3]["condition"]
    await teller.until("hear of the two", lambda: teller.seen[f"price_change {condition}"])
    if added is not None:
        await teller.do("unsubscribe the two", added.close())


def _of_market(event: Any) -> str:
    return f"{event.type} {event.payload.market}"


def _of_rtds(event: Any) -> str:
    if event.topic == "comments":
        return f"comments/{event.type}"
    topic = TOPICS.get(event.topic) or WINDOWS[event.payload.window_seconds]
    return f"{topic}/{event.type} {event.payload.symbol}"


async def _clob(teller: Teller, client: Any) -> None:
    module: Any = import_module("polymarket")
    one, other = teller.task["markets"][0]["tokens"]
    book = await teller.do("get_order_book", client.get_order_book(asset_id=one))
    if book is not None:
        best = max(level.price for level in book.bids)
        price = await teller.do("get_price", client.get_price(asset_id=one, side="BUY"))
        teller.expect("the price is near the best bid", True, abs(price - best) < best)
    await teller.do("get_order_books", client.get_order_books(asset_ids=[one, other]))
    for name in ("midpoint", "spread", "last_trade_price"):
        await teller.do(f"get_{name}", getattr(client, f"get_{name}")(asset_id=one))
    for name in ("midpoints", "spreads", "last_trade_prices"):
        await teller.do(f"get_{name}", getattr(client, f"get_{name}")(asset_ids=[one, other]))
    estimate = client.estimate_market_price(asset_id=one, side="BUY", amount=10)
    await teller.do("estimate_market_price", estimate)
    asked = [module.PriceRequest(asset_id=token, side="SELL") for token in (one, other)]
    await teller.do("get_prices", client.get_prices(requests=asked))


async def _gamma(teller: Teller, client: Any) -> None:
    """Read the catalogue in every way that ends in a market of it."""
    known = teller.task["markets"]
    lists = {
        "list_markets": client.list_markets(page_size=3),
        "list_markets by volume": client.list_markets(order="volume", ascending=False),
        "list_markets of ids": client.list_markets(condition_ids=[m["condition"] for m in known]),
        "list_markets, closed": client.list_markets(closed=True),
        "list_events": client.list_events(page_size=3),
        "list_series": client.list_series(),
        "list_tags": client.list_tags(),
        "list_teams": client.list_teams(),
        "search": client.search(q=teller.task["words"]),
        "list_comments": client.list_comments(parent_entity_id="2", parent_entity_type="Event"),
    }
    found = {name: await teller.do(name, pages(each)) for name, each in lists.items()}
    ids = {market.condition_id for market in found["list_markets of ids"] or ()}
    teller.expect("every market is found", sorted(m["condition"] for m in known), sorted(ids))
    market = await teller.do("get_market by slug", client.get_market(slug=known[0]["slug"]))
    if market is not None:
        teller.expect("the slug leads to it", known[0]["condition"], market.condition_id)
        await teller.do("get_market by id", client.get_market(id=market.id))
        await teller.do("get_market_tags", client.get_market_tags(market.id))
    event = await teller.do("get_event", client.get_event(id="2"))
    if event is not None:
        await teller.do("get_event by slug", client.get_event(slug=event.slug))
        await teller.do("get_event_tags", client.get_event_tags(event.id))
    for series in (found["list_series"] or ())[:1]:
        await teller.do("get_series", client.get_series(series.id))
    for tag in (found["list_tags"] or ())[:1]:
        await teller.do("get_tag", client.get_tag(slug=tag.slug))
    for comment in (found["list_comments"] or ())[:1]:
        await teller.do("get_comment_thread", client.get_comment_thread(comment.id))
        theirs = client.list_comments_by_user_address(address=comment.user_address)
        await teller.do("list_comments_by_user_address", pages(theirs))
    await teller.do("get_sports", client.get_sports())
    await teller.do("get_public_profile", client.get_public_profile(teller.task["wallet"]))


async def _data(teller: Teller, client: Any) -> None:
    """Read what people did."""
    user, known = teller.task["wallet"], teller.task["markets"]
    conditions = [market["condition"] for market in known]
    lists = {
        "list_trades": client.list_trades(page_size=7),
        "list_trades of a user": client.list_trades(user=user, taker_only=False),
        "list_activity": client.list_activity(user=user),
        "list_positions": client.list_positions(user=user),
        "list_market_holders": client.list_market_holders(condition_ids=conditions[:1]),
        "list_price_history": client.list_price_history(
            asset_id=known[0]["tokens"][0], interval="1d"
        ),
        "list_trader_leaderboard": client.list_trader_leaderboard(),
        "list_biggest_winners": client.list_biggest_winners(),
    }
    for name, each in lists.items():
        await teller.do(name, pages(each))
    for name in ("get_portfolio_value", "get_user_stats", "get_user_pnl", "get_user_volume"):
        await teller.do(name, getattr(client, name)(user=user))
    standing = client.get_trader_leaderboard_standing(user=user)
    await teller.do("get_trader_leaderboard_standing", standing)
    closed = teller.task["closed"]
    await teller.do("get_resolutions", client.get_resolutions(condition_ids=closed))
    tokens = known[0]["tokens"]
    await teller.do("get_token_references", client.get_token_references(asset_ids=tokens))
    await teller.do("get_open_interests", client.get_open_interests(condition_ids=conditions))
    await teller.do("get_event_live_volume", client.get_event_live_volume(event_ids=1))


if __name__ == "__main__":
    asyncio.run(main())
