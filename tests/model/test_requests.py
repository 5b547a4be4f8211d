"""A request is a value: it can be compared, and a repeat is allowed unless it says otherwise."""

from pr3dict.model.requests import Page, Request


def test_a_request_is_a_harmless_get_unless_it_says_otherwise():
    request = Request(url="https://venue/x", read=len)
    assert ("GET", b"", (), True, None) == (
        request.method,
        request.body,
        request.limits,
        request.repeatable,
        request.sign,
    )
    assert 2 == request.read(b"ab")


def test_a_page_tells_where_the_next_one_begins():
    assert Page((1, 2), "c") == Page((1, 2), "c")
    assert "" == Page((), "").next_cursor
