"""The live-data sockets of the simulated venue: RTDS, PolyBolt, sports."""
