"""Trades in which accounts take part: who met whom, what moved, how the chain took it.

A trade is told to its parties with each status: MATCHED at once, then MINED and CONFIRMED as the
chain goes on, or RETRYING and FAILED where a script wants it.
"""

from collections.abc import Callable, Iterable
from functools import partial
from random import Random
from typing import Final
from uuid import UUID

from pr3dict.sim.desk.accounts import Account
from pr3dict.sim.desk.orders import BUY, SELL
from pr3dict.sim.desk.tickets import (
    CONFIRMED,
    FAILED,
    MATCHED,
    MINED,
    RETRYING,
    Deal,
    Piece,
    Ticket,
    order_event,
    trade_event,
)
from pr3dict.sim.truth.books import Rules
from pr3dict.sim.truth.fees import rate_of, taker_fee
from pr3dict.sim.truth.hash import MICROS
from pr3dict.sim.truth.venue import Venue
from pr3dict.sim.truth.wire import Made, Step, Trade

Course = tuple[tuple[int, str], ...]
"""(milliseconds after the match, status), in order."""
Taking = tuple[Ticket, list[tuple[int, int]]]
"""Who takes, and what was got as (price, size), best first."""

SMOOTH: Final[Course] = ((2_200, MINED), (10_000, CONFIRMED))
"""As usual: a block 2.2 s after the match (protocol, section 1.4)."""
RETRIED: Final[Course] = ((2_200, RETRYING), (4_400, MINED), (12_000, CONFIRMED))
LOST: Final[Course] = ((2_200, RETRYING), (4_400, FAILED))


class Deals:
    """All trades with accounts, oldest first, and the orders that wait to be met."""

    def __init__(
        self, venue: Venue, tell: Callable[[Account, str, bytes], None], rng: Random
    ) -> None:
        self.all: list[Deal] = []
        self.taking: Taking | None = None
        """Whose the trade of the next step is; None: somebody of the crowd."""
        self._venue = venue
        self._tell = tell
        self._rng = rng
        self._queues: dict[tuple[str, int], list[Ticket]] = {}
        self._courses: list[Course] = []

    def retry_next(self, n: int = 1) -> None:
        """Script: the next n trades are retried before they are mined."""
        self._courses += [RETRIED] * n

    def fail_next(self, n: int = 1) -> None:
        """Script: the next n trades fail on the chain; what they moved moves back."""
        self._courses += [LOST] * n

    def queue(self, ticket: Ticket) -> None:
        """Let an order wait behind those at its price."""
        self._queues.setdefault(ticket.rests_at, []).append(ticket)

    def forget(self, ticket: Ticket) -> None:
        """Let an order wait no more."""
        waiting = self._queues.get(ticket.rests_at, [])
        if ticket in waiting:
            waiting.remove(ticket)
            if not waiting:
                del self._queues[ticket.rests_at]

    def of(self, account: Account) -> list[tuple[Deal, str]]:
        """Return the trades of an account and its role in each, newest first."""
        return [
            (deal, role) for deal in reversed(self.all) for who, role in deal.parties
            if who is account
        ]  # fmt: skip

    def heard(self, step: Step) -> None:
        """Make a trade of a step that met an order of an account, or that an account made."""
        taking, self.taking = self.taking, None
        if not step.trades or not (step.made or taking):
            return
        trade = step.trades[-1]
        met = list(self._met(step.made))
        deal = self._deal(trade, met, taking, step.time_ms)
        self.all.append(deal)
        if taking:
            for price, size in taking[1]:
                self._pay(taking[0], price, size)
            self._fill(taking[0], deal, trade.size)
        for ticket, size in met:
            _move(ticket, ticket.price, size)
            self._fill(ticket, deal, size)
        self._say(deal)
        course = self._courses.pop(0) if self._courses else SMOOTH
        for after_ms, status in course:
            self._venue.plan(step.time_ms + after_ms, partial(self._advance, deal, status, taking))

    def _met(self, made: Iterable[Made]) -> Iterable[tuple[Ticket, int]]:
        """Yield the orders that were met and how much of each, oldest first at each price."""
        for token, price, size in made:
            left = size
            for ticket in list(self._queues.get((token, price), ())):
                part = min(left, ticket.left)
                left -= part
                if part:
                    yield ticket, part

    def _fill(self, ticket: Ticket, deal: Deal, size: int) -> None:
        ticket.matched += size
        ticket.trades.append(deal.id)
        if not ticket.left:
            ticket.status = MATCHED
            self.forget(ticket)
        event = order_event(ticket, "UPDATE", deal.matched_ms)
        self._tell(ticket.account, ticket.rules.condition, event)

    def _deal(
        self, trade: Trade, met: list[tuple[Ticket, int]], taking: Taking | None, now_ms: int
    ) -> Deal:
        rules = self._venue.rules(trade.token)
        assert rules is not None
        taker = taking[0] if taking else None
        levels = taking[1] if taking else [(trade.price, trade.size)]
        pieces = [_piece(ticket, size) for ticket, size in met]
        pieces += self._crowd(trade, rules, levels, pieces)
        return Deal(
            id=self._uuid(),
            rules=rules,
            taker_order_id=taker.id if taker else self._hex(256),
            owner=taker.owner if taker else self._uuid(),
            maker=taker.maker if taker else self._hex(160),
            token=trade.token,
            side=trade.side,
            price=trade.price,
            size=trade.size,
            transaction=trade.transaction,
            matched_ms=now_ms,
            updated_ms=now_ms,
            number=len(self.all),
            pieces=tuple(pieces),
            taker=taker,
        )

    def _crowd(
        self, trade: Trade, rules: Rules, levels: list[tuple[int, int]], known: list[Piece]
    ) -> list[Piece]:
        """Return the makers of the crowd: one at each level, for what no account gave there."""
        left = trade.size - sum(piece.size for piece in known)
        found = []
        for price, size in levels:
            given = sum(
                piece.size for piece in known
                if price == (piece.price if piece.token == trade.token else MICROS - piece.price)
            )  # fmt: skip
            part = min(size - given, left)
            if part <= 0:
                continue
            left -= part
            found.append(
                Piece(
                    self._hex(256), self._uuid(), self._hex(160), part, price, trade.token,
                    rules.outcomes[rules.tokens.index(trade.token)],
                    SELL if trade.side == BUY else BUY, None,
                )
            )  # fmt: skip
        return found

    def _advance(self, deal: Deal, status: str, taking: Taking | None, now_ms: int) -> Step:
        deal.status = status
        deal.updated_ms = now_ms
        if status == FAILED:
            for price, size in taking[1] if taking else ():
                assert deal.taker is not None
                self._pay(deal.taker, price, -size)
            for piece in deal.pieces:
                if piece.ticket:
                    _move(piece.ticket, piece.price, -piece.size)
        self._say(deal)
        return Step(now_ms, (), ())

    def _say(self, deal: Deal) -> None:
        for account, role in deal.parties:
            self._tell(account, deal.rules.condition, trade_event(deal, role))

    def _pay(self, taker: Ticket, price: int, size: int) -> None:
        """Settle what a taker got, fee included; negative: back."""
        _move(taker, price, size)
        fee = taker_fee(rate_of(self._venue, taker.rules.condition), price, abs(size))
        taker.account.collateral -= fee if size > 0 else -fee

    def _uuid(self) -> str:
        return str(UUID(int=self._rng.getrandbits(128), version=4))

    def _hex(self, bits: int) -> str:
        return f"0x{self._rng.getrandbits(bits):0{bits // 4}x}"


def _piece(ticket: Ticket, size: int) -> Piece:
    return Piece(
        ticket.id, ticket.owner, ticket.maker, size, ticket.price, ticket.token,
        ticket.outcome, ticket.side, ticket,
    )  # fmt: skip


def _move(ticket: Ticket, price: int, size: int) -> None:
    """Give the account of an order what it bought, or take what it sold; negative: back."""
    sign = 1 if ticket.side == BUY else -1
    money = price * abs(size) // MICROS * (1 if size > 0 else -1)
    ticket.account.collateral -= sign * money
    ticket.account.give(ticket.token, sign * size)
