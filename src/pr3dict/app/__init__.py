"""The composition root: builds a running system from settings. The one room that knows them all."""

from pr3dict.app.replay import Replay, replay
from pr3dict.app.system import System

__all__ = ["Replay", "System", "replay"]
