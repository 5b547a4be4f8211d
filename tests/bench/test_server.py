"""The server of the live rows speaks WebSocket."""

from bench.server import accepted, framed


def test_the_example_of_the_protocol_is_accepted():
    request = (
        b"GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\n"
        b"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )

    assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in accepted(request)
    assert accepted(request).endswith(b"\r\n\r\n")


def test_texts_are_framed_by_their_length():
    assert b"\x81\x05Hello" == framed(b"Hello")
    assert b"\x81\x7e\x01\x00" + b"x" * 256 == framed(b"x" * 256)
    assert b"\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00" == framed(b"x" * 65536)[:10]
