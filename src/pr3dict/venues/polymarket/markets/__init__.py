"""Markets as users name them, made of the catalogue: one market, its names, its rows, its end."""
