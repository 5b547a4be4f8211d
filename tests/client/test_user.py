"""`PolymarketUserClient` against the simulated venue, as a user has it."""

import asyncio
import threading

import pytest
from tests.app.account_kit import Exchange, creds, exchange
from tests.app.kit import until

from pr3dict.app.events import AccountLost, AccountResumed
from pr3dict.client.user import PolymarketUserClient
from pr3dict.model.credentials import ClobApiKeyCreds
from pr3dict.model.errors import ConfigError, CredentialsError, FeedError, UnknownTokenError
from pr3dict.model.states import Source
from pr3dict.model.units import MICROS
from pr3dict.sim.desk.accounts import TEST_ADDRESS, TEST_KEY, TEST_PRIVATE_KEY
from pr3dict.venues.polymarket.signing.auth import Wallet
from pr3dict.venues.polymarket.user.ledger import FillState

VARIABLES = ("CLOB_API_KEY", "CLOB_SECRET", "CLOB_PASS_PHRASE", "POLYGON_WALLET_PRIVATE_KEY")


@pytest.fixture(autouse=True)
def _no_credentials_of_the_machine(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)


def client(at: Exchange, **arguments):
    settings = arguments.pop("settings", {})
    known = {"credentials": creds(), "address": TEST_ADDRESS} | arguments
    return PolymarketUserClient(config=at.config(**settings), **known)


async def elsewhere(what):
    return await asyncio.to_thread(what)


async def test_callbacks_hear_of_orders_trades_fills_and_the_rest():
    heard = {"order": [], "trade": [], "fill": [], "event": []}
    threads = set()

    async def on_order(order):
        threads.add(threading.current_thread())
        heard["order"].append(order.kind)

    def on_fill(fill):
        assert threading.current_thread() is not threading.main_thread()
        heard["fill"].append(fill.state)

    with exchange() as at:
        async with client(
            at,
            on_order=on_order,
            on_fill=on_fill,
            on_trade=lambda trade: heard["trade"].append(trade.status),
            on_event=lambda event: heard["event"].append(type(event).__name__),
        ) as user:
            assert user.is_live
            await elsewhere(lambda: at.place("BUY", at.spread()[1], 5))
            await elsewhere(lambda: until(lambda: heard["fill"] and heard["trade"]))
            await elsewhere(lambda: until(lambda: len(heard["order"]) == 2))
            assert "PolymarketUserClient(all markets, live, open orders: 0)" == repr(user)
            assert 4 == len(user.get_stats()["consumers"])
        assert not user.is_live
    assert ["PLACEMENT", "UPDATE"] == heard["order"]
    assert [FillState.PROVISIONAL] == heard["fill"]
    assert ["MATCHED"] == heard["trade"]
    assert "AccountResumed" in heard["event"]
    assert "UserOrder" not in heard["event"]
    assert {threading.main_thread()} == threads


async def test_events_are_iterated_over_in_order_across_a_loss():
    with exchange() as at:
        user = client(at)
        events = user.events()
        async with user:
            order_id = await elsewhere(lambda: at.place("BUY", 1, 5))
            at.faults.refuse(503, times=100_000, path="/ws/user")
            at.served.do(at.served.server.cut)
            await elsewhere(lambda: until(lambda: not user.is_live))
            await elsewhere(lambda: at.cancel(order_id))
            at.faults.forgive()
            told = []
            async with asyncio.timeout(10):
                async for event in events:
                    told.append(event)
                    if sum(isinstance(each, AccountResumed) for each in told) == 2:
                        break
        names = [type(event).__name__ for event in told if type(event).__name__ != "LinkChanged"]
        assert [
            "AccountResumed",
            "UserOrder",
            "AccountLost",
            "UserOrder",
            "AccountResumed",
        ] == names
        (missed,) = [event for event in told if getattr(event, "source", None) is Source.REST]
        assert ("CANCELED", order_id) == (missed.status, missed.order_id)
        assert isinstance(told[-1], AccountResumed)
        assert any(isinstance(event, AccountLost) for event in told)
    assert [] == [event async for event in events]


async def test_orders_and_trades_are_readable_and_stay_so():
    with exchange() as at:
        async with client(at) as user:
            resting = await elsewhere(lambda: at.place("BUY", 1, 5))
            taken = await elsewhere(lambda: at.place("BUY", at.spread()[1], 5))
            await elsewhere(lambda: until(user.trades))
            assert [resting] == [one.order.order_id for one in user.orders(open_only=True)]
        assert {resting, taken} == {one.order.order_id for one in user.orders()}
        found = user.order(resting)
        assert found is not None
        assert 5 * MICROS == found.remaining_size
        (fill,) = user.trades()[0].fills
        assert taken == fill.order_id
        assert user.order("unknown") is None


async def test_a_wallet_derives_its_key():
    with exchange() as at:
        wallet = Wallet(TEST_PRIVATE_KEY)
        async with client(at, credentials=None, address=None, wallet=wallet) as user:
            await elsewhere(lambda: at.place("BUY", 1, 5))
            await elsewhere(lambda: until(user.orders))


async def test_the_environment_has_the_credentials_that_are_not_given(monkeypatch):
    values = (TEST_KEY.key, TEST_KEY.secret, TEST_KEY.passphrase, TEST_PRIVATE_KEY)
    for variable, value in zip(VARIABLES, values, strict=True):
        monkeypatch.setenv(variable, value)
    with exchange() as at:
        async with client(at, credentials=None, address=None) as user:
            assert user.is_live


def test_without_any_credentials_the_variables_are_named():
    with pytest.raises(CredentialsError, match="CLOB_API_KEY, CLOB_SECRET and CLOB_PASS_PHRASE"):
        PolymarketUserClient()


def test_a_token_id_is_no_market():
    with pytest.raises(UnknownTokenError, match="wanted a condition id"):
        PolymarketUserClient(creds(), markets=["1234"])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"credentials": "hush"}, "credentials: wanted ClobApiKeyCreds.*, found str"),
        ({"credentials": ClobApiKeyCreds(5, "hush", "hush")}, "credentials: .* of texts, found"),
        ({"wallet": "0x" + "hush" * 16}, r"wallet: wanted Wallet\(private_key\), found str"),
        ({"address": 5}, "address: wanted that of the wallet as text, .*, found int"),
        ({"address": "0x" + "hush" * 16}, "address: .* found str of 66 characters"),
    ],
)
def test_credentials_of_a_wrong_type_are_one_sentence_that_does_not_show_them(arguments, sentence):
    with pytest.raises(CredentialsError, match=f"^{sentence}") as refused:
        PolymarketUserClient(**({"credentials": creds()} | arguments))
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize("name", ["on_order", "on_trade", "on_fill", "on_event"])
def test_a_callback_that_cannot_be_called_is_refused_by_name(name):
    with pytest.raises(ConfigError, match=f"^{name}: wanted a function to call, found 5$"):
        PolymarketUserClient(creds(), **{name: 5})


@pytest.mark.parametrize("markets", ["0x" + "77" * 32, 5, None])
async def test_markets_are_a_list(markets):
    with pytest.raises(UnknownTokenError, match=r"^wanted a list of condition ids, found"):
        PolymarketUserClient(creds(), markets=markets)
    user = PolymarketUserClient(creds())
    for call in (user.subscribe, user.unsubscribe):
        with pytest.raises(UnknownTokenError, match=r"^wanted a list of condition ids, found"):
            await call(markets)


async def test_wrong_credentials_end_the_start_in_a_sentence_and_leave_nothing_running():
    wrong = ClobApiKeyCreds(TEST_KEY.key, TEST_KEY.secret, "not the passphrase")
    with exchange() as at:
        for address in ("", TEST_ADDRESS):
            user = client(at, credentials=wrong, address=address)
            async with asyncio.timeout(5):
                with pytest.raises(CredentialsError) as refused:
                    await user.start()
            assert "not the passphrase" not in str(refused.value)
            assert not user.is_live
            assert not user.get_stats()["connected"]
    named = {thread.name for thread in threading.enumerate()}
    assert "pr3dict-streams" not in named


async def test_a_venue_that_cannot_be_reached_ends_the_start_in_time():
    with exchange() as at:
        at.faults.refuse(503, times=100_000)
        user = client(at, start_timeout=0.3)
        with pytest.raises(FeedError, match=r"no account from ws://.* within 0.3 s: .*503"):
            await user.start()


async def test_it_can_be_started_again_but_not_twice_at_once():
    with exchange() as at:
        user = client(at)
        async with user:
            with pytest.raises(FeedError, match="running already"):
                await user.start()
            await elsewhere(lambda: at.place("BUY", 1, 5))
            await elsewhere(lambda: until(user.orders))
        async with user:
            assert user.is_live
            assert 1 == len(user.orders())


async def test_markets_come_and_go():
    with exchange() as at:
        elsewhere_ = "0x" + "77" * 32
        async with client(at, markets=[elsewhere_]) as user:
            await elsewhere(lambda: at.place("BUY", 1, 5))
            await user.subscribe([at.rules.condition])
            await elsewhere(lambda: until(user.orders))
            await user.unsubscribe([at.rules.condition])
            with pytest.raises(UnknownTokenError):
                await user.subscribe(["1234"])
            assert repr(user).startswith("PolymarketUserClient(1 market, live")


async def test_markets_that_are_wanted_before_the_start_are_heard_of():
    with exchange() as at:
        user = client(at, markets=["0x" + "77" * 32])
        await user.subscribe([at.rules.condition])
        async with user:
            await elsewhere(lambda: at.place("BUY", 1, 5))
            await elsewhere(lambda: until(user.orders))


async def test_a_callback_that_raises_or_never_returns_harms_nobody():
    never = threading.Event()

    def broken(order):
        raise ValueError("always")

    with exchange() as at:
        async with client(at, on_order=broken, on_trade=lambda _: never.wait()) as user:
            await elsewhere(lambda: at.place("BUY", at.spread()[1], 5))
            await elsewhere(lambda: until(user.trades))
            await elsewhere(lambda: until(lambda: user.get_stats()["consumers"][0]["errors"] == 2))
            async with asyncio.timeout(2):
                await user.stop()
    never.set()


async def test_no_secret_is_shown_by_the_client(tmp_path):
    with exchange() as at:
        async with client(at, record=tmp_path) as user:
            shown = [repr(user), repr(vars(user)), str(user.get_stats())]
        recorded = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert recorded
    for secret in (TEST_KEY.secret,):
        assert not [text for text in shown if secret in text]
        assert secret.encode() not in recorded
