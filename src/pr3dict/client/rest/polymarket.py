"""`AsyncPolymarket`: everything that Polymarket answers by REST, typed, within its rate limits."""

from types import TracebackType
from typing import Self

from pr3dict.app import world
from pr3dict.client.rest.account import AccountMethods
from pr3dict.client.rest.clob import ClobMethods
from pr3dict.client.rest.data import DataMethods
from pr3dict.client.rest.gamma import GammaMethods
from pr3dict.client.rest.markets import MarketMethods
from pr3dict.config import Config, from_environment
from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.net.clock import SystemClock
from pr3dict.venues.polymarket.signing.auth import Wallet


class AsyncPolymarket(MarketMethods, ClobMethods, GammaMethods, DataMethods, AccountMethods):
    """Polymarket by REST. Use it with `async with`, or end with `aclose`.

    config: from the environment and `.env` unless given. credentials, wallet: for what only their
    owner may ask; looked for there too, when they are wanted. address: that of the wallet, where
    its private key is to stay elsewhere. Every method raises `RestError` in one sentence where the
    venue gives nothing that can be used, and none takes longer than the settings `rest_timeout_s`
    and `rest_patience_s` say. Raises `MissingExtra` when httpx2 is not installed.
    """

    def __init__(
        self,
        config: Config | None = None,
        credentials: ClobApiKeyCreds | None = None,
        wallet: Wallet | None = None,
        *,
        address: str = "",
    ) -> None:
        self._config = config or from_environment()
        self._credentials = credentials
        self._wallet = wallet
        self._address = address
        self._rest = self._net = world.rest(self._config, SystemClock())

    def __repr__(self) -> str:
        return f"<AsyncPolymarket {self._config.polymarket_clob_url}>"

    async def aclose(self) -> None:
        """Close the connections."""
        await self._net.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()
