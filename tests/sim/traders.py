"""Accounts that trade at a venue without sockets, for the tests of the desk."""

import json
from itertools import count
from typing import Any

from tests.sim.client import quiet
from tests.sim.wallet import Wallet

from pr3dict.sim.desk.accounts import TEST_KEY, TEST_PRIVATE_KEY, Account, ApiKey, Refused
from pr3dict.sim.desk.desk import Desk, Placed
from pr3dict.sim.desk.orders import Wanted, wanted
from pr3dict.sim.truth.wire import Step

SHARE = 1_000_000
OTHER_KEY = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"
SALTS = count(1)


class Floor:
    """A venue, its desk, and everything that was said."""

    def __init__(self, **settings: Any) -> None:
        plain = {"markets": 1, "seed": 5, "ticks": ("0.01",), "first_bid": 400_000}
        self.venue = quiet(**{**plain, **settings})
        self.desk = Desk(self.venue, self.announce)
        self.steps: list[Step] = []
        self.said: list[tuple[str, dict[str, Any]]] = []
        self.desk.tell = self.tell
        self.token = self.venue.tokens[0]

    def announce(self, step: Step) -> None:
        self.steps.append(step)
        self.desk.heard(step)

    def tell(self, account: Account, condition: str, text: bytes) -> None:
        message = json.loads(text)
        assert condition == message["market"]
        self.said.append((account.address, message))

    def advance(self) -> Step | None:
        step = self.venue.advance()
        if step:
            self.announce(step)
        return step

    def run(self, ms: int) -> None:
        """Let so much venue time pass."""
        until = self.venue.now_ms + ms
        while (due := self.venue.next_ms) is not None and due <= until:
            self.advance()

    def best(self, token: str = "") -> tuple[int, int]:
        bids, asks = self.venue.levels(token or self.token)
        return bids[0][0], asks[0][0]

    def size_at(self, price: int, token: str = "") -> int:
        bids, asks = self.venue.levels(token or self.token)
        return dict(bids + asks).get(price, 0)

    def events(self, address: str = "") -> list[tuple[str, str]]:
        """Return (type or event, status) of what an account was told, all of them for `""`."""
        return [
            (m["type"], m["status"]) for who, m in self.said if address.lower() in {"", who.lower()}
        ]


class Trader:
    """One account on a floor."""

    def __init__(self, floor: Floor, private_key: str = TEST_PRIVATE_KEY) -> None:
        self.floor = floor
        wallet = Wallet(private_key)
        accounts = floor.desk.accounts
        self.key: ApiKey = (
            TEST_KEY if private_key == TEST_PRIVATE_KEY else accounts.grant(wallet.address)
        )
        self.wallet = Wallet(private_key, self.key[:3])
        self.account = accounts.open(wallet.address)

    def body(
        self, side: str, price: int, size: int, *, token: str = "", money: int = 0, **options: Any
    ) -> dict[str, Any]:
        """Return a signed order; `money`: a market BUY of so much."""
        token = token or self.floor.token
        cost = money or price * size // SHARE
        amounts = (cost, size) if side == "BUY" else (size, cost)
        rules = self.floor.venue.rules(token)
        neg_risk = bool(rules and rules.neg_risk)
        signed = {"salt": next(SALTS), "neg_risk": neg_risk, **options}
        return self.wallet.order(token, side, *amounts, **signed)

    def send(self, body: dict[str, Any]) -> Placed | Refused:
        found = wanted(body)
        assert isinstance(found, Wanted), found
        return self.floor.desk.place(self.account, self.key, found, self.floor.venue.now_ms)

    def place(self, *order: Any, **options: Any) -> Placed:
        placed = self.send(self.body(*order, **options))
        assert isinstance(placed, Placed), placed
        return placed

    def refused(self, *order: Any, **options: Any) -> str:
        placed = self.send(self.body(*order, **options))
        assert isinstance(placed, Refused), placed
        return placed.error
