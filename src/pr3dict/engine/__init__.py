"""What happens after a frame: who is told, which book is healed, which token sits on which link.

No venue, no socket and no sink is known here; the composition root brings them together.
"""
