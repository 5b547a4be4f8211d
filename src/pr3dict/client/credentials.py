"""Credentials from the environment and `.env`, under the names that Polymarket's users know.

They are no settings: a `Config` may be printed, these may not.
"""

import os
import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from pr3dict.config import read_dotenv
from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.model.errors import CredentialsError
from pr3dict.venues.polymarket.signing.auth import POLYGON, Wallet, checked

API_KEY: Final = ("CLOB_API_KEY", "CLOB_SECRET", "CLOB_PASS_PHRASE")
PRIVATE_KEY: Final = "POLYGON_WALLET_PRIVATE_KEY"
_ADDRESS: Final = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)


class Credentials(NamedTuple):
    """What was found; None where nothing was."""

    creds: ClobApiKeyCreds | None
    wallet: Wallet | None


def credentials_from_environment(
    environ: Mapping[str, str] | None = None,
    dotenv_path: str | None = ".env",
    *,
    chain_id: int = POLYGON,
) -> Credentials:
    """Return the API key and the wallet of the environment (`os.environ` unless given) and `.env`.

    The environment wins, name by name; an empty value is none, and so is a `.env` that is not
    there. Raises `CredentialsError`, with one sentence that names the variable and never shows its
    value, where a part of the API key is missing or cannot be one; `ConfigError` where `.env`
    cannot be read; `MissingExtra` where there is a wallet and `pr3dict[trade]` is not installed.
    """
    environ = os.environ if environ is None else environ
    written = read_dotenv(dotenv_path)[0] if dotenv_path is not None else {}
    found = {
        name: text
        for name in (*API_KEY, PRIVATE_KEY)
        if (text := (environ.get(name, "").strip() or written.get(name, "").strip()))
    }
    return Credentials(_api_key(found), _wallet(found, chain_id))


def refuse_others(credentials: object, wallet: object, address: object) -> None:
    """Raise `CredentialsError` where one of these can be none; None is none, and so is no address.

    The sentence shows nothing of what was found: a key may stand in the wrong place.
    """
    if credentials is not None and not _is_api_key(credentials):
        raise CredentialsError(
            "credentials: wanted ClobApiKeyCreds(key, secret, passphrase) of texts, found"
            f" {type(credentials).__name__}"
        )
    if wallet is not None and not isinstance(wallet, Wallet):
        raise CredentialsError(f"wallet: wanted Wallet(private_key), found {type(wallet).__name__}")
    if address and not (isinstance(address, str) and _ADDRESS.fullmatch(address)):
        size = f" of {len(address)} characters" if isinstance(address, str) else ""
        raise CredentialsError(
            "address: wanted that of the wallet as text, 0x and 40 digits of base 16, found"
            f" {type(address).__name__}{size}"
        )


def _is_api_key(credentials: object) -> bool:
    if not isinstance(credentials, ClobApiKeyCreds):
        return False
    texts = (credentials.key, credentials.secret.reveal(), credentials.passphrase.reveal())
    return all(isinstance(text, str) for text in texts)


def _api_key(found: Mapping[str, str]) -> ClobApiKeyCreds | None:
    missing = [name for name in API_KEY if name not in found]
    if len(missing) == len(API_KEY):
        return None
    if missing:
        raise CredentialsError(
            f"{', '.join(API_KEY)} belong together: {' and '.join(missing)} not set, in the"
            " environment or in .env"
        )
    key, secret, passphrase = (found[name] for name in API_KEY)
    try:
        return checked(ClobApiKeyCreds(key, secret, passphrase))
    except CredentialsError as wrong:
        raise CredentialsError(f"{', '.join(API_KEY)}: {wrong}") from None


def _wallet(found: Mapping[str, str], chain_id: int) -> Wallet | None:
    if PRIVATE_KEY not in found:
        return None
    try:
        return Wallet(found[PRIVATE_KEY], chain_id=chain_id)
    except CredentialsError as wrong:
        raise CredentialsError(f"{PRIVATE_KEY}: {wrong}") from None
