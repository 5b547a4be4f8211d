"""The private requests, answered as the venue answers them."""

import json
from typing import Any

import pytest
from tests.sim.traders import OTHER_KEY, SHARE, Floor, Trader
from tests.sim.wallet import compact

from pr3dict.sim.desk.clerk import DUTIES, Asked

START = 1_790_000_000


class Counter:
    """The clerk, asked by one trader."""

    def __init__(self, floor: Floor, private_key: str = "") -> None:
        self.floor = floor
        self.trader = Trader(floor, private_key) if private_key else Trader(floor)

    def ask(
        self, method: str, path: str, body: object = None, name: str = "", **query: str
    ) -> tuple[int, Any]:
        text = compact(body) if body is not None else b""
        now_ms = self.floor.venue.now_ms
        asked = Asked(self.trader.account, self.trader.key, query, text, now_ms, name)
        return DUTIES[method, path](self.floor.desk, asked)

    def rest(self, n: int = 1, **options: Any) -> list[str]:
        bid = self.floor.best()[0]
        return [
            self.ask("POST", "/order", self.trader.body("BUY", bid, 20 * SHARE, **options))[1][
                "orderID"
            ]
            for _ in range(n)
        ]


def test_an_order_that_rests_is_answered_with_empty_amounts():
    counter = Counter(Floor())
    body = counter.trader.body("BUY", counter.floor.best()[0], 20 * SHARE)
    status, told = counter.ask("POST", "/order", body)
    assert 200 == status
    assert told == {
        "errorMsg": "",
        "orderID": next(iter(counter.floor.desk.tickets)),
        "takingAmount": "",
        "makingAmount": "",
        "status": "live",
        "success": True,
        "tradeIDs": [],
        "transactionsHashes": [],
    }


def test_an_order_that_trades_is_answered_with_its_trade_and_transaction():
    counter = Counter(Floor())
    ask = counter.floor.best()[1]
    told = counter.ask("POST", "/order", counter.trader.body("BUY", ask, 20 * SHARE))[1]
    deal = counter.floor.desk.deals.all[0]
    assert ("matched", [deal.id], [deal.transaction], "20") == (
        told["status"],
        told["tradeIDs"],
        told["transactionsHashes"],
        told["takingAmount"],
    )
    assert deal.transaction == counter.floor.steps[-1].trades[0].transaction


def test_a_delayed_order_is_answered_so():
    counter = Counter(Floor())
    counter.floor.desk.delay_next()
    body = counter.trader.body("BUY", counter.floor.best()[1], 20 * SHARE)
    assert "delayed" == counter.ask("POST", "/order", body)[1]["status"]


def test_a_refused_order_is_a_400_with_its_error():
    counter = Counter(Floor())
    body = counter.trader.body("BUY", counter.floor.best()[0], SHARE)
    status, told = counter.ask("POST", "/order", body)
    assert 400 == status
    assert told["error"].endswith("lower than the minimum: 5")
    assert (400, {"error": "Invalid order payload"}) == counter.ask("POST", "/order", [])
    old = {**body, "order": {**body["order"], "nonce": "0"}}
    assert (400, {"error": "order_version_mismatch"}) == counter.ask("POST", "/order", old)


def test_a_batch_answers_each_order_and_a_refused_one_looks_successful():
    counter = Counter(Floor())
    bid = counter.floor.best()[0]
    bodies = [counter.trader.body("BUY", bid, size) for size in (20 * SHARE, SHARE)]
    status, told = counter.ask("POST", "/orders", bodies)
    assert (200, [True, True]) == (status, [each["success"] for each in told])
    assert "" == told[0]["errorMsg"]
    assert ("", True) == (told[1]["orderID"], "minimum" in told[1]["errorMsg"])


def test_a_batch_has_at_most_fifteen_orders():
    counter = Counter(Floor())
    told = counter.ask("POST", "/orders", [{}] * 16)
    assert (400, {"error": "Too many orders in payload: 16, max allowed: 15"}) == told
    assert 400 == counter.ask("POST", "/orders", [])[0]


def test_orders_are_cancelled_one_by_one_by_list_by_market_and_all():
    counter = Counter(Floor(markets=2))
    one, two, three, four = counter.rest(4)
    other = counter.floor.venue.tokens[2]
    far = counter.ask(
        "POST", "/order", counter.trader.body("BUY", 10_000, 200 * SHARE, token=other)
    )[1]["orderID"]
    rules = counter.floor.venue.rules(other)
    assert rules is not None

    def canceled(method_path: str, body: object = None) -> list[str]:
        status, told = counter.ask("DELETE", method_path, body)
        assert (200, {}) == (status, told["not_canceled"])
        found: list[str] = told["canceled"]
        return found

    assert [one] == canceled("/order", {"orderID": one})
    assert [two] == canceled("/orders", [two])
    assert [far] == canceled("/cancel-market-orders", {"market": rules.condition})
    token = counter.floor.token
    assert [three, four] == canceled("/cancel-market-orders", {"market": "", "asset_id": token})
    assert [] == canceled("/cancel-all")
    assert counter.rest(2) == canceled("/cancel-all")


@pytest.mark.parametrize(
    ("path", "body"),
    [("/order", []), ("/orders", {}), ("/orders", [1]), ("/cancel-market-orders", {})],
)
def test_a_cancel_that_names_nothing_is_refused(path, body):
    assert 400 == Counter(Floor()).ask("DELETE", path, body)[0]


def test_open_orders_are_listed_in_pages():
    counter = Counter(Floor())
    counter.trader.account.collateral = 10**15
    names = counter.rest(105)
    first = counter.ask("GET", "/data/orders")[1]
    second = counter.ask("GET", "/data/orders", next_cursor=first["next_cursor"])[1]
    assert (100, 5, "LTE=") == (first["count"], second["count"], second["next_cursor"])
    assert names == [row["id"] for page in (first, second) for row in page["data"]]
    assert names[3:4] == [
        row["id"] for row in counter.ask("GET", "/data/orders", id=names[3])[1]["data"]
    ]
    assert [] == counter.ask("GET", "/data/orders", market="0x0")[1]["data"]
    assert first == counter.ask("GET", "/data/orders", next_cursor="MA==")[1]
    assert 400 == counter.ask("GET", "/data/orders", next_cursor="?")[0]


def test_one_order_is_told_to_its_owner_only():
    floor = Floor()
    mine, theirs = Counter(floor), Counter(floor, OTHER_KEY)
    (name,) = mine.rest()
    status, row = mine.ask("GET", "/data/order/{name}", name=name)
    assert (200, name) == (status, row["id"])
    assert 404 == theirs.ask("GET", "/data/order/{name}", name=name)[0]


def test_trades_are_listed_newest_first_and_filtered_by_time_and_wallet():
    counter = Counter(Floor(activity=0.001))
    ask = counter.floor.best()[1]
    counter.trader.place("BUY", ask, 20 * SHARE)
    counter.floor.run(20_000)
    counter.trader.place("BUY", counter.floor.best()[1], 30 * SHARE)

    def sizes(**query: str) -> list[str]:
        return [row["size"] for row in counter.ask("GET", "/data/trades", **query)[1]["data"]]

    first_s = counter.floor.desk.deals.all[0].matched_ms // 1_000
    assert ["30", "20"] == sizes()
    assert ["30"] == sizes(after=str(first_s))
    assert ["20"] == sizes(before=str(first_s + 1))
    assert ["30", "20"] == sizes(maker_address=counter.trader.account.address)
    assert [] == sizes(maker_address="0x" + "99" * 20)
    assert [] == Counter(counter.floor, OTHER_KEY).ask("GET", "/data/trades")[1]["data"]


def test_balances_are_told_in_millionths():
    counter = Counter(Floor())
    path = "/balance-allowance"
    told = counter.ask("GET", path, asset_type="COLLATERAL")[1]
    assert "100000000000" == told["balance"]
    assert 2 == len(told["allowances"])
    token = counter.floor.token
    shares = counter.ask("GET", path, asset_type="CONDITIONAL", token_id=token)[1]["balance"]
    assert "10000000000" == shares
    assert 400 == counter.ask("GET", path, asset_type="CONDITIONAL", token_id="7")[0]
    assert 400 == counter.ask("GET", path)[0]


def test_a_heartbeat_names_the_next_and_a_stale_one_is_refused():
    counter = Counter(Floor())
    _, told = counter.ask("POST", "/v1/heartbeats", {"heartbeat_id": ""})
    assert 200 == counter.ask("POST", "/heartbeats", {"heartbeat_id": told["heartbeat_id"]})[0]
    status, stale = counter.ask("POST", "/v1/heartbeats", {"heartbeat_id": told["heartbeat_id"]})
    assert (400, "Invalid Heartbeat ID") == (status, stale["error_msg"])
    assert 200 == counter.ask("POST", "/v1/heartbeats", stale)[0]


def test_keys_come_and_go():
    counter = Counter(Floor())
    own = counter.trader.key.key
    assert {"apiKeys": [own]} == counter.ask("GET", "/auth/api-keys")[1]
    made = counter.ask("POST", "/auth/readonly-api-key")[1]["apiKey"]
    assert {"readonlyApiKeys": [made]} == counter.ask("GET", "/auth/readonly-api-keys")[1]
    assert 400 == counter.ask("DELETE", "/auth/readonly-api-key", {"key": own})[0]
    assert "OK" == counter.ask("DELETE", "/auth/readonly-api-key", {"key": made})[1]
    assert {"readonlyApiKeys": []} == counter.ask("GET", "/auth/readonly-api-keys")[1]
    builder = counter.ask("POST", "/auth/builder-api-key")[1]
    assert [{"key": builder["key"]}] == counter.ask("GET", "/auth/builder-api-key")[1]
    assert "OK" == counter.ask("DELETE", "/auth/api-key")[1]
    assert counter.floor.desk.accounts.owner_of(own) is None


def test_fills_are_notified_until_they_are_dropped():
    counter = Counter(Floor())
    counter.trader.place("BUY", counter.floor.best()[1], 20 * SHARE)
    (told,) = counter.ask("GET", "/notifications")[1]
    assert (2, "20") == (told["type"], told["payload"]["matched_size"])
    assert (200, "OK") == counter.ask("DELETE", "/notifications", ids=f"{told['id']},9")
    assert [] == counter.ask("GET", "/notifications")[1]


def test_an_order_scores_while_it_rests():
    counter = Counter(Floor())
    (name,) = counter.rest()
    assert {"scoring": True} == counter.ask("GET", "/order-scoring", order_id=name)[1]
    assert {name: True, "0x": False} == counter.ask("POST", "/orders-scoring", [name, "0x"])[1]
    counter.ask("DELETE", "/cancel-all")
    assert {"scoring": False} == counter.ask("GET", "/order-scoring", order_id=name)[1]
    assert 400 == counter.ask("POST", "/orders-scoring", {})[0]


def test_what_is_never_there_is_an_empty_page():
    told = Counter(Floor()).ask("GET", "/data/pre-migration-orders")[1]
    assert {"data": [], "limit": 100, "count": 0, "next_cursor": "LTE="} == told


def test_a_closed_account_is_told_so():
    counter = Counter(Floor())
    counter.trader.account.closed_only = True
    assert {"closed_only": True} == counter.ask("GET", "/auth/ban-status/closed-only")[1]


def test_every_answer_is_json():
    counter = Counter(Floor())
    for method, path in DUTIES:
        json.dumps(counter.ask(method, path))
