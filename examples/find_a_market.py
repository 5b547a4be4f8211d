"""Find a market: from an address, a slug, an id or a few words to token ids, rules and fees."""

from start import run

from pr3dict import AsyncPolymarket, Market


async def show(market: Market, seconds: float) -> None:
    """Print a market, the names by which it can be had, and what is traded beside it."""
    del seconds  # one look is enough
    print(market.url)
    print(f"condition id {market.condition_id}, id {market.id}")
    for outcome in market.outcomes:
        print(f"  {outcome.label:4} at {outcome.price}: token {outcome.token_id}")
    print(f"tick {market.tick_size}, at least {market.min_order_size} shares an order")
    fees = market.fees
    if fees is None:
        print("nobody says what a taker pays")
    elif not fees.rate:
        print("a taker pays no fee")
    else:
        print(f"a taker pays {fees.rate} x (price x (1 - price)) ^ {fees.exponent} a share")

    async with AsyncPolymarket() as polymarket:
        names = [market.url, market.slug, market.condition_id, *market.token_ids, market.id]
        for name in names:
            assert market.condition_id == (await polymarket.market(name)).condition_id
        print(f"{len(names)} names lead to it")
        words = " ".join([word for word in market.question.split() if len(word) > len("with")][:2])
        for found in await polymarket.markets(words):
            print(f"{words!r} finds: {found.question}")


if __name__ == "__main__":
    run(show)
