"""Sockets, HTTP and the clock: what carries a session, which knows none of them."""
