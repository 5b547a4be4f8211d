"""VWAP: what a budget really costs, and what a sale really brings, beyond the best price."""

from start import run

from pr3dict import Market, OrderBookManager

BUDGETS = (10, 100, 1_000, 10_000)


async def compare(market: Market, seconds: float) -> None:
    """Print the average price of each budget and its distance from the mid price, once."""
    del seconds  # one look is enough
    async with OrderBookManager(market.token_ids) as manager:
        for outcome in market.outcomes:
            book = manager.get_orderbook(outcome.token_id)
            if book is None or book.mid_price is None:
                print(f"{outcome.label}: no book")
                continue
            print(f"{outcome.label}: mid {book.mid_price}, {book.trust()}")
            for budget in BUDGETS:
                for side in ("BUY", "SELL"):
                    price = manager.calculate_vwap(outcome.token_id, side, depth_usdc=budget)
                    if price is None:
                        print(f"  {side:4} ${budget:>6,}: the book is too thin")
                        continue
                    away = abs(price - book.mid_price) / book.mid_price
                    print(f"  {side:4} ${budget:>6,}: {price:.4f}, {away:.2%} from mid")


if __name__ == "__main__":
    run(compare)
