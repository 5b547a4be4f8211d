"""The live-data sockets, RTDS, PolyBolt and sports: sessions and what they tell."""
