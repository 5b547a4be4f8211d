//! The members of a message as written: what stands there and where, not yet judged.

use crate::decimal;
use crate::slot::{Kind, Slot};

/// What stands where a decimal text is expected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// Nothing.
    #[default]
    Absent,
    /// `null`
    Null,
    /// An empty string.
    Empty,
    /// A decimal in its canonical form.
    Canonical,
    /// A decimal in another form.
    Loose,
    /// A string that is no decimal.
    Bad,
    /// No string.
    Wrong,
}

/// A decimal member.
#[derive(Clone, Copy, Debug, Default)]
pub struct Number {
    /// The value in millionths, where there is one.
    pub micros: u64,
    /// What stands there.
    pub form: Form,
}

/// One level as written.
#[derive(Clone, Copy, Debug, Default)]
pub struct RawLevel {
    /// Dollars a share.
    pub price: Number,
    /// Shares.
    pub size: Number,
    /// The item was no object.
    pub wrong: bool,
}

/// One change as written.
#[derive(Clone, Copy, Debug, Default)]
pub struct RawChange {
    /// The token.
    pub asset_id: Slot,
    /// Dollars a share.
    pub price: Number,
    /// The new size at that price.
    pub size: Number,
    /// `BUY` or `SELL`.
    pub side: Slot,
    /// The venue's hash of the book.
    pub hash: Slot,
    /// Best bid after the batch.
    pub best_bid: Number,
    /// Best ask after the batch.
    pub best_ask: Number,
    /// The item was no object.
    pub wrong: bool,
}

/// A list member: where its items lie in the [`Scratch`].
#[derive(Clone, Copy, Debug, Default)]
pub struct List {
    /// Index of the first item.
    pub start: u32,
    /// How many.
    pub count: u32,
    /// `Other` for an array; anything else is what stands there instead.
    pub kind: Kind,
}

/// Names of the members that are single values.
pub mod member {
    macro_rules! members {
        ($($name:ident = $index:literal),* $(,)?) => { $(#[allow(missing_docs)] pub const $name: usize = $index;)* };
    }
    members! {
        EVENT_TYPE = 0, MARKET = 1, ASSET_ID = 2, TIMESTAMP = 3, HASH = 4, TICK_SIZE = 5,
        LAST_TRADE_PRICE = 6, MIN_ORDER_SIZE = 7, NEG_RISK = 8, PRICE = 9, SIZE = 10, SIDE = 11,
        TRANSACTION_HASH = 12, OLD_TICK_SIZE = 13, NEW_TICK_SIZE = 14, BEST_BID = 15,
        BEST_ASK = 16, QUESTION = 17, SLUG = 18, WINNING_ASSET_ID = 19, WINNING_OUTCOME = 20,
        NONE = 21, COUNT = 22,
    }
}

/// One message as written.
#[derive(Clone, Debug, Default)]
pub struct Message {
    /// What the single values are, by [`member`].
    kinds: [Kind; member::COUNT],
    /// Where they lie; of an earlier message where the kind is absent.
    spans: [(u32, u32); member::COUNT],
    /// `bids`
    pub bids: List,
    /// `asks`
    pub asks: List,
    /// `price_changes`
    pub price_changes: List,
    /// `changes`
    pub changes: List,
    /// `assets_ids`
    pub assets_ids: List,
    /// `outcomes`
    pub outcomes: List,
    /// The item of the array was no object.
    pub wrong: bool,
}

impl Message {
    /// A single value.
    #[inline(always)]
    #[must_use]
    pub fn slot(&self, index: usize) -> Slot {
        let (start, end) = self.spans[index];
        Slot { start, end, kind: self.kinds[index] }
    }

    /// Remember a single value.
    #[inline(always)]
    pub fn put(&mut self, index: usize, slot: Slot) {
        self.kinds[index] = slot.kind;
        self.spans[index] = (slot.start, slot.end);
    }

    /// Forget everything; the spans stay, nobody asks for them.
    #[inline(always)]
    pub fn reset(&mut self) {
        self.kinds = [Kind::Absent; member::COUNT];
        (self.bids.kind, self.asks.kind) = (Kind::Absent, Kind::Absent);
        (self.price_changes.kind, self.changes.kind) = (Kind::Absent, Kind::Absent);
        (self.assets_ids.kind, self.outcomes.kind) = (Kind::Absent, Kind::Absent);
        self.wrong = false;
    }
}

/// Judge a string's content as a decimal.
#[must_use]
pub fn number_of(content: &[u8]) -> Number {
    match decimal::parse(content) {
        Some(read) => {
            let form = if read.canonical { Form::Canonical } else { Form::Loose };
            Number { micros: read.micros, form }
        }
        None if content.is_empty() => Number { micros: 0, form: Form::Empty },
        None => Number { micros: 0, form: Form::Bad },
    }
}
