"""What can go wrong, as one tree. In parentheses the reaction of the program.

Pr3dictError
├── ConfigError        a setting is wrong (one sentence, exit code 2)
├── CredentialsError   a key, secret or wallet is missing or cannot be one (one sentence)
├── OrderError         an order that cannot be built, or that the venue would refuse (one sentence)
├── UnknownTokenError  a token id that cannot be one, or that is not tracked (one sentence)
├── UnknownMarketError no market has the name that was given (one sentence)
├── CoreUnavailable    the native engine was required and is not built (one sentence)
├── FeedError          the feed cannot be opened or kept (retried; named when it ends the call)
│   ├── LinkRefused    the venue refuses us (403, 1008): slow retry, shown
│   └── RestError      REST gave nothing that can be used (`name` tells why; retried if harmless)
├── TapeError          a tape cannot be written or read (recording stops loudly; the feed goes on)
│   └── TapeCorrupt    bytes on disk are not what was written (read up to there, then told)
└── MissingExtra       an optional dependency is not installed (one sentence with the command)

A bad frame is none of these: it is counted and told as the event `FrameRejected`.
"""


class Pr3dictError(Exception):
    """Base of every error that this project raises on purpose."""


class ConfigError(Pr3dictError):
    """A setting is wrong; the message names it, what was wanted and what was found."""


class CredentialsError(Pr3dictError):
    """A key, secret or wallet is missing or cannot be one; the message never shows it."""


class OrderError(Pr3dictError):
    """An order that cannot be built exactly as asked for; nothing was sent."""


class UnknownMarketError(Pr3dictError):
    """No market has the name that was given."""


class UnknownTokenError(Pr3dictError):
    """A token id that cannot be one, or that nobody tracks."""


class CoreUnavailable(Pr3dictError):
    """The native engine was required and is not there."""


class FeedError(Pr3dictError):
    """The feed could not be opened or kept.

    `name` is what it is counted under; `retry_after` is the wait in nanoseconds that the other
    side asked for, 0 where it named none.
    """

    def __init__(self, message: str, *, name: str = "unreachable", retry_after: int = 0) -> None:
        super().__init__(message)
        self.name = name
        self.retry_after = retry_after


class LinkRefused(FeedError):
    """The venue refused the connection for a reason that a quick retry will not mend."""


class RestError(FeedError):
    """A request got nothing that can be used. `status` is that of HTTP, 0 where none came.

    `name` is one of `timeout`, `unreachable`, `not_found`, `unauthorized`, `geoblocked`,
    `challenged` (a page of the edge in place of an answer), `rate_limited`, `restarting` (425),
    `post_only`, `cancel_only`, `unavailable` (another 5xx), `refused` (another 4xx, or an error
    inside a 200), `too_big` and `bad_answer`.
    """

    def __init__(self, message: str, *, name: str, status: int = 0, retry_after: int = 0) -> None:
        super().__init__(message, name=name, retry_after=retry_after)
        self.status = status


class TapeError(Pr3dictError):
    """A tape could not be written or read."""


class TapeCorrupt(TapeError):
    """Bytes on disk are not what was written."""


class MissingExtra(Pr3dictError):
    """An optional dependency is not installed; the message holds the command that installs it."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"{package} is not installed: pip install 'pr3dict[{extra}]'")
