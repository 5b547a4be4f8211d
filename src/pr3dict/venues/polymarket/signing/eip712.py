"""Typed data as Ethereum signs it (EIP-712), with keys of secp256k1.

Only what the venue uses: structs whose members are words of 32 bytes (numbers, addresses, bytes32,
and texts by their hash). Signatures are deterministic (RFC 6979), low in s, with v of 27 or 28.
Sources: https://eips.ethereum.org/EIPS/eip-712, https://eips.ethereum.org/EIPS/eip-55.
"""

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import msgspec

from pr3dict.model.credentials import Secret
from pr3dict.model.errors import CredentialsError, MissingExtra

if TYPE_CHECKING:
    from collections.abc import Callable

    from coincurve import PrivateKey

WORD: Final = 32
"""Bytes of every member of a struct."""
_V_FIRST: Final = 27
"""What Ethereum adds to the recovery id of a signature."""
_ADDRESS: Final = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)
_KEY: Final = re.compile(r"(?:0[xX])?([0-9a-fA-F]{64})", re.ASCII)
_BYTES32: Final = re.compile(r"0x[0-9a-fA-F]{64}", re.ASCII)

_DOMAIN: Final = "EIP712Domain(string name,string version,uint256 chainId)"
_DOMAIN_OF_CONTRACT: Final = (
    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
)


class Domain(msgspec.Struct, frozen=True, kw_only=True):
    """Where a signature holds. `contract` is `""` where no contract checks it."""

    name: str
    version: str
    chain_id: int
    contract: str = ""


def keccak(data: bytes) -> bytes:
    """Return the Keccak-256 of data, which is not SHA3-256; raises `MissingExtra`.

    >>> keccak(b"").hex()[:16]
    'c5d2460186f7233c'
    """
    digest: bytes = _keccak_256()(data).digest()
    return digest


def uint(number: int, bits: int = 256) -> bytes:
    """Return a number as a word; raises `ValueError` where it does not fit the type.

    >>> uint(258).hex()[-6:]
    '000102'
    """
    if not 0 <= number < 1 << bits:
        raise ValueError(f"wanted a whole number of {bits} bits, found {number}")
    return number.to_bytes(WORD, "big")


def address(text: str) -> bytes:
    """Return an address as a word; raises `ValueError` where it is none.

    One in mixed case carries a checksum (EIP-55), which must hold: a typing error would otherwise
    make somebody else the owner.
    """
    if not _ADDRESS.fullmatch(text):
        raise ValueError(f"wanted an address, 0x and 40 digits of base 16, found {text[:60]!r}")
    digits = text[2:]
    if digits not in (digits.lower(), digits.upper()) and text != checksummed(text):
        raise ValueError(
            f"{text} has a checksum that does not hold (EIP-55): a digit or a case is wrong"
        )
    return bytes.fromhex(digits).rjust(WORD, b"\0")


def bytes32(text: str) -> bytes:
    """Return `0x` and 64 digits of base 16 as a word; raises `ValueError` where it is not that."""
    if not _BYTES32.fullmatch(text):
        raise ValueError(f"wanted 0x and 64 digits of base 16, found {text[:80]!r}")
    return bytes.fromhex(text[2:])


def string(text: str) -> bytes:
    """Return a text as a word: the hash of its UTF-8."""
    return keccak(text.encode())


def struct_hash(kind: str, *members: bytes) -> bytes:
    """Return `hashStruct` of a type, as `encodeType` writes it, and of its members as words."""
    return keccak(_type_hash(kind) + b"".join(members))


@cache
def separator(domain: Domain) -> bytes:
    """Return the domain separator; computed once for each domain."""
    members = [string(domain.name), string(domain.version), uint(domain.chain_id)]
    if not domain.contract:
        return struct_hash(_DOMAIN, *members)
    return struct_hash(_DOMAIN_OF_CONTRACT, *members, address(domain.contract))


def digest(domain: Domain, message: bytes) -> bytes:
    """Return the 32 bytes that are signed; `message` is a `struct_hash`."""
    return keccak(b"\x19\x01" + separator(domain) + message)


def sign(digest: bytes, key: Secret) -> bytes:
    """Return the signature r, s, v of 65 bytes; raises `CredentialsError` as `address_of`."""
    signature = _private(key).sign_recoverable(digest, hasher=None)
    return signature[:-1] + bytes([signature[-1] + _V_FIRST])


def address_of(key: Secret) -> str:
    """Return the address of a private key, with its checksum.

    Raises `CredentialsError` where it can be no key; the message never shows it.
    """
    point = _private(key).public_key.format(compressed=False)
    return checksummed("0x" + keccak(point[1:])[-20:].hex())


def checksummed(address: str) -> str:
    """Return an address with its checksum: the case of its letters, EIP-55.

    >>> checksummed("0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266")
    '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
    """
    digits = address[2:].lower()
    shade = keccak(digits.encode()).hex()
    marked = zip(digits, shade, strict=False)  # the hash is longer
    return "0x" + "".join(digit.upper() if mark >= "8" else digit for digit, mark in marked)


@cache
def _type_hash(kind: str) -> bytes:
    return keccak(kind.encode())


def _private(key: Secret) -> "PrivateKey":
    try:
        from coincurve import PrivateKey  # noqa: PLC0415 - an extra
    except ImportError:
        raise MissingExtra("coincurve", "trade") from None
    text = key.reveal().strip()
    found = _KEY.fullmatch(text)
    if not found:
        raise CredentialsError(
            "private key: wanted 64 digits of base 16, with or without 0x in front, found"
            f" {len(text)} characters that are not that: copy it again from the wallet"
        )
    try:
        return PrivateKey(bytes.fromhex(found[1]))
    except ValueError:
        raise CredentialsError(
            "private key: wanted a number from 1 to the order of secp256k1, found one outside of"
            " it, which is nobody's key: copy it again from the wallet"
        ) from None


def _keccak_256() -> "Callable[[bytes], Any]":
    try:
        import sha3  # noqa: PLC0415 - an extra
    except ImportError:
        raise MissingExtra("safe-pysha3", "trade") from None
    hasher: Callable[[bytes], Any] = sha3.keccak_256
    return hasher
