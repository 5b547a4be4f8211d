"""A text judged: whether it is one JSON value (RFC 8259), and which.

msgspec reads it: it takes no NaN, no lone surrogate, no control character in a string, no number
in another form. What it takes amiss is judged here: the depth, exactly, and numbers too large
for it, which are JSON all the same.
"""

import json
import re
from typing import Final

import msgspec

DEPTH_MAX: Final = 64
"""Arrays and objects within each other; the venue needs four."""

_decoder: Final = msgspec.json.Decoder()
_checker: Final = msgspec.json.Decoder(msgspec.Raw)
_ESCAPED: Final = re.compile(rb"\\.", re.DOTALL)
_NO_MARKS: Final = bytes(byte for byte in range(256) if byte not in b'[]{}"')
_AS_ARRAYS: Final = bytes.maketrans(b"{}", b"[]")


class Rejected(Exception):
    """A frame that cannot be read: the reason is the counter's name, the detail says where."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


def decode(text: bytes) -> object:
    """Return the JSON value of a text, the last of two equal keys; raises `Rejected`."""
    try:
        characters = text.decode()
    except UnicodeDecodeError:
        raise Rejected("utf8", "not UTF-8") from None
    try:
        if is_deeper(text, DEPTH_MAX):
            raise Rejected("json", "not one JSON value")
        return _decoder.decode(characters)
    except msgspec.ValidationError:
        return _decode_large_numbers(characters)
    except msgspec.DecodeError:
        raise Rejected("json", "not one JSON value") from None


def _decode_large_numbers(characters: str) -> object:
    try:
        _checker.decode(characters)
    except msgspec.DecodeError:
        raise Rejected("json", "not one JSON value") from None
    return json.loads(characters, parse_int=float)


def is_deeper(text: bytes, depth: int) -> bool:
    """Tell whether arrays and objects nest deeper than this, in a text that may be JSON.

    Brackets within strings are put away first; then the innermost pairs go, one layer a turn.

    >>> is_deeper(b'[{"a": "[["}, []]', 1), is_deeper(b'[{"a": "[["}, []]', 2)
    (True, False)
    """
    if text.count(b"[") + text.count(b"{") <= depth:
        return False
    if b"\\" in text:
        text = _ESCAPED.sub(b"", text)
    marks = text.translate(_AS_ARRAYS, _NO_MARKS).replace(b'""', b"")
    layers = b"".join(marks.split(b'"')[::2])
    for _ in range(depth):
        layers = layers.replace(b"[]", b"")
    return bool(layers)
