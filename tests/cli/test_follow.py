"""The monitor in lines: when it prints, when it ends, what JSON holds."""

import msgspec
from tests.monitor.kit import NOW, Market

from pr3dict.app.replay import Replay
from pr3dict.cli.follow import EVERY_S, _nap_s, board_json, follow
from pr3dict.model.units import NS_PER_S
from pr3dict.monitor.model import Health


def recording(path) -> Replay:
    market = Market()
    frames = [market.venue.opening(market.tokens)]
    while len(frames) < 30:
        frames += market.venue.step()
    path.write_bytes(b"\n".join(frames))
    return Replay(path)


def test_naps_end_on_full_seconds_and_with_the_run():
    second = NS_PER_S
    assert EVERY_S == _nap_s(0, 0, None)
    assert 0.75 == _nap_s(0, second // 4, None)
    assert 0.25 == _nap_s(0, second // 4, 0.5)
    assert 0.0 == _nap_s(0, 2 * second, 1.5)


def test_a_board_has_a_form_as_json():
    market = Market()
    market.open()
    told = msgspec.json.decode(msgspec.json.encode(board_json(market.board())))
    assert {"LIVE": 2} == told["healths"]
    assert NOW == told["now_ns"]
    book = told["books"][0]
    assert ("LIVE", "NONE", "PROVED", "WS") == tuple(
        book[name] for name in ("health", "cause", "proof", "source")
    )
    assert isinstance(book["bid"], int)


def test_it_ends_when_it_is_told_to_and_leaves_nobody_listening(tmp_path, capsys):
    replay = recording(tmp_path / "frames.jsonl")
    replay.start()
    try:
        board = follow(replay, seconds=None, as_json=False, until=replay.finished.is_set)
        assert {Health.LIVE: 2} == board.healths
        assert 1 == len(capsys.readouterr().out.splitlines())
        replay.call(replay.engine.settle).result(5)
    finally:
        replay.stop()


def test_ctrl_c_ends_it_with_the_board_of_that_moment(tmp_path, capsys):
    def pressed() -> None:
        raise KeyboardInterrupt

    replay = recording(tmp_path / "frames.jsonl")
    replay.start()
    try:
        assert replay.wait(10)
        board = follow(replay, seconds=None, as_json=True, check=pressed)
    finally:
        replay.stop()
    assert {Health.LIVE: 2} == board.healths
    assert "" == capsys.readouterr().out
