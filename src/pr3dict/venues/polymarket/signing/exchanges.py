"""The contracts that settle trades: which of them an order is signed for, protocol section 5.3."""

from typing import Final

from pr3dict.model.errors import OrderError
from pr3dict.venues.polymarket import rules
from pr3dict.venues.polymarket.signing.auth import AMOY, POLYGON
from pr3dict.venues.polymarket.signing.eip712 import Domain

_NAME: Final = "Polymarket CTF Exchange"
_POSITION_BITS: Final = ((1 << 64) - 1) << 40
"""All zero in the ids of Protocol V2 (SDK `_internal/protocol.py`, 2026-10-21)."""

# By chain: for most markets, for those of negative risk. Protocol 5.3.
_EXCHANGES_V1: Final = {
    POLYGON: (
        "0x4bFb41d5B3570DeFd03C39a9A4D8dE6Bd8B8982E",
        "0xC5d563A36AE78145C45a50134d48A1215220f80a",
    ),
    AMOY: (
        "0xdFE02Eb6733538f8Ea35D585af8DE5958AD99E40",
        "0xC5d563A36AE78145C45a50134d48A1215220f80a",
    ),
}
_EXCHANGES_V2: Final = (
    "0xE111180000d2663C0091e4f400237545B87B996B",
    "0xe2222d279d744050d28e00520010520000310F59",
)
_EXCHANGE_V3: Final = {
    POLYGON: "0xe3333700cA9d93003F00f0F71f8515005F6c00Aa",
    AMOY: "0x9fE6e61422AdB6F610d8597F9684b16912D50C3D",
}


def is_position_id(token_id: str) -> bool:
    """Tell whether an id is one of Protocol V2, which trades on an exchange of its own."""
    return int(rules.token_id(token_id)) & _POSITION_BITS == 0


def exchange(token_id: str, *, neg_risk: bool, chain_id: int = POLYGON) -> Domain:
    """Return the exchange that an order for this token is signed for.

    Raises `OrderError` for a chain on which there is none.
    """
    _known(chain_id)
    if is_position_id(token_id):
        return _domain("3", chain_id, _EXCHANGE_V3[chain_id])
    return _domain("2", chain_id, _EXCHANGES_V2[neg_risk])


def exchange_v1(*, neg_risk: bool, chain_id: int = POLYGON) -> Domain:
    """Return the exchange of before 2026-04-28; raises `OrderError` likewise."""
    _known(chain_id)
    return _domain("1", chain_id, _EXCHANGES_V1[chain_id][neg_risk])


def _known(chain_id: int) -> None:
    if chain_id not in (POLYGON, AMOY):
        raise OrderError(f"wanted chain {POLYGON} or {AMOY} (for tests), found {chain_id}")


def _domain(version: str, chain_id: int, contract: str) -> Domain:
    return Domain(name=_NAME, version=version, chain_id=chain_id, contract=contract)
