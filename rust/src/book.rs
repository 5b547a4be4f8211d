//! One book: its content, and how far it can be trusted. Only values here; `books` acts on them.

use crate::digest::{Context, Short};
use crate::entry::{NOT_TOLD, Side};
use crate::ladder::Ladder;

/// Numbers shared with `pr3dict.model.states`.
pub mod state {
    #![allow(missing_docs)]
    pub const EMPTY: u8 = 0;
    pub const SYNCING: u8 = 1;
    pub const LIVE: u8 = 2;
    pub const SUSPECT: u8 = 3;
    pub const STALE: u8 = 4;
    pub const CLOSED: u8 = 5;
}

/// Numbers shared with `pr3dict.model.states`.
pub mod cause {
    #![allow(missing_docs)]
    pub const NONE: u8 = 0;
    pub const HASH: u8 = 1;
    pub const BEST: u8 = 2;
    pub const MIRROR: u8 = 3;
    pub const CROSSED: u8 = 4;
    pub const UNPARSABLE: u8 = 5;
    pub const TICK: u8 = 6;
    pub const LINK_DOWN: u8 = 7;
    pub const RESOLVED: u8 = 8;
    pub const SILENT: u8 = 10;
    pub const REQUESTED: u8 = 11;
}

/// Numbers shared with `pr3dict.model.states`.
pub mod source {
    #![allow(missing_docs)]
    pub const NONE: u8 = 0;
    pub const WS: u8 = 1;
    pub const REST: u8 = 2;
}

/// Numbers shared with `pr3dict.model.states`.
pub mod proof {
    #![allow(missing_docs)]
    pub const NONE: u8 = 0;
    pub const PROVED: u8 = 1;
    pub const PENDING: u8 = 2;
    pub const UNVERIFIED: u8 = 3;
    pub const FAILED: u8 = 4;
    pub const OFF: u8 = 5;
}

/// The newest few prices, newest first, none twice.
#[derive(Clone, Copy, Debug, Default)]
pub struct Recent {
    prices: [u32; 4],
    count: u8,
}

impl Recent {
    /// Remember a price as the newest.
    pub fn push(&mut self, price: u32) {
        let held = self.as_slice().iter().position(|&known| known == price);
        let last = held.unwrap_or_else(|| usize::from(self.count).min(3));
        self.prices.copy_within(0..last, 1);
        self.prices[0] = price;
        if held.is_none() {
            self.count = (self.count + 1).min(4);
        }
    }

    /// Forget all.
    pub fn clear(&mut self) {
        self.count = 0;
    }

    /// The prices, newest first.
    #[must_use]
    pub fn as_slice(&self) -> &[u32] {
        &self.prices[..usize::from(self.count)]
    }
}

/// What the venue said of a book with the last entry.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// Venue time, milliseconds.
    pub ms: u64,
    /// The hash in hex, if it is one.
    pub hash: Option<[u8; 40]>,
    /// Best bid in millionths, 0: empty, or not told.
    pub best_bid: u64,
    /// Best ask in millionths, 1_000_000: empty, or not told.
    pub best_ask: u64,
}

impl Default for Claim {
    fn default() -> Self {
        Self { ms: 0, hash: None, best_bid: NOT_TOLD, best_ask: NOT_TOLD }
    }
}

impl Claim {
    /// Whether two claims speak of the same batch.
    #[inline]
    #[must_use]
    pub fn same_batch(&self, ms: u64, hash: Option<&[u8]>) -> bool {
        self.ms == ms && self.hash.as_ref().map(|hash| &hash[..]) == hash
    }
}

/// Where the last claim stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// Judged, or there is none.
    #[default]
    Settled,
    /// A snapshot of this frame, to be judged at its end.
    Snapshot,
    /// A change of this frame, to be judged at its end.
    Changed,
    /// Judged and not yet equal: more of its batch may come.
    Pending,
}

/// What of the context is known.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known {
    /// `min_order_size`
    pub min_order_size: Option<Short>,
    /// `tick_size`
    pub tick_size: Option<Short>,
    /// `neg_risk`
    pub neg_risk: Option<bool>,
    /// `last_trade_price`
    pub last_trade_price: Option<Short>,
    /// It has reproduced a hash and was not unproved since.
    pub trusted: bool,
}

impl Known {
    /// Whether only the last trade price may be missing.
    #[must_use]
    pub fn rules(&self) -> Option<(Short, Short, bool)> {
        Some((self.min_order_size?, self.tick_size?, self.neg_risk?))
    }

    /// Believe a context that reproduced a hash.
    pub fn trust(&mut self, context: &Context) {
        self.min_order_size = Some(context.min_order_size);
        self.tick_size = Some(context.tick_size);
        self.neg_risk = Some(context.neg_risk);
        self.last_trade_price = Some(context.last_trade_price);
        self.trusted = true;
    }
}

/// One book.
#[derive(Debug, Default)]
pub struct Book {
    /// Token id.
    pub token: Box<str>,
    /// Index of its market; `u32::MAX` until a message names it.
    pub market: u32,
    /// Bids by key.
    pub bids: Ladder,
    /// Asks by key.
    pub asks: Ladder,
    /// Life.
    pub state: u8,
    /// Why.
    pub cause: u8,
    /// By whose word.
    pub source: u8,
    /// What the hash said.
    pub proof: u8,
    /// Provable `book`s in a row that no candidate reproduced.
    pub misses: u8,
    /// Where the claim stands.
    pub standing: Standing,
    /// All texts held were canonical.
    pub canonical: bool,
    /// The stream told something of its content since its connection opened, or since a witness
    /// said that it delivers nothing.
    pub delivered: bool,
    /// The link that feeds it.
    pub link: u32,
    /// Order of tracking.
    pub born: u64,
    /// Entries applied.
    pub version: u64,
    /// Venue time of the content, milliseconds.
    pub ms: u64,
    /// Arrival of the content.
    pub local_ns: u64,
    /// Arrival of the content proved last.
    pub verified_ns: u64,
    /// When a pending claim must be closed; 0: none is.
    pub due: u64,
    /// The call in which it was touched last.
    pub touched: u64,
    /// The call in which an entry changed its content last.
    pub heard: u64,
    /// What the venue said last.
    pub claim: Claim,
    /// The context of the hash.
    pub known: Known,
    /// The newest price traded, told or found by search, millionths.
    pub last_price: u64,
    /// Prices of trades.
    pub trades: Recent,
    /// Prices of the changes of the current batch.
    pub batch: Recent,
}

impl Book {
    /// Leave the last claim unjudged for good.
    pub fn forget_claim(&mut self) {
        (self.standing, self.due) = (Standing::Settled, 0);
        if self.proof == proof::PENDING {
            self.proof = proof::UNVERIFIED;
        }
    }

    /// Believe a context that reproduced the claimed hash.
    pub fn trust(&mut self, context: &Context) {
        if self.known.last_trade_price != Some(context.last_trade_price) {
            self.last_price = context.last_trade_price.micros();
        }
        self.known.trust(context);
        self.misses = 0;
    }

    /// The ladder of a side.
    #[inline(always)]
    pub fn ladder(&mut self, side: Side) -> &mut Ladder {
        match side {
            Side::Bid => &mut self.bids,
            Side::Ask => &mut self.asks,
        }
    }

    /// Best bid and ask in millionths, as the venue tells them: 0 and 1_000_000 where empty.
    #[inline(always)]
    #[must_use]
    pub fn best(&self) -> (u64, u64) {
        let bid = self.bids.best().map_or(0, |(key, _)| u64::from(key));
        let ask = self.asks.best().map_or(0, |(key, _)| u64::from(key));
        (bid, crate::decimal::MICROS - ask)
    }

    /// Whether best bid and ask are what the claim tells.
    #[inline(always)]
    #[must_use]
    pub fn best_as_claimed(&self) -> bool {
        let (bid, ask) = self.best();
        (self.claim.best_bid == NOT_TOLD || self.claim.best_bid == bid)
            && (self.claim.best_ask == NOT_TOLD || self.claim.best_ask == ask)
    }

    /// Whether best bid is at or above best ask.
    #[inline(always)]
    #[must_use]
    pub fn crossed(&self) -> bool {
        let (bid, ask) = self.best();
        !self.bids.is_empty() && !self.asks.is_empty() && bid >= ask
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_the_newest_four_prices_once() {
        let mut recent = Recent::default();
        for price in [1, 2, 1, 3, 4, 5] {
            recent.push(price);
        }
        assert_eq!(&[5, 4, 3, 1], recent.as_slice());
    }
}
