"""Questions to Polymarket over REST, a mixin for each service; answers as typed rows."""
