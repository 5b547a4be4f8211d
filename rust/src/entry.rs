//! What a frame says, venue-neutral and judged: the entries that the books apply.

use crate::slot::Slot;

/// A ladder side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// BUY orders rest here.
    Bid,
    /// SELL orders rest here.
    Ask,
}

/// Why a frame, or an entry, was not applied. The names are those of the counters.
macro_rules! reasons {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub enum $name { $($variant),* }

        impl $name {
            /// Every reason with its name.
            pub const ALL: &'static [($name, &'static str)] = &[$(($name::$variant, $text)),*];

            /// The name.
            #[must_use]
            pub fn name(self) -> &'static str {
                Self::ALL[self as usize].1
            }
        }
    };
}

reasons! {
    /// The frame could not be read.
    Rejected {
        Utf8 = "utf8", Json = "json", Schema = "schema", Number = "number", Price = "price",
        Size = "size", Side = "side", Timestamp = "timestamp", Levels = "levels",
    }
}

reasons! {
    /// The entry, or the frame, was understood and changed nothing.
    Ignored {
        Empty = "empty", Pong = "pong", NoNewAssets = "no_new_assets",
        InvalidOperation = "invalid_operation", UnknownType = "unknown_type",
        Untracked = "untracked", Unsynced = "unsynced", Older = "older", Repeated = "repeated",
        NoChange = "no_change", Closed = "closed",
    }
}

impl Ignored {
    /// Whether single entries are ignored for this reason, not only whole frames.
    #[must_use]
    pub fn is_of_entries(self) -> bool {
        self as usize >= Self::UnknownType as usize
    }
}

/// Best price that a message tells: in millionths, or not told.
pub const NOT_TOLD: u64 = u64::MAX;

/// A full book.
#[derive(Clone, Copy, Debug)]
pub struct Book {
    /// Token.
    pub token: Slot,
    /// Market.
    pub market: Slot,
    /// Venue time, milliseconds.
    pub ms: u64,
    /// First and number of the bids among the levels, ascending.
    pub bids: (u32, u32),
    /// First and number of the asks among the levels, descending.
    pub asks: (u32, u32),
    /// Claimed hash, if it is one.
    pub hash: Option<Slot>,
    /// Context told.
    pub tick_size: Option<Slot>,
    /// Context told.
    pub last_trade_price: Option<Slot>,
    /// Context told.
    pub min_order_size: Option<Slot>,
    /// Context told.
    pub neg_risk: Option<bool>,
    /// All texts were canonical.
    pub canonical: bool,
}

/// An absolute size at one price.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// Token.
    pub token: Slot,
    /// Market.
    pub market: Slot,
    /// Venue time, milliseconds.
    pub ms: u64,
    /// Which ladder.
    pub side: Side,
    /// Millionths.
    pub price: u32,
    /// Millionths.
    pub size: u64,
    /// Both texts were canonical.
    pub canonical: bool,
    /// Claimed hash, if it is one.
    pub hash: Option<Slot>,
    /// Best bid after the batch; 0: empty; or [`NOT_TOLD`].
    pub best_bid: u64,
    /// Best ask after the batch; 1_000_000: empty; or [`NOT_TOLD`].
    pub best_ask: u64,
}

/// A trade.
#[derive(Clone, Copy, Debug)]
pub struct Trade {
    /// Token.
    pub token: Slot,
    /// Market.
    pub market: Slot,
    /// Venue time, milliseconds.
    pub ms: u64,
    /// Millionths.
    pub price: u64,
    /// Millionths.
    pub size: u64,
    /// The taker bought.
    pub buy: bool,
    /// Settlement transaction.
    pub transaction: Slot,
}

/// A change of the price grid.
#[derive(Clone, Copy, Debug)]
pub struct Tick {
    /// Token.
    pub token: Slot,
    /// Market.
    pub market: Slot,
    /// Venue time, milliseconds.
    pub ms: u64,
    /// Millionths.
    pub old: u64,
    /// Millionths.
    pub new: u64,
    /// The new tick as text.
    pub text: Slot,
}

/// The venue's own top of book.
#[derive(Clone, Copy, Debug)]
pub struct Quote {
    /// Token.
    pub token: Slot,
    /// Market.
    pub market: Slot,
    /// Venue time, milliseconds.
    pub ms: u64,
    /// Millionths, 0: empty.
    pub bid: u64,
    /// Millionths, 0: empty.
    pub ask: u64,
}

/// A market opened.
#[derive(Clone, Copy, Debug)]
pub struct Created {
    /// Market.
    pub market: Slot,
    /// Venue time, milliseconds.
    pub ms: u64,
    /// Title.
    pub question: Slot,
    /// Short name.
    pub slug: Slot,
    /// First and number among the texts.
    pub tokens: (u32, u32),
    /// First and number among the texts.
    pub outcomes: (u32, u32),
}

/// A market is over.
#[derive(Clone, Copy, Debug)]
pub struct Resolved {
    /// Market.
    pub market: Slot,
    /// Venue time, milliseconds.
    pub ms: u64,
    /// First and number among the texts.
    pub tokens: (u32, u32),
    /// Token that pays.
    pub winning_token: Slot,
    /// Its label.
    pub winning_outcome: Slot,
}

/// One thing that a frame says.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub enum Entry {
    Book(Book),
    Change(Change),
    Trade(Trade),
    Tick(Tick),
    Quote(Quote),
    Created(Created),
    Resolved(Resolved),
    Unknown,
}
