"""Methods of `AsyncPolymarket` for what needs credentials, protocol section 4.3."""

from pr3dict.client.rest_base import RestMethods
from pr3dict.model.credentials import ClobApiKeyCreds


class AccountMethods(RestMethods):
    """Ask for what needs credentials, protocol section 4.3."""

    _credentials: ClobApiKeyCreds | None
    _wallet: object | None
