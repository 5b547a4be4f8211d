"""Methods of `AsyncPolymarket` for the market catalogue (Gamma), protocol section 4.1."""

from pr3dict.client.rest_base import RestMethods


class GammaMethods(RestMethods):
    """Ask for the market catalogue (Gamma), protocol section 4.1."""
