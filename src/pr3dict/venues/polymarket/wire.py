r"""The market channel as it is on the wire: what we send, and what comes.

What we send is byte for byte what the official client sends (polymarket-client 0.14.0): compact
JSON, ids sorted. What comes is read by `core`; here is one example of each, shortened with `…`
(an id has up to 78 digits, a condition id and a hash of a transaction 64 of base 16).

The opening frame is an array of `book`, one for each token that has one; later frames are single
objects, with blanks after some commas. The best level is the last one of each side.

    [{"market":"0x0936…fde4","asset_id":"2524…9698","timestamp":"1766481546487",
      "hash":"8c7f21df4ea57ce24228402e20a307358e55a0fd",
      "bids":[{"price":"0.01","size":"3769.8"},…,{"price":"0.48","size":"30"}],
      "asks":[{"price":"0.99","size":"12"},…,{"price":"0.5","size":"7.5"}],
      "tick_size":"0.01","event_type":"book","last_trade_price":"0.490"}]

`price_change`: the new total size at a price, `"0"` when none is left. `hash` is that of the
token's whole book after the change.

    {"market":"0x6bed…9fe2", "price_changes":[{"asset_id":"1157…3881","price":"0.05",
      "size":"548.55","side":"BUY","hash":"3ae37ed03fd8274e3c979c782f7dde0ce4607292",
      "best_bid":"0.05","best_ask":"0.06"}, …], "timestamp":"1778143744869",
      "event_type":"price_change"}

`last_trade_price`: a trade. `fee_rate_bps` is a relic and not the fee.

    {"market":"0x6bed…9fe2","asset_id":"1157…3881","price":"0.06","size":"20","fee_rate_bps":"0",
      "side":"BUY","timestamp":"1778143744114","event_type":"last_trade_price",
      "transaction_hash":"0x30e7…4ee6"}

`tick_size_change`: comes when the price passes 0.96 or 0.04.

    {"event_type":"tick_size_change","asset_id":"1157…3881","market":"0x6bed…9fe2",
      "old_tick_size":"0.01","new_tick_size":"0.001","timestamp":"1778143744869"}

The other three come with `custom_feature_enabled` only. `best_bid_ask`: the top of the book; an
empty side is `""`. It precedes the changes that lead to it.

    {"event_type":"best_bid_ask","market":"0x6bed…9fe2","asset_id":"1157…3881","best_bid":"0.05",
      "best_ask":"0.06","spread":"0.01","timestamp":"1778143744869"}

`new_market`: of the whole site, whatever is subscribed.

    {"event_type":"new_market","id":"1031769","question":"Will it rain?","market":"0x311d…51b5",
      "slug":"will-it-rain","assets_ids":["7604…9346","3169…1570"],"outcomes":["Yes","No"],
      "timestamp":"1766790415550",…}

`market_resolved`: minutes after the end, sometimes never.

    {"event_type":"market_resolved","id":"1031769","market":"0x311d…51b5",
      "assets_ids":["7604…9346","3169…1570"],"winning_asset_id":"7604…9346",
      "winning_outcome":"Yes","timestamp":"1766790415550",…}

And texts that are no JSON: `PONG`, `NO NEW ASSETS`, `INVALID OPERATION`.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

PING: Final = b"PING"
PONG: Final = b"PONG"
INVALID_OPERATION: Final = b"INVALID OPERATION"

_encode: Final = msgspec.json.Encoder().encode


def open_with(tokens: Iterable[str], *, custom_features: bool) -> bytes:
    """Return the first frame of a connection: any other before it is answered by close 1008.

    >>> open_with(["2", "10"], custom_features=True)
    b'{"type":"market","assets_ids":["10","2"],"custom_feature_enabled":true}'
    """
    return _encode(
        {"type": "market", "assets_ids": sorted(tokens), "custom_feature_enabled": custom_features}
    )


def subscribe(tokens: Iterable[str], *, custom_features: bool) -> bytes:
    """Return the frame that adds tokens; the flag holds for the whole connection.

    >>> subscribe(["2", "10"], custom_features=False)
    b'{"operation":"subscribe","assets_ids":["10","2"],"custom_feature_enabled":false}'
    """
    return _encode(
        {
            "operation": "subscribe",
            "assets_ids": sorted(tokens),
            "custom_feature_enabled": custom_features,
        }
    )


def unsubscribe(tokens: Iterable[str]) -> bytes:
    """Return the frame that removes tokens.

    >>> unsubscribe(["2"])
    b'{"operation":"unsubscribe","assets_ids":["2"]}'
    """
    return _encode({"operation": "unsubscribe", "assets_ids": sorted(tokens)})
