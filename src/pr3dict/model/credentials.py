"""What proves who we are. None of it is ever shown: not in `repr`, logs, errors or tapes."""

from typing import Final


class Secret:
    """A text that is only given out by `reveal`."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text: Final = text

    def reveal(self) -> str:
        """Return the text; call it where it is used, and keep nothing of it."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> tuple[type["Secret"], tuple[str]]:
        raise TypeError("a Secret is not pickled: it would be written down")


class ClobApiKeyCreds:
    """The API key of an account at Polymarket's order book (L2), as its site hands it out.

    key: the id of the key. secret: with which requests are signed. passphrase: told with each.
    """

    __slots__ = ("key", "passphrase", "secret")

    def __init__(self, key: str, secret: str | Secret, passphrase: str | Secret) -> None:
        self.key: Final = key
        self.secret: Final = secret if isinstance(secret, Secret) else Secret(secret)
        self.passphrase: Final = (
            passphrase if isinstance(passphrase, Secret) else Secret(passphrase)
        )

    def __repr__(self) -> str:
        return "ClobApiKeyCreds(…)"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ClobApiKeyCreds):
            return NotImplemented
        mine = (self.key, self.secret, self.passphrase)
        return mine == (other.key, other.secret, other.passphrase)

    def __hash__(self) -> int:
        return hash((self.key, self.secret, self.passphrase))
