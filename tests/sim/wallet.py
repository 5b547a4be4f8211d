"""A wallet for the tests of the simulated venue: it signs by itself, with plain integers.

Elliptic curves are written out here (RFC 6979 nonces, low s), so that a test shares neither code
nor a library call with the venue that checks it; only Keccak comes from the same package.
"""

import base64
import hashlib
import hmac
import json
from functools import cache
from typing import Any

import pytest

P = 2**256 - 2**32 - 977
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
G = (
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
)
Point = tuple[int, int] | None

ORDER = (
    "Order(uint256 salt,address maker,address signer,uint256 tokenId,uint256 makerAmount,"
    "uint256 takerAmount,uint8 side,uint8 signatureType,uint256 timestamp,bytes32 metadata,"
    "bytes32 builder)"
)
EXCHANGE = "0xE111180000d2663C0091e4f400237545B87B996B"
NEG_RISK = "0xe2222d279d744050d28e00520010520000310F59"
ZERO = "0x" + "00" * 32


def keccak(data: bytes) -> bytes:
    sha3 = pytest.importorskip(
        "sha3", reason="ACCOUNTS ARE NOT TESTED: pip install 'pr3dict[trade]'"
    )
    digest: bytes = sha3.keccak_256(data).digest()
    return digest


def added(a: Point, b: Point) -> Point:
    if a is None or b is None:
        return a or b
    if a[0] == b[0] and (a[1] + b[1]) % P == 0:
        return None
    slope = (
        3 * a[0] * a[0] * pow(2 * a[1], -1, P)
        if a == b
        else (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    )
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


@cache
def doubles() -> list[Point]:
    """Return G, 2G, 4G, and so on."""
    found: list[Point] = [G]
    for _ in range(255):
        found.append(added(found[-1], found[-1]))
    return found


def times_g(k: int) -> Point:
    found: Point = None
    for bit, double in enumerate(doubles()):
        if k >> bit & 1:
            found = added(found, double)
    return found


def nonce(key: int, digest: bytes) -> int:
    """Return the nonce of RFC 6979 for SHA-256."""
    secret = key.to_bytes(32, "big") + (int.from_bytes(digest, "big") % N).to_bytes(32, "big")
    k, v = bytes(32), b"\x01" * 32
    for mark in (b"\x00", b"\x01"):
        k = hmac.digest(k, v + mark + secret, "sha256")
        v = hmac.digest(k, v, "sha256")
    return int.from_bytes(hmac.digest(k, v, "sha256"), "big")


def signed(key: int, digest: bytes) -> str:
    k = nonce(key, digest)
    point = times_g(k)
    assert point is not None
    r = point[0] % N
    s = pow(k, -1, N) * (int.from_bytes(digest, "big") + r * key) % N
    parity = point[1] & 1
    if s > N // 2:
        s, parity = N - s, 1 - parity
    return f"0x{r:064x}{s:064x}{27 + parity:02x}"


def word(value: int | str) -> bytes:
    if isinstance(value, str):
        return bytes.fromhex(value.removeprefix("0x")).rjust(32, b"\0")
    return value.to_bytes(32, "big")


def typed(domain: bytes, struct: bytes) -> bytes:
    return keccak(b"\x19\x01" + domain + struct)


class Wallet:
    """A private key, and the requests that it signs."""

    def __init__(self, key: str, creds: tuple[str, str, str] | None = None) -> None:
        self.key = int(key, 16)
        point = times_g(self.key)
        assert point is not None
        public = point[0].to_bytes(32, "big") + point[1].to_bytes(32, "big")
        self.address = "0x" + keccak(public)[-20:].hex()
        self.creds = creds

    def l1(self, timestamp: int, number: int = 0, chain: int = 137) -> dict[str, str]:
        """Return the headers that ask for an API key."""
        domain = keccak(
            keccak(b"EIP712Domain(string name,string version,uint256 chainId)")
            + keccak(b"ClobAuthDomain")
            + keccak(b"1")
            + word(chain)
        )
        struct = keccak(
            keccak(b"ClobAuth(address address,string timestamp,uint256 nonce,string message)")
            + word(self.address)
            + keccak(str(timestamp).encode())
            + word(number)
            + keccak(b"This message attests that I control the given wallet")
        )
        return {
            "POLY_ADDRESS": self.address,
            "POLY_SIGNATURE": signed(self.key, typed(domain, struct)),
            "POLY_TIMESTAMP": str(timestamp),
            "POLY_NONCE": str(number),
        }

    def l2(self, method: str, path: str, body: bytes = b"", timestamp: int = 1) -> dict[str, str]:
        """Return the headers of a signed request."""
        assert self.creds is not None
        key, secret, passphrase = self.creds
        message = f"{timestamp}{method}{path}".encode() + body
        digest = hmac.new(base64.urlsafe_b64decode(secret), message, hashlib.sha256).digest()
        return {
            "POLY_ADDRESS": self.address,
            "POLY_SIGNATURE": base64.urlsafe_b64encode(digest).decode(),
            "POLY_TIMESTAMP": str(timestamp),
            "POLY_API_KEY": key,
            "POLY_PASSPHRASE": passphrase,
        }

    def order(
        self,
        token: str,
        side: str,
        maker_amount: int,
        taker_amount: int,
        *,
        kind: str = "GTC",
        neg_risk: bool = False,
        salt: int = 1,
        expiration: int = 0,
        post_only: bool = False,
        **changes: Any,
    ) -> dict[str, Any]:
        """Return a body of POST /order; `changes` alter the order after it was signed."""
        fields = {
            "salt": salt,
            "maker": self.address,
            "signer": self.address,
            "tokenId": token,
            "makerAmount": str(maker_amount),
            "takerAmount": str(taker_amount),
            "side": side,
            "signatureType": 0,
            "timestamp": "1795251295896",
            "metadata": ZERO,
            "builder": ZERO,
        }
        digest = order_digest(fields, NEG_RISK if neg_risk else EXCHANGE)
        order = {**fields, "expiration": str(expiration), "signature": signed(self.key, digest)}
        assert self.creds is not None
        return {
            "deferExec": False,
            "order": {**order, **changes},
            "orderType": kind,
            "owner": self.creds[0],
            "postOnly": post_only,
        }


def order_digest(fields: dict[str, Any], contract: str) -> bytes:
    domain = keccak(
        keccak(
            b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
        )
        + keccak(b"Polymarket CTF Exchange")
        + keccak(b"2")
        + word(137)
        + word(contract)
    )
    values = [
        fields["salt"], fields["maker"], fields["signer"], int(fields["tokenId"]),
        int(fields["makerAmount"]), int(fields["takerAmount"]),
        ("BUY", "SELL").index(fields["side"]), fields["signatureType"], int(fields["timestamp"]),
        fields["metadata"], fields["builder"],
    ]  # fmt: skip
    struct = keccak(keccak(ORDER.encode()) + b"".join(map(word, values)))
    return typed(domain, struct)


def compact(body: object) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()
