"""What only the owner of an API key may ask, protocol section 4.3: orders, trades, balances, keys.

Requests as values, signed when they are sent. Orders and trades are the same values that the user
channel tells (`user_types`), with `source` REST; `now` is the wall time of asking, which becomes
their `local_ns`: an answer is no older than that. Statuses are texts, without REST's prefixes.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, Literal, TypeVar

import msgspec

from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.model.errors import CredentialsError, RestError
from pr3dict.model.requests import Page, Request
from pr3dict.model.states import Source
from pr3dict.model.units import Nanos
from pr3dict.venues.polymarket import answers, limits, query, rules
from pr3dict.venues.polymarket.account.types import Balance, Notification, balance_of
from pr3dict.venues.polymarket.signing import auth
from pr3dict.venues.polymarket.signing.auth import Wallet
from pr3dict.venues.polymarket.signing.orders import SignatureType
from pr3dict.venues.polymarket.user import wire as user_wire
from pr3dict.venues.polymarket.user.types import UserOrder, UserTrade

T = TypeVar("T")

AssetType = Literal["COLLATERAL", "CONDITIONAL", "CONDITIONAL-V2"]
"""Dollars (pUSD), tokens, and tokens of Protocol V2."""

LAST_CURSOR: Final = "LTE="
_ADDRESS: Final = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)
_UNASKED: Final = Nanos(0)


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, and where. Raises `CredentialsError` where it cannot be anybody.

    `address` is that of the wallet to which the key belongs, not that of the funds.
    """

    clob_url: str
    creds: ClobApiKeyCreds
    address: str
    signature_type: SignatureType = SignatureType.EOA
    """Which of the wallets of this key the balances are asked for."""

    def __post_init__(self) -> None:
        auth.checked(self.creds)
        if not _ADDRESS.fullmatch(self.address):
            raise CredentialsError(
                f"address: wanted the 0x and 40 digits of the wallet to which the API key belongs,"
                f" found {self.address[:60]!r}"
            )

    def request(
        self,
        path: str,
        read: Callable[[bytes], T],
        *,
        method: str = "GET",
        asked: Mapping[str, Iterable[str]] | None = None,
        body: bytes = b"",
        counted: Sequence[str] = (),
        repeatable: bool = True,
    ) -> Request[T]:
        """Return a request that is signed with the API key each time it is sent."""
        url = query.address(self.clob_url, path, asked)
        return Request(
            url=url,
            read=read,
            method=method,
            body=body,
            limits=limits.clob(*counted),
            repeatable=repeatable,
            sign=auth.l2(self.creds, self.address, method=method, url=url, body=body),
        )


def read_as(wanted: str, body: bytes, read: Callable[[bytes], T]) -> T:
    """Return what `read` makes of an answer; all that is wrong with it is a `RestError`."""
    answers.opened(body)  # HTML, half a body, an error of the venue inside a 200
    try:
        return read(body)
    except (msgspec.MsgspecError, ValueError, KeyError) as wrong:
        raise RestError(
            f"wanted {wanted}, found {body[:120]!r}: {wrong}", name="bad_answer"
        ) from wrong


def open_orders(
    account: Account,
    *,
    market: str = "",
    token: str = "",
    order_id: str = "",
    cursor: str = "",
    now: Nanos = _UNASKED,
) -> Request[Page[UserOrder]]:
    """Return the request for a part of the open orders, of a market (condition id) or a token."""
    asked = _asked(
        id=order_id, market=_condition(market), asset_id=_token(token), next_cursor=cursor
    )
    return account.request(
        "/data/orders",
        _page(lambda raw: _order(raw, now)),
        asked=asked,
        counted=("ledger", "/data/orders"),
    )


def order(account: Account, order_id: str, *, now: Nanos = _UNASKED) -> Request[UserOrder]:
    """Return the request for one order; `RestError` `not_found` where the venue has none."""
    return account.request(
        f"/data/order/{query.part('order_id', order_id)}",
        lambda body: _one_order(body, now),
        counted=("ledger",),
    )


def trades(
    account: Account,
    *,
    market: str = "",
    token: str = "",
    trade_id: str = "",
    maker_address: str = "",
    after: int = 0,
    before: int = 0,
    cursor: str = "",
    now: Nanos = _UNASKED,
) -> Request[Page[UserTrade]]:
    """Return the request for a part of the trades; `after` and `before` are in seconds, 0: any."""
    asked = _asked(
        id=trade_id,
        market=_condition(market),
        asset_id=_token(token),
        maker_address=maker_address,
        after=str(after or ""),
        before=str(before or ""),
        next_cursor=cursor,
    )
    return account.request(
        "/data/trades",
        _page(lambda raw: user_wire.trade_of(raw, now, Source.REST)),
        asked=asked,
        counted=("ledger", "/data/trades"),
    )


def balance(
    account: Account, asset_type: AssetType = "COLLATERAL", token: str = ""
) -> Request[Balance]:
    """Return the request for what the account has, and what exchanges may take of it, in micros.

    Dollars, or with CONDITIONAL the shares of a token.
    """
    return account.request(
        "/balance-allowance",
        lambda body: read_as("a balance", body, balance_of),
        asked=_of_asset(account, asset_type, token),
        counted=("/balance-allowance",),
    )


def refresh_balance(
    account: Account, asset_type: AssetType = "COLLATERAL", token: str = ""
) -> Request[None]:
    """Return the request that lets the venue read a balance from the chain anew."""
    return account.request(
        "/balance-allowance/update",
        _done,
        asked=_of_asset(account, asset_type, token),
        counted=("/balance-allowance/update",),
    )


def closed_only(account: Account) -> Request[bool]:
    """Return the request whether the account may only close positions, as where it is banned."""
    return account.request("/auth/ban-status/closed-only", _flag("closed_only"))


def notifications(account: Account) -> Request[tuple[Notification, ...]]:
    """Return the request for what the venue has to tell: fills, cancels, resolutions."""
    return account.request(
        "/notifications",
        lambda body: read_as("notifications", body, _notifications.decode) or (),
        asked=_asked(signature_type=str(int(account.signature_type))),
        counted=("ledger", "/notifications"),
    )


def drop_notifications(account: Account, ids: Sequence[int | str]) -> Request[None]:
    """Return the request that marks notifications as read."""
    if not ids:
        raise ValueError("wanted the id of at least one notification, found none")
    return account.request(
        "/notifications",
        _done,
        method="DELETE",
        asked=_asked(ids=",".join(map(str, ids)), signature_type=str(int(account.signature_type))),
        counted=("ledger", "/notifications"),
    )


def order_scoring(account: Account, order_id: str) -> Request[bool]:
    """Return the request whether an order earns rewards at present."""
    return account.request("/order-scoring", _flag("scoring"), asked=_asked(order_id=order_id))


def orders_scoring(account: Account, order_ids: Sequence[str]) -> Request[dict[str, bool]]:
    """Return the request which of some orders earn rewards at present, by their ids."""
    return account.request(
        "/orders-scoring",
        lambda body: read_as("flags", body, _flags.decode),
        method="POST",
        body=msgspec.json.encode([query.text("order_id", each)[0] for each in order_ids]),
    )


def create_api_key(clob_url: str, wallet: Wallet, *, nonce: int = 0) -> Request[ClobApiKeyCreds]:
    """Return the request that makes an API key for a wallet; refused where the nonce has one."""
    return _key_of_wallet(clob_url, "/auth/api-key", wallet, nonce, method="POST")


def derive_api_key(clob_url: str, wallet: Wallet, *, nonce: int = 0) -> Request[ClobApiKeyCreds]:
    """Return the request for the API key that was made for a wallet; refused where none was."""
    return _key_of_wallet(clob_url, "/auth/derive-api-key", wallet, nonce, method="GET")


def api_keys(account: Account) -> Request[tuple[str, ...]]:
    """Return the request for the ids of the account's API keys; a cheap proof of ours."""
    return account.request(
        "/auth/api-keys",
        lambda body: _hidden(body, _keys.decode).api_keys or (),
        counted=("api keys",),
    )


def delete_api_key(account: Account) -> Request[None]:
    """Return the request that ends the API key with which it is signed, for good."""
    return account.request(
        "/auth/api-key",
        _done,
        method="DELETE",
        counted=("api keys",),
        repeatable=False,
    )


class _Keys(msgspec.Struct, rename="camel"):
    api_keys: tuple[str, ...] | None


class _Key(msgspec.Struct, rename="camel"):
    api_key: str
    secret: str
    passphrase: str


class _Part(msgspec.Struct):
    data: list[msgspec.Raw] | None
    next_cursor: str | None = None


_keys: Final = msgspec.json.Decoder(_Keys)
_key: Final = msgspec.json.Decoder(_Key)
_part: Final = msgspec.json.Decoder(_Part)
_flags: Final = msgspec.json.Decoder(dict[str, bool])
_notifications: Final = msgspec.json.Decoder(tuple[Notification, ...] | None)


def _key_of_wallet(
    clob_url: str, path: str, wallet: Wallet, nonce: int, *, method: str
) -> Request[ClobApiKeyCreds]:
    return Request(
        url=query.address(clob_url, path),
        read=_read_key,
        method=method,
        limits=limits.clob("api keys"),
        repeatable=method == "GET",
        sign=auth.l1(wallet, nonce=nonce),
    )


def _read_key(body: bytes) -> ClobApiKeyCreds:
    found = _hidden(body, _key.decode)
    try:
        return auth.checked(ClobApiKeyCreds(found.api_key, found.secret, found.passphrase))
    except CredentialsError as wrong:
        raise RestError(f"the venue gave a key that is none: {wrong}", name="bad_answer") from None


def _hidden(body: bytes, read: Callable[[bytes], T]) -> T:
    """Read what is not to be shown, not even where half of it came."""
    try:
        return read(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        pass
    raise RestError(
        f"wanted API keys, found {len(body)} bytes that are none: ask again", name="bad_answer"
    )


def _done(body: bytes) -> None:
    """Read an answer that says no more than that it was done: nothing, or OK."""
    if body.strip() not in (b"", b"OK"):
        answers.opened(body)


def _page(read: Callable[[bytes], T]) -> Callable[[bytes], Page[T]]:
    def part(body: bytes) -> Page[T]:
        found = _part.decode(body)
        items = tuple(read(bytes(raw)) for raw in found.data or ())
        after = found.next_cursor or ""
        return Page(items, "" if after == LAST_CURSOR else after)

    return lambda body: read_as("a part of a list", body, part)


def _one_order(body: bytes, now: Nanos) -> UserOrder:
    if body.strip() in (b"", b"null", b"{}"):
        raise RestError("the venue has no such order", name="not_found")
    return read_as("an order", body, lambda found: _order(found, now))


def _order(raw: bytes, now: Nanos) -> UserOrder:
    return user_wire.order_of(raw, now, Source.REST)


def _flag(name: str) -> Callable[[bytes], bool]:
    def flag(body: bytes) -> bool:
        return msgspec.json.decode(body, type=dict[str, bool])[name]

    return lambda body: read_as(name, body, flag)


def _of_asset(account: Account, asset_type: AssetType, token: str) -> dict[str, list[str]]:
    if (asset_type == "COLLATERAL") == bool(token):
        raise ValueError(f"wanted a token for shares and none for dollars, found {token!r}")
    return _asked(
        asset_type=asset_type,
        token_id=_token(token),
        signature_type=str(int(account.signature_type)),
    )


def _asked(**filters: str) -> dict[str, list[str]]:
    return {name: [text] for name, text in filters.items() if text}


def _condition(market: str) -> str:
    return rules.condition_id(market) if market else ""


def _token(token: str) -> str:
    return rules.token_id(token) if token else ""
