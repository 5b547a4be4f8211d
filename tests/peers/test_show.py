"""The log says what was done and counted, and why a client is not there."""

from tests.peers.show import markdown
from tests.peers.stage import BOOKS, CLOB, Done, Run, Seen

RUN = Run(
    driver=BOOKS,
    version="1.0.2",
    done=[Done("subscribe", 8), Done("hear", 0, "waited in vain")],
    last=Seen({"book 0x1": 2, "book 0x2": 3, "price.crypto update btcusd": 4}, {}, ["no"], 1),
    refused=["GET /book 404"],
)


def test_a_row_counts_calls_events_losses_and_refusals():
    row = markdown([RUN]).splitlines()[-1]
    assert "| 1 of 2 | - | 9: book 5, price.crypto update 4 | 2 | 1 |" in row
    assert row.endswith("hear: waited in vain")


def test_an_absent_client_says_why():
    absent = Run(driver=CLOB, version="1.2.1", absent="not installed: there is no npm")
    assert "| 1.2.1 | read, order, cancel | not installed: there is no npm |" in markdown([absent])


def test_a_driver_that_was_ended_is_a_trouble():
    assert ["it took long"] == Run(driver=CLOB, version="1", struck="it took long").troubles
