"""The people of the simulated venue, as its public streams tell of them: invented from a key."""

import hashlib
from typing import Final, NamedTuple

MOODS: Final = ("Rowdy", "Gentle", "Brave", "Quiet", "Lucky", "Stern", "Witty", "Proud")
THINGS: Final = ("Tenement", "Harbour", "Lantern", "Meadow", "Anvil", "Compass", "Kettle", "Quarry")
ANONYMOUS_SHARE: Final = 3
"""One of so many has given no name."""


class Person(NamedTuple):
    """One user as others see them."""

    wallet: str
    name: str
    pseudonym: str


def person(key: str) -> Person:
    """Return who stands behind a key; the same one each time."""
    digest = hashlib.blake2b(key.encode(), digest_size=20).digest()
    pseudonym = f"{MOODS[digest[0] % len(MOODS)]}-{THINGS[digest[1] % len(THINGS)]}"
    name = "" if digest[2] % ANONYMOUS_SHARE == 0 else f"trader{digest[3] << 8 | digest[4]}"
    return Person(f"0x{digest.hex()}", name, pseudonym)
