"""The venue in memory: sockets, REST and time as a feed meets them."""

import asyncio
import random

import msgspec
import pytest

from pr3dict.model.errors import FeedError, LinkRefused
from pr3dict.model.units import NS_PER_MS, NS_PER_S
from pr3dict.ports import Transport
from pr3dict.sim.truth.config import SimConfig
from pr3dict.sim.truth.venue import Venue
from pr3dict.trial.time import START, run
from pr3dict.trial.venue import REST_URL, URL, MemoryVenue


def venue() -> MemoryVenue:
    config = SimConfig(markets=2, seed=3, levels=(3, 5), start_ms=START // NS_PER_MS)
    return MemoryVenue(Venue(config), random.Random(1))


def subscription(tokens: list[str]) -> bytes:
    return msgspec.json.encode({"type": "market", "assets_ids": tokens})


async def follow(place: MemoryVenue, tokens: list[str]) -> list[bytes]:
    """Subscribe, and return what is heard from then on."""
    heard: list[bytes] = []

    def on_open(transport: Transport) -> None:
        transport.send(subscription(tokens))

    await place.connect(URL, on_open, heard.append)
    await asyncio.sleep(1)
    return heard


def asked(tokens: list[str]) -> bytes:
    return msgspec.json.encode([{"token_id": token} for token in tokens])


def test_a_subscriber_hears_the_books_and_then_what_changes():
    async def main() -> None:
        place = venue()
        place.play()
        tokens = place.source.tokens[:2]
        heard = await follow(place, tokens)
        assert set(tokens) == {book["asset_id"] for book in msgspec.json.decode(heard[0])}
        await asyncio.sleep(30)
        assert len(heard) > 10
        place.stop()

    run(main())


def test_a_refused_upgrade_is_told_as_http_tells_it():
    async def main() -> None:
        place = venue()
        place.faults.refuse(429, {"Retry-After": "3"})
        with pytest.raises(FeedError) as refused:
            await follow(place, place.source.tokens)
        assert ("http_429", 3 * NS_PER_S) == (refused.value.name, refused.value.retry_after)
        place.faults.refuse(403, body="<html>")
        with pytest.raises(LinkRefused):
            await follow(place, place.source.tokens)
        place.faults.refuse(0)
        with pytest.raises(FeedError, match="cannot be reached"):
            await follow(place, place.source.tokens)
        place.open_slowly_s = 20.0
        with pytest.raises(FeedError, match="did not answer in time"):
            await follow(place, place.source.tokens)

    run(main())


def test_a_deaf_venue_answers_ping_and_nothing_else():
    async def main() -> None:
        place = venue()
        place.deaf_next = 1
        place.play()
        heard = await follow(place, place.source.tokens)
        place.open_wires()[0].send(b"PING")
        await asyncio.sleep(20)
        assert [b"PONG"] == heard
        assert place.struck["deaf"] == 1
        place.stop()

    run(main())


def test_rest_tells_the_books_and_fails_in_every_way_it_is_told_to():
    async def main() -> None:
        place = venue()
        body = asked(place.source.tokens[:1])
        status, honest = await place.post(REST_URL, body)
        assert (200, 1) == (status, len(msgspec.json.decode(honest)))
        assert 200 == (await place.get(f"{REST_URL}/time"))[0]
        place.rest_fault = "html"
        assert (200, b"<html>") == await place.post(REST_URL, body)
        place.rest_fault = "half"
        assert honest[: len(honest) // 2] == (await place.post(REST_URL, body))[1]
        place.rest_fault = "ghost"
        (ghost,) = msgspec.json.decode((await place.post(REST_URL, body))[1])
        assert [{"price": "0.01", "size": "1000"}] == ghost["bids"]
        place.rest_fault = "slow"
        with pytest.raises(FeedError, match="in time"):
            await place.post(REST_URL, body)
        place.faults.refuse_rest(503)
        assert 503 == (await place.post(REST_URL, body))[0]

    run(main())


def test_an_old_answer_comes_again_until_rest_is_well():
    async def main() -> None:
        place = venue()
        place.play()
        body = asked(place.source.tokens[:1])
        place.rest_fault = "stale"
        _, first = await place.post(REST_URL, body)
        await asyncio.sleep(60)
        assert first == (await place.post(REST_URL, body))[1]
        place.mend()
        assert first != (await place.post(REST_URL, body))[1]
        place.stop()

    run(main())
