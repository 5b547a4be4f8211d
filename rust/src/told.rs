//! What the books tell: the events of `pr3dict.model.events`, in its order of fields.

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Told {
    Trade {
        token: String,
        market: String,
        price: u64,
        size: u64,
        buy: bool,
        venue_ns: u64,
        local_ns: u64,
        transaction: String,
    },
    TickSizeChanged {
        token: String,
        market: String,
        old: u64,
        new: u64,
        venue_ns: u64,
        local_ns: u64,
    },
    BestQuoted {
        token: String,
        market: String,
        bid: u64,
        ask: u64,
        venue_ns: u64,
        local_ns: u64,
    },
    MarketCreated {
        market: String,
        question: String,
        slug: String,
        tokens: Vec<String>,
        outcomes: Vec<String>,
        venue_ns: u64,
        local_ns: u64,
    },
    MarketResolved {
        market: String,
        tokens: Vec<String>,
        winning_token: String,
        winning_outcome: String,
        venue_ns: u64,
        local_ns: u64,
    },
    StateChanged {
        token: String,
        was: u8,
        now: u8,
        cause: u8,
        local_ns: u64,
    },
    ProofFailed {
        token: String,
        cause: u8,
        expected: String,
        found: String,
        venue_ns: u64,
        local_ns: u64,
    },
    FeedOpened {
        link: u32,
        epoch: u32,
        local_ns: u64,
    },
    FeedLost {
        link: u32,
        epoch: u32,
        cause: u8,
        tokens: Vec<String>,
        local_ns: u64,
        since_ns: u64,
    },
    BookReset {
        token: String,
        source: u8,
        gap_from_ns: u64,
        gap_to_ns: u64,
        changed: bool,
    },
    FrameRejected {
        link: u32,
        reason: &'static str,
        detail: String,
        excerpt: String,
        local_ns: u64,
    },
    ControlReceived {
        link: u32,
        text: String,
        local_ns: u64,
    },
}

/// How much of a rejected frame is told, in characters.
const EXCERPT_MAX: usize = 120;

/// The first characters of a frame, unreadable bytes replaced.
#[must_use]
pub fn excerpt(frame: &[u8]) -> String {
    let head = &frame[..frame.len().min(4 * EXCERPT_MAX)];
    String::from_utf8_lossy(head).chars().take(EXCERPT_MAX).collect()
}
