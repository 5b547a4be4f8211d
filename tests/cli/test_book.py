"""The books of a market, once: as ladders, as JSON, and in a sentence where there are none."""

from decimal import Decimal

import pytest
from tests.app.kit import venue
from tests.cli.kit import leading_to, run, variables

from pr3dict.cli.sim import environment
from pr3dict.sim.truth.venue import Venue


@pytest.fixture(scope="module")
def named(market, tmp_path_factory):
    """Return a market of the venue, as `markets --json` tells it."""
    cwd = tmp_path_factory.mktemp("named")
    (found, *_) = run("markets", "fed rate", "--json", env=leading_to(market), cwd=cwd).documents
    return found


def test_ladders_meet_at_the_spread_and_stand_in_columns(market, named, tmp_path):
    done = run("book", named["url"], "--depth", "3", env=leading_to(market), cwd=tmp_path)
    assert (0, "") == (done.code, done.err)
    first, blank, yes, *rows = done.out.splitlines()
    assert (named["question"], "") == (first, blank)
    assert yes.startswith("Yes: proved, from REST, ")
    sides = [row.split()[0] for row in rows[:7]]
    assert ["ask", "ask", "ask", "spread", "bid", "bid", "bid"] == sides
    prices = [Decimal(row.split()[1]) for row in rows[:7] if "spread" not in row]
    assert sorted(prices, reverse=True) == prices
    assert 1 == len({len(row) for row in rows[:7] if "spread" not in row})
    assert all(len(row) <= 80 for row in done.out.splitlines())
    assert "No: proved, from REST, " in done.out


def test_json_is_one_document_with_the_market_and_its_books(market, named, tmp_path):
    env = leading_to(market)
    done = run("book", named["slug"], "--json", "--depth", "2", env=env, cwd=tmp_path)
    (told,) = done.documents
    assert named["condition_id"] == told["market"]["condition_id"]
    tokens = {each["label"]: each["token_id"] for each in named["outcomes"]}
    assert tokens == {label: book["asset_id"] for label, book in told["books"].items()}
    for book in told["books"].values():
        assert ("PROVED", "REST") == (book["proof"], book["source"])
        assert 2 == len(book["bids"]) == len(book["asks"])
        assert Decimal(book["bids"][0][0]) < Decimal(book["asks"][0][0])


def test_one_outcome_is_chosen_by_its_label_whatever_its_case(market, named, tmp_path):
    env = leading_to(market)
    done = run("book", named["slug"], "--outcome", "no", "--json", env=env, cwd=tmp_path)
    assert ["No"] == list(done.documents[0]["books"])
    wrong = run("book", named["slug"], "--outcome", "maybe", env=env, cwd=tmp_path)
    sentence = f"pr3dict: {named['slug']}: wanted an outcome of Yes, No, found 'maybe'\n"
    assert (2, "", sentence) == (wrong.code, wrong.out, wrong.err)


def test_a_closed_market_has_no_book_and_says_who_won(tmp_path):
    with venue(markets=1) as served:
        env = variables(**environment(served.server.settings(), []))
        token = served.tokens[0]
        (found,) = run("markets", token, "--json", env=env, cwd=tmp_path).documents
        source = served.server.source
        assert isinstance(source, Venue)
        served.do(lambda: source.vanish(token))
        for verb in (("book",), ("watch",), ("record", "--to", "tape")):
            done = run(*verb, found["slug"], env=env, cwd=tmp_path)
            said = f"pr3dict: {found['slug']} is closed: Yes won: it has no book any more\n"
            assert (2, "", said) == (done.code, done.out, done.err)
    assert [] == list(tmp_path.iterdir())
