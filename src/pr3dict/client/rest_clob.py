"""Methods of `AsyncPolymarket` for the public order book API (CLOB), protocol section 4.2."""

from pr3dict.client.rest_base import RestMethods


class ClobMethods(RestMethods):
    """Ask for the public order book API (CLOB), protocol section 4.2."""
