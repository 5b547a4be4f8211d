"""Ours side by side with other people's clients, on the same simulated venue, under eight faults.

`scenarios` says what goes wrong, `stage` plays one scenario for one client, `drivers` are small
programs that show what a client's users see, `judge` turns what was seen into an outcome that is
measured alike for everybody, `show` makes the table.
"""
