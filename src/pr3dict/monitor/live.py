"""A live feed for the time of one verb: wrong ids and unreachable hosts are told at once."""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from pr3dict.app.system import System
from pr3dict.client.rest.polymarket_sync import Polymarket
from pr3dict.config import Config, read_dotenv
from pr3dict.model.errors import (
    ConfigError,
    FeedError,
    MissingExtra,
    RestError,
    UnknownTokenError,
)
from pr3dict.model.units import NS_PER_S
from pr3dict.monitor.labels import Label, apart, label
from pr3dict.venues.polymarket import rules
from pr3dict.venues.polymarket.gamma.requests import MARKETS_MAX
from pr3dict.venues.polymarket.markets.market import Market, market_of, still_open
from pr3dict.venues.polymarket.markets.names import Kind, read_name

TOKENS: Final = "PR3DICT_TOKENS"
"""The environment variable that stands in for tokens on the command line."""
LOOK_EVERY_S: Final = 0.02
GRACE_S: Final = 2.0
"""What an attempt may take beyond its own timeout before we call it unanswered."""


class Wanted(NamedTuple):
    """What is to be watched."""

    tokens: list[str]
    labels: dict[str, Label]
    """What they are called, as far as they were asked for by the name of their market."""


def wanted_tokens(given: Sequence[str], config: Config) -> Wanted:
    """Return the tokens that the command line, else PR3DICT_TOKENS (`.env` too), stands for.

    A number is a token id; anything else names a market, or an event with all its open markets,
    and is looked up. Raises `UnknownTokenError` and `UnknownMarketError` for what is none,
    `RestError`, and `ConfigError` when there are none.
    """
    found = list(given)
    if not found:
        text = os.environ.get(TOKENS) or read_dotenv()[0].get(TOKENS) or ""
        found = text.replace(",", " ").split()
    if not found:
        raise ConfigError(
            f"wanted at least one market or token id, as an argument or in {TOKENS}, found none"
        )
    named = [name for name in found if not name.isdigit()]
    if not named:
        return Wanted([rules.token_id(token) for token in dict.fromkeys(found)], {})
    tokens: list[str] = []
    markets: list[Market] = []
    with Polymarket(config) as polymarket:
        for name in found:
            if name.isdigit():
                tokens.append(rules.token_id(name))
                continue
            meant = _markets(polymarket, name)
            markets += meant
            tokens += [token for market in meant for token in market.token_ids]
    return Wanted(list(dict.fromkeys(tokens)), _labels(markets))


def labels_of(tokens: Sequence[str], config: Config) -> dict[str, Label]:
    """Return what tokens are called, as far as the catalogue says; nothing where it is silent."""
    markets: list[Market] = []
    try:
        with Polymarket(config) as polymarket:
            for start in range(0, len(tokens), MARKETS_MAX):
                asked = list(tokens[start : start + MARKETS_MAX])
                markets += map(market_of, polymarket.list_markets(MARKETS_MAX, token_ids=asked))
    except (RestError, MissingExtra):
        return {}
    return _labels(markets)


def _labels(markets: Sequence[Market]) -> dict[str, Label]:
    said = apart([market.question for market in markets])
    return {
        each.token_id: label(each.label, words)
        for market, words in zip(markets, said, strict=True)
        for each in market.outcomes
    }


def _markets(polymarket: Polymarket, name: str) -> list[Market]:
    """Return the open markets that a name stands for; of words the best one."""
    is_words = read_name(name).kind is Kind.WORDS
    markets = [polymarket.market(name)] if is_words else polymarket.markets(name)
    still = [market for market in markets if not market.closed]
    if not still:
        still_open(markets[0])
    return still


@contextmanager
def live(config: Config, tokens: Sequence[str], *, record: str | None = None) -> Iterator[System]:
    """Give a feed whose first connection is open; leave with every file closed.

    Raises `FeedError` when no connection can be opened at the first attempt, and what `System`
    raises.
    """
    system = System(config, record=record)
    try:
        system.start()
        system.subscribe(tokens).result(GRACE_S)
        _wait_open(system)
        yield system
    finally:
        system.stop()


def look_after(system: System, tokens: Sequence[str]) -> None:
    """Raise what makes going on useless.

    That is `FeedError` when the feed has ended by itself, `UnknownTokenError` when the venue has a
    book of none of these tokens.
    """
    _refuse_dead(system)
    if not all(map(system.has_no_book, tokens)):
        return
    which = f"token {tokens[0]}" if len(tokens) == 1 else f"any of these {len(tokens)} tokens"
    raise UnknownTokenError(
        f"the venue has no book for {which}: the id is wrong, or the market is over"
    )


def _refuse_dead(system: System) -> None:
    if system.failure is not None:
        raise FeedError(
            f"the feed ended by a fault of this program ({type(system.failure).__name__}:"
            f" {system.failure}): the log above says where; please report it"
        )


def place(system: System) -> str:
    """Return where the feed comes from, for the title of the monitor."""
    return urlsplit(system.config.polymarket_market_ws_url).netloc


def _wait_open(system: System) -> None:
    """Wait for the first open connection; raise when every first attempt has failed."""
    moment = threading.Event()
    patience_s = system.config.connect_timeout_s + GRACE_S
    deadline = system.clock.monotonic() + patience_s * NS_PER_S
    while system.clock.monotonic() < deadline:
        _refuse_dead(system)
        statuses = system.statuses()
        if any(status.opened for status in statuses):  # also one that is lost again already
            return
        if statuses and all(status.lost for status in statuses):
            raise FeedError(statuses[0].last_error)
        moment.wait(LOOK_EVERY_S)
    raise FeedError(f"{system.config.polymarket_market_ws_url} did not answer in {patience_s:g} s")
