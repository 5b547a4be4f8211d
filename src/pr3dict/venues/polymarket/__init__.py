"""Polymarket, without sockets and without a clock: the way of its books, and its other services.

`wire`, `session`, `rest`, `opening` and `rules` are what the feed needs of any venue; each other
service of this one has a room of its own.
"""
