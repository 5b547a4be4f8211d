"""Finding markets by words and by names, as lines and as JSON."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from tests.app.kit import venue
from tests.cli.kit import leading_to, run, variables

from pr3dict.cli.markets import as_builtins
from pr3dict.cli.sim import environment
from pr3dict.sim.truth.venue import Venue
from pr3dict.venues.polymarket.fees import FeeSchedule
from pr3dict.venues.polymarket.gamma.types import Outcome
from pr3dict.venues.polymarket.markets.market import Market

MARKET = Market(
    id="7",
    slug="will-it-rain",
    question="Will it rain?",
    condition_id="0x1",
    outcomes=(Outcome(label="Yes", token_id="11", price=Decimal("0.10")),),
    tick_size=Decimal("0.0010"),
    min_order_size=Decimal(5),
    neg_risk=False,
    fees=FeeSchedule(rate=Decimal("0.07"), exponent=1),
    accepting_orders=True,
    closed=False,
    winner="",
    start=None,
    end=datetime(2027, 1, 2, tzinfo=UTC),
    event_slug="rain",
    event_title="Rain",
    url="https://polymarket.com/event/rain/will-it-rain",
)


def test_exact_numbers_are_text_in_json():
    told = as_builtins(MARKET)
    assert ("0.0010", "5", "0.07") == tuple(
        told[name] for name in ("tick_size", "min_order_size", "fee_rate")
    )
    assert [{"label": "Yes", "token_id": "11", "price": "0.10"}] == told["outcomes"]
    assert ("2027-01-02T00:00:00+00:00", None) == (told["end"], told["start"])


def test_words_find_markets_with_what_they_cost_and_what_to_do_next(market, tmp_path):
    done = run("markets", "fed", "rate", env=leading_to(market), cwd=tmp_path)
    assert 0 == done.code
    lines = done.out.splitlines()
    assert "fed rate" in lines[0].lower()
    assert lines[1].strip().startswith("fed-rate")
    assert lines[2].strip().startswith("Yes 0.")
    assert all(len(line) <= 80 for line in lines)
    assert f"pr3dict book {lines[1].strip()}, or watch\n" == done.err


def test_json_has_a_document_for_each_market_and_nothing_else(market, tmp_path):
    done = run("markets", "fed rate", "--json", env=leading_to(market), cwd=tmp_path)
    assert (0, "") == (done.code, done.err)
    tokens = [each["token_id"] for told in done.documents for each in told["outcomes"]]
    assert set(market.tokens) & set(tokens)
    assert all(told["question"] and told["url"] for told in done.documents)


def test_what_is_found_by_words_is_found_by_each_of_its_names(market, tmp_path):
    env = leading_to(market)
    (found, *_) = run("markets", "fed rate", "--json", env=env, cwd=tmp_path).documents
    names = [found[name] for name in ("slug", "condition_id", "url", "id")]
    for name in [*names, found["outcomes"][1]["token_id"]]:
        again = run("markets", name, "--json", env=env, cwd=tmp_path)
        assert [found["slug"]] == [told["slug"] for told in again.documents]


@pytest.mark.parametrize("name", ["zzzz qqqq", "no-such-slug", "0x12", "https://example.com/a"])
def test_what_names_no_market_is_one_sentence(market, tmp_path, name):
    done = run("markets", name, env=leading_to(market), cwd=tmp_path)
    assert (2, "") == (done.code, done.out)
    assert 1 == len(done.err.splitlines())
    assert "market" in done.err or "wanted" in done.err


def test_closed_markets_are_left_out_unless_they_are_wanted(tmp_path):
    with venue(markets=1) as served:
        env = variables(**environment(served.server.settings(), []))
        token = served.tokens[0]
        (found,) = run("markets", token, "--json", env=env, cwd=tmp_path).documents
        source = served.server.source
        assert isinstance(source, Venue)
        served.do(lambda: source.vanish(token))
        slug = found["slug"]
        hidden = run("markets", slug, env=env, cwd=tmp_path)
        shown = run("markets", slug, "--closed", env=env, cwd=tmp_path)
    assert (1, "") == (hidden.code, hidden.out)
    assert "1 closed market left out: --closed shows all\n" == hidden.err
    assert 0 == shown.code
    assert "closed, " in shown.out
    assert " won\n" in shown.out
