"""Methods of `AsyncPolymarket` for what needs credentials, protocol section 4.3."""

from collections.abc import Sequence

from pr3dict.client.credentials import credentials_from_environment
from pr3dict.client.rest.base import RestMethods
from pr3dict.client.rest.pages import LIMIT, Pages
from pr3dict.client.rest.rows import Rows
from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.model.errors import CredentialsError, RestError
from pr3dict.venues.polymarket.account import requests as account
from pr3dict.venues.polymarket.account.requests import Account, AssetType
from pr3dict.venues.polymarket.account.types import Balance, Notification
from pr3dict.venues.polymarket.signing.auth import Wallet
from pr3dict.venues.polymarket.signing.orders import SignatureType
from pr3dict.venues.polymarket.user.types import UserOrder, UserTrade

_REFUSED = ("refused", "not_found", "unauthorized")


class AccountMethods(RestMethods):
    """Ask for our own orders, trades, balances and keys.

    Who we are is what `AsyncPolymarket` was given, else what the environment has
    (`credentials_from_environment`); without it each method raises `CredentialsError`. Sizes and
    prices are micros. Orders are not sent from here.
    """

    _credentials: ClobApiKeyCreds | None
    _wallet: Wallet | None
    _address: str

    def list_open_orders(
        self, limit: int = LIMIT, *, condition_id: str = "", token_id: str = ""
    ) -> Pages[UserOrder]:
        """List the orders that rest, of all markets, of one, or of one token."""
        ours = self._account()
        return Pages(
            self._rest,
            lambda cursor: account.open_orders(
                ours, market=condition_id, token=token_id, cursor=cursor
            ),
            first="",
            limit=limit,
            of=UserOrder,
        )

    async def get_order(self, order_id: str) -> UserOrder:
        """Return one of our orders; `RestError` (`not_found`) where the venue knows none."""
        return await self._rest.ask(account.order(self._account(), order_id))

    def list_account_trades(
        self,
        limit: int = LIMIT,
        *,
        condition_id: str = "",
        token_id: str = "",
        after: int = 0,
        before: int = 0,
    ) -> Pages[UserTrade]:
        """List the trades that we had a part in; `after` and `before` in seconds since 1970."""
        ours = self._account()
        return Pages(
            self._rest,
            lambda cursor: account.trades(
                ours,
                market=condition_id,
                token=token_id,
                after=after,
                before=before,
                cursor=cursor,
            ),
            first="",
            limit=limit,
            of=UserTrade,
        )

    async def get_balance(
        self,
        asset_type: AssetType = "COLLATERAL",
        token_id: str = "",
        *,
        signature_type: SignatureType = SignatureType.EOA,
    ) -> Balance:
        """Return our dollars, or with "CONDITIONAL" the shares that we hold of a token, in micros.

        `signature_type` names the kind of wallet that holds them: the site makes a proxy or a Safe.
        """
        ours = self._account(signature_type)
        return await self._rest.ask(account.balance(ours, asset_type, token_id))

    async def refresh_balance(
        self,
        asset_type: AssetType = "COLLATERAL",
        token_id: str = "",
        *,
        signature_type: SignatureType = SignatureType.EOA,
    ) -> None:
        """Let the venue read a balance from the chain anew."""
        ours = self._account(signature_type)
        await self._rest.ask(account.refresh_balance(ours, asset_type, token_id))

    async def get_closed_only(self) -> bool:
        """Return whether we may only close positions, as from where trading is not allowed."""
        return await self._rest.ask(account.closed_only(self._account()))

    async def get_notifications(
        self, *, signature_type: SignatureType = SignatureType.EOA
    ) -> Rows[Notification]:
        """Return what the venue has to tell us."""
        return await self._rows(account.notifications(self._account(signature_type)), Notification)

    async def get_order_scoring(self, order_id: str) -> bool:
        """Return whether an order of ours earns rewards at present."""
        return await self._rest.ask(account.order_scoring(self._account(), order_id))

    async def get_orders_scoring(self, order_ids: Sequence[str]) -> dict[str, bool]:
        """Return which orders of ours earn rewards at present, by their ids."""
        return await self._rest.ask(account.orders_scoring(self._account(), order_ids))

    async def get_api_keys(self) -> tuple[str, ...]:
        """Return the ids of our API keys; the cheapest proof that ours is good."""
        return await self._rest.ask(account.api_keys(self._account()))

    async def create_api_key(self, nonce: int = 0) -> ClobApiKeyCreds:
        """Make an API key for the wallet; refused where the nonce has one. It is used from now on.

        Needs a wallet: `CredentialsError` without one.
        """
        url = self._config.polymarket_clob_url
        request = account.create_api_key(url, self._signing(), nonce=nonce)
        self._credentials = await self._rest.ask(request)
        return self._credentials

    async def derive_api_key(self, nonce: int = 0) -> ClobApiKeyCreds:
        """Return the API key that was made for the wallet and nonce. It is used from now on."""
        url = self._config.polymarket_clob_url
        request = account.derive_api_key(url, self._signing(), nonce=nonce)
        self._credentials = await self._rest.ask(request)
        return self._credentials

    async def derive_or_create_api_key(self, nonce: int = 0) -> ClobApiKeyCreds:
        """Return the API key of the wallet, made if there is none. It is used from now on."""
        try:
            return await self.derive_api_key(nonce)
        except RestError as error:
            if error.name not in _REFUSED:
                raise
        return await self.create_api_key(nonce)

    async def delete_api_key(self) -> None:
        """End the API key that is used, for good."""
        await self._rest.ask(account.delete_api_key(self._account()))
        self._credentials = None

    def _account(self, signature_type: SignatureType = SignatureType.EOA) -> Account:
        self._look_around()
        if self._credentials is None:
            raise CredentialsError(
                "wanted an API key, found none: pass credentials, set CLOB_API_KEY, CLOB_SECRET and"
                " CLOB_PASS_PHRASE, or ask for that of a wallet with derive_api_key"
            )
        address = self._address or (self._wallet.address if self._wallet else "")
        if not address:
            raise CredentialsError(
                "wanted the address of the wallet to which the API key belongs, found none: pass"
                " address or wallet, or set POLYGON_WALLET_PRIVATE_KEY"
            )
        return Account(
            clob_url=self._config.polymarket_clob_url,
            creds=self._credentials,
            address=address,
            signature_type=signature_type,
        )

    def _signing(self) -> Wallet:
        self._look_around()
        if self._wallet is None:
            raise CredentialsError(
                "wanted a wallet to sign with, found none: pass wallet, or set"
                " POLYGON_WALLET_PRIVATE_KEY"
            )
        return self._wallet

    def _look_around(self) -> None:
        if self._credentials is None and self._wallet is None:
            self._credentials, self._wallet = credentials_from_environment()
