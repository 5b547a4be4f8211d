"""Who asks: the headers of the wallet (L1) and of the API key (L2), protocol sections 5.1 and 5.2.

Pure: the wall time comes in. A `Sign` makes the headers of one request anew for each time of
sending, and shows nothing of what it signs with.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

from pr3dict.model.credentials import ClobApiKeyCreds, Secret
from pr3dict.model.errors import CredentialsError
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.venues.polymarket.signing import eip712

POLYGON: Final = 137
AMOY: Final = 80002
"""The chain for tests."""

Sign = Callable[[Nanos], Mapping[str, str]]
"""Makes headers of the wall time of sending, as `Request.sign` wants it."""

_CLOB_AUTH: Final = "ClobAuth(address address,string timestamp,uint256 nonce,string message)"
_ATTESTED: Final = "This message attests that I control the given wallet"


class Wallet:
    """A private key, its address (with its checksum) and the chain on which it signs.

    Raises `CredentialsError` where the key can be none, `MissingExtra` without `pr3dict[trade]`.
    """

    __slots__ = ("address", "chain_id", "key")

    def __init__(self, private_key: str | Secret, *, chain_id: int = POLYGON) -> None:
        self.key: Final = private_key if isinstance(private_key, Secret) else Secret(private_key)
        self.chain_id: Final = chain_id
        self.address: Final = eip712.address_of(self.key)

    def sign(self, digest: bytes) -> bytes:
        """Return the signature of 65 bytes of a digest of 32."""
        return eip712.sign(digest, self.key)

    def __repr__(self) -> str:
        return f"Wallet({self.address}, chain_id={self.chain_id})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Wallet):
            return NotImplemented
        return (self.address, self.chain_id) == (other.address, other.chain_id)

    def __hash__(self) -> int:
        return hash((self.address, self.chain_id))


def l1_headers(wallet: Wallet, now: Nanos, *, nonce: int = 0) -> dict[str, str]:
    """Return the headers that prove the wallet: to create or derive an API key.

    `now` is wall time; the venue reads whole seconds and refuses a clock that is far off.
    """
    timestamp = str(now // NS_PER_S)
    domain = eip712.Domain(name="ClobAuthDomain", version="1", chain_id=wallet.chain_id)
    message = eip712.struct_hash(
        _CLOB_AUTH,
        eip712.address(wallet.address),
        eip712.string(timestamp),
        eip712.uint(nonce),
        eip712.string(_ATTESTED),
    )
    return {
        "POLY_ADDRESS": wallet.address,
        "POLY_SIGNATURE": "0x" + wallet.sign(eip712.digest(domain, message)).hex(),
        "POLY_TIMESTAMP": timestamp,
        "POLY_NONCE": str(nonce),
    }


def l2_headers(
    creds: ClobApiKeyCreds, address: str, now: Nanos, *, method: str, url: str, body: bytes = b""
) -> dict[str, str]:
    """Return the headers that prove the API key: for every private request.

    `address` is that of the wallet to which the key belongs. Of `url` only the path is signed, of
    `body` every byte. Raises `CredentialsError` where the credentials cannot be any.
    """
    timestamp = str(now // NS_PER_S)
    path = urlsplit(url).path
    return {
        "POLY_ADDRESS": address,
        "POLY_SIGNATURE": hmac_signature(
            creds.secret, timestamp=timestamp, method=method, path=path, body=body
        ),
        "POLY_TIMESTAMP": timestamp,
        "POLY_API_KEY": _header(creds.key, "API key"),
        "POLY_PASSPHRASE": _header(creds.passphrase.reveal(), "API passphrase"),
    }


def hmac_signature(
    secret: Secret, *, timestamp: str, method: str, path: str, body: bytes = b""
) -> str:
    """Return HMAC-SHA-256 over timestamp, method, path and body, as base64 with its padding.

    `timestamp` is in seconds. Raises `CredentialsError` where the secret is no base64.
    """
    message = f"{timestamp}{method}{path}".encode() + body
    signature = hmac.digest(_secret_bytes(secret), message, hashlib.sha256)
    return base64.urlsafe_b64encode(signature).decode()


def l1(wallet: Wallet, *, nonce: int = 0) -> Sign:
    """Return what signs a request with the wallet."""

    def sign(now: Nanos) -> dict[str, str]:
        return l1_headers(wallet, now, nonce=nonce)

    return sign


def l2(creds: ClobApiKeyCreds, address: str, *, method: str, url: str, body: bytes = b"") -> Sign:
    """Return what signs a request with the API key.

    Raises `CredentialsError` here already, not when the request is sent.
    """
    checked(creds)

    def sign(now: Nanos) -> dict[str, str]:
        return l2_headers(creds, address, now, method=method, url=url, body=body)

    return sign


def checked(creds: ClobApiKeyCreds) -> ClobApiKeyCreds:
    """Return credentials that can be some; raises `CredentialsError`, which shows none of them."""
    _header(creds.key, "API key")
    _header(creds.passphrase.reveal(), "API passphrase")
    _secret_bytes(creds.secret)
    return creds


def _secret_bytes(secret: Secret) -> bytes:
    # The venue hands it out in the URL-safe alphabet; some keep it in the other, or lose the "=".
    text = secret.reveal().strip().replace("-", "+").replace("_", "/")
    try:
        found = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if not found:
        raise CredentialsError(
            f"API secret: wanted base64 as the venue hands it out, found {len(text)} characters"
            " that are not that: copy it again, or derive the key anew"
        )
    return found


def _header(text: str, name: str) -> str:
    # A line break in a header would let a credential write headers of its own.
    if not text or not text.isascii() or not text.isprintable() or text != text.strip():
        raise CredentialsError(
            f"{name}: wanted printable ASCII without spaces around it, found {len(text)} characters"
            " that are not that: copy it again"
        )
    return text
