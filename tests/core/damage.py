"""Frames as they should never come: flipped, cut, joined, with wrong members, or no JSON."""

import json
import random
from collections.abc import Iterator
from typing import Any

from tests.core.frames import START_MS, Message, compact


def damaged(rng: random.Random, frame: bytes) -> bytes:
    """Return a frame as it should never come."""
    damage = rng.choice((_flip, _cut, _join, _harm_json, _harm_json, _harm_level))
    return damage(rng, frame)


def _flip(rng: random.Random, frame: bytes) -> bytes:
    harmed = bytearray(frame or b" ")
    for _ in range(rng.choice((1, 1, 2, 5))):
        harmed[rng.randrange(len(harmed))] = rng.choice((rng.randrange(256), *b'"\\{}[],:0.'))
    return bytes(harmed)


def _cut(rng: random.Random, frame: bytes) -> bytes:
    at = rng.randrange(len(frame) + 1)
    return frame[:at] if rng.random() < 0.7 else frame[at:]


def _join(rng: random.Random, frame: bytes) -> bytes:
    between = rng.choice((b"", b"\n", b",", b"\xef\xbb\xbf", b"\xff", b"\x00", b" "))
    return rng.choice((frame + between + frame, between + frame, frame + between))


def _harm_json(rng: random.Random, frame: bytes) -> bytes:
    """Damage a member somewhere in the frame, its JSON kept whole (or nearly)."""
    try:
        value = json.loads(frame)
    except ValueError:
        return frame
    places = list(_objects(value))
    if not places:
        return frame
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        place = rng.choice(places)
        if place:
            _harm_member(rng, place, rng.choice(list(place)))
    text = compact(value) if rng.random() < 0.5 else json.dumps(value)
    return _harm_text(rng, text).encode("utf-8", "surrogatepass")


def _harm_level(rng: random.Random, frame: bytes) -> bytes:
    """Give a level or a change what a number must not be, or say a level twice."""
    try:
        value = json.loads(frame)
    except ValueError:
        return frame
    levels = [place for place in _objects(value) if "price" in place and "size" in place]
    sides = [place[side] for place in _objects(value) for side in place if side in {"bids", "asks"}]
    if sides and rng.random() < 0.3:
        side = rng.choice(sides)
        if side:
            side.append(rng.choice(side) | {"size": "7"})
    elif levels:
        rng.choice(levels)[rng.choice(("price", "size"))] = rng.choice(NUMBERS)
    return compact(value).encode("utf-8", "surrogatepass")


def _objects(value: object) -> Iterator[Message]:
    if isinstance(value, dict):
        yield value
        for member in value.values():
            yield from _objects(member)
    elif isinstance(value, list):
        for element in value:
            yield from _objects(element)


NUMBERS = (
    "0", "1", "0.0", "1.0", ".5", "0.50", "00.5", "5.", ".", "", "-1", "+1", "1e5", "NaN", "0x1",
    " 0.5", "0.5 ", "0.1234567", "0.123456", "123456789012", "1234567890123", "999999999999.999999",
    "000000000000.5", "0000000000000", "\uff10.\uff15", "0.\u0665", "0,5", "1_000", "0.999999",
    "1.000000", "0.000000", "1.000001", "0.1\n", "\x000", "Infinity", "0.5" + "0" * 50,
)  # fmt: skip
NUMERIC = {
    "price", "size", "best_bid", "best_ask", "tick_size", "min_order_size", "last_trade_price",
    "old_tick_size", "new_tick_size",
}  # fmt: skip
TIMESTAMPS = (
    "0", "1", "", "-1", "01772279170000", "9223372036854", "9223372036855", "1234567890123456",
    "12345678901234567", "1772279170000.5", " 1772279170000", "1.7e12", "\u0661",
)  # fmt: skip
OTHERS = (
    None, True, False, 0, 1, -1, 0.5, 1e300, 10**30, [], {}, [None], [1], {"a": []}, ["x"], [{}],
    "BUY", "SELL", "buy", "book", "price_change", "a" * 13, "a" * 40, "0.123456789", '"', "\\",
    "\u2028", "\x7f", "\U0001f600",
)  # fmt: skip


VALUES = (
    "NaN", "01", "1.", "-", "1e", "1e999", "-0.0e-1", "1" * 5000, '"\\ud800"', '"\\udc00\\ud800"',
    '"\\ud83d\\ude00"', '"\\x"', '"\\/\\b"', '"\t"', '"\x7f"', "tru", "nulls", "'a'", "[1,]",
    '{"a":1,}', "[" * 61 + "]" * 61, "[" * 62 + "]" * 62,
    "[" * 63 + "]" * 63, "[" * 64 + "]" * 64,
)  # fmt: skip
"""Values of a member that nobody reads: some are JSON and some are not."""


def _harm_member(rng: random.Random, place: Message, name: str) -> None:
    value = place[name]
    kind = rng.randrange(12)
    if kind == 0:
        del place[name]
    elif kind == 1:
        place[rng.choice((name + "s", name.upper(), "\u00e9", ""))] = place.pop(name)
    elif kind == 2:
        place["also"] = rng.choice((value, {"deep": [[value]]}))
    elif kind == 3:
        place[name] = rng.choice(OTHERS)
    elif kind == 4 and isinstance(value, str):
        place[name] = _as_number(value)
    elif isinstance(value, list):
        place[name] = _harmed_list(rng, value)
    elif name == "timestamp":
        place[name] = rng.choice((*TIMESTAMPS, *(str(START_MS + ms) for ms in range(10))))
    elif name in NUMERIC:
        place[name] = rng.choice(NUMBERS)
    elif name == "side":
        place[name] = rng.choice(("BUY", "SELL", "buy", "", "SELL "))
    else:
        place[name] = rng.choice(OTHERS)


def _harmed_list(rng: random.Random, value: list[Any]) -> list[Any]:
    harmed = list(value)
    rng.shuffle(harmed)
    more = (*harmed[:1], *harmed[:1], rng.choice(OTHERS))
    return rng.choice(([*harmed, rng.choice(more)] if more else harmed, harmed, harmed[1:], []))


def _as_number(text: str) -> Any:
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text


def _harm_text(rng: random.Random, text: str) -> str:
    """Change a JSON text in ways that `json` would not write, or leave it."""
    old, new = rng.choice(
        (
            ('"event_type"', '"event_type":"book","event_type"'),
            ('"price"', '"price":[[["x"]]],"price"'),
            ('"market"', '"market":"other","market"'),
            ('"size"', '"s\\u0069ze"'),
            ('"0.', '"\\u0030.'),
            ("{", '{"n":' + rng.choice(VALUES) + ","),
            (":", rng.choice((" : ", "\t:\n", "\x0c:", "\xa0:"))),
            *((" ", " "),) * 5,
        )
    )
    return text.replace(old, new, rng.choice((1, 1, -1)))
