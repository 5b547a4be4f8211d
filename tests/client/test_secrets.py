"""No credential in any log, at any level: neither ours nor those of the packages that carry it."""

import logging

import pytest
from tests.app.account_kit import exchange
from tests.client.live_kit import later

from pr3dict.client.live.data import RealTimeDataClient
from pr3dict.client.live.subscriptions import create_crypto_prices_subscription
from pr3dict.client.rest.polymarket import AsyncPolymarket
from pr3dict.client.user import PolymarketUserClient
from pr3dict.net.transport import chosen
from pr3dict.venues.polymarket.signing.auth import Wallet

PRIVATE_KEY = "22" * 32
EVERYTHING = 1


class Kept(logging.Handler):
    """Keeps what is logged, in words and with all that they were made of."""

    def __init__(self) -> None:
        super().__init__(EVERYTHING)
        self.names: set[str] = set()
        self.said = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.names.add(record.name.split(".")[0])
        self.said += f"{self.format(record)}\n{record.args!r}\n"


@pytest.fixture
def kept():
    """Let every logger tell everything, as nobody but a tester would."""
    loggers = [logging.getLogger(name) for name in (None, *logging.root.manager.loggerDict)]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(EVERYTHING)
    handler = Kept()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)


def noting(ask, signatures):
    """Return the same question to the venue's accounts, that notes what signed it."""

    def noted(headers, *rest):
        signatures.append(headers["POLY_SIGNATURE"])
        return ask(headers, *rest)

    return noted


@pytest.mark.parametrize("transport", ["picows", "websockets"])
async def test_no_log_holds_a_credential(kept, transport):
    wallet, signatures = Wallet(PRIVATE_KEY), []
    with exchange() as at:
        accounts = at.desk.accounts
        for name in ("check", "create", "derive"):
            setattr(accounts, name, noting(getattr(accounts, name), signatures))
        config = at.config(transport=transport)
        assert transport == chosen(config)
        async with AsyncPolymarket(config, wallet=wallet) as venue:
            creds = await venue.create_api_key()
            derived = await venue.derive_api_key()
            assert await venue.get_api_keys()
            await venue.get_balance()
        async with PolymarketUserClient(creds, wallet, config=config) as user:
            assert user.is_live
        prices = []
        client = RealTimeDataClient(
            on_message=lambda _, price: prices.append(price), config=config, creds=creds
        )
        await client.subscribe(create_crypto_prices_subscription(["btcusdt"]))
        await client.connect()
        await later(lambda: prices)
        await client.disconnect()
    assert {"httpcore2", "httpx2", "pr3dict"} <= kept.names
    assert creds == derived
    assert len(signatures) >= 4
    secrets = [creds.key, creds.secret.reveal(), creds.passphrase.reveal(), PRIVATE_KEY]
    assert [] == [secret for secret in (*secrets, *signatures) if secret in kept.said]
