"""A pretend Polymarket: it owns the true books and speaks the wire on its own.

It shares no code with our decoders, so that a bug cannot hide by being on both ends. `Venue` is
pure and deterministic in its seed; `Capture` plays a recording instead; `SimServer` (needs
`pip install 'pr3dict[sim]'`) puts either on 127.0.0.1.
"""
