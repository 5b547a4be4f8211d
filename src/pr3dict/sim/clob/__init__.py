"""The order book of the simulated venue as the public sees it: market channel and public REST."""
