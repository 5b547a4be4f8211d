"""Live data without books for whoever calls: topics, prices, comments, and what is made of them."""
