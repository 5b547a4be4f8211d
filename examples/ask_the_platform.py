"""The platform: one object that answers, by the stream while it is up, by REST while not."""

from start import run

from pr3dict import Market, PolymarketPlatform


async def ask(market: Market, seconds: float) -> None:
    """Ask for the same book by REST alone and by the stream, and say who answered."""
    del seconds  # two answers are enough
    token = market.token_ids[0]
    for use_websocket in (False, True):
        async with PolymarketPlatform(use_websocket) as platform:
            book = await platform.get_orderbook(token)
            if book is None:
                print("the venue has no book")
                return
            print(f"by {book.source.name}: {book.best_bid} / {book.best_ask}, {book.trust()}")
            print(f"  $250 buy at {platform.calculate_vwap(token, 'BUY', depth_usdc=250)}")
            metrics = platform.get_orderbook_metrics(token)
            if metrics is not None:
                print(f"  spread {metrics['spread_bps']:.0f} bps, a figure of the stream alone")
            stats = platform.get_websocket_stats()
            if stats is not None:
                print(f"  connected: {stats['connected']}, tokens: {stats['subscribed_assets']}")


if __name__ == "__main__":
    run(ask)
