"""How fast it is, measured here and now: every figure beside what it must reach.

`python -m bench`, `make bench` and `pr3dict bench` are the same. Each row is measured in processes
of its own, several rounds in turn, so that a slow minute of the machine falls on all rows alike.
"""
