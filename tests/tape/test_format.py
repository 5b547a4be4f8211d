"""The bytes of a segment, and what is left of them when bits flip or bytes are missing."""

import pytest
from tests.tape.kit import header

from pr3dict.model.errors import TapeCorrupt
from pr3dict.tape import format as form
from pr3dict.tape.zstd import Packer

TRAILER = form.Trailer(100, 50, 0xDEADBEEF, 3, 1, 2)
END = form.End(2, 6, 200, 1000)


def flips(data):
    """Give the data with each of its bits turned over, one at a time."""
    for bit in range(len(data) * 8):
        turned = bytearray(data)
        turned[bit // 8] ^= 1 << bit % 8
        yield bytes(turned)


def frame():
    packer = Packer(3)
    pieces = [packer.add(b"first" * 9), packer.add(b"second" * 9), packer.end()]
    return b"".join(pieces), [len(b"".join(pieces[: n + 1])) for n in range(3)]


def walk(data, until=None):
    return form.walk_frame(
        lambda offset, size: data[offset : offset + size], 0, len(data) if until is None else until
    )


def test_a_header_is_read_back_with_its_size():
    data = form.pack_header(header())
    assert (header(), len(data)) == form.read_header(data + b"what follows")


def test_a_header_with_any_bit_flipped_is_corrupt():
    for damaged in flips(form.pack_header(header())):
        with pytest.raises(TapeCorrupt):
            form.read_header(damaged)


def test_a_header_cut_anywhere_is_corrupt():
    data = form.pack_header(header())
    for size in range(len(data)):
        with pytest.raises(TapeCorrupt):
            form.read_header(data[:size])


def test_a_newer_format_is_refused_by_its_number():
    data = bytearray(form.pack_header(header()))
    data[16] = form.VERSION + 1
    with pytest.raises(TapeCorrupt, match="wanted format 1, found 2"):
        form.read_header(bytes(data))


def test_a_trailer_and_an_end_mark_are_read_back():
    assert TRAILER == form.read_trailer(form.pack_trailer(TRAILER))
    assert END == form.read_end(form.pack_end(END))


def test_a_trailer_or_an_end_mark_with_any_bit_flipped_is_none():
    assert not any(form.read_trailer(bad) for bad in flips(form.pack_trailer(TRAILER)))
    assert not any(form.read_end(bad) for bad in flips(form.pack_end(END)))


def test_sizes_are_those_of_the_bytes():
    assert len(form.pack_trailer(TRAILER)) == form.TRAILER_SIZE
    assert len(form.pack_end(END)) == form.END_SIZE


def test_a_walk_finds_the_edges_that_the_packer_flushed_at():
    data, edges = frame()
    found = walk(data + b"what follows")
    assert (6, *edges) == found.bounds
    assert found.whole


def test_a_walk_over_a_cut_frame_finds_the_edges_before_the_cut():
    data, edges = frame()
    for size in range(6, len(data)):
        found = walk(data[:size])
        assert (6, *(edge for edge in edges if edge <= size)) == found.bounds
        assert (False, "") == (found.whole, found.fault)


def test_a_walk_goes_no_further_than_it_may():
    data, edges = frame()
    assert (6, edges[0]) == walk(data, until=edges[1] - 1).bounds


def test_a_hole_of_zeros_is_no_part_of_a_frame():
    data, edges = frame()
    found = walk(data[: edges[0]] + bytes(300))
    assert (6, edges[0]) == found.bounds
    assert found.fault == "a zstd block is damaged"


def test_what_is_no_frame_is_told():
    assert walk(b"nothing of ours").fault == "no zstd frame begins here"


def test_a_segment_is_known_by_its_first_bytes_even_if_some_are_wrong():
    whole = form.pack_header(header())
    assert all(form.begins(whole[:size]) for size in range(1, len(whole)))
    assert all(form.begins(damaged) for damaged in flips(whole))
    assert not any(map(form.begins, (b"", b"hello\n", bytes(64), b'{"event_type": "book"}')))
