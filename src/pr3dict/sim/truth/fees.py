"""What a taker pays besides the price (protocol, section 4.6); makers pay nothing.

shares x rate x p(1 - p), rounded half up to five decimals. The venue does not publish how it
rounds; the rate is that which `/clob-markets` tells of the market.
"""

from fractions import Fraction
from typing import Final

from pr3dict.sim.truth.hash import MICROS
from pr3dict.sim.truth.names import CATEGORIES
from pr3dict.sim.truth.venue import Venue

GRAIN: Final = 10
"""The smallest fee, 0.00001 of a dollar, in micros."""


def taker_fee(rate: str, price: int, size: int) -> int:
    """Return the fee in micros for a size at a price, both in micros.

    >>> taker_fee("0.07", 500_000, 100_000_000)
    1750000
    """
    exact = Fraction(rate) * size * price * (MICROS - price) / MICROS**2
    return int(exact / GRAIN + Fraction(1, 2)) * GRAIN


def rate_of(venue: Venue, condition: str) -> str:
    """Return the rate of a market, `"0"` where nobody pays."""
    listing = venue.listing_of(condition)
    return CATEGORIES[listing.name.event.category].rate if listing else "0"
