"""The shortcut for 97 frames of 100: a `price_change` exactly as the venue sends it today.

It takes a frame only where nothing needs judgement: the members that we read and no other, all
of their types, all numbers canonical and in range. So nothing is skipped unread, and what it
takes `wire.read` would read alike. Anything else is None, and judged there.
"""

from typing import Final, Literal

import msgspec

from pr3dict.core.reference.decimal_text import MS_MAX, REMEMBERED, parse_micros
from pr3dict.core.reference.entries import Change, Entry
from pr3dict.model.units import MICROS


class _PlainChange(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    asset_id: str
    price: str
    size: str
    side: Literal["BUY", "SELL"]
    hash: str
    best_bid: str
    best_ask: str


class _PlainFrame(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    market: str
    price_changes: list[_PlainChange]
    timestamp: str
    event_type: Literal["price_change"]


class _Sizes(dict[str, int]):
    """Micros by canonical text; learns a text when it is first asked for."""

    def __missing__(self, text: str) -> int:
        number = parse_micros(text)
        if number is None or not number[1]:
            raise ValueError(text)
        if len(self) >= REMEMBERED:
            self.clear()
        self[text] = number[0]
        return number[0]


class _Prices(_Sizes):
    """The same for prices of levels."""

    def __missing__(self, text: str) -> int:
        price = super().__missing__(text)
        if not 0 < price < MICROS:
            del self[text]
            raise ValueError(text)
        return price


_decode: Final = msgspec.json.Decoder(_PlainFrame).decode
_sizes: Final = _Sizes()
_prices: Final = _Prices()


def read(frame: bytes) -> list[Entry] | None:
    """Return the changes of a plain frame, None for any other."""
    try:
        message = _decode(frame)
        market, ms = message.market, int(message.timestamp)
        if not 0 <= ms <= MS_MAX or str(ms) != message.timestamp:
            return None
        return [
            Change(
                change.asset_id,
                market,
                ms,
                change.side == "BUY",
                _prices[change.price],
                _sizes[change.size],
                True,  # noqa: FBT003 - canonical
                change.hash,
                _prices[change.best_bid],
                _prices[change.best_ask],
            )
            for change in message.price_changes
        ]
    except (ValueError, RecursionError):  # msgspec's errors are ValueErrors
        return None
