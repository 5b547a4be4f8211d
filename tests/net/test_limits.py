"""The bounds of one socket."""

from pr3dict.config import Config
from pr3dict.net.limits import Limits


def test_the_defaults_are_those_of_the_settings():
    config, limits = Config(), Limits()
    assert (config.connect_timeout_s, config.close_timeout_s, config.frame_bytes_max) == (
        limits.connect_timeout_s,
        limits.close_timeout_s,
        limits.frame_bytes_max,
    )
