"""Who signed what, checked as the venue checks it: HMAC of requests, EIP-712 of wallets and orders.

Written from the protocol, section 5, and sharing nothing with the code that signs. Elliptic curves
and Keccak come from the extra `trade`, and are asked for only when a signature is checked.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from pr3dict.model.errors import MissingExtra

POLYGON: Final = 137
WORD: Final = 32
SIGNATURE_BYTES: Final = 65
ADDRESS_BYTES: Final = 20
FIRST_V: Final = 27
"""What Ethereum adds to the recovery id, for reasons of its own."""

ATTESTATION: Final = "This message attests that I control the given wallet"
ORDER_TYPE: Final = (
    b"Order(uint256 salt,address maker,address signer,uint256 tokenId,uint256 makerAmount,"
    b"uint256 takerAmount,uint8 side,uint8 signatureType,uint256 timestamp,bytes32 metadata,"
    b"bytes32 builder)"
)
WRAPPED_TYPE: Final = (
    b"TypedDataSign(Order contents,string name,string version,uint256 chainId,"
    b"address verifyingContract,bytes32 salt)" + ORDER_TYPE
)
DOMAIN_TYPE: Final = (
    b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
)
EXCHANGE_NAME: Final = b"Polymarket CTF Exchange"
EXCHANGE: Final = "0xE111180000d2663C0091e4f400237545B87B996B"
NEG_RISK_EXCHANGE: Final = "0xe2222d279d744050d28e00520010520000310F59"
EXCHANGES_V3: Final = {
    POLYGON: "0xe3333700cA9d93003F00f0F71f8515005F6c00Aa",
    80002: "0x9fE6e61422AdB6F610d8597F9684b16912D50C3D",
}
POSITION_GAP: Final = ((1 << 64) - 1) << 40
"""The bits that are all zero in a position id of Protocol V2 (protocol, section 0)."""

EOA: Final = 0
POLY_1271: Final = 3


class SignedOrder(NamedTuple):
    """What an order signs, in the order in which it signs it; integers in millionths."""

    salt: int
    maker: str
    signer: str
    token: int
    maker_amount: int
    taker_amount: int
    side: int
    """0 BUY, 1 SELL."""
    signature_type: int
    timestamp: int
    metadata: bytes
    builder: bytes


class Domain(NamedTuple):
    """For which contract an order is signed."""

    version: str
    chain: int
    contract: str


def domain_of(token: int, *, neg_risk: bool, chain: int = POLYGON) -> Domain:
    """Return the domain in which orders for a token are signed (protocol, section 5.3)."""
    if not token & POSITION_GAP:
        return Domain("3", chain, EXCHANGES_V3[chain])
    return Domain("2", chain, NEG_RISK_EXCHANGE if neg_risk else EXCHANGE)


def hmac_of(secret: str, timestamp: str, method: str, path: str, body: bytes) -> str:
    """Return what an L2 request must be signed with; the path comes without its query.

    Raises `ValueError` where the secret is no base64 for URLs.
    """
    key = base64.urlsafe_b64decode(secret)
    message = f"{timestamp}{method}{path}".encode() + body
    return base64.urlsafe_b64encode(hmac.digest(key, message, hashlib.sha256)).decode()


def auth_digest(address: str, timestamp: str, nonce: int, chain: int = POLYGON) -> bytes:
    """Return the 32 bytes that a wallet signs to ask for an API key (L1).

    Raises `ValueError` where the address is none.
    """
    domain = _keccak(
        _keccak(b"EIP712Domain(string name,string version,uint256 chainId)")
        + _keccak(b"ClobAuthDomain")
        + _keccak(b"1")
        + _word(chain)
    )
    struct = _keccak(
        _keccak(b"ClobAuth(address address,string timestamp,uint256 nonce,string message)")
        + _address(address)
        + _keccak(timestamp.encode())
        + _word(nonce)
        + _keccak(ATTESTATION.encode())
    )
    return _typed(domain, struct)


def order_id(order: SignedOrder, domain: Domain) -> str:
    """Return the digest of an order, `0x` and 64 hex digits: what it signs, and its id."""
    return "0x" + _typed(_domain(domain), _contents(order)).hex()


def order_signer(order: SignedOrder, domain: Domain, signature: str) -> str | None:
    """Return the wallet that signed an order, lower case; None where the signature is none.

    A deposit wallet (POLY_1271) signs in the envelope of ERC-7739, whose parts must be those of
    this order; the wallet behind it is returned.
    """
    try:
        data = bytes.fromhex(signature.removeprefix("0x"))
        if order.signature_type != POLY_1271:
            return recovered(_typed(_domain(domain), _contents(order)), data)
        tail = _domain(domain) + _contents(order) + ORDER_TYPE + len(ORDER_TYPE).to_bytes(2, "big")
        if data[SIGNATURE_BYTES:] != tail:
            return None
        envelope = _keccak(
            _keccak(WRAPPED_TYPE)
            + _contents(order)
            + _keccak(b"DepositWallet")
            + _keccak(b"1")
            + _word(domain.chain)
            + _address(order.maker)
            + bytes(WORD)
        )
        return recovered(_typed(_domain(domain), envelope), data[:SIGNATURE_BYTES])
    except (ValueError, OverflowError):
        return None


def recovered(digest: bytes, signature: bytes) -> str | None:
    """Return the address whose key made a signature of 65 bytes, lower case; None for no such."""
    try:
        from coincurve import PublicKey  # noqa: PLC0415 - an extra
    except ImportError as absent:
        raise MissingExtra("coincurve", "trade") from absent
    if len(signature) != SIGNATURE_BYTES or signature[-1] - FIRST_V not in {0, 1}:
        return None
    plain = signature[:-1] + bytes([signature[-1] - FIRST_V])
    try:
        key = PublicKey.from_signature_and_message(plain, digest, hasher=None)
    except (ValueError, RuntimeError):  # coincurve: no point of the curve has this signature.
        return None
    except Exception as error:
        if type(error) is Exception:  # What coincurve raises where recovery fails.
            return None
        raise
    return "0x" + _keccak(key.format(compressed=False)[1:])[-ADDRESS_BYTES:].hex()


def auth_signer(address: str, timestamp: str, nonce: str, signature: str, chain: int) -> str | None:
    """Return the wallet that signed an L1 request, lower case; None where there is none."""
    try:
        digest = auth_digest(address, timestamp, int(nonce), chain)
        return recovered(digest, bytes.fromhex(signature.removeprefix("0x")))
    except (ValueError, OverflowError):
        return None


def same_hmac(expected: str, told: str) -> bool:
    """Compare in constant time, as the venue surely does."""
    try:
        return hmac.compare_digest(expected.encode(), told.encode())
    except (UnicodeError, binascii.Error):
        return False


def _contents(order: SignedOrder) -> bytes:
    return _keccak(
        _keccak(ORDER_TYPE)
        + _word(order.salt)
        + _address(order.maker)
        + _address(order.signer)
        + _word(order.token)
        + _word(order.maker_amount)
        + _word(order.taker_amount)
        + _word(order.side)
        + _word(order.signature_type)
        + _word(order.timestamp)
        + order.metadata
        + order.builder
    )


def _domain(domain: Domain) -> bytes:
    return _keccak(
        _keccak(DOMAIN_TYPE)
        + _keccak(EXCHANGE_NAME)
        + _keccak(domain.version.encode())
        + _word(domain.chain)
        + _address(domain.contract)
    )


def _typed(domain: bytes, struct: bytes) -> bytes:
    return _keccak(b"\x19\x01" + domain + struct)


def _word(number: int) -> bytes:
    return number.to_bytes(WORD, "big")


def _address(text: str) -> bytes:
    data = bytes.fromhex(text.removeprefix("0x"))
    if len(data) != ADDRESS_BYTES:
        raise ValueError(f"address: wanted 20 bytes, found {text!r}")
    return data.rjust(WORD, b"\0")


def _keccak(data: bytes) -> bytes:
    digest: bytes = _hasher()(data).digest()
    return digest


def _hasher() -> Callable[[bytes], Any]:
    try:
        from sha3 import keccak_256  # noqa: PLC0415 - an extra
    except ImportError as absent:
        raise MissingExtra("safe-pysha3", "trade") from absent
    hasher: Callable[[bytes], Any] = keccak_256
    return hasher
