"""What users pass, checked at the door: each refusal is one sentence of what was wanted and found.

Settings are checked by `Config`; here is what only calls have: tokens, dollars, seconds, callbacks.
"""

import inspect
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, Final, TypeVar

from pr3dict.measure.metrics import Yardstick
from pr3dict.model.errors import ConfigError, UnknownTokenError
from pr3dict.model.units import to_micros
from pr3dict.venues.polymarket import rules

SECONDS_MAX: Final = 86_400
_MICROS_MAX: Final = 2**63 - 1
_SHOWN_MAX: Final = 80

_Callback = TypeVar("_Callback", bound=Callable[..., Any])


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


def every_s(every: float | None) -> float:
    """Return the least time between two calls, 0 unless told; raises `ConfigError`."""
    return 0.0 if every is None else seconds("every", every)


def timeout_s(timeout: float | None) -> float | None:
    """Return how long to wait, None without end; raises `ConfigError`."""
    return None if timeout is None else seconds("timeout", timeout)


def count(name: str, value: int) -> int:
    """Return a number of things as it is; raises `ConfigError` for what is none."""
    if not _is_whole(value):
        raise ConfigError(f"{name}: wanted a whole number from 0, found {_shown(value)}")
    return value


def yardstick_of(value: Yardstick) -> Yardstick:
    """Return what to measure as it is; raises `ConfigError` for what nothing is measured by."""
    if not isinstance(value, Yardstick):
        raise ConfigError(f"yardstick: wanted a Yardstick, found {_shown(value)}")
    if not isinstance(value.budgets, tuple) or not all(map(_is_whole, value.budgets)):
        raise ConfigError(
            f"yardstick: wanted a tuple of budgets in whole micros, found {_shown(value.budgets)}"
        )
    if not _is_whole(value.band):
        raise ConfigError(f"yardstick: wanted a band in whole micros, found {_shown(value.band)}")
    return value


def called(callback: _Callback) -> _Callback:
    """Return what is to be called as it is; raises `TypeError` for what cannot be."""
    if not callable(callback):
        raise TypeError(f"wanted a function to call, found {_shown(callback)}")
    return callback


def is_async(callback: Callable[..., Any]) -> bool:
    """Whether calling this makes a coroutine."""
    return inspect.iscoroutinefunction(callback) or inspect.iscoroutinefunction(
        getattr(callback, "__call__", None)  # noqa: B004 - an object with an async __call__
    )


def _is_whole(value: object) -> bool:
    """Whether this is a whole number that is not negative, and that the core can hold."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MICROS_MAX


def _shown(value: object) -> str:
    """Return how something found looks, at a bearable length."""
    return repr(value)[:_SHOWN_MAX]
