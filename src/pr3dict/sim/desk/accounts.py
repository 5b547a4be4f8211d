"""Who may trade: wallets, their API keys, what they own. Checks of requests, without the HTTP.

A wallet that proves itself (L1) gets an account with something on it; a key (L2) then signs each
request. Keys are made from the wallet and its nonce, so the same wallet gets the same key again.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Final, NamedTuple
from uuid import UUID

from pr3dict.sim.desk.signatures import POLYGON, auth_signer, hmac_of, same_hmac
from pr3dict.sim.truth.hash import MICROS

UNAUTHORIZED: Final = 401
BAD_REQUEST: Final = 400
BAD_KEY: Final = "Unauthorized/Invalid api key"
BAD_WALLET: Final = "Invalid L1 Request headers"
NOT_CREATED: Final = "Could not create api key"
NOT_DERIVED: Final = "Could not derive api key!"

TEST_PRIVATE_KEY: Final = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
"""The first account of every development chain, known to everyone: it protects nothing."""
TEST_ADDRESS: Final = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
OPENING_COLLATERAL: Final = 100_000 * MICROS
OPENING_SHARES: Final = 10_000 * MICROS
"""What a new account holds of every token, so that it can sell."""


class Refused(NamedTuple):
    """What the venue answers in place of what was asked."""

    status: int
    error: str


class ApiKey(NamedTuple):
    """An API key (L2) as it is handed out."""

    key: str
    secret: str
    passphrase: str
    nonce: int = 0
    readonly: bool = False
    expires_ms: int | None = None
    """The moment of venue time after which it opens nothing; None: never."""

    def told(self) -> dict[str, str]:
        """Return it as REST tells it."""
        return {"apiKey": self.key, "secret": self.secret, "passphrase": self.passphrase}


TEST_KEY: Final = ApiKey("00000000-0000-0000-0000-000000000001", "A" * 43 + "=", "pp")
"""The key of the test account."""


class Account:
    """A wallet and what it owns, in micros."""

    def __init__(self, address: str, collateral: int, shares: int) -> None:
        self.address = address
        self.keys: dict[str, ApiKey] = {}
        self.builder_keys: dict[str, ApiKey] = {}
        self.collateral = collateral
        self._shares: dict[str, int] = {}
        self._opening_shares = shares
        self.closed_only = False

    @property
    def owner(self) -> str:
        """The API key by which the account is named on the wire: its first."""
        return next(iter(self.keys), "")

    def shares(self, token: str) -> int:
        """Return what it holds of a token."""
        return self._shares.get(token, self._opening_shares)

    def give(self, token: str, size: int) -> None:
        """Add shares of a token, or take them with a negative size."""
        self._shares[token] = self.shares(token) + size


class Accounts:
    """All accounts. One is there from the start: `TEST_ADDRESS` with `TEST_KEY`."""

    def __init__(self, *, chain: int = POLYGON, skew_ms: int | None = None) -> None:
        """`skew_ms`: how far the time of a request may be from venue time; None: anything goes.

        Venue time need not be that of the client's machine, so nothing is refused unless asked.
        """
        self.skew_ms = skew_ms
        self._chain = chain
        self._by_address: dict[str, Account] = {}
        self._by_key: dict[str, Account] = {}
        self.default = self.open(TEST_ADDRESS)
        self._add(self.default, TEST_KEY)

    def open(
        self, address: str, *, collateral: int = OPENING_COLLATERAL, shares: int = OPENING_SHARES
    ) -> Account:
        """Return the account of a wallet, new with these balances where it has none."""
        return self._by_address.setdefault(address.lower(), Account(address, collateral, shares))

    def grant(self, address: str, nonce: int = 0) -> ApiKey:
        """Give a wallet the key of a nonce without asking for a signature: for scripts."""
        account = self.open(address)
        key = _key_of(address, nonce)
        self._add(account, key)
        return account.keys[key.key]

    def owner_of(self, key: str) -> Account | None:
        """Return the account of an API key."""
        return self._by_key.get(key)

    def expire(self, key: str, at_ms: int) -> None:
        """Script: let a key end at a moment of venue time."""
        account = self._by_key[key]
        account.keys[key] = account.keys[key]._replace(expires_ms=at_ms)

    def create(self, headers: Mapping[str, str], now_ms: int) -> ApiKey | Refused:
        """Make the key that a wallet asks for (L1); refused where it has the one of this nonce."""
        account = self._wallet(headers, now_ms)
        if isinstance(account, Refused):
            return account
        nonce = int(headers["POLY_NONCE"])
        if any(key.nonce == nonce and not key.readonly for key in account.keys.values()):
            return Refused(BAD_REQUEST, NOT_CREATED)
        key = _key_of(account.address, nonce)
        self._add(account, key)
        return key

    def derive(self, headers: Mapping[str, str], now_ms: int) -> ApiKey | Refused:
        """Return the key that a wallet made before with this nonce (L1)."""
        account = self._wallet(headers, now_ms)
        if isinstance(account, Refused):
            return account
        nonce = int(headers["POLY_NONCE"])
        for key in account.keys.values():
            if key.nonce == nonce and not key.readonly:
                return key
        return Refused(BAD_REQUEST, NOT_DERIVED)

    def create_readonly(self, account: Account) -> ApiKey:
        """Make a key that may look and not touch."""
        number = sum(key.readonly for key in account.keys.values())
        key = _key_of(account.address + "readonly", number)._replace(readonly=True)
        self._add(account, key)
        return key

    def create_builder(self, account: Account) -> ApiKey:
        """Make a builder's key."""
        key = _key_of(account.address + "builder", len(account.builder_keys))
        account.builder_keys[key.key] = key
        return key

    def delete(self, key: str) -> None:
        """Forget a key."""
        self._by_key.pop(key).keys.pop(key)

    def check(
        self, headers: Mapping[str, str], method: str, path: str, body: bytes, now_ms: int
    ) -> tuple[Account, ApiKey] | Refused:
        """Return whose request this is (L2); `path` comes without its query."""
        refused = Refused(UNAUTHORIZED, BAD_KEY)
        name, told = headers.get("POLY_API_KEY", ""), headers.get("POLY_SIGNATURE", "")
        account, timestamp = self._by_key.get(name), headers.get("POLY_TIMESTAMP", "")
        if account is None or headers.get("POLY_ADDRESS", "").lower() != account.address.lower():
            return refused
        key = account.keys[name]
        if not same_hmac(key.passphrase, headers.get("POLY_PASSPHRASE", "")):
            return refused
        if not self._timely(timestamp, now_ms) or _expired(key, now_ms):
            return refused
        if not same_hmac(hmac_of(key.secret, timestamp, method, path, body), told):
            return refused
        return account, key

    def admits(self, key: str, secret: str, passphrase: str, now_ms: int) -> Account | None:
        """Return whose these credentials are, as the user channel takes them."""
        account = self._by_key.get(key)
        if account is None or _expired(account.keys[key], now_ms):
            return None
        held = account.keys[key]
        same = hmac.compare_digest(
            f"{held.secret} {held.passphrase}".encode(), f"{secret} {passphrase}".encode()
        )
        return account if same else None

    def _wallet(self, headers: Mapping[str, str], now_ms: int) -> Account | Refused:
        """Return the account whose wallet signed an L1 request."""
        address, timestamp, nonce, signature = (
            headers.get(f"POLY_{name}", "")
            for name in ("ADDRESS", "TIMESTAMP", "NONCE", "SIGNATURE")
        )
        signer = auth_signer(address, timestamp, nonce, signature, self._chain)
        if signer is None or signer != address.lower() or not self._timely(timestamp, now_ms):
            return Refused(UNAUTHORIZED, BAD_WALLET)
        return self.open(address)

    def _timely(self, timestamp: str, now_ms: int) -> bool:
        if not (timestamp.isascii() and timestamp.isdigit()):
            return False
        return self.skew_ms is None or abs(int(timestamp) * 1_000 - now_ms) <= self.skew_ms

    def _add(self, account: Account, key: ApiKey) -> None:
        account.keys.setdefault(key.key, key)
        self._by_key[key.key] = account


def _expired(key: ApiKey, now_ms: int) -> bool:
    return key.expires_ms is not None and now_ms >= key.expires_ms


def _key_of(name: str, nonce: int) -> ApiKey:
    """Return the key that a wallet gets for a nonce: always the same."""
    seed = hashlib.sha512(f"{name.lower()} {nonce}".encode()).digest()
    secret = base64.urlsafe_b64encode(seed[:32]).decode()
    return ApiKey(str(UUID(bytes=seed[32:48], version=5)), secret, seed[48:].hex(), nonce)
