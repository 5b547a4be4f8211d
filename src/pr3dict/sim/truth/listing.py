"""A market as the catalogue of the venue has it: what it asks, when it was listed, how it ended."""

import msgspec

from pr3dict.sim.truth.names import Name


class Listing(msgspec.Struct):
    """One market; the venue that lists it writes down how it ends."""

    number: int
    """Its id at Gamma."""
    condition: str
    tokens: tuple[str, str]
    name: Name
    listed_ms: int
    """Venue time, as below."""
    settled_ms: int = 0
    """When the question was answered and trading ended; 0: not yet."""
    closed_ms: int = 0
    """When the answer was announced; 0: not yet."""
    winner: int = -1
    """The outcome that won, once it is settled."""

    @property
    def ends_ms(self) -> int:
        """When the question should be answered."""
        return self.name.event.ends_ms

    @property
    def starts_ms(self) -> int:
        """When the time begins that the question is about."""
        return self.name.event.starts_ms or self.listed_ms
