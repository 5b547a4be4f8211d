"""What the venue says of an account besides its orders and trades: balances, news, receipts."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar, Final

import msgspec

from pr3dict.venues.polymarket.answers import Row


class Balance(msgspec.Struct, frozen=True):
    """What an account has of one thing, in micros, and how much of it each contract may take.

    `allowances` are by the contract's address; `""` where an older answer names none.
    """

    balance: int
    allowances: dict[str, int]


class Notification(msgspec.Struct, frozen=True):
    """One piece of news; `payload` is as the venue sends it, and depends on the type.

    `type` is 1 order cancelled, 2 filled, 3 market new, 4 resolved, 5 reward, 6 comment answered,
    7 yield, 8 fill failed, 9 and 10 redeemed, 11 tier upgraded (SDK, 2026-10-21).
    """

    id: int | str
    type: int
    owner: str = ""
    timestamp: int | str | None = None
    """As the venue sends it: seconds, milliseconds or ISO 8601."""
    payload: dict[str, Any] | None = None


class OrderReceipt(Row, frozen=True, kw_only=True):
    """What the venue says of an order that was sent. `accepted` is what counts."""

    WIRE: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "order_id": ("orderID",),
        "error": ("errorMsg", "error_msg", "error"),
        "trade_ids": ("tradeIDs",),
        "transaction_hashes": ("transactionsHashes",),
    }
    success: bool = False
    order_id: str = ""
    status: str = ""
    """live, matched, delayed or unmatched."""
    error: str = ""
    """In the venue's words; a rejected one of several may still say `success`."""
    making_amount: Decimal | None = None
    """What was given at once, as the venue writes it; None while the order only rests."""
    taking_amount: Decimal | None = None
    trade_ids: tuple[str, ...] = ()
    transaction_hashes: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether the order is the venue's now: it says so, names it, and complains of nothing."""
        return self.success and bool(self.order_id) and not self.error


class CancelReceipt(msgspec.Struct, frozen=True):
    """Which orders were cancelled, and why others were not, by their ids."""

    canceled: tuple[str, ...]
    not_canceled: dict[str, str]


def canceled_of(body: bytes) -> CancelReceipt:
    """Read an answer to a cancel; raises `msgspec.MsgspecError`."""
    found = _canceled.decode(body)
    return CancelReceipt(found.canceled or (), found.not_canceled or {})


def balance_of(body: bytes) -> Balance:
    """Read an answer of `/balance-allowance`; raises `ValueError` or `msgspec.MsgspecError`."""
    found = _balance.decode(body)
    allowances = found.allowances or ({"": found.allowance} if found.allowance is not None else {})
    return Balance(
        _whole(found.balance), {spender: _whole(most) for spender, most in allowances.items()}
    )


class _Balance(msgspec.Struct):
    balance: int | str
    allowances: dict[str, int | str] | None = None
    allowance: int | str | None = None


class _Canceled(msgspec.Struct):
    canceled: tuple[str, ...] | None = None
    not_canceled: dict[str, str] | None = None


_canceled: Final = msgspec.json.Decoder(_Canceled)
_balance: Final = msgspec.json.Decoder(_Balance)


def _whole(found: int | str) -> int:
    # A point would make it dollars, a million times as much: nothing to guess at.
    if isinstance(found, int) or (found.isascii() and found.isdecimal()):
        return int(found)
    raise ValueError(f"wanted whole micros, found {found[:80]!r}")
