"""The people of the simulated venue: generated traders, the same at every venue."""

from functools import lru_cache
from random import Random
from typing import Final, NamedTuple

TRADERS: Final = 64
"""So many there are."""
FIRST: Final = ("Quiet", "Lucky", "Brave", "Early", "Patient", "Golden", "Hidden", "Steady")
SECOND: Final = ("Otter", "Falcon", "Walnut", "Harbor", "Comet", "Badger", "Lantern", "Maple")


class Trader(NamedTuple):
    """Somebody with a wallet."""

    wallet: str
    """`0x` and 40 lower-case hex digits."""
    name: str
    pseudonym: str


@lru_cache(maxsize=1)
def traders() -> tuple[Trader, ...]:
    """Return everybody, in an order that never changes."""
    rng = Random("traders")  # noqa: S311 - they must be the same again
    return tuple(
        Trader(
            f"0x{rng.getrandbits(160):040x}",
            f"{first.lower()}{second.lower()}{number}",
            f"{first}-{second}",
        )
        for number, (first, second) in enumerate(
            (first, second) for first in FIRST for second in SECOND
        )
    )[:TRADERS]


def parties_of(transaction: str) -> tuple[Trader, Trader]:
    """Return who took and who made in a transaction: two traders, always the same for it."""
    drawn = int(transaction, 16)
    taker = drawn % TRADERS
    maker = (taker + 1 + drawn // TRADERS % (TRADERS - 1)) % TRADERS
    return traders()[taker], traders()[maker]


def trader_of(wallet: str) -> Trader | None:
    """Return the trader with a wallet, however it is written."""
    return next((each for each in traders() if each.wallet == wallet.lower()), None)


def account_of(wallet: str) -> Trader:
    """Return an account of the venue as a trader: it has a wallet, and no name but that."""
    return trader_of(wallet) or Trader(wallet.lower(), wallet.lower(), "Account")
