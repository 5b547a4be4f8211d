"""Every setting, with unit, bounds and default: one frozen value that `app` builds from.

A name ends in its unit (`_s` seconds, `_ms` milliseconds, `_bytes`). Each setting `x` may come from
the environment as `PR3DICT_X`, or from a `.env` file; the environment wins.
"""

import difflib
import logging
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

import msgspec
from dotenv.parser import parse_stream
from msgspec import Meta

from pr3dict.model.errors import ConfigError

PREFIX: Final = "PR3DICT_"
_NAME: Final = re.compile(r"[A-Za-z_]\w{0,29}", re.ASCII)
"""All that is shown of a line that sets nothing: a name with which it begins. The rest may be a
private key, which is longer than this or no name.
"""

_log = logging.getLogger(__name__)

_HOST: Final = re.compile(r"[A-Za-z0-9_:][A-Za-z0-9_.:%-]*")
"""What a name (in IDNA), an IPv4 or an IPv6 address is written with; if it exists, DNS knows."""

Switch = Annotated[bool, Meta(description="true or false")]
Seconds = Annotated[
    float, Meta(gt=0, le=86_400, description="seconds, more than 0 and at most 86400")
]
SecondsOrNever = Annotated[
    float, Meta(ge=0, le=86_400, description="seconds, at most 86400; 0 means never")
]
Offset = Annotated[
    float, Meta(ge=-3_600_000, le=3_600_000, description="milliseconds, at most an hour either way")
]
Count = Annotated[int, Meta(ge=1, le=10_000_000, description="a whole number from 1 to 10000000")]
Depth = Annotated[
    int, Meta(ge=0, le=10_000_000, description="a whole number of levels; 0 means all")
]
Bytes = Annotated[
    int, Meta(ge=1024, le=1 << 40, description="a whole number of bytes, at least 1024")
]
LinkTokens = Annotated[
    int, Meta(ge=1, le=500, description="a whole number from 1 to 500, the venue's limit")
]
Copies = Annotated[int, Meta(ge=1, le=4, description="a whole number from 1 to 4")]
WsUrl = Annotated[
    str, Meta(pattern=r"^wss?://[^\s/]+\S*$", description="an address that begins with ws(s)://")
]
HttpUrl = Annotated[
    str,
    Meta(pattern=r"^https?://[^\s/]+\S*$", description="an address that begins with http(s)://"),
]
Core = Annotated[
    Literal["auto", "native", "reference"], Meta(description="auto, native or reference")
]
TransportName = Annotated[
    Literal["auto", "picows", "websockets"], Meta(description="auto, picows or websockets")
]


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """All settings. Raises `ConfigError` when one is wrong."""

    # Where the venues are.
    polymarket_market_ws_url: WsUrl = "wss://ws-subscriptions-clob.polymarket.com/ws/market"
    polymarket_user_ws_url: WsUrl = "wss://ws-subscriptions-clob.polymarket.com/ws/user"
    polymarket_clob_url: HttpUrl = "https://clob.polymarket.com"
    polymarket_gamma_url: HttpUrl = "https://gamma-api.polymarket.com"
    polymarket_data_url: HttpUrl = "https://data-api.polymarket.com"
    polymarket_rtds_url: WsUrl = "wss://ws-live-data.polymarket.com"
    polymarket_polybolt_url: WsUrl = "wss://ws-live-v2.polymarket.com/ws"
    polymarket_sports_url: WsUrl = "wss://sports-api.polymarket.com/ws"
    kalshi_ws_url: WsUrl = "wss://external-api-ws.kalshi.com/trade-api/ws/v2"
    kalshi_rest_url: HttpUrl = "https://external-api.kalshi.com/trade-api/v2"
    manifold_ws_url: WsUrl = "wss://api.manifold.markets/ws"
    manifold_rest_url: HttpUrl = "https://api.manifold.markets/v0"

    # What runs.
    core: Core = "auto"
    """The engine that decodes and keeps books; auto: the native one where it is built."""
    transport: TransportName = "auto"
    """What carries the sockets; auto: picows where it is installed."""
    compression: Switch = False
    """Offer permessage-deflate to every venue: fewer bytes for more work. Carried by websockets,
    whatever else is installed: picows has none."""
    prove: Switch = True
    """Recompute the venue's hash of a book at every batch end."""
    strict: Switch = False
    """Give out no depth unless the book is LIVE."""
    rest: Switch = True
    """Ask REST for rules of markets and as a witness."""
    custom_features: Switch = True
    """Ask for best_bid_ask, new_market and market_resolved as well."""

    # Connections.
    tokens_per_link: LinkTokens = 200
    """Other clients have found 200 safe; above 500 opening books stop coming."""
    copies: Copies = 1
    """Connections that race for the same tokens: the first with a frame wins, and losing one of
    them costs nothing. Each is a subscription, a socket and its bytes more."""
    rotate_every_s: SecondsOrNever = 0.0
    """Each connection is replaced this often, 20 % more or less, by one that has all the books
    before the old one leaves; 0: never."""
    connect_timeout_s: Seconds = 10.0
    connect_spacing_s: Seconds = 0.25
    """Between two attempts to connect, all links together: many at once are answered 429."""
    close_timeout_s: Seconds = 1.0
    """How long to wait for the answer to our goodbye."""
    frame_bytes_max: Bytes = 64 << 20
    """A larger message ends the connection; opening arrays reach tens of MiB."""
    ping_every_s: Seconds = 10.0
    pong_timeout_s: Seconds = 30.0
    """Pongs queue behind data, 11 s have been seen: a short limit kills healthy links."""
    pong_quiet_s: Seconds = 10.0
    """Where no data comes either after a PING, the link is given up after this already."""
    silence_s: SecondsOrNever = 60.0
    """A link that delivers no data (PONG is none) for half of this asks for one book anew, and is
    given up after all of it; not where no token had a book on it."""
    silence_least_s: Seconds = 15.0
    """The same for a busy link: between the two its own rhythm decides, and that of the others."""
    first_book_s: Seconds = 5.0
    """When a subscribed token without a book is looked after."""
    backoff_base_s: Seconds = 1.0
    backoff_cap_s: Seconds = 60.0
    backoff_slow_s: Seconds = 300.0
    """The wait after a refusal that a quick retry would not mend."""
    live_stretch_s: Seconds = 30.0
    """Live data for this long makes the next loss the first one again."""

    # Witnesses and reads.
    audit_every_s: Seconds = 15.0
    """A quiet book is compared with REST this often: what nothing else shows is found in 30 s."""
    rest_timeout_s: Seconds = 10.0
    rest_patience_s: Seconds = 30.0
    """The whole of one call: its waits for rate limits, its attempts and the pauses between."""
    rest_bytes_max: Bytes = 64 << 20
    rest_per_s: Annotated[
        float, Meta(gt=0, le=100, description="requests a second, more than 0 and at most 100")
    ] = 1.0
    """The budget of all audits together."""
    fallback_every_s: SecondsOrNever = 2.0
    """While a connection is down each of its books is read by REST this often, within the budget,
    and says so by its source; 0: never."""
    clock_offset_ms: Offset = 0.0
    """Local minus venue clock; subtracted from every latency."""
    max_depth: Depth = 0
    """Levels a side that snapshots and sinks carry; the book itself stays whole. 0: all."""
    max_trade_history: Count = 100
    """Trades kept a token."""
    mailbox_events_max: Count = 10_000
    """Events that wait for one consumer; more are dropped, counted and told as `Lagged`."""

    # Tape.
    tape_segment_bytes: Bytes = 256 << 20
    tape_write_ms: Annotated[
        float, Meta(gt=0, le=10_000, description="milliseconds, more than 0 and at most 10000")
    ] = 5.0
    """Records wait this long for company before they are written."""
    tape_fsync_s: Seconds = 1.0
    """What a power failure may cost."""

    def __post_init__(self) -> None:
        for field in msgspec.structs.fields(type(self)):
            _converted(field.type, getattr(self, field.name), field.name, strict=True)
        if self.backoff_cap_s < self.backoff_base_s:
            raise ConfigError(
                f"backoff_cap_s: wanted at least backoff_base_s, which is {self.backoff_base_s},"
                f" found {self.backoff_cap_s}"
            )


def from_environment(
    environ: Mapping[str, str] | None = None, dotenv_path: str | None = ".env"
) -> Config:
    """Return the settings of the environment (`os.environ` unless given) and a `.env` file.

    A `.env` that does not exist is no error; None looks for none. An empty value means the
    default. Raises `ConfigError`, with one sentence that names the variable.
    """
    environ = os.environ if environ is None else environ
    written, odd = read_dotenv(dotenv_path) if dotenv_path is not None else ({}, [])
    for line in odd:
        _log.warning("%s", line)
    types = {variable_of(field.name): field for field in msgspec.structs.fields(Config)}
    settings: dict[str, Any] = {}
    for variable, text in (written | dict(environ)).items():
        if variable in types:
            if text.strip():
                field = types[variable]
                place = "" if variable in environ else f" in {dotenv_path}"
                settings[field.name] = _converted(
                    field.type, text.strip(), variable + place, strict=False
                )
        elif variable.startswith(PREFIX):
            _refuse_misspelt(variable, list(types))
    return Config(**settings)


def variable_of(setting: str) -> str:
    """Return the environment variable of a setting.

    >>> variable_of("ping_every_s")
    'PR3DICT_PING_EVERY_S'
    """
    return PREFIX + setting.upper()


def _converted(wanted: Any, value: object, name: str, *, strict: bool) -> Any:  # noqa: ANN401
    try:
        converted = msgspec.convert(value, wanted, strict=strict)
    except (msgspec.ValidationError, UnicodeEncodeError) as wrong:
        words = _description(wanted)
        raise ConfigError(f"{name}: wanted {words}, found {value!r}") from wrong
    if wanted in (WsUrl, HttpUrl) and not _is_address(converted):
        scheme = converted.partition(":")[0]
        raise ConfigError(
            f"{name}: wanted an address like {scheme}://host:8443/path, with a host that can be one"
            f" and a port from 1 to 65535, found {value!r}: correct it, or leave the setting out"
        )
    return converted


def _is_address(text: str) -> bool:
    """Tell whether a socket could be opened for this, as far as can be seen without asking DNS."""
    try:
        parts = urlsplit(text)
        port, host = parts.port, (parts.hostname or "").encode("idna").decode()
    except ValueError:  # a port out of range, half a bracket, an empty label
        return False
    half_a_login = parts.username is not None and parts.password is None
    if port == 0 or parts.fragment or half_a_login:
        return False
    return text.isprintable() and _HOST.fullmatch(host) is not None


def _description(wanted: Any) -> str:  # noqa: ANN401 - an annotated type is no class
    return str(next(m.description for m in wanted.__metadata__ if isinstance(m, Meta)))


def read_dotenv(path: str = ".env") -> tuple[dict[str, str], list[str]]:
    """Return the variables of a `.env` file, and a sentence for each line that sets none.

    No file means no variables. Raises `ConfigError` when it cannot be read.
    """
    if Path(path).is_dir():
        raise ConfigError(f"{path}: wanted a file of NAME=value lines, found a directory")
    try:
        with Path(path).open(encoding="utf-8") as lines:
            bindings = list(parse_stream(lines))
    except FileNotFoundError:
        return {}, []
    except (OSError, UnicodeDecodeError) as unreadable:
        raise ConfigError(f"{path}: wanted a file of NAME=value lines: {unreadable}") from None
    values = {line.key: line.value for line in bindings if line.key and line.value is not None}
    odd = [line.original for line in bindings if line.error]
    return values, [
        f"{path}, line {line.line}: wanted NAME=value, found {_beginning(line.string)};"
        " it is left out"
        for line in odd
    ]


def _beginning(line: str) -> str:
    word = next(iter(line.split()), "")
    return f"a line that begins with {word!r}" if _NAME.fullmatch(word) else "one that is not that"


def _refuse_misspelt(variable: str, known: list[str]) -> None:
    near = difflib.get_close_matches(variable, known, n=1, cutoff=0.85)
    if near:
        raise ConfigError(f"{variable}: no setting has this name; did you mean {near[0]}?")
