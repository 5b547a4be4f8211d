"""Where accounts trade at the simulated venue: keys, orders, fills, and the user channel."""
