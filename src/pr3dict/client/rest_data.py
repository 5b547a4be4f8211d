"""Methods of `AsyncPolymarket` for the Data API, protocol section 4.4."""

from pr3dict.client.rest_base import RestMethods


class DataMethods(RestMethods):
    """Ask for the Data API, protocol section 4.4."""
