"""Connections that race for a link: to the books they are one."""

import random
from collections import Counter

import pytest
from tests.tape.kit import START, Market

from pr3dict.core import CONTROL, load
from pr3dict.engine.braid import Braid
from pr3dict.model.events import BookReset, FeedLost, FeedOpened
from pr3dict.model.records import COPY_HEAD, Kind
from pr3dict.model.states import BookState, Cause
from pr3dict.model.units import NS_PER_MS, Nanos
from pr3dict.tape.apply import apply_block
from pr3dict.venues.polymarket.opening import restates, sift

LINK = 3
TOKEN = "71"


class Scene:
    """A braid of up to three strands with true books under it, and what the tape hears."""

    def __init__(self, opened: int = 2, tokens: tuple[str, ...] = (TOKEN,)) -> None:
        self.core = load()
        self.books = self.core.new_books()
        self.buffer = self.core.new_record_buffer()
        self.records: list[tuple[Kind, bytes]] = []
        self.market = Market(self.core)
        self.now = START
        for token in tokens:
            self.append(Kind.TRACK, LINK, self.now, token.encode())
            self.books.track(token, LINK)
        self.braid = Braid(LINK, self.books, sift, restates, lambda: tokens, 3, self)
        self.strands = [self.braid.strand() for _ in range(opened)]
        for strand in self.strands:
            self.open(strand)

    def append(self, kind, link, now, payload):
        self.buffer.append(kind, link, now, now, payload)
        self.records.append((Kind(kind), payload))

    def open(self, strand):
        self.now += 1
        strand.append(Kind.OPENED, LINK, self.now, b"url")
        strand.open_link(LINK, self.now)

    def close(self, strand):
        self.now += 1
        strand.append(Kind.CLOSED, LINK, self.now, b"\x07\xee\x03gone")
        strand.close_link(LINK, Cause.LINK_DOWN, self.now)

    def say(self, strand, frame):
        self.now += NS_PER_MS
        strand.append(Kind.IN, LINK, self.now, frame)
        return strand.feed(LINK, frame, self.now)

    def kinds(self) -> list[str]:
        """Return what is on the tape but for tokens; a COPY with what it would have been."""
        return [
            f"COPY of {Kind(COPY_HEAD.unpack_from(payload)[1]).name}"
            if kind == Kind.COPY
            else kind.name
            for kind, payload in self.records
            if kind != Kind.TRACK
        ]

    def told(self) -> list[str]:
        kinds = BookReset | FeedLost | FeedOpened
        return [type(event).__name__ for event in self.books.take() if isinstance(event, kinds)]

    def state(self) -> BookState:
        view = self.books.view(TOKEN)
        assert view is not None
        return BookState(view.state)


@pytest.fixture
def scene() -> Scene:
    """Two strands that have brought the book."""
    scene = Scene()
    book = b"[" + scene.market.book() + b"]"
    for strand in scene.strands:
        scene.say(strand, book)
    scene.told()
    scene.records.clear()
    return scene


def test_two_openings_are_one_link_and_one_book():
    scene = Scene()
    first, second = scene.strands
    book = b"[" + scene.market.book() + b"]"
    assert scene.say(first, book)
    assert 0 == scene.say(second, book)
    assert ["FeedOpened", "BookReset"] == scene.told()
    assert ["OPENED", "COPY of OPENED", "IN", "COPY of IN"] == scene.kinds()
    assert first.carries()
    assert second.carries()


def test_the_first_copy_wins_and_the_other_is_timed(scene):
    first, second = scene.strands
    frame = scene.market.change("BUY", "0.45", "1")
    assert scene.say(second, frame)
    assert 0 == scene.say(first, frame)
    assert (1, 1) == (first.race.first, first.race.late)
    assert (1, 1) == (second.race.first, second.race.late)
    assert NS_PER_MS == first.race.late_ns_sum == first.race.late_ns_max
    assert ["IN", "COPY of IN"] == scene.kinds()
    assert (2, first.race.bytes) == first.heard(LINK) == second.heard(LINK)
    assert scene.now == first.last_data_ns(LINK) == second.last_data_ns(LINK) + NS_PER_MS


def test_the_loss_of_one_of_two_is_none(scene):
    first, second = scene.strands
    scene.close(first)
    assert [] == scene.told()
    assert BookState.LIVE == scene.state()
    assert ["COPY of CLOSED"] == scene.kinds()
    scene.close(second)
    assert ["FeedLost"] == scene.told()
    assert ["COPY of CLOSED", "CLOSED"] == scene.kinds()


def test_the_loss_of_all_that_carry_is_told_though_another_is_open(scene):
    first, second = scene.strands
    scene.close(second)
    scene.open(second)
    assert not second.carries()
    scene.close(first)
    assert ["FeedLost", "FeedOpened"] == scene.told()
    assert BookState.SYNCING == scene.state()
    scene.say(second, b"[" + scene.market.book() + b"]")
    assert ["BookReset"] == scene.told()
    assert second.carries()


def test_a_copy_that_has_said_nothing_does_not_carry_books_in_doubt(scene):
    first, second = scene.strands
    scene.close(second)
    scene.open(second)
    scene.books.suspect(TOKEN, Cause.SILENT, scene.now)
    scene.close(first)
    assert ["FeedLost", "FeedOpened"] == scene.told()


def test_after_a_loss_what_was_said_before_is_news_again():
    scene = Scene()
    first, second = scene.strands
    book = b"[" + scene.market.book() + b"]"
    scene.say(first, book)
    scene.close(first)
    assert BookState.SYNCING == scene.state()
    assert scene.say(second, book)
    assert BookState.LIVE == scene.state()


def test_what_found_no_book_to_change_is_fed_again_after_the_opening_of_another_copy():
    scene = Scene()
    first, second = scene.strands
    book, change = b"[" + scene.market.book() + b"]", scene.market.change("BUY", "0.45", "1")
    trade = b'{"event_type":"last_trade_price","market":"0xabc","asset_id":"71","price":"0.45",'
    trade += b'"size":"1","side":"BUY","timestamp":"%d"}' % (START // NS_PER_MS)
    scene.say(first, change)
    scene.say(first, trade)
    assert BookState.SYNCING == scene.state()
    scene.say(second, book)
    scene.say(second, trade)
    assert scene.say(second, change)
    view = scene.books.view(TOKEN)
    assert view is not None
    assert (450_000, scene.now) == (view.top()[0], view.verified_ns)
    assert 1 == scene.books.counters()["trades"]
    assert 0 == scene.say(first, book)


def test_an_opening_that_tells_nothing_new_is_kept_from_the_books(scene):
    third = scene.braid.strand()
    scene.open(third)
    version = scene.books.view(TOKEN).version
    assert 0 == scene.say(third, b"[" + scene.market.book() + b"]")
    assert version == scene.books.view(TOKEN).version
    assert ["COPY of OPENED", "COPY of IN"] == scene.kinds()
    assert third.carries()


def test_an_opening_that_is_older_than_a_book_undoes_nothing(scene):
    old = b"[" + scene.market.book() + b"]"
    scene.say(scene.strands[0], scene.market.change("BUY", "0.45", "1"))
    third = scene.braid.strand()
    scene.open(third)
    assert 0 == scene.say(third, old)
    assert 450_000 == scene.books.top(TOKEN)[0]


def test_an_opening_that_is_newer_than_a_book_is_its_content(scene):
    missed = scene.market.change("BUY", "0.45", "1")
    third = scene.braid.strand()
    scene.open(third)
    assert scene.say(third, b"[" + scene.market.book() + b"]")
    assert 450_000 == scene.books.top(TOKEN)[0]
    scene.say(scene.strands[0], missed)
    assert BookState.LIVE == scene.state()
    assert "IN" == scene.kinds()[-1]


def test_a_book_in_doubt_takes_the_answer_of_whichever_copy(scene):
    for strand in scene.strands:
        strand.expect([TOKEN])
    scene.books.suspect(TOKEN, Cause.SILENT, scene.now)
    assert scene.say(scene.strands[1], scene.market.book())
    assert BookState.LIVE == scene.state()


def test_what_one_copy_lost_is_applied_when_the_other_brings_it(scene):
    first, second = scene.strands
    lost, kept = scene.market.change("BUY", "0.45", "1"), b'{"event_type":"new_thing"}'
    scene.say(first, kept)
    assert scene.say(second, lost)
    assert 450_000 == scene.books.top(TOKEN)[0]
    assert scene.books.view(TOKEN).verified_ns == scene.now


def test_control_texts_are_never_taken_for_copies(scene):
    first, second = scene.strands
    for _ in range(2):
        assert CONTROL & scene.say(first, b"PONG")
        assert CONTROL & scene.say(second, b"PONG")
    assert (1, 0) == (first.race.first, first.race.late)
    assert ["IN"] * 4 == scene.kinds()
    assert first.race.data_ns < second.race.data_ns < scene.now


def test_a_frame_of_nothing_is_counted_by_the_books(scene):
    before = scene.books.counters()["frames.received"]
    scene.say(scene.strands[0], b"")
    assert before + 1 == scene.books.counters()["frames.received"]


def test_what_cannot_be_read_is_no_data(scene):
    first, _ = scene.strands
    at = first.last_data_ns(LINK)
    scene.say(first, b'{"event_type":')
    assert at == first.last_data_ns(LINK)


def test_a_number_is_given_again_when_its_strand_has_left(scene):
    third = scene.braid.strand()
    assert [0, 1, 2] == [strand.number for strand in (*scene.strands, third)]
    scene.close(scene.strands[1])
    scene.braid.forget(scene.strands[1])
    assert 1 == scene.braid.strand().number


def test_without_a_tape_a_braid_works_the_same():
    scene = Scene(opened=0)
    braid = Braid(LINK, scene.books, sift, restates, lambda: (TOKEN,), 2)
    one, other = braid.strand(), braid.strand()
    for strand in (one, other):
        strand.open_link(LINK, START)
    assert one.feed(LINK, scene.market.book(), Nanos(START + 1))
    assert 0 == other.feed(LINK, scene.market.book(), Nanos(START + 2))


@pytest.mark.parametrize("seed", range(5))
def test_H8_of_two_overlapping_sockets_each_copy_is_marked_and_the_merge_is_the_same_again(seed):
    chance = random.Random(seed)
    scene = Scene()
    frames = [b"[" + scene.market.book() + b"]"]
    frames += [scene.market.change("BUY", f"0.{n % 9 + 41}", str(n + 1)) for n in range(200)]
    queues = [[*frames], [frame for n, frame in enumerate(frames) if n % 50 != 49]]
    said: list[bytes] = []
    while any(queues):
        which = chance.choice([n for n, queue in enumerate(queues) if queue])
        for _ in range(min(chance.randint(1, 3), len(queues[which]))):
            said.append(queues[which].pop(0))
            scene.say(scene.strands[which], said[-1])

    fed = Counter(payload for kind, payload in scene.records if kind == Kind.IN)
    copies = Counter(
        payload[COPY_HEAD.size :]
        for kind, payload in scene.records
        if kind == Kind.COPY and payload[1] == Kind.IN
    )
    assert Counter(said) == fed + copies
    assert {*frames} == {*fed}
    assert {1} == {*fed.values()}

    block, found = scene.buffer.take(), []
    for _ in range(2):
        again = scene.core.new_books()
        assert len(block) == apply_block(again, scene.core, block)
        found.append((again.digest(), again.counters(), [str(event) for event in again.take()]))
    live = scene.books.digest(), scene.books.counters(), [str(e) for e in scene.books.take()]
    assert [live, live] == found
