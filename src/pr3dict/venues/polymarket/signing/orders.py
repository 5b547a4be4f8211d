"""Orders: built, signed and written as the official client sends them, protocol section 5.3.

Pure: salt and time come in. Nothing is sent here, and no limit but those of the venue is kept.
The id that the venue will give an order is the digest that is signed, so it is known beforehand.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Final, Literal, NamedTuple

import msgspec

from pr3dict.model.errors import OrderError
from pr3dict.model.units import Price, Size, to_text
from pr3dict.venues.polymarket import rules
from pr3dict.venues.polymarket.signing import amounts, eip712
from pr3dict.venues.polymarket.signing.amounts import Amounts, Side
from pr3dict.venues.polymarket.signing.auth import Wallet

OrderType = Literal["GTC", "GTD", "FOK", "FAK"]

NO_BYTES: Final = "0x" + "0" * 64
"""No metadata, no builder."""
NOBODY: Final = "0x" + "0" * 40
SALT_MAX: Final = (1 << 53) - 1
"""It is sent as a number, and above this one a reader in JavaScript sees another one."""
GTD_LEAST_MS: Final = 180_000
"""How far ahead an expiration must lie (SDK, 2026-10-21); the venue acts on it a minute early."""
ORDERS_PER_POST: Final = 15

_ORDER_V1: Final = (
    "Order(uint256 salt,address maker,address signer,address taker,uint256 tokenId,"
    "uint256 makerAmount,uint256 takerAmount,uint256 expiration,uint256 nonce,uint256 feeRateBps,"
    "uint8 side,uint8 signatureType)"
)
_ORDER: Final = (
    "Order(uint256 salt,address maker,address signer,uint256 tokenId,uint256 makerAmount,"
    "uint256 takerAmount,uint8 side,uint8 signatureType,uint256 timestamp,bytes32 metadata,"
    "bytes32 builder)"
)
_TYPED_DATA_SIGN: Final = (
    "TypedDataSign(Order contents,string name,string version,uint256 chainId,"
    "address verifyingContract,bytes32 salt)" + _ORDER
)


class SignatureType(IntEnum):
    """Whose funds an order spends, and how its signature is checked."""

    EOA = 0
    """The wallet's own."""
    POLY_PROXY = 1
    """Those of a proxy that the site made for a login by e-mail."""
    POLY_GNOSIS_SAFE = 2
    """Those of a Safe that the site made for a browser's wallet."""
    POLY_1271 = 3
    """Those of a deposit wallet, which checks the signature itself (ERC-1271, ERC-7739)."""


class Party(NamedTuple):
    """Who an order names: whose funds, whose signature, and how that is checked."""

    maker: str
    signer: str
    signature_type: SignatureType


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order as it is signed since V2; amounts in micros, `timestamp` in milliseconds."""

    salt: int
    maker: str
    signer: str
    token_id: str
    maker_amount: int
    taker_amount: int
    side: Side
    signature_type: int
    timestamp: int
    metadata: str = NO_BYTES
    builder: str = NO_BYTES
    expiration: int = 0
    """In seconds, 0: never. It is sent along and not signed."""


class OrderV1(msgspec.Struct, frozen=True, kw_only=True):
    """An order as it was until 2026-04-28; the venue refuses it since."""

    salt: int
    maker: str
    signer: str
    taker: str = NOBODY
    token_id: str
    maker_amount: int
    taker_amount: int
    expiration: int = 0
    nonce: int = 0
    fee_rate_bps: int = 0
    side: Side
    signature_type: int


class SignedOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order, the id that the venue will give it, and its signature (`0x`, base 16)."""

    order: Order
    id: str
    signature: str


def party(
    signer: str, funder: str = "", signature_type: SignatureType = SignatureType.EOA
) -> Party:
    """Return who an order names, for a wallet's address and that of the funds if they differ.

    Raises `OrderError` where the two do not fit the way of signing.
    """
    if signature_type == SignatureType.EOA:
        if funder and funder.lower() != signer.lower():
            raise OrderError(
                f"an EOA spends its own funds, found {funder} for those of {signer}: name the"
                " signature type of the wallet that holds them"
            )
        return Party(signer, signer, signature_type)
    if not funder:
        raise OrderError(
            f"{signature_type.name} spends the funds of another address than {signer}: name it as"
            " the funder; the site shows it as the address to deposit to"
        )
    # A deposit wallet checks signatures itself, so it is the one that is asked.
    itself = signature_type == SignatureType.POLY_1271
    return Party(funder, funder if itself else signer, signature_type)


def limit_order(
    of: Party,
    *,
    token_id: str,
    side: Side,
    price: Price,
    size: Size,
    tick: Price,
    salt: int,
    timestamp: int,
    expiration: int = 0,
    builder: str = NO_BYTES,
) -> Order:
    """Return an order that rests at its price: GTC, or GTD with an expiration in seconds.

    `timestamp` is the wall time in milliseconds. Raises `OrderError`.
    """
    if expiration and expiration * 1000 < timestamp + GTD_LEAST_MS:
        raise OrderError(
            f"wanted an expiration at least {GTD_LEAST_MS // 1000} s ahead, found"
            f" {expiration - timestamp // 1000} s: the venue would refuse it"
        )
    found = amounts.limit_amounts(side, price, size, tick)
    made = _order(
        of,
        found,
        token_id=token_id,
        side=side,
        salt=salt,
        timestamp=timestamp,
        builder=builder,
    )
    return msgspec.structs.replace(made, expiration=expiration)


def market_order(
    of: Party,
    *,
    token_id: str,
    side: Side,
    price: Price,
    amount: int,
    tick: Price,
    salt: int,
    timestamp: int,
    builder: str = NO_BYTES,
) -> Order:
    """Return an order for at once, FOK or FAK, that goes no further than `price`.

    `amount` is dollars for a BUY and shares for a SELL, in micros. Raises `OrderError`, also where
    the amount is so small that its rounding would let the order trade beyond its price.
    """
    found = amounts.market_amounts(side, price, amount, tick)
    if not amounts.keeps_limit(side, price, found):
        raise OrderError(
            f"{to_text(amount)} is too little to {side} at no worse than {to_text(price)}: its"
            " rounding would move the price; wanted a larger amount"
        )
    return _order(
        of,
        found,
        token_id=token_id,
        side=side,
        salt=salt,
        timestamp=timestamp,
        builder=builder,
    )


def sign_order(order: Order, at: eip712.Domain, wallet: Wallet) -> SignedOrder:
    """Return the order with its id and the signature of the wallet.

    Raises `OrderError` where it cannot be signed, or the venue would not take it for the wallet's.
    """
    _belongs(order, at, wallet)
    contents = _struct_hash(order)
    digest = eip712.digest(at, contents)
    if order.signature_type == SignatureType.POLY_1271:
        signature = _wrapped(order, at, contents, wallet)
    else:
        signature = wallet.sign(digest)
    return SignedOrder(order=order, id="0x" + digest.hex(), signature="0x" + signature.hex())


def sign_order_v1(order: OrderV1, at: eip712.Domain, wallet: Wallet) -> tuple[str, str]:
    """Return id and signature of an order of before 2026-04-28; raises `OrderError`."""
    digest = eip712.digest(at, _struct_hash_v1(order))
    return "0x" + digest.hex(), "0x" + wallet.sign(digest).hex()


def post_body(
    signed: SignedOrder,
    *,
    owner: str,
    order_type: OrderType,
    post_only: bool = False,
    defer_exec: bool = False,
) -> bytes:
    """Return the body of POST /order, byte for byte as the official client writes it.

    `owner` is the API key. Raises `OrderError` where the type does not fit the order.
    """
    return msgspec.json.encode(
        payload(
            signed, owner=owner, order_type=order_type, post_only=post_only, defer_exec=defer_exec
        )
    )


def payload(
    signed: SignedOrder,
    *,
    owner: str,
    order_type: OrderType,
    post_only: bool = False,
    defer_exec: bool = False,
) -> dict[str, object]:
    """Return what `post_body` writes: an element of POST /orders."""
    order = signed.order
    if post_only and order_type not in ("GTC", "GTD"):
        raise OrderError(f"only GTC and GTD can be post-only, found {order_type}")
    if (order_type == "GTD") != bool(order.expiration):
        raise OrderError(
            f"wanted an expiration for GTD and none for others, found {order.expiration}"
            f" for {order_type}"
        )
    members: dict[str, object] = {
        "deferExec": defer_exec,
        "order": {
            "builder": order.builder,
            "expiration": str(order.expiration),
            "maker": order.maker,
            "makerAmount": str(order.maker_amount),
            "metadata": order.metadata,
            "salt": order.salt,
            "side": order.side,
            "signature": signed.signature,
            "signatureType": int(order.signature_type),
            "signer": order.signer,
            "takerAmount": str(order.taker_amount),
            "timestamp": str(order.timestamp),
            "tokenId": order.token_id,
        },
        "orderType": order_type,
        "owner": owner,
    }
    return members | {"postOnly": True} if post_only else members


def _order(
    of: Party, found: Amounts, *, token_id: str, side: Side, salt: int, timestamp: int, builder: str
) -> Order:
    if not 0 <= salt <= SALT_MAX:
        raise OrderError(f"wanted a salt from 0 to {SALT_MAX}, found {salt}")
    return Order(
        salt=salt,
        maker=of.maker,
        signer=of.signer,
        token_id=rules.token_id(token_id),
        maker_amount=found.maker,
        taker_amount=found.taker,
        side=side,
        signature_type=of.signature_type,
        timestamp=timestamp,
        builder=builder,
    )


def _side(side: Side) -> bytes:
    return eip712.uint(("BUY", "SELL").index(side), bits=8)


def _struct_hash(order: Order) -> bytes:
    with _refusing():
        return eip712.struct_hash(
            _ORDER,
            eip712.uint(order.salt),
            eip712.address(order.maker),
            eip712.address(order.signer),
            eip712.uint(int(order.token_id)),
            eip712.uint(order.maker_amount),
            eip712.uint(order.taker_amount),
            _side(order.side),
            eip712.uint(order.signature_type, bits=8),
            eip712.uint(order.timestamp),
            eip712.bytes32(order.metadata),
            eip712.bytes32(order.builder),
        )


def _struct_hash_v1(order: OrderV1) -> bytes:
    with _refusing():
        return eip712.struct_hash(
            _ORDER_V1,
            eip712.uint(order.salt),
            eip712.address(order.maker),
            eip712.address(order.signer),
            eip712.address(order.taker),
            eip712.uint(int(order.token_id)),
            eip712.uint(order.maker_amount),
            eip712.uint(order.taker_amount),
            eip712.uint(order.expiration),
            eip712.uint(order.nonce),
            eip712.uint(order.fee_rate_bps),
            _side(order.side),
            eip712.uint(order.signature_type, bits=8),
        )


def _wrapped(order: Order, at: eip712.Domain, contents: bytes, wallet: Wallet) -> bytes:
    """Return the signature for a deposit wallet: signed as data of it, with all it was made of.

    ERC-7739, "TypedDataSign": signature, domain, contents, their type, and the length of that.
    """
    nested = eip712.struct_hash(
        _TYPED_DATA_SIGN,
        contents,
        eip712.string("DepositWallet"),
        eip712.string("1"),
        eip712.uint(at.chain_id),
        eip712.address(order.signer),
        eip712.bytes32(NO_BYTES),
    )
    signature = wallet.sign(eip712.digest(at, nested))
    kind = _ORDER.encode()
    return signature + eip712.separator(at) + contents + kind + len(kind).to_bytes(2, "big")


def _belongs(order: Order, at: eip712.Domain, wallet: Wallet) -> None:
    if at.chain_id != wallet.chain_id:
        raise OrderError(f"the wallet signs on chain {wallet.chain_id}, not on {at.chain_id}")
    named, itself = order.signer, order.signature_type == SignatureType.POLY_1271
    if not itself and named.lower() != wallet.address.lower():
        raise OrderError(f"the order is to be signed by {named}, the wallet is {wallet.address}")


@contextmanager
def _refusing() -> Iterator[None]:
    """Let what does not fit the type of a member be an error of the order."""
    try:
        yield
    except ValueError as wrong:
        raise OrderError(f"this order cannot be signed: {wrong}") from wrong
