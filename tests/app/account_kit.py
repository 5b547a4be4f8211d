"""A simulated venue with two wallets that trade at it, and an account of ours that follows one."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.app.kit import Served, until, venue
from tests.sim.wallet import Wallet, compact

from pr3dict.app.account import Account
from pr3dict.config import Config
from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.model.events import Event
from pr3dict.sim.desk.accounts import TEST_ADDRESS, TEST_KEY, TEST_PRIVATE_KEY
from pr3dict.sim.desk.desk import Desk
from pr3dict.sim.desk.wing import ClobPrivate
from pr3dict.sim.truth.venue import Venue
from pr3dict.venues.polymarket.user.ledger import AccountOrder

OTHER_PRIVATE_KEY = "0x" + "11" * 32
CENT = 10_000
SHARES = 1_000_000
STEPS_MAX = 400


def creds() -> ClobApiKeyCreds:
    return ClobApiKeyCreds(TEST_KEY.key, TEST_KEY.secret, TEST_KEY.passphrase)


class Exchange:
    """A venue at rest, and what is traded at it: by us from elsewhere, or by another wallet."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.faults = served.faults
        self.token = served.tokens[0]
        self.us = Wallet(TEST_PRIVATE_KEY, (TEST_KEY.key, TEST_KEY.secret, TEST_KEY.passphrase))
        other = Wallet(OTHER_PRIVATE_KEY)
        granted = served.do(lambda: self.desk.accounts.grant(other.address))
        other.creds = (granted.key, granted.secret, granted.passphrase)
        self.other = other
        source = served.server.source
        assert isinstance(source, Venue)
        self._venue = source
        rules = served.do(lambda: source.rules(self.token))
        assert rules is not None
        self.rules = rules
        served.server.wing(ClobPrivate).tier = "Elite"  # a test is in more of a hurry than others
        self._salt = 0

    @property
    def desk(self) -> Desk:
        desk = self.served.server.wing(ClobPrivate).desk
        assert desk is not None
        return desk

    def config(self, **settings: Any) -> Config:
        quick = {"connect_spacing_s": 0.001, "backoff_base_s": 0.01, "backoff_cap_s": 0.02}
        return Config(**(self.served.server.settings() | quick | settings))

    def place(
        self, side: str, cents: int, shares: int, *, by: Wallet | None = None, **changes: Any
    ) -> str:
        """Place an order and return its id."""
        wallet = by or self.us
        self._salt += 1
        money, size = cents * CENT * shares, shares * SHARES
        making, taking = (money, size) if side == "BUY" else (size, money)
        token = changes.pop("token", self.token)
        order = wallet.order(
            token, side, making, taking, salt=self._salt, neg_risk=self.rules.neg_risk, **changes
        )
        answer = self.ask(wallet, "POST", "/order", compact(order))
        assert answer.get("success"), answer
        return str(answer["orderID"])

    def cancel(self, order_id: str) -> None:
        answer = self.ask(self.us, "DELETE", "/order", compact({"orderID": order_id}))
        assert [order_id] == answer["canceled"]

    def ask(self, wallet: Wallet, method: str, path: str, body: bytes) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 - http on 127.0.0.1
            self.served.server.rest_url + path,
            body,
            wallet.l2(method, path, body) | {"Content-Type": "application/json"},
            method=method,
        )
        try:
            with urllib.request.urlopen(request) as answer:  # noqa: S310 - likewise
                found: dict[str, Any] = json.load(answer)
        except urllib.error.HTTPError as error:
            found = json.load(error)
        return found

    def spread(self) -> tuple[int, int]:
        """Return the best bid and ask of the token, in cents."""
        bids, asks = self.served.do(lambda: self._venue.levels(self.token))
        return bids[0][0] // CENT, asks[0][0] // CENT

    def between(self) -> int:
        """Return a price in cents between bid and ask, at which an order rests alone.

        Where there is none the other wallet buys all that is offered at the best price.
        """
        while self.spread()[1] - self.spread()[0] < 2:
            _, asks = self.served.do(lambda: self._venue.levels(self.token))
            price, size = asks[0]
            self.place("BUY", price // CENT, -(-size // SHARES), by=self.other, kind="FAK")
        return self.spread()[0] + 1

    def settle(self, done: Callable[[], object]) -> None:
        """Let venue time pass until this is so."""
        for _ in range(STEPS_MAX):
            self.served.run(self.served.server.step(20))
            self.served.run(self.served.server.drained())
            if done():
                return
        until(done)

    def true_statuses(self) -> dict[str, str]:
        """Return the statuses of our trades, as the venue holds them."""
        desk = self.desk
        return self.served.do(
            lambda: {deal.id: deal.status for deal, _ in desk.deals.of(desk.accounts.default)}
        )


class Followed:
    """An account of ours, and all that it told."""

    def __init__(self, exchange: Exchange, **arguments: Any) -> None:
        settings = arguments.pop("settings", {})
        arguments = {"address": TEST_ADDRESS} | arguments
        self.account = Account(
            exchange.config(**settings), arguments.pop("creds", creds()), **arguments
        )
        self.told: list[Event] = []
        self.account.engine.on_events(self.told.extend)

    def order(self, order_id: str) -> AccountOrder:
        found = self.account.ledger.order(order_id)
        assert found is not None
        return found

    def of(self, *kinds: type[Event]) -> list[Any]:
        return [event for event in list(self.told) if isinstance(event, kinds)]


@contextmanager
def exchange(**shape: Any) -> Iterator[Exchange]:
    """Serve a venue at which nothing happens but what a test does."""
    with venue(markets=2, **shape) as served:
        served.do(served.server.pause)
        yield Exchange(served)


@contextmanager
def followed(at: Exchange, **arguments: Any) -> Iterator[Followed]:
    """Follow our account there until the end of the block."""
    found = Followed(at, **arguments)
    found.account.start()
    try:
        found.account.ready.result(20)
        yield found
    finally:
        found.account.stop()
