"""What every group of REST methods has to work with."""

from pr3dict.config import Config
from pr3dict.ports import Rest


class RestMethods:
    """A group of methods that ask the venue's REST; `AsyncPolymarket` is made of such groups.

    A method makes a request (`venues/polymarket/`) and returns `await self._rest.ask(request)`; one
    that lists returns `Pages`. All raise `RestError`, with one sentence.
    """

    _config: Config
    _rest: Rest
