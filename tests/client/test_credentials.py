"""Credentials of the environment: what is found, what is missing, and that nothing is shown."""

import logging
from pathlib import Path

import pytest

from pr3dict.client.credentials import (
    API_KEY,
    PRIVATE_KEY,
    Credentials,
    credentials_from_environment,
)
from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.model.errors import ConfigError, CredentialsError
from pr3dict.venues.polymarket.signing.auth import AMOY, Wallet

# Publicly known development key (Hardhat account 0): it owns nothing.
KEY = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
SECRET = "c2VjcmV0IGJ5dGVz"
API = {"CLOB_API_KEY": "the-key", "CLOB_SECRET": SECRET, "CLOB_PASS_PHRASE": "the-passphrase"}
CREDS = ClobApiKeyCreds("the-key", SECRET, "the-passphrase")


def found(environ, dotenv_path=None, **options):
    return credentials_from_environment(environ, dotenv_path, **options)


def test_nothing_is_found_where_nothing_is_set(tmp_path):
    assert Credentials(None, None) == found({})
    assert Credentials(None, None) == found(dict.fromkeys(API, " "), str(tmp_path / ".env"))


def test_api_key_and_wallet_are_found_each_on_its_own():
    assert Credentials(CREDS, None) == found(API)
    assert Credentials(None, Wallet(KEY)) == found(
        {"POLYGON_WALLET_PRIVATE_KEY": "0x" + KEY + "\n"}
    )
    amoy = found({"POLYGON_WALLET_PRIVATE_KEY": KEY}, chain_id=AMOY)
    assert Wallet(KEY, chain_id=AMOY) == amoy.wallet


def test_the_environment_of_the_process_is_read_unless_another_is_given(monkeypatch):
    for name, text in API.items():
        monkeypatch.setenv(name, text)
    assert CREDS == credentials_from_environment(dotenv_path=None).creds


def test_the_environment_wins_over_the_file_name_by_name(tmp_path):
    path = tmp_path / ".env"
    path.write_text(
        f"CLOB_API_KEY=of-the-file\nCLOB_SECRET='{SECRET}'\n"
        "export CLOB_PASS_PHRASE=the-passphrase\n"
        f"POLYGON_WALLET_PRIVATE_KEY={KEY}\n",
        "utf-8",
    )
    both = found({"CLOB_API_KEY": "the-key", "CLOB_SECRET": ""}, str(path))
    assert Credentials(CREDS, Wallet(KEY)) == both


@pytest.mark.parametrize("missing", list(API))
def test_half_an_api_key_is_a_sentence_that_names_what_is_missing(missing):
    environ = {name: text for name, text in API.items() if name != missing}
    with pytest.raises(CredentialsError) as raised:
        found(environ)
    assert str(raised.value) == (
        "CLOB_API_KEY, CLOB_SECRET, CLOB_PASS_PHRASE belong together:"
        f" {missing} not set, in the environment or in .env"
    )


@pytest.mark.parametrize(
    ("environ", "match"),
    [
        (API | {"CLOB_SECRET": "not base64: hush!"}, "CLOB_SECRET.*API secret: wanted base64"),
        (API | {"CLOB_PASS_PHRASE": "hush\nhush"}, "CLOB_PASS_PHRASE: API passphrase: wanted"),
        ({"POLYGON_WALLET_PRIVATE_KEY": "hush " * 12}, "^POLYGON_WALLET_PRIVATE_KEY: private key"),
    ],
)
def test_what_cannot_be_credentials_is_a_sentence_that_does_not_show_it(environ, match, caplog):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(CredentialsError, match=match) as raised:
        found(environ)
    assert "hush" not in str(raised.value) + caplog.text
    assert raised.value.__cause__ is None


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    with pytest.raises(ConfigError, match="found a directory"):
        found({}, str(tmp_path))


def test_what_was_found_shows_no_secret():
    shown = repr(found(API | {"POLYGON_WALLET_PRIVATE_KEY": KEY}))
    for secret in (KEY, SECRET, "the-key", "the-passphrase"):
        assert secret not in shown


def test_the_variables_are_documented_and_stand_in_the_example_without_a_value():
    root = Path(__file__).resolve().parents[2]
    page = (root / "docs" / "settings.md").read_text("utf-8")
    example = (root / ".env.example").read_text("utf-8").splitlines()
    for name in (*API_KEY, PRIVATE_KEY):
        assert f"| `{name}` |" in page
        assert f"# {name}=" in example
