"""Comments, profiles and searches."""

from datetime import UTC, datetime

import pytest

from pr3dict.model.errors import RestError
from pr3dict.venues.polymarket import answers
from pr3dict.venues.polymarket.gamma.people import Comment, Profile, Reaction, SearchResult

COMMENT = b"""{"id":1234,"body":"Up only","parentEntityType":"Event","parentEntityID":30829,
"parentCommentID":"77","userAddress":"0x5668","createdAt":"2026-03-11T15:13:38Z",
"profile":{"name":"a","proxyWallet":"0x56","isMod":false,"positions":[{"tokenId":"1"}]},
"reactions":[{"id":"5","commentID":1234,"reactionType":"HEART"}],"reactionCount":1}"""


def test_a_comment_is_read_in_full():
    assert Comment(
        id="1234",
        body="Up only",
        parent_entity_type="Event",
        parent_entity_id="30829",
        parent_comment_id="77",
        user_address="0x5668",
        created_at=datetime(2026, 3, 11, 15, 13, 38, tzinfo=UTC),
        profile=Profile(name="a", wallet="0x56", is_mod=False),
        reactions=(Reaction(id="5", comment_id="1234", reaction_type="HEART"),),
        reaction_count=1,
    ) == answers.one(Comment)(COMMENT)


def test_a_profile_has_its_wallet_under_either_name():
    for name in ("proxyWallet", "wallet"):
        assert "0x56" == answers.row(Profile, {name: "0x56", "xUsername": "b"}).wallet


@pytest.mark.parametrize("body", [b"{}", b'{"error":""}', b'{"message":"hi"}', b"[]"])
def test_what_is_no_answer_to_a_search_is_refused(body):
    with pytest.raises(RestError, match=r"^cannot read this SearchResult"):
        answers.one(SearchResult)(body)


def test_a_search_may_find_nothing():
    found = answers.one(SearchResult)(b'{"events":null,"pagination":{"hasMore":false}}')
    assert ((), (), ()) == (found.events, found.tags, found.profiles)
