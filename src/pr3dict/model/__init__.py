"""Nouns of the trade: units, book states, events, errors. Nothing here touches the world."""
