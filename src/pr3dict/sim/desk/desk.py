"""The desk: takes orders of accounts to the true books, and knows what became of each.

What it does to the books happens at once and is announced like any other step, so the market
channel tells it with the right batches and hashes. What follows later (settlement on the chain,
an expiry, a missed heartbeat) stands on the agenda of the venue, in venue time.
"""

from collections.abc import Callable, Iterable
from functools import partial
from random import Random
from typing import Final, NamedTuple

from pr3dict.sim.desk.accounts import BAD_REQUEST, Account, Accounts, ApiKey, Refused
from pr3dict.sim.desk.deals import Deals
from pr3dict.sim.desk.heartbeats import Heartbeats
from pr3dict.sim.desk.orders import (
    BAD_ORDER,
    BAD_SIGNATURE,
    BUY,
    CROSSES,
    EXPIRES_EARLY_MS,
    FAK_KILLED,
    FOK,
    FOK_KILLED,
    GTD,
    MS_PER_S,
    NOT_ENOUGH,
    NOT_OWNER,
    NOT_READY,
    NOT_SIGNER,
    RESTING,
    Terms,
    Wanted,
    fault,
    terms,
    too_small,
)
from pr3dict.sim.desk.signatures import (
    EOA,
    POLY_1271,
    POLYGON,
    Domain,
    domain_of,
    order_id,
    order_signer,
)
from pr3dict.sim.desk.tickets import (
    CANCELED,
    DELAYED,
    LIVE,
    MATCHED,
    UNMATCHED,
    Ticket,
    order_event,
)
from pr3dict.sim.truth.books import Rules
from pr3dict.sim.truth.fees import rate_of, taker_fee
from pr3dict.sim.truth.hash import MICROS, plain
from pr3dict.sim.truth.venue import Venue
from pr3dict.sim.truth.wire import Step

NOT_FOUND: Final = "order can't be found - already canceled or matched"
EXPIRED: Final = "CANCELED_EXPIRED_ORDER"
RESOLVED: Final = "CANCELED_MARKET_RESOLVED"
UNAVAILABLE: Final = 503
DELAY_MS: Final = 3_000
"""For how long an order is delayed, where it is."""
MODES: Final = {
    "open": "",
    "post_only": "post-only mode: only post-only orders and cancels are allowed",
    "cancel_only": (
        "Trading is currently cancel-only. New orders are not accepted, but cancels are allowed."
    ),
    "disabled": "Trading is currently disabled. Check polymarket.com for updates",
}
"""How the venue trades, and what it tells whose order it does not take."""

Tell = Callable[[Account, str, bytes], None]
"""Hands an event of a market, named by its condition, to an account."""


class Placed(NamedTuple):
    """What became of an order at once."""

    ticket: Ticket
    money: int
    """What its fills cost or brought, micros."""
    trades: tuple[str, ...]
    transactions: tuple[str, ...]


class Reach(NamedTuple):
    """What an order could have of the book as it stands."""

    size: int
    whole: bool
    """Whether that is all that it wants."""


class Desk:
    """Every order of every account, by id, in the order in which they came."""

    def __init__(
        self,
        venue: Venue,
        announce: Callable[[Step], None] | None = None,
        *,
        chain: int = POLYGON,
        seed: int = 0,
    ) -> None:
        """`announce`: tells a step to all, this desk (`heard`) among them; None: only to it."""
        self.venue = venue
        self.accounts = Accounts(chain=chain)
        self.tickets: dict[str, Ticket] = {}
        self.tell: Tell = _nobody
        self.mode = "open"
        """One of `MODES`."""
        rng = Random(seed)  # noqa: S311 - a seed must give the same ids again
        self.deals = Deals(venue, self._said, rng)
        self.heartbeats = Heartbeats(venue, self._missed, rng)
        self.dropped: dict[str, set[int]] = {}
        """Ids of notifications that an account wants to see no more, by its wallet."""
        self._announce = announce or self.heard
        self._chain = chain
        self._delays = 0

    def heard(self, step: Step) -> None:
        """Learn what happened at the books: orders that were met, markets that ended."""
        if step.settled:
            for ticket in [t for t in self._live() if t.rules.condition == step.settled]:
                self._end(ticket, RESOLVED, step.time_ms)
        self.deals.heard(step)

    def place(self, account: Account, key: ApiKey, order: Wanted, now_ms: int) -> Placed | Refused:
        """Take an order: let it trade, let it rest, or refuse it in the venue's words."""
        token = str(order.order.token)
        rules = self.venue.rules(token)
        if rules is None:
            return _refused(f"the orderbook {token} does not exist")
        error = self._stranger(account, key, order, rules)
        if error:
            return _refused(error)
        name = order_id(order.order, self._domain(order, rules))
        if name in self.tickets:
            return _refused(f"order {name} is invalid. Duplicated.")
        found = terms(order, rules)
        error = self._unready(order, token) or fault(order, name, found, rules, now_ms)
        if error:
            return Refused(UNAVAILABLE, error) if error in MODES.values() else _refused(error)
        ticket = Ticket(
            name, account, key.key, order.order.maker, rules, token, order.side,
            found.price, found.size, order.kind, order.expiration_s, now_ms,
        )  # fmt: skip
        if self._delays:
            self._delays -= 1
            return self._delayed(ticket, order, found, now_ms)
        return self._matched(ticket, order, found, now_ms)

    def delay_next(self, n: int = 1) -> None:
        """Script: the next n orders are looked at only after some seconds, as at a game."""
        self._delays += n

    def cancel(
        self, account: Account, names: Iterable[str], now_ms: int
    ) -> tuple[list[str], dict[str, str]]:
        """Take orders away; return which, and why not the others."""
        canceled: list[str] = []
        kept: dict[str, str] = {}
        for name in names:
            ticket = self.tickets.get(name)
            if ticket is None or ticket.account is not account or ticket.status != LIVE:
                kept[name] = NOT_FOUND
            else:
                self._withdraw(ticket, CANCELED, now_ms)
                canceled.append(name)
        return canceled, kept

    def open_orders(self, account: Account) -> list[Ticket]:
        """Return what an account has on the books, oldest first."""
        return [ticket for ticket in self._live() if ticket.account is account]

    def reserved(self, account: Account, token: str = "") -> int:
        """Return what its open orders may cost it: shares of a token, or collateral for `""`."""
        return sum(
            ticket.left if token else _cost(ticket.price, ticket.left)
            for ticket in self.open_orders(account)
            if (ticket.side == BUY) != bool(token) and token in {"", ticket.token}
        )

    def _live(self) -> Iterable[Ticket]:
        return (ticket for ticket in list(self.tickets.values()) if ticket.status == LIVE)

    def _stranger(self, account: Account, key: ApiKey, order: Wanted, rules: Rules) -> str:
        """Return why an order is not the account's own."""
        if order.owner != key.key:
            return NOT_OWNER
        own = account.address.lower()
        signed = order.order
        if signed.signature_type != POLY_1271 and signed.signer.lower() != own:
            return NOT_SIGNER
        if signed.signature_type == EOA and signed.maker.lower() != own:
            return BAD_SIGNATURE
        signer = order_signer(signed, self._domain(order, rules), order.signature)
        return "" if signer == own else BAD_SIGNATURE

    def _domain(self, order: Wanted, rules: Rules) -> Domain:
        return domain_of(order.order.token, neg_risk=rules.neg_risk, chain=self._chain)

    def _unready(self, order: Wanted, token: str) -> str:
        """Return why the venue takes no such order now."""
        if self.mode != "open" and not (self.mode == "post_only" and order.post_only):
            return MODES[self.mode]
        return "" if self.venue.trades(token) else NOT_READY

    def _poor(self, ticket: Ticket, found: Terms, taken: int) -> str:
        """Return why an account cannot pay for an order, which takes so much at once."""
        account = ticket.account
        if ticket.side == BUY:
            if account.closed_only:
                return f"'{account.address}' address in closed only mode"
            rate = rate_of(self.venue, ticket.rules.condition)
            need = found.money or _cost(found.price, found.size)
            need += taker_fee(rate, found.price, taken)
            free = account.collateral - self.reserved(account)
        else:
            need, token = found.size, ticket.token
            free = account.shares(token) - self.reserved(account, token)
        if need <= free:
            return ""
        told = f"the balance is not enough -> balance: {max(free, 0)}, order amount: {need}"
        return f"{NOT_ENOUGH}: {told}"

    def _matched(
        self,
        ticket: Ticket,
        order: Wanted,
        found: Terms,
        now_ms: int,
        kind: str = "PLACEMENT",
    ) -> Placed | Refused:
        """Let an order take what it can, and rest or end with what is left of it."""
        reach = self._reach(ticket, found.money)
        if reach.size and order.post_only:
            return _refused(CROSSES)
        error = self._poor(ticket, found, reach.size) or (reach.size and too_small(order, found))
        if error:
            return _refused(error)
        if ticket.kind == FOK and not reach.whole:
            ticket.status = f"CANCELED_{FOK_KILLED}"
            self._said(ticket.account, ticket.rules.condition,
                       order_event(ticket, "CANCELLATION", now_ms))  # fmt: skip
            return _refused(FOK_KILLED)
        if ticket.kind not in RESTING and not reach.size:
            return _refused(FAK_KILLED)
        if found.money and reach.whole:
            ticket.size = reach.size
        self.tickets[ticket.id] = ticket
        self._event(ticket, kind, now_ms)
        placed = Placed(ticket, 0, (), ())
        if reach.size:
            placed = self._taken(ticket, reach.size, now_ms)
        self._leave(ticket, now_ms)
        return placed

    def _delayed(self, ticket: Ticket, order: Wanted, found: Terms, now_ms: int) -> Placed:
        """Take an order, and look at it later; it cannot be cancelled until then."""
        ticket.status = DELAYED
        self.tickets[ticket.id] = ticket
        self._event(ticket, "PLACEMENT", now_ms)

        def look(at_ms: int) -> Step:
            ticket.status = LIVE
            del self.tickets[ticket.id]  # Or it would reserve what it wants to spend.
            ready = self.venue.trades(ticket.token)
            met = self._matched(ticket, order, found, at_ms, "UPDATE") if ready else None
            self.tickets[ticket.id] = ticket
            if not isinstance(met, Placed) and ticket.status == LIVE:
                self._end(ticket, UNMATCHED, at_ms)
            return Step(at_ms, (), ())

        self.venue.plan(now_ms + DELAY_MS, look)
        return Placed(ticket, 0, (), ())

    def _taken(self, ticket: Ticket, size: int, now_ms: int) -> Placed:
        """Take from the book; the trade is made when the step is heard."""
        step, got = self.venue.take(ticket.token, ticket.side, ticket.price, size, now_ms)
        self.deals.taking = (ticket, got)
        self._announce(step)
        money = sum(price * part // MICROS for price, part in got)
        return Placed(ticket, money, tuple(ticket.trades), (step.trades[-1].transaction,))

    def _leave(self, ticket: Ticket, now_ms: int) -> None:
        """Let what is left of a new order rest, or end it."""
        if ticket.status == MATCHED:
            return
        if ticket.kind not in RESTING:
            self._end(ticket, CANCELED, now_ms)
            return
        step = self.venue.rest(ticket.token, ticket.side, ticket.price, ticket.left, now_ms)
        self.deals.queue(ticket)
        self._announce(step)
        if ticket.kind == GTD:
            at_ms = ticket.expiration_s * MS_PER_S - EXPIRES_EARLY_MS
            self.venue.plan(at_ms, partial(self._expire, ticket))

    def _reach(self, ticket: Ticket, money: int) -> Reach:
        """Return what an order could take: up to its size, or for up to an amount of money."""
        bids, asks = self.venue.levels(ticket.token)
        size = 0
        for price, held in asks if ticket.side == BUY else bids:
            if (price > ticket.price) if ticket.side == BUY else (price < ticket.price):
                break
            wanted = money * MICROS // price if money else ticket.size - size
            part = min(held, wanted)
            size += part
            if part == wanted:
                return Reach(size, whole=True)
            money -= _cost(price, part) if money else 0
        return Reach(size, whole=False)

    def _withdraw(self, ticket: Ticket, status: str, now_ms: int) -> None:
        """End an order and take what is left of it from the book."""
        self.deals.forget(ticket)
        if self.venue.trades(ticket.token):
            step = self.venue.rest(ticket.token, ticket.side, ticket.price, -ticket.left, now_ms)
            self._end(ticket, status, now_ms)
            self._announce(step)
        else:
            self._end(ticket, status, now_ms)

    def _end(self, ticket: Ticket, status: str, now_ms: int) -> None:
        ticket.status = status
        self.deals.forget(ticket)
        self._event(ticket, "CANCELLATION", now_ms)

    def _missed(self, key: str, now_ms: int) -> None:
        """Take all orders of a key away that did not send its heartbeat."""
        for ticket in [each for each in self._live() if each.owner == key]:
            self._withdraw(ticket, CANCELED, now_ms)

    def _expire(self, ticket: Ticket, now_ms: int) -> Step:
        if ticket.status == LIVE:
            self._withdraw(ticket, EXPIRED, now_ms)
        return Step(now_ms, (), ())

    def _event(self, ticket: Ticket, kind: str, now_ms: int) -> None:
        self._said(ticket.account, ticket.rules.condition, order_event(ticket, kind, now_ms))

    def _said(self, account: Account, condition: str, text: bytes) -> None:
        self.tell(account, condition, text)


def amounts(placed: Placed) -> tuple[str, str]:
    """Return (making, taking) as REST tells them: `""` where nothing traded."""
    ticket = placed.ticket
    if not placed.trades:
        return "", ""
    money, shares = plain(placed.money), plain(ticket.matched)
    return (money, shares) if ticket.side == BUY else (shares, money)


def _refused(error: str) -> Refused:
    return Refused(BAD_REQUEST, error or BAD_ORDER)


def _cost(price: int, size: int) -> int:
    """Return what shares cost at a price, micros, rounded up."""
    return -(-price * size // MICROS)


def _nobody(_account: Account, _condition: str, _text: bytes) -> None:
    """Hand nothing to anyone: until a user channel listens."""
