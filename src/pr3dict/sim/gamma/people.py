"""What people say at the venue, and who they are: generated comments and profiles."""

from random import Random
from typing import Any, Final

from pr3dict.sim.truth.facts import iso
from pr3dict.sim.truth.traders import Trader, trader_of, traders

COMMENTS_MAX: Final = 8
"""Comments of one event, at most."""
SAYINGS: Final = (
    "The price is far too high.",
    "Bought more this morning.",
    "Read the rules before you trade!",
    "What is the source for the resolution?",
    "This was never in doubt.",
    "Spread is wide today.",
)
MINUTE_MS: Final = 60_000

Object = dict[str, Any]


def comments_of(kind: str, entity: int, since_ms: int) -> list[Object]:
    """Return what is said about an event or a series (`Event`, `Series`), oldest first.

    The second of several answers the first. Always the same for one entity.
    """
    rng = Random(f"comments/{kind}/{entity}")  # noqa: S311 - they must be the same again
    comments: list[Object] = []
    for at in range(rng.randrange(COMMENTS_MAX)):
        author = rng.choice(traders())
        said_ms = since_ms + (at + 1) * rng.randint(1, 5) * MINUTE_MS
        comment: Object = {
            "id": str(1_000 * entity + at + 1 + (500 if kind == "Series" else 0)),
            "body": rng.choice(SAYINGS),
            "parentEntityType": kind,
            "parentEntityID": entity,
            "userAddress": author.wallet,
            "createdAt": iso(said_ms),
            "updatedAt": iso(said_ms),
            "profile": _author(author),
            "reactions": [],
            "reportCount": 0,
            "reactionCount": 0,
        }
        if at == 1:
            comment["parentCommentID"] = comments[0]["id"]
            comment["replyAddress"] = comments[0]["userAddress"]
        comments.append(comment)
    return comments


def profile_of(wallet: str, now_ms: int) -> Object | None:
    """Return the public profile of a trader; None for a wallet that nobody has."""
    trader = trader_of(wallet)
    if trader is None:
        return None
    return {
        "createdAt": iso(now_ms - now_ms % (86_400_000 * 365)),
        "proxyWallet": trader.wallet,
        "profileImage": "",
        "displayUsernamePublic": True,
        "bio": "",
        "pseudonym": trader.pseudonym,
        "name": trader.name,
        "users": [{"id": trader.wallet[-6:], "creator": False, "mod": False}],
        "xUsername": None,
        "verifiedBadge": False,
    }


def profiles_named(text: str) -> list[Object]:
    """Return the profiles whose names hold a text, as the search tells them."""
    return [
        {
            "id": trader.wallet[-6:],
            "name": trader.name,
            "pseudonym": trader.pseudonym,
            "displayUsernamePublic": True,
            "profileImage": "",
            "bio": "",
            "proxyWallet": trader.wallet,
        }
        for trader in traders()
        if text.lower() in f"{trader.name} {trader.pseudonym}".lower()
    ]


def _author(trader: Trader) -> Object:
    return {
        "name": trader.name,
        "pseudonym": trader.pseudonym,
        "displayUsernamePublic": True,
        "bio": "",
        "isMod": False,
        "isCreator": False,
        "proxyWallet": trader.wallet,
        "baseAddress": trader.wallet,
        "profileImage": "",
    }
