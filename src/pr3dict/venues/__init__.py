"""The venues' protocols, each without sockets, clocks and other venues."""
