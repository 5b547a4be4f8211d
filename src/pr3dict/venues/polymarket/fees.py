"""What a trade costs besides its price, protocol section 4.6.

The operator sets the fee at the match; no order carries it. Only takers pay. The fee is symmetric
in p and 1 - p, so buying both outcomes costs two equal ones.

Published: five decimals, the smallest fee 0.00001 pUSD, less is none. How a half is rounded is
not: up here, which never promises too little (nautilus_trader of autumn 2026 rounds down).
"""

from collections.abc import Mapping
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, localcontext
from typing import ClassVar, Final

from pr3dict.model.units import MICROS, Money, Price, Size
from pr3dict.venues.polymarket.answers import Row, row

FEE_STEP: Final = 10
"""Five decimals, in micros."""
_DIGITS: Final = 80
"""Enough for the product of a size, a rate and a power of a price without rounding."""
_EXPONENT_MAX: Final = 4
"""No market has had more than 2."""


class FeeSchedule(Row, frozen=True, kw_only=True):
    """How the fee of a market is reckoned: shares x rate x (price x (1 - price)) ^ exponent.

    Read from `fd` of `/clob-markets/{id}` (`r`, `e`, `to`), `feeSchedule` of Gamma and
    `fee_schedule` of `new_market`. Raises `ValueError` for numbers that are no fee.
    """

    WIRE: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "rate": ("r",),
        "exponent": ("e",),
        "taker_only": ("to",),
    }
    rate: Decimal
    exponent: Decimal = Decimal(1)
    taker_only: bool = True
    rebate_rate: Decimal = Decimal(0)
    """The part of it that makers get back; a matter between the venue and them."""

    def __post_init__(self) -> None:
        if not 0 <= self.rate <= 1:
            raise ValueError(f"wanted a fee rate from 0 to 1, found {self.rate}")
        if not 0 <= self.exponent <= _EXPONENT_MAX:
            raise ValueError(f"wanted an exponent from 0 to {_EXPONENT_MAX}, found {self.exponent}")

    def fee(self, price: Price, size: Size) -> Money:
        """Return what a taker pays for a fill, in micros.

        >>> FeeSchedule(rate=Decimal("0.07")).fee(Price(500_000), Size(100_000_000))
        1750000
        """
        with localcontext(Context(prec=_DIGITS)):
            exact = size * self.effective_rate(price) / FEE_STEP
            return Money(int(exact.to_integral_value(ROUND_HALF_UP)) * FEE_STEP)

    def effective_rate(self, price: Price) -> Decimal:
        """Return the fee in dollars per share.

        >>> f"{FeeSchedule(rate=Decimal('0.07')).effective_rate(Price(500_000)):.4f}"
        '0.0175'
        """
        with localcontext(Context(prec=_DIGITS)):
            spread = Decimal(price * (MICROS - price)).scaleb(-12)
            return self.rate * spread**self.exponent


FREE: Final = FeeSchedule(rate=Decimal(0))


def schedule(found: object, *, enabled: bool = True) -> FeeSchedule:
    """Return the schedule that a member holds; `FREE` where there is none, or fees are off.

    `enabled` is Gamma's `feesEnabled`. Raises `ValueError` for what is no schedule.

    >>> schedule({"r": Decimal("0.07"), "e": 1, "to": True}).rate, schedule(None) is FREE
    (Decimal('0.07'), True)
    """
    return row(FeeSchedule, found) if enabled and found is not None else FREE


def affordable(
    amount: Money,
    price: Price,
    fees: FeeSchedule,
    *,
    max_spend: Money,
    builder_rate: Decimal = Decimal(0),
) -> Money:
    """Return how many dollars of a market BUY are spent on shares, so that all of it fits.

    `amount` where it costs at most `max_spend` with the fees, else the largest that does: that
    divided by 1 + fee per dollar, as the SDK does (V2PY takes the fee of all of `max_spend` off,
    which is less). `builder_rate` is the builder's fee per dollar.

    >>> crypto = FeeSchedule(rate=Decimal("0.07"))
    >>> affordable(Money(100 * MICROS), Price(500_000), crypto, max_spend=Money(100 * MICROS))
    96618357
    """
    with localcontext(Context(prec=_DIGITS)):
        cost = 1 + fees.effective_rate(price) * MICROS / price + builder_rate
        if amount * cost < max_spend:
            return amount
        return Money(int((max_spend / cost).to_integral_value(ROUND_FLOOR)))
