"""What is true at the simulated venue, whoever asks: books, trades, rules, prices, people."""
