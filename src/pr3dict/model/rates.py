"""A rate limit of a venue: what may be sent in how much time."""

import msgspec

from pr3dict.model.units import Nanos


class Window(msgspec.Struct, frozen=True):
    """At most `most` requests in any `span` nanoseconds."""

    most: int
    span: Nanos


class Refill(msgspec.Struct, frozen=True):
    """`rate` tokens a second, of which `burst` can be saved up."""

    rate: int
    burst: int


Rule = Window | Refill
