"""An account that is kept, against the simulated venue: orders, fills, losses, refusals."""

import logging
import sys

import pytest
from tests.app.account_kit import Followed, exchange, followed
from tests.app.kit import until

from pr3dict.app import account as accounts
from pr3dict.app.events import AccountDoubtful, AccountLost, AccountResumed
from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.model.errors import CredentialsError, FeedError, MissingExtra
from pr3dict.model.events import FrameRejected
from pr3dict.model.states import Source
from pr3dict.model.units import MICROS, NS_PER_S, Nanos
from pr3dict.net.clock import SystemClock
from pr3dict.sim.desk.accounts import TEST_KEY
from pr3dict.venues.polymarket.user.ledger import Fill, FillState
from pr3dict.venues.polymarket.user.types import UserOrder, UserTrade


def adds_up(followed):
    stats = followed.account.stats()
    ignored, rejected = sum(stats["ignored"].values()), sum(stats["rejected"].values())
    return stats["received"] == stats["applied"] + stats["waiting"] + ignored + rejected


def test_an_order_and_its_fill_are_told_as_they_happen():
    with exchange() as at, followed(at) as ours:
        _, ask = at.spread()
        order_id = at.place("BUY", ask, 5)
        until(lambda: ours.of(Fill))
        kinds = [event.kind for event in ours.of(UserOrder)]
        assert ["PLACEMENT", "UPDATE"] == kinds
        (fill,) = ours.of(Fill)
        assert (order_id, "TAKER", "BUY", 5 * MICROS) == (
            fill.order_id,
            fill.role,
            fill.side,
            fill.size,
        )
        found = ours.order(order_id)
        assert (5 * MICROS, 0) == (found.provisional_size, found.confirmed_size)

        at.settle(lambda: ours.order(order_id).confirmed_size)
        statuses = [event.status for event in ours.of(UserTrade)]
        assert ["MATCHED", "MINED", "CONFIRMED"] == statuses
        assert {Source.WS} == {event.source for event in ours.of(UserOrder, UserTrade, Fill)}
        assert adds_up(ours)


def test_a_trade_that_fails_on_the_chain_is_reversed():
    with exchange() as at, followed(at) as ours:
        at.served.do(at.desk.deals.fail_next)
        order_id = at.place("BUY", at.spread()[1], 5)
        at.settle(lambda: len(ours.of(Fill)) == 2)
        states = [fill.state for fill in ours.of(Fill)]
        assert [FillState.PROVISIONAL, FillState.REVERSED] == states
        assert ["MATCHED", "RETRYING", "FAILED"] == [t.status for t in ours.of(UserTrade)]
        found = ours.order(order_id)
        assert (0, 0) == (found.provisional_size, found.confirmed_size)


def test_a_resting_order_is_filled_by_somebody_who_takes_it():
    with exchange() as at, followed(at) as ours:
        price = at.between()
        order_id = at.place("BUY", price, 8)
        at.place("SELL", price, 5, by=at.other)
        until(lambda: ours.of(Fill))
        (fill,) = ours.of(Fill)
        assert ("MAKER", order_id, "BUY", at.token) == (
            fill.role,
            fill.order_id,
            fill.side,
            fill.token,
        )
        assert (price * 10_000, 5 * MICROS) == (fill.price, fill.size)
        found = ours.order(order_id)
        assert 3 * MICROS == found.remaining_size


def test_a_maker_is_filled_in_its_own_outcome_where_the_taker_bought_the_other():
    with exchange() as at, followed(at) as ours:
        price = at.between()
        at.place("BUY", price, 5)
        other = next(token for token in at.rules.tokens if token != at.token)
        at.place("BUY", 100 - price, 5, by=at.other, token=other)
        until(lambda: ours.of(Fill))
        (fill,), (trade,) = ours.of(Fill), ours.of(UserTrade)
        assert (at.token, "BUY", price * 10_000) == (fill.token, fill.side, fill.price)
        assert other == trade.token
        assert MICROS == fill.price + trade.price


def test_what_happens_while_the_channel_is_down_is_told_by_rest_before_it_goes_on():
    with exchange() as at, followed(at) as ours:
        between = at.between()
        cancelled = at.place("BUY", 1, 5)
        partly = at.place("BUY", between, 8)
        until(lambda: len(ours.account.ledger.open_ids()) == 2)
        at.faults.refuse(503, times=100_000, path="/ws/user")
        at.served.do(at.served.server.cut)
        until(lambda: ours.of(AccountLost))
        assert not ours.account.is_live

        at.cancel(cancelled)
        at.place("SELL", between, 5, by=at.other)
        placed = at.place("BUY", 2, 5)
        taken = at.place("BUY", at.spread()[1], 5)
        at.faults.forgive()
        until(lambda: len(ours.of(AccountResumed)) == 2)

        ledger = ours.account.ledger
        assert {partly, placed} == set(ledger.open_ids())
        assert "CANCELED" == ours.order(cancelled).order.status
        assert 3 * MICROS == ours.order(partly).remaining_size
        assert 5 * MICROS == ours.order(partly).provisional_size
        assert 5 * MICROS == ours.order(taken).provisional_size
        since = ours.told.index(ours.of(AccountLost)[0])
        missed = [e for e in ours.told[since:] if isinstance(e, UserOrder | UserTrade | Fill)]
        assert {Source.REST} == {event.source for event in missed}
        assert len(missed) == ours.of(AccountResumed)[-1].missed == ours.account.stats()["missed"]
        assert ours.account.is_live

        at.settle(lambda: set(at.true_statuses().values()) == {"CONFIRMED"})
        until(lambda: ours.order(taken).confirmed_size == 5 * MICROS)
        until(lambda: ours.order(partly).confirmed_size == 5 * MICROS)
        assert adds_up(ours)


def test_what_the_channel_tells_while_rest_is_asked_waits_behind_what_was_missed():
    with exchange() as at, followed(at) as ours:
        at.faults.refuse(503, times=100_000, path="/ws/user")
        at.served.do(at.served.server.cut)
        until(lambda: ours.of(AccountLost))
        missed = at.place("BUY", 1, 5)

        def come_back_to_slow_rest():
            at.faults.forgive()
            at.faults.slow_rest(0.5, path="/data")

        at.served.do(come_back_to_slow_rest)
        until(lambda: at.faults.struck["slow_rest"])
        later = at.place("BUY", 2, 5)
        until(lambda: ours.account.stats()["waiting"])
        assert adds_up(ours)
        at.faults.slow_rest(0)
        until(lambda: ours.account.ledger.order(later))
        told = [event for event in ours.told if isinstance(event, UserOrder)]
        assert [missed, later] == [order.order_id for order in told]
        assert 0 == ours.account.stats()["waiting"]


def test_what_waits_for_rest_is_told_also_where_rest_fails():
    with exchange() as at:
        at.faults.slow_rest(0.3, path="/data/orders")
        at.faults.html_rest(1_000, path="/data/orders")
        ours = Followed(at)
        ours.account.start()
        until(lambda: at.faults.struck["slow_rest"])
        order_id = at.place("BUY", 1, 5)
        until(lambda: ours.of(AccountDoubtful))
        until(lambda: ours.account.ledger.order(order_id))
        assert Source.WS is ours.order(order_id).order.source
        assert not ours.account.is_live
        ours.account.stop()


def test_credentials_that_only_rest_refuses_are_one_sentence_too():
    with exchange() as at:
        at.faults.refuse_rest(401, body='{"error":"Unauthorized/Invalid api key"}', path="/data")
        ours = Followed(at)
        ours.account.start()
        with pytest.raises(CredentialsError, match="refuses our credentials"):
            ours.account.ready.result(10)
        ours.account.stop()


class FastClock(SystemClock):
    """The clock of a machine that somebody has set an hour ahead."""

    def wall(self):
        return Nanos(super().wall() + 3600 * NS_PER_S)


def test_a_clock_that_is_off_is_named_as_the_reason():
    with exchange() as at:
        at.desk.accounts.skew_ms = 60_000
        ours = Followed(at, clock=FastClock())
        ours.account.start()
        with pytest.raises(CredentialsError, match=r"is \+3[56]\d\d s off the venue's"):
            ours.account.ready.result(10)
        ours.account.stop()


def test_statuses_that_were_missed_are_told_by_rest():
    with exchange() as at, followed(at) as ours:
        order_id = at.place("BUY", at.spread()[1], 5)
        until(lambda: ours.of(Fill))
        at.faults.refuse(503, times=100_000, path="/ws/user")
        at.served.do(at.served.server.cut)
        until(lambda: ours.of(AccountLost))
        at.settle(lambda: set(at.true_statuses().values()) == {"CONFIRMED"})
        at.faults.forgive()
        until(lambda: len(ours.of(AccountResumed)) == 2)
        assert 5 * MICROS == ours.order(order_id).confirmed_size
        assert ["MATCHED", "CONFIRMED"] == [trade.status for trade in ours.of(UserTrade)]


def test_a_message_that_never_came_is_found_by_rest_in_time(monkeypatch):
    monkeypatch.setattr(accounts, "AUDIT_S", 0.2)
    with exchange() as at, followed(at) as ours:
        at.faults.drop(at.rules.condition, 2)
        order_id = at.place("BUY", 1, 5)
        at.cancel(order_id)
        second = at.place("BUY", 2, 5)
        at.faults.drop(at.rules.condition)
        at.cancel(second)
        until(lambda: any(e.status.startswith("CANCELED") for e in ours.of(UserOrder)))
        until(lambda: ours.account.ledger.open_ids() == [])
        assert Source.REST is ours.of(UserOrder)[-1].source
        assert second == ours.of(UserOrder)[-1].order_id


def test_what_is_said_twice_counts_once_and_what_is_spoilt_is_told():
    with exchange() as at, followed(at) as ours:
        at.faults.duplicate(at.rules.condition, 2)
        at.place("BUY", at.spread()[1], 5)
        until(lambda: ours.of(Fill))
        assert 1 == len(ours.of(Fill))
        at.faults.garbage(b'{"event_type":"order","id":')
        order_id = at.place("BUY", 1, 5)
        until(lambda: ours.account.ledger.order(order_id))
        (rejected,) = ours.of(FrameRejected)
        assert "not_json" == rejected.reason
        assert {"repeated": 2} == ours.account.stats()["ignored"]
        assert {"not_json": 1} == ours.account.stats()["rejected"]
        assert adds_up(ours)


def test_what_was_there_before_the_start_is_told_by_rest():
    with exchange() as at:
        order_id = at.place("BUY", 1, 5)
        with followed(at) as ours:
            (order,) = ours.of(UserOrder)
            assert (order_id, Source.REST) == (order.order_id, order.source)
            (resumed,) = ours.of(AccountResumed)
            assert (1, 1, True) == (resumed.missed, resumed.open_orders, resumed.reconciled)


def test_only_wanted_markets_are_heard_of_and_a_new_one_is_read_at_once():
    with exchange() as at:
        order_id = at.place("BUY", 1, 5)
        elsewhere = "0x" + "77" * 32
        with followed(at, markets=[elsewhere]) as ours:
            at.place("BUY", 2, 5)
            assert [] == ours.account.ledger.orders()
            ours.account.subscribe([at.rules.condition]).result(5)
            until(lambda: len(ours.account.ledger.orders()) == 2)
            assert order_id in ours.account.ledger.open_ids()
            third = at.place("BUY", 3, 5)
            until(lambda: ours.account.ledger.order(third))
            ours.account.unsubscribe([elsewhere]).result(5)
            assert (at.rules.condition,) == ours.account.session.markets


def test_rest_that_does_not_answer_leaves_the_account_doubtful_until_it_does(monkeypatch):
    monkeypatch.setattr(accounts, "AGAIN_S", 0.1)
    with exchange() as at:
        at.faults.html_rest(3, path="/data/orders")
        with followed(at) as ours:
            until(lambda: ours.of(AccountResumed))
            assert {"bad_answer"} == {doubt.name for doubt in ours.of(AccountDoubtful)}
            assert 3 == ours.account.stats()["rest"]["bad_answer"]


def test_without_an_address_the_channel_alone_is_followed(monkeypatch):
    monkeypatch.setattr(accounts, "GRACE_S", 0.1)
    with exchange() as at, followed(at, address="") as ours:
        (resumed,) = ours.of(AccountResumed)
        assert not resumed.reconciled
        order_id = at.place("BUY", 1, 5)
        until(lambda: ours.account.ledger.order(order_id))


@pytest.mark.parametrize("address", ["", None])
@pytest.mark.parametrize("part", ["key", "secret", "passphrase"])
def test_wrong_credentials_are_one_sentence(part, address):
    wrong = {"key": TEST_KEY.key, "secret": TEST_KEY.secret, "passphrase": TEST_KEY.passphrase}
    wrong[part] = "B" * 43 + "="
    with exchange() as at:
        chosen = {} if address is None else {"address": address}
        ours = Followed(at, creds=ClobApiKeyCreds(**wrong), **chosen)
        ours.account.start()
        with pytest.raises(CredentialsError) as refused:
            ours.account.ready.result(10)
        ours.account.stop()
    assert wrong[part] not in str(refused.value)
    assert "\n" not in str(refused.value)
    assert ours.account.streams.status(1) is None or not ours.account.is_live


def test_a_key_that_expires_is_told_and_not_tried_into_a_ban():
    with exchange() as at, followed(at) as ours:
        at.served.do(lambda: at.desk.accounts.expire(TEST_KEY.key, 0))
        at.served.do(at.served.server.cut)
        until(lambda: ours.account.stats()["lost"].get("credentials"))
        status = ours.account.streams.status(1)
        assert status is not None
        assert status.retry_at - status.opened_at >= 290 * 1_000_000_000
        assert "wrong, expired or deleted" in status.last_error


def test_credentials_that_cannot_be_any_are_refused_before_anything_is_sent():
    with exchange() as at, pytest.raises(CredentialsError, match="wanted base64"):
        Followed(at, creds=ClobApiKeyCreds("key", "not base64!", "passphrase"))


def test_an_account_that_is_stopped_early_leaves_nobody_waiting():
    with exchange() as at:
        at.faults.refuse(503, times=100_000)
        ours = Followed(at)
        ours.account.start()
        ours.account.stop()
        with pytest.raises(FeedError, match="stopped before it was known"):
            ours.account.ready.result(5)


def test_without_httpx2_the_start_is_one_sentence_and_nothing_runs(monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "httpx2", None)
    with exchange() as at:
        ours = Followed(at)
        with pytest.raises(MissingExtra, match=r"pip install .*pr3dict\[rest\]"):
            ours.account.start()
        assert not ours.account.streams.running
        assert "Traceback" not in caplog.text
        with followed(at, address="") as channel_only:
            assert channel_only.account.is_live


def test_who_waits_no_more_for_rest_hears_what_was_held_and_rest_is_asked_all_the_same():
    with exchange() as at:
        at.faults.slow_rest(60.0, path="/data")
        ours = Followed(at, settings={"rest_timeout_s": 2.0, "rest_patience_s": 60.0})
        ours.account.start()
        until(lambda: ours.account.stats()["connected"])
        order_id = at.place("BUY", 1, 5)
        until(lambda: ours.account.stats()["waiting"])
        assert [] == ours.account.ledger.orders()
        ours.account.go_on().result(5)
        ours.account.ready.result(0)
        assert order_id == ours.order(order_id).order.order_id
        assert "REST has not answered yet" == ours.account.doubt
        assert not ours.account.is_live
        at.faults.forgive()
        until(lambda: ours.account.is_live)
        assert "" == ours.account.doubt
        assert ["timeout"] == [doubt.name for doubt in ours.of(AccountDoubtful)][:1]
        ours.account.stop()


def test_nobody_goes_on_where_the_channel_is_not_open():
    with exchange() as at:
        at.faults.refuse(503, times=100_000)
        ours = Followed(at)
        with pytest.raises(FeedError, match="not running"):
            ours.account.go_on()
        ours.account.start()
        ours.account.go_on().result(5)
        assert not ours.account.ready.done()
        ours.account.stop()


def test_no_secret_is_shown_anywhere(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    secrets = (TEST_KEY.secret, "passphrase-of-this-test")
    with exchange() as at:
        key = TEST_KEY._replace(passphrase=secrets[1])
        at.served.do(lambda: at.desk.accounts.default.keys.update({key.key: key}))
        creds = ClobApiKeyCreds(key.key, key.secret, key.passphrase)
        at.us.creds = (key.key, key.secret, key.passphrase)
        with followed(at, creds=creds, record=tmp_path) as ours:
            at.place("BUY", at.spread()[1], 5)
            until(lambda: ours.of(Fill))
            at.faults.refuse_rest(401, body="no", times=1, path="/data")
            at.served.do(at.served.server.cut)
            until(lambda: ours.of(AccountDoubtful))
        shown = [
            caplog.text,
            repr(vars(ours.account)),
            repr(ours.account.stats()),
            repr(ours.told),
            repr(ours.account.ledger.trades()),
        ]
    recorded = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert b'"auth":"redacted"' in recorded
    for secret in secrets:
        assert secret.encode() not in recorded
        assert not [text for text in shown if secret in text]
