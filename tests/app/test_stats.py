"""The figures of a system."""

import math

from tests.app.kit import until, venue

from pr3dict.app.replay import Replay
from pr3dict.app.stats import is_connected, stats
from pr3dict.app.system import System
from pr3dict.config import Config
from pr3dict.engine.consumers import ThreadConsumer
from pr3dict.engine.mailbox import BookMailbox
from pr3dict.model.links import Phase


def test_before_the_start_latencies_are_nan_and_counts_are_zero():
    found = stats(System(Config()))

    assert not found["connected"]
    latencies = [value for name, value in found.items() if name.endswith("_ms")]
    assert len(latencies) == 6
    assert all(map(math.isnan, latencies))
    assert f"{found['latency_avg_ms']:.2f}ms" == "nanms"
    counts = (found["tracked_assets"], found["subscribed_assets"], found["orderbooks_cached"])
    assert (0, 0, 0) == counts


def test_the_sums_match_on_a_running_feed():
    with venue() as served:
        system = System(served.config())
        system.start()
        system.subscribe(served.tokens).result(5)
        until(lambda: system.books.counters()["frames.received"] > 100)
        served.do(lambda: served.faults.garbage(b"7", 2))
        until(lambda: system.books.counters()["frames.rejected.schema"] == 2)
        found, tokens = stats(system), len(served.tokens)
        system.stop()

    for what in ("messages", "entries"):
        sorted_out = found[what]
        assert sorted_out["received"] == (
            sorted_out["applied"]
            + sum(sorted_out["ignored"].values())
            + sum(sorted_out["rejected"].values())
        )
    assert found["connected"]
    assert tokens == found["tracked_assets"] == found["subscribed_assets"]
    assert tokens == found["orderbooks_cached"] == sum(found["books"].values())
    assert found["latency_p50_ms"] <= found["latency_p95_ms"] <= found["latency_max_ms"]
    assert 0 < found["proofs"]["proved"]
    assert "open" == found["links"][0]["phase"]
    assert not is_connected(system)


def test_where_connections_race_one_of_a_link_is_enough_to_be_connected():
    with venue() as served:
        system = System(served.config(copies=2))
        system.start()
        system.subscribe(served.tokens).result(5)
        until(lambda: [s.phase for s in system.statuses()] == [Phase.OPEN] * 2)
        served.do(lambda: served.faults.refuse(503, times=1000))
        served.do(lambda: served.server.cut(2))
        until(lambda: any(status.lost for status in system.statuses()))
        found, tokens = stats(system), len(served.tokens)
        served.do(served.faults.forgive)
        system.stop()

    assert found["connected"]
    assert [1, 2] == [link["copy"] for link in found["links"]]
    assert any(link["race"]["first"] for link in found["links"])
    assert tokens == found["subscribed_assets"]


def test_each_consumer_has_its_figures():
    consumer = ThreadConsumer("mine", lambda token: (token,), print, 0.0)
    consumer.mailbox = BookMailbox(consumer.wake)
    found = stats(System(Config()), [consumer])["consumers"]

    assert [("mine", "thread", 0)] == [(c["name"], c["runs"], c["delivered"]) for c in found]


def test_a_recording_has_figures_too(tmp_path):
    capture = tmp_path / "one.jsonl"
    capture.write_text('{"event_type": "nothing"}\n')
    player = Replay(capture)
    player.start()
    assert player.wait(5)
    found = stats(player)
    player.stop()

    assert 1 == found["messages"]["ignored"]["unknown_type"]
    assert "tape" not in found
