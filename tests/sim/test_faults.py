"""Faults strike as often as scripted, and say so."""

import json

from pr3dict.sim.faults import Faults, Refusal

FRAME = b'{"price_changes":[{"asset_id":"1", "price":"0.5", "size":"189.73"}]}'


def struck(faults: Faults, frames: int, token: str = "1", connection: int = 1) -> list[list[bytes]]:
    return [faults.strike(FRAME, (token, "twin"), connection) for _ in range(frames)]


def test_nothing_is_armed_at_first():
    assert not Faults().armed


def test_the_next_frames_of_a_token_are_dropped():
    faults = Faults()
    faults.drop("1", 2)

    assert [FRAME] == faults.strike(FRAME, ("2",), 1)
    assert [[], [], [FRAME]] == struck(faults, 3)
    assert 2 == faults.struck["drop"]


def test_a_frame_is_sent_twice():
    faults = Faults()
    faults.duplicate("1")

    assert [[FRAME, FRAME], [FRAME]] == struck(faults, 2)
    assert 1 == faults.struck["duplicate"]


def test_a_corrupt_frame_is_no_json():
    faults = Faults()
    faults.corrupt("1")

    assert [[FRAME[: len(FRAME) // 2]], [FRAME]] == struck(faults, 2)
    assert 1 == faults.struck["corrupt"]


def test_a_falsified_frame_is_json_with_another_size():
    faults = Faults()
    faults.falsify("1")
    ((text,),) = struck(faults, 1)

    assert "289.73" == json.loads(text)["price_changes"][0]["size"]
    assert [b"{}"] == faults.strike(b"{}", ("1",), 1)


def test_garbage_comes_before_a_frame():
    faults = Faults()
    faults.garbage(b"\xff", 2)

    assert [[b"\xff", FRAME], [b"\xff", FRAME], [FRAME]] == struck(faults, 3)
    assert 2 == faults.struck["garbage"]


def test_a_connection_or_a_token_can_freeze_and_thaw():
    faults = Faults()
    faults.freeze(connection=2)
    faults.freeze(token="5")

    assert [[FRAME]] == struck(faults, 1, connection=1)
    assert [[]] == struck(faults, 1, connection=2)
    assert [[]] == struck(faults, 1, token="5")
    assert 2 == faults.struck["freeze"]
    faults.thaw()
    assert [[FRAME]] == struck(faults, 1, connection=2)


def test_pings_are_ignored_until_further_notice():
    faults = Faults()
    faults.ignore_pings()
    assert faults.ping_ignored()
    faults.ignore_pings(False)

    assert not faults.ping_ignored()
    assert 1 == faults.struck["ignore_pings"]


def test_a_snapshot_can_be_withheld():
    faults = Faults()
    faults.withhold_snapshot("2")

    assert ["1", "3"] == faults.sent_snapshots(["1", "2", "3"])
    assert 1 == faults.struck["withhold_snapshot"]


def test_what_is_forgiven_strikes_no_more():
    faults = Faults()
    faults.drop("1")
    faults.withhold_snapshot("1")
    faults.refuse(429)
    faults.refuse_rest(503)
    faults.garbage(b"<html>")
    faults.forgive()

    assert [b"x"] == faults.strike(b"x", ["1"], 1)
    assert ["1"] == faults.sent_snapshots(["1"])
    assert (None, None) == (faults.refusal(), faults.rest_refusal())
    assert not faults.struck


def test_refusals_are_used_up():
    faults = Faults()
    faults.refuse(429, {"Retry-After": "7"}, times=1)
    faults.refuse_rest(503, body="no")

    assert Refusal(429, {"Retry-After": "7"}, "") == faults.refusal()
    assert faults.refusal() is None
    assert Refusal(503, {}, "no") == faults.rest_refusal()
    assert {"refuse": 1, "refuse_rest": 1} == dict(faults.struck)
