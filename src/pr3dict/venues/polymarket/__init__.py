"""Polymarket: the market channel, without sockets and without a clock."""
