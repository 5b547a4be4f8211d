"""What the books and the clock say, in numbers: pure functions over views and counts."""
