"""What PolyBolt and its clients say to each other, and what its refusals mean. Pure.

Protocol section 3.3. Frames:

    {"op":"auth","auth":{"apiKey":…,"secret":…,"passphrase":…},"rid":"1"}
    {"op":"authed","rid":"1"}
    {"op":"subscribe","subscriptions":[{"channel":"price.crypto","filter":{"symbol":"btcusd"}}],
      "rid":"2"}
    {"op":"subscribed","channel":"price.crypto","rid":"2"}
    {"v":1,"channel":"price.crypto","seq":2,"ts":1788973001000,"payload":{"symbol":"btcusd",
      "value":64126.0,"full_accuracy_value":"64126.00000000","timestamp":1788973001000,
      "source":"pyth"}}
    {"op":"error","code":"auth_required","channel":"price.crypto","rid":"2"}
"""

from typing import Any, Final

import msgspec

from pr3dict.model.links import Closed, Pace, Verdict
from pr3dict.model.units import NS_PER_S, Nanos
from pr3dict.venues.polymarket import rules

PAIRS_MAX: Final = 64
"""Pairs of channel and filter that one connection may have (docs, 2026-09)."""
LATER: Final = frozenset({"rate_limited", "auth_unavailable"})
"""Refusals that hold for a moment only."""
DEFAULT_PROVIDERS: Final = {
    "price.crypto": "pyth",
    "price.crypto.twap": "chainlink",
    "price.equity": "pyth",
    "price.equity.twap": "pyth",
}
"""The channels that are known to be served, and who provides each unless one is asked for by name
(docs, "Migrate from RTDS to PolyBolt", 2026-09)."""

_DRAINING: Final = 4003
_CLOSES: Final[dict[int, tuple[str, Pace, str]]] = {
    4001: ("auth", Pace.SLOW, "the venue does not accept our API key"),
    4002: ("slow_consumer", Pace.PATIENT, "the venue dropped us as too slow a reader"),
    _DRAINING: ("draining", Pace.QUICK, "the venue restarts and wants us to come back"),
    4008: ("policy", Pace.SLOW, "the venue says that we broke a rule of its"),
}
_SENTENCES: Final = {
    "bad_op": "the venue does not know what we asked it to do: a fault of PR3DICT",
    "bad_channel": "there is no such channel: see the channels in the documentation",
    "bad_filter": "the venue does not take this filter: correct the symbol or the provider",
    "sub_limit": f"a connection has at most {PAIRS_MAX} subscriptions: unsubscribe some",
    "rate_limited": "we asked too fast: it is asked again in a moment",
    "auth_required": "this channel is for holders of an API key: give credentials",
    "auth_unavailable": "the venue cannot check API keys just now: it is asked again in a moment",
    "auth_expired": "the API key has expired: give another one",
    "auth_attempts": "the venue has heard too many wrong API keys from us: wait, and give the right"
    " one",
    "auth_invalid": "the venue does not accept our API key: give another one",
}


class Channel(msgspec.Struct, frozen=True):
    """What can be subscribed to: a channel and the symbol wanted of it."""

    channel: str
    symbol: str
    provider: str = ""
    """`chainlink` or `pyth`; `""` leaves it to the venue."""
    window_seconds: int = 0
    """Of an average; 60 is the only one served."""

    @property
    def name(self) -> str:
        """What it is called before people."""
        return " ".join(part for part in (self.channel, self.symbol, self.provider) if part)


class Said(msgspec.Struct):
    """Any frame of the venue; data has no `op`."""

    op: str = ""
    channel: str = ""
    rid: str = ""
    code: str = ""
    seq: int = 0
    ts: int = 0
    snapshot: bool = False
    dropped: int = 0
    payload: msgspec.Raw = msgspec.Raw()


def sentence(code: str, channel: Channel | None = None) -> str:
    """Return what a refusal means and what to do; `channel`: what was refused, None: us.

    >>> sentence("bad_filter", Channel("price.crypto", "nope"))
    'price.crypto nope: the venue does not take this filter: correct the symbol or the provider'
    """
    said = _SENTENCES.get(code, "the venue refused it with a code that we do not know")
    return said if channel is None else f"{channel.name}: {said}"


def verdict(ended: Closed) -> Verdict:
    """Return what the end of a connection means."""
    if ended.code not in _CLOSES:
        return rules.verdict(ended)
    name, pace, meaning = _CLOSES[ended.code]
    spread = Nanos(10 * NS_PER_S) if ended.code == _DRAINING else Nanos(0)
    words = f"{ended.code} {ended.reason}".strip()
    return Verdict(name, pace, f"{meaning} ({words})", spread=spread)


def as_sent(channel: Channel) -> dict[str, Any]:
    """Return what is asked for as a frame says it."""
    wanted: dict[str, Any] = {"symbol": channel.symbol}
    if channel.provider:
        wanted["provider"] = channel.provider
    if channel.window_seconds:
        wanted["window_seconds"] = channel.window_seconds
    return {"channel": channel.channel, "filter": wanted}
