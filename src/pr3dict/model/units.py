"""Exact numbers with names.

Every price, size and amount of money is an integer in micros (millionths); time is an
integer of nanoseconds since the UNIX epoch. No float stands between the wire and the edge.
"""

from decimal import Decimal
from typing import Final, NewType

Price = NewType("Price", int)
"""Dollars per share in micros: 0.523 is 523_000."""

Size = NewType("Size", int)
"""Shares in micros: 12.5 shares are 12_500_000."""

Money = NewType("Money", int)
"""Dollars in micros."""

Nanos = NewType("Nanos", int)
"""Nanoseconds since the UNIX epoch, or a span of nanoseconds."""

MICROS: Final = 1_000_000
NS_PER_MS: Final = 1_000_000
NS_PER_S: Final = 1_000_000_000


def to_decimal(micros: int) -> Decimal:
    """Return the exact decimal of an integer in micros, without trailing zeros.

    >>> to_decimal(523_000)
    Decimal('0.523')
    >>> to_decimal(12_000_000)
    Decimal('12')
    """
    return Decimal(to_text(micros))


def to_text(micros: int) -> str:
    """Return the plain decimal text of an integer in micros, as the venues write it.

    >>> to_text(500_000), to_text(0), to_text(-1)
    ('0.5', '0', '-0.000001')
    """
    sign = "-" if micros < 0 else ""
    whole, rest = divmod(abs(micros), MICROS)
    if not rest:
        return f"{sign}{whole}"
    return f"{sign}{whole}.{rest:06d}".rstrip("0")


def to_micros(value: Decimal | float | str) -> int:
    """Return a user's number in micros, exactly.

    Raises `ValueError` when the number is not finite or has more than six decimals; a float is
    taken by its shortest text, so `0.1` means one tenth.

    >>> to_micros("0.523"), to_micros(100), to_micros(0.1)
    (523000, 100000000, 100000)
    """
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    if not number.is_finite():
        raise ValueError(f"wanted a finite number, found {value!r}")
    scaled = number.scaleb(6)
    if scaled != scaled.to_integral_value():
        raise ValueError(f"wanted at most six decimals, found {value!r}")
    return int(scaled)
