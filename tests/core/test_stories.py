"""Stories: what the fuzzer plays is what the tests feed, and both engines tell it alike."""

import pytest
from tests.conftest import engine_named
from tests.core.learned import main
from tests.core.runs import Step, steps
from tests.core.seeds import RUNS, frames, stories, tapes, write
from tests.core.stories import TOLD, steps_of, story_of
from tests.core.test_differential import compare

from pr3dict.core import Core


@pytest.fixture(scope="module")
def engines() -> tuple[Core, Core]:
    return engine_named("reference"), engine_named("native")


@pytest.mark.parametrize("number", range(20))
def test_a_story_tells_the_calls_of_a_run(number):
    run = [step for step in steps(number, 30) if step[0] in TOLD and is_a_line(step)]
    told, prove, adopt = steps_of(story_of(run, prove=True, adopt=False))
    assert (True, False) == (prove, adopt)
    assert [step[0] for step in run] == [step[0] for step in told]
    fed = [step[2] for step in run if step[0] == "feed"]
    assert fed == [step[2] for step in told if step[0] == "feed"]


def is_a_line(step: Step) -> bool:
    return not any(b"\n" in part for part in step if isinstance(part, bytes))


@pytest.mark.parametrize("prove", [True, False])
@pytest.mark.parametrize("adopt", [True, False])
def test_a_story_says_what_is_proved_and_adopted(prove, adopt):
    assert (prove, adopt) == steps_of(story_of([], prove=prove, adopt=adopt))[1:]


@pytest.mark.parametrize(
    "story",
    [b"", b"0", b"0\n\xff", b"0\nt", b"0\nt0\xff", b"0\n+", b"0\n+9x", b"0\nk", b"0\nk\xff"],
)
def test_a_story_beyond_sense_is_told_as_far_as_it_makes_sense(story, engines):
    told, prove, adopt = steps_of(story)
    compare(engines, told, prove=prove, adopt=adopt)


def test_both_engines_tell_every_seed_of_the_fuzzer_alike(engines):
    for story in stories():
        told, prove, adopt = steps_of(story)
        compare(engines, told, prove=prove, adopt=adopt)


def test_the_seeds_are_of_every_kind_and_the_same_each_time(tmp_path):
    said = list(frames())
    kinds = {b"book", b"price_change", b"last_trade_price", b"tick_size_change", b"best_bid_ask"}
    kinds |= {b"new_market", b"market_resolved"}
    assert {k for k in kinds if any(b'"event_type":"%b"' % k in f for f in said)} == kinds
    written = write(tmp_path)
    assert len(said) + RUNS + len(list(tapes())) == written
    assert (tmp_path / "frame" / "0000").read_bytes() == next(frames())
    assert written == write(tmp_path) == sum(path.is_file() for path in tmp_path.rglob("*"))


def test_what_the_fuzzer_learned_is_told_to_both_engines_and_a_difference_is_counted(
    tmp_path, capsys, monkeypatch
):
    write(tmp_path)
    assert [0, 0] == [main(tmp_path / target, 30) for target in ("frame", "story")]
    assert "30 of what frame learned on both engines: 0 differ" in capsys.readouterr().out

    def differ(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr("tests.core.learned.compare", differ)
    assert 30 == main(tmp_path / "frame", 30)
