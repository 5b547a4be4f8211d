"""What needs credentials as methods."""

from collections.abc import Callable
from typing import Any, Final

import pytest
from aiohttp import web
from tests.client.rest_venue import rest_venue

from pr3dict.client.rest.polymarket import AsyncPolymarket
from pr3dict.config import Config
from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.model.errors import CredentialsError, RestError, UnknownTokenError
from pr3dict.venues.polymarket.signing.auth import Wallet

# Publicly known development key (Hardhat account 0): it owns nothing.
KEY: Final = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
WALLET: Final = Wallet(KEY)
CREDS: Final = ClobApiKeyCreds("the-key", "c2VjcmV0IGJ5dGVz", "the-passphrase")
CONDITION: Final = "0x" + "1f" * 32
ORDER: Final = {
    "id": "0x01",
    "status": "LIVE",
    "market": CONDITION,
    "asset_id": "42",
    "side": "BUY",
    "original_size": "10",
    "price": "0.57",
}
TRADE: Final = {
    "id": "t",
    "status": "TRADE_STATUS_MINED",
    "market": CONDITION,
    "asset_id": "42",
    "side": "BUY",
    "size": "10",
    "price": "0.57",
}
NEW_KEY: Final = {"apiKey": "new-key", "secret": "bmV3LXNlY3JldA==", "passphrase": "new-phrase"}
ANSWERS: Final[dict[str, object]] = {
    "GET /data/orders": {"data": [ORDER], "next_cursor": "LTE="},
    "GET /data/order/0x01": ORDER,
    "GET /data/trades": {"data": [TRADE], "next_cursor": "LTE="},
    "GET /balance-allowance": {"balance": "1500000", "allowances": {}},
    "GET /balance-allowance/update": "",
    "GET /auth/ban-status/closed-only": {"closed_only": True},
    "GET /notifications": [{"id": 1, "type": 2}],
    "GET /order-scoring": {"scoring": True},
    "POST /orders-scoring": {"0x01": True},
    "GET /auth/api-keys": {"apiKeys": ["the-key"]},
    "GET /auth/derive-api-key": NEW_KEY,
    "POST /auth/api-key": NEW_KEY,
    "DELETE /auth/api-key": "OK",
}
VARIABLES: Final = (
    *("CLOB_API_KEY", "CLOB_SECRET", "CLOB_PASS_PHRASE"),
    "POLYGON_WALLET_PRIVATE_KEY",
)


@pytest.fixture(autouse=True)
def nobody(monkeypatch, tmp_path):
    """Let the environment of whoever runs the tests have no credentials."""
    monkeypatch.chdir(tmp_path)
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("ask", "look", "wanted", "line"),
    [
        (
            lambda venue: venue.list_open_orders(condition_id=CONDITION, token_id="42"),
            lambda rows: [(row.order_id, row.price) for row in rows],
            [("0x01", 570_000)],
            f"GET /data/orders?market={CONDITION}&asset_id=42",
        ),
        (
            lambda venue: venue.get_order("0x01"),
            lambda order: order.status,
            "LIVE",
            "GET /data/order/0x01",
        ),
        (
            lambda venue: venue.list_account_trades(after=5),
            lambda rows: [(row.trade_id, row.status) for row in rows],
            [("t", "MINED")],
            "GET /data/trades?after=5",
        ),
        (
            lambda venue: venue.get_balance(),
            lambda balance: balance.balance,
            1_500_000,
            "GET /balance-allowance?asset_type=COLLATERAL&signature_type=0",
        ),
        (
            lambda venue: venue.refresh_balance("CONDITIONAL", "42"),
            lambda nothing: nothing,
            None,
            "GET /balance-allowance/update?asset_type=CONDITIONAL&token_id=42&signature_type=0",
        ),
        (
            lambda venue: venue.get_closed_only(),
            bool,
            True,
            "GET /auth/ban-status/closed-only",
        ),
        (
            lambda venue: venue.get_notifications(),
            lambda rows: rows[0].type,
            2,
            "GET /notifications?signature_type=0",
        ),
        (
            lambda venue: venue.get_order_scoring("0x01"),
            bool,
            True,
            "GET /order-scoring?order_id=0x01",
        ),
        (
            lambda venue: venue.get_orders_scoring(["0x01"]),
            dict,
            {"0x01": True},
            "POST /orders-scoring",
        ),
        (lambda venue: venue.get_api_keys(), tuple, ("the-key",), "GET /auth/api-keys"),
    ],
)
async def test_each_method_asks_and_returns_what_was_found(
    ask: Callable[[AsyncPolymarket], Any], look, wanted, line
):
    async with (
        rest_venue(ANSWERS) as asked,
        AsyncPolymarket(asked.config, CREDS, WALLET) as venue,
    ):
        assert wanted == look(await ask(venue))
        assert [line] == asked.lines


async def test_the_key_of_a_wallet_is_derived_and_used_from_then_on():
    async with (
        rest_venue(ANSWERS) as asked,
        AsyncPolymarket(asked.config, wallet=WALLET) as venue,
    ):
        with pytest.raises(CredentialsError, match="derive_api_key"):
            await venue.get_api_keys()
        found = await venue.derive_or_create_api_key()
        assert "new-key" == found.key
        assert ("the-key",) == await venue.get_api_keys()
        assert ["GET /auth/derive-api-key", "GET /auth/api-keys"] == asked.lines


async def test_a_key_is_made_where_the_wallet_has_none():
    answers = {name: found for name, found in ANSWERS.items() if "derive" not in name}
    async with (
        rest_venue(answers) as asked,
        AsyncPolymarket(asked.config, wallet=WALLET) as venue,
    ):
        assert "new-key" == (await venue.derive_or_create_api_key()).key
        assert ["GET /auth/derive-api-key", "POST /auth/api-key"] == asked.lines
        await venue.delete_api_key()
        with pytest.raises(CredentialsError, match="wanted an API key, found none"):
            await venue.get_api_keys()


async def test_no_key_is_made_where_the_venue_is_in_trouble():
    down = web.Response(status=503, text="down")
    async with (
        rest_venue({"GET /auth/derive-api-key": down}) as asked,
        AsyncPolymarket(
            Config(polymarket_clob_url=asked.config.polymarket_clob_url, rest_patience_s=0.5),
            wallet=WALLET,
        ) as venue,
    ):
        with pytest.raises(RestError):
            await venue.derive_or_create_api_key()
        assert {"GET /auth/derive-api-key"} == set(asked.lines)


async def test_credentials_are_found_in_the_environment_when_they_are_wanted(monkeypatch):
    async with rest_venue(ANSWERS) as asked, AsyncPolymarket(asked.config) as venue:
        values = ("the-key", "c2VjcmV0IGJ5dGVz", "the-passphrase", KEY)
        for name, text in zip(VARIABLES, values, strict=True):
            monkeypatch.setenv(name, text)
        assert ("the-key",) == await venue.get_api_keys()


async def test_without_credentials_nothing_is_sent_and_a_sentence_says_what_is_missing():
    async with rest_venue(ANSWERS) as asked:
        async with AsyncPolymarket(asked.config) as venue:
            with pytest.raises(CredentialsError, match="wanted an API key, found none"):
                venue.list_open_orders()
            with pytest.raises(CredentialsError, match="wanted a wallet to sign with"):
                await venue.create_api_key()
        async with AsyncPolymarket(asked.config, CREDS) as venue:
            with pytest.raises(CredentialsError, match="wanted the address of the wallet"):
                await venue.get_api_keys()
        assert [] == asked.lines


async def test_the_address_is_enough_where_nothing_is_signed_by_the_wallet():
    async with (
        rest_venue(ANSWERS) as asked,
        AsyncPolymarket(asked.config, CREDS, address=WALLET.address) as venue,
    ):
        assert ("the-key",) == await venue.get_api_keys()
        with pytest.raises(UnknownTokenError):
            venue.list_open_orders(token_id=CONDITION)


def test_nobody_sees_a_secret_of_the_client():
    shown = repr(AsyncPolymarket(Config(), CREDS, WALLET))
    for secret in (KEY[2:], "c2VjcmV0", "the-passphrase", "the-key"):
        assert secret not in shown
