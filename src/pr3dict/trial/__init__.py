"""The feed on trial: a venue in memory, virtual time, faults drawn from a seed, invariants.

Nothing here waits for a clock or touches a socket, so hours pass in seconds and the same seed
gives the same run to the last byte. The feed is the one that runs live, but for its world.
"""

from pr3dict.trial.campaign import Verdict, try_seed

__all__ = ["Verdict", "try_seed"]
