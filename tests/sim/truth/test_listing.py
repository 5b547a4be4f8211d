"""What the catalogue writes down of a market, consistent with what the stream says."""

import json

from pr3dict.sim.truth.config import SimConfig
from pr3dict.sim.truth.listing import Listing
from pr3dict.sim.truth.names import plain_name
from pr3dict.sim.truth.venue import Venue


def test_a_listing_begins_when_it_was_listed_where_nothing_else_is_said():
    listing = Listing(1, "0x1", ("1", "2"), plain_name(1, "Will it?"), 77)

    assert (77, 0) == (listing.starts_ms, listing.ends_ms)


def test_the_stream_and_the_catalogue_agree_on_new_and_resolved_markets():
    venue = Venue(SimConfig(markets=3, created_per_hour=600.0, resolved_per_hour=600.0))
    told = [json.loads(text) for _, text in venue.run(venue.now_ms + 1_500_000)]
    listings = {listing.condition: listing for listing in venue.listings}
    new = [each for each in told if each["event_type"] == "new_market"]
    over = [each for each in told if each["event_type"] == "market_resolved"]

    assert new
    assert over
    for each in new:
        listing = listings[each["market"]]
        assert (str(listing.number), listing.name.slug, listing.name.question) == (
            each["id"],
            each["slug"],
            each["question"],
        )
        assert each["timestamp"] == str(listing.listed_ms)
    for each in over:
        listing = listings[each["market"]]
        assert listing.tokens[listing.winner] == each["winning_asset_id"]
        assert 0 < listing.settled_ms <= listing.closed_ms == int(each["timestamp"])
