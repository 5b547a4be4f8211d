"""The verbs at a venue in trouble: one sentence on stderr, exit code 2, in time, without a ban."""

import pytest
from tests.app.kit import Served
from tests.badinput.kit import ATTEMPTS_MAX, EDGE, OFTEN, SLACK_S, Trouble, is_sentence
from tests.cli.kit import Outcome, run, variables

from pr3dict.cli.sim import environment
from pr3dict.model.units import NS_PER_S
from pr3dict.net.clock import SystemClock

PATIENCE_S = 1.0
STARTS_S = 3.0
"""What the program itself may take on a loaded machine."""
VERBS = {
    "markets": ("markets",),
    "book": ("book",),
    "watch": ("watch", "--seconds", "5"),
    "record": ("record", "--to", "tape", "--seconds", "5"),
}
PAGE = Trouble(200, "<!DOCTYPE html><html><p>One moment", "a page of HTML")
TROUBLES = {
    "an error with 200": Trouble(200, '{"error":"no such thing today"}', "the venue refuses it"),
    "a half object": Trouble(200, '{"id":"0","question":"Will', "wanted JSON, found"),
    "a challenge": Trouble(403, EDGE, "takes this program or network for a robot"),
    "too many": Trouble(429, "", "asked too often"),
    "trouble": Trouble(503, "", "trouble of its own"),
}


def tried(served: Served, verb: str, cwd, **settings: str) -> Outcome:
    env = variables(
        **environment(served.server.settings(), []),
        PR3DICT_REST_PATIENCE_S=str(PATIENCE_S),
        **settings,
    )
    clock = SystemClock()
    started = clock.monotonic()
    done = run(*VERBS[verb], "some-market", env=env, cwd=cwd)
    assert clock.monotonic() - started < (PATIENCE_S + STARTS_S + SLACK_S) * NS_PER_S
    assert (2, "") == (done.code, done.out)
    assert 1 == len(done.err.splitlines())
    is_sentence(done.err.rstrip("\n"))
    assert [] == list(cwd.iterdir())
    return done


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_that_looks_up_a_market_tells_what_answered_in_its_place(
    served, count, tmp_path, verb
):
    served.faults.refuse_rest(PAGE.status, body=PAGE.body, times=OFTEN)
    before = count.all
    assert PAGE.name in tried(served, verb, tmp_path).err
    assert 1 == count.all - before


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_every_trouble_is_one_sentence(served, count, tmp_path, trouble):
    served.faults.refuse_rest(trouble.status, body=trouble.body, times=OFTEN)
    before = count.all
    assert trouble.name in tried(served, "book", tmp_path).err
    assert 1 <= count.all - before <= (ATTEMPTS_MAX if trouble.status == 503 else 1)


def test_an_answer_that_does_not_come_is_given_up_in_time(served, count, tmp_path):
    served.faults.slow_rest(20.0)
    before = count.all
    done = tried(served, "watch", tmp_path, PR3DICT_REST_TIMEOUT_S="0.4")
    assert "in time" in done.err
    assert 1 <= count.all - before <= ATTEMPTS_MAX


@pytest.mark.parametrize("verb", ["markets", "record"])
def test_a_catalogue_that_is_not_there_is_one_sentence(served, tmp_path, verb):
    # Port 1 is reserved, and nobody listens there.
    nowhere = served.server.settings() | {"polymarket_gamma_url": "http://127.0.0.1:1"}
    env = variables(**environment(nowhere, []), PR3DICT_REST_PATIENCE_S=str(PATIENCE_S))
    done = run(*VERBS[verb], "some-market", env=env, cwd=tmp_path)
    assert (2, "") == (done.code, done.out)
    is_sentence(done.err.rstrip("\n"))
    assert "cannot be reached" in done.err
