"""What people say and are on the site: comments, profiles, and what a search finds."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from pr3dict.venues.polymarket.answers import Row
from pr3dict.venues.polymarket.gamma.types import GammaEvent


class Profile(Row, frozen=True, kw_only=True):
    """Who trades under a wallet, as far as they show it."""

    WIRE: ClassVar[Mapping[str, tuple[str, ...]]] = {"wallet": ("proxyWallet", "wallet")}
    wallet: str = ""
    name: str = ""
    pseudonym: str = ""
    display_username_public: bool | None = None
    bio: str = ""
    profile_image: str = ""
    base_address: str = ""
    x_username: str = ""
    verified_badge: bool | None = None
    is_mod: bool | None = None
    is_creator: bool | None = None
    created_at: datetime | None = None


class Reaction(Row, frozen=True, kw_only=True):
    """What somebody thinks of a comment."""

    WIRE: ClassVar[Mapping[str, tuple[str, ...]]] = {"comment_id": ("commentID",)}
    id: str
    comment_id: str = ""
    reaction_type: str = ""
    icon: str = ""
    user_address: str = ""
    created_at: datetime | None = None


class Comment(Row, frozen=True, kw_only=True):
    """What somebody wrote under an event or a series."""

    WIRE: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "parent_entity_id": ("parentEntityID",),
        "parent_comment_id": ("parentCommentID",),
    }
    id: str
    body: str = ""
    parent_entity_type: str = ""
    parent_entity_id: str = ""
    parent_comment_id: str = ""
    """The comment that it answers, `""` where it answers none."""
    user_address: str = ""
    reply_address: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    profile: Profile | None = None
    reactions: tuple[Reaction, ...] = ()
    reaction_count: int | None = None
    report_count: int | None = None
    trade_asset: str = ""


class SearchTag(Row, frozen=True, kw_only=True):
    """A tag that a search found."""

    id: str
    label: str = ""
    slug: str = ""
    event_count: int | None = None


class Pagination(Row, frozen=True, kw_only=True):
    """How much more a search would find."""

    has_more: bool | None = None
    total_results: int | None = None


class SearchResult(Row, frozen=True, kw_only=True):
    """What a search found, best first."""

    events: tuple[GammaEvent, ...] = ()
    tags: tuple[SearchTag, ...] = ()
    profiles: tuple[Profile, ...] = ()
    pagination: Pagination | None = None

    @classmethod
    def arranged(cls, found: dict[str, object]) -> dict[str, object]:
        """Refuse an object that is no answer to a search."""
        if not {"events", "tags", "profiles", "pagination"} & found.keys():
            raise ValueError("none of events, tags, profiles and pagination is there")
        return found
