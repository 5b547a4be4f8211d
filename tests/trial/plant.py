"""What a planted bug is made of."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, NamedTuple
from unittest.mock import patch

Plant = AbstractContextManager[object]


class Bug(NamedTuple):
    """A bug, and how it is planted."""

    name: str
    sentence: str
    plant: Callable[[], Plant]
    likely: tuple[int, ...]
    """The seeds to try first."""
    core: str = "auto"
    scenario: str = ""
    """A test of the catalogue that notices it, where hardly a seed does: `module:test`."""


def instead(owner: object, name: str, new: object) -> Callable[[], Plant]:
    return lambda: patch.object(owner, name, new)


def around(
    owner: Any, name: str, wrap: Callable[[Callable[..., Any]], Callable[..., Any]]
) -> Callable[[], Plant]:
    return lambda: patch.object(owner, name, wrap(getattr(owner, name)))


def nothing(*_: object, **__: object) -> None:
    return None
