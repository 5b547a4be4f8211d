"""What users pass, checked at the door: each refusal is one sentence of what was wanted and found.

Settings are checked by `Config`; here is what only calls have: tokens, dollars, seconds, callbacks.
"""

import inspect
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, Final

from pr3dict.model.errors import ConfigError, UnknownTokenError
from pr3dict.model.units import to_micros
from pr3dict.venues.polymarket import rules

SECONDS_MAX: Final = 86_400
_MICROS_MAX: Final = 2**63 - 1
_SHOWN_MAX: Final = 80


def token_id(asset_id: object) -> str:
    """Return the id as it is, if it can be one; raises `UnknownTokenError`."""
    if not isinstance(asset_id, str):
        raise UnknownTokenError(f"wanted a token id as text, found {_shown(asset_id)}")
    return rules.token_id(asset_id)


def token_ids(asset_ids: Iterable[str]) -> list[str]:
    """Return the ids as they are, if they can be such; raises `UnknownTokenError`."""
    if isinstance(asset_ids, str):
        raise UnknownTokenError(f"wanted a list of token ids, found the text {_shown(asset_ids)}")
    if not isinstance(asset_ids, Iterable):
        raise UnknownTokenError(f"wanted a list of token ids, found {_shown(asset_ids)}")
    return [token_id(asset_id) for asset_id in asset_ids]


def dollars(depth_usdc: Decimal | float | str) -> int:
    """Return a budget in micros; raises `ValueError` for what is no positive number of dollars.

    >>> dollars("100")
    100000000
    """
    try:
        micros = to_micros(depth_usdc)
    except ArithmeticError:  # no number at all, or one beyond any decimal
        micros = _MICROS_MAX + 1
    if micros > _MICROS_MAX:
        raise ValueError(f"depth_usdc: wanted a number of dollars, found {_shown(depth_usdc)}")
    if micros <= 0:
        raise ValueError(f"depth_usdc: wanted more than 0 dollars, found {depth_usdc}")
    return micros


def seconds(name: str, value: float) -> float:
    """Return a wait as it is; raises `ConfigError` for what is none."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (is_number and 0 <= value <= SECONDS_MAX):
        raise ConfigError(f"{name}: wanted seconds, at most {SECONDS_MAX}, found {_shown(value)}")
    return value


def is_async(callback: Callable[..., Any]) -> bool:
    """Whether calling this makes a coroutine."""
    return inspect.iscoroutinefunction(callback) or inspect.iscoroutinefunction(
        getattr(callback, "__call__", None)  # noqa: B004 - an object with an async __call__
    )


def _shown(value: object) -> str:
    """Return how something found looks, at a bearable length."""
    return repr(value)[:_SHOWN_MAX]
