"""One scenario for our own client, for real: its process, the venue, the outcome."""

import sys

from bench.peers.catalogue import PEERS
from bench.peers.drivers.telling import Task
from bench.peers.judge import judge
from bench.peers.scenarios import SCENARIOS
from bench.peers.stage import command, play

OURS = PEERS[0]
LOST = next(each for each in SCENARIOS if each.key == "C1")
TASK = Task("ws://x", "http://x", ["a"], shortened=True, calls=False)


async def test_our_client_notices_a_lost_change_and_is_right_again():
    outcome = judge(await play(LOST._replace(bound_s=6.0), OURS))

    assert "" == outcome.trouble
    assert outcome.noticed_s is not None
    assert outcome.recovered_s is not None
    assert 0.0 == outcome.others_wrong_s


async def test_a_client_that_does_not_start_is_told_with_its_complaint():
    gone = OURS._replace(driver="bench.peers.drivers.nobody")
    outcome = judge(await play(LOST, gone))

    assert "its process ended with 1" in outcome.trouble
    assert "nobody" in outcome.trouble


def test_a_python_peer_runs_in_its_own_environment():
    polypulse = next(peer for peer in PEERS if peer.name == "polypulse")

    assert sys.executable == command(OURS, TASK)[0]
    assert sys.executable != command(polypulse, TASK)[0]
    assert "build" in command(polypulse, TASK)[0]
