"""The catalogue of the simulated venue (Gamma): markets, events, search, people."""
