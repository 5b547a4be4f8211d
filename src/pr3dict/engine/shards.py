"""Which token sits on which connection. Pure: wishes in, the changes they call for out.

Polymarket stops sending opening books on connections with too many tokens (never documented;
between 500 and 750 seen), so tokens are spread over links. Wishes are counted: a token is
subscribed when the first asks for it and unsubscribed when the last lets go.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import msgspec

LINK_TOKENS_MAX: Final = 200
"""Tokens a link unless told otherwise: the number that other clients have found safe."""
LINKS_MAX: Final = 60_000
"""Numbers of links before they begin again at 1: the core takes no greater ones than 65,535. A
number is not used again at once, for its connection may still be saying goodbye."""


class Plan(msgspec.Struct):
    """What to do, in the order of the fields."""

    unsubscribe: dict[int, list[str]] = {}
    close: list[int] = []
    """Links that carry nothing any more."""
    open: list[int] = []
    """Links that are new; their tokens are in `subscribe`."""
    subscribe: dict[int, list[str]] = {}


class Shards:
    """Tokens with reference counts, spread over links that are numbered from 1."""

    def __init__(self, link_tokens_max: int = LINK_TOKENS_MAX) -> None:
        assert link_tokens_max > 0
        self._room = link_tokens_max
        self._wishes: Counter[str] = Counter()
        self._link_of: dict[str, int] = {}
        self._links: dict[int, dict[str, None]] = {}
        self._last_link = 0

    def add(self, tokens: Sequence[str]) -> Plan:
        """Want these tokens once more.

        New ones are placed two by two in the order given: the two tokens of a market, given one
        after the other, share a link.
        """
        new = [token for token in dict.fromkeys(tokens) if token not in self._wishes]
        self._wishes.update(dict.fromkeys(tokens, 1))
        plan = Plan()
        step = min(2, self._room)
        for start in range(0, len(new), step):
            self._place(new[start : start + step], plan)
        return plan

    def remove(self, tokens: Sequence[str]) -> Plan:
        """Want these tokens once less; those that nobody wants any more leave their link."""
        plan = Plan()
        for token in dict.fromkeys(tokens):
            if token not in self._wishes:
                continue
            self._wishes[token] -= 1
            if not self._wishes[token]:
                del self._wishes[token]
                self._leave(token, plan)
        return plan

    def move(self, token: str) -> Plan:
        """Give a token to another link, a new one if no other has room."""
        plan = Plan()
        if token in self._link_of:
            barred = self._leave(token, plan)
            self._place([token], plan, barred)
        return plan

    def link_of(self, token: str) -> int | None:
        """Return the link that carries a token; None when nobody wants it."""
        return self._link_of.get(token)

    def tokens_of(self, link: int) -> tuple[str, ...]:
        """Return the tokens of a link in the order in which they were placed."""
        return tuple(self._links.get(link, ()))

    def links(self) -> tuple[int, ...]:
        """Return the links in use."""
        return tuple(self._links)

    def tokens(self) -> tuple[str, ...]:
        """Return all wanted tokens in the order in which they were first wanted."""
        return tuple(self._wishes)

    def _place(self, group: list[str], plan: Plan, barred: int | None = None) -> None:
        for link, held in self._links.items():
            if link != barred and len(held) + len(group) <= self._room:
                break
        else:
            link = self._number()
            self._links[link] = {}
            plan.open.append(link)
        for token in group:
            self._links[link][token] = None
            self._link_of[token] = link
        plan.subscribe.setdefault(link, []).extend(group)

    def _number(self) -> int:
        """Return the next number that no link in use has."""
        while True:
            self._last_link = self._last_link % LINKS_MAX + 1
            if self._last_link not in self._links:
                return self._last_link

    def _leave(self, token: str, plan: Plan) -> int:
        link = self._link_of.pop(token)
        held = self._links[link]
        del held[token]
        plan.unsubscribe.setdefault(link, []).append(token)
        if not held:
            del self._links[link]
            plan.close.append(link)
        return link
