//! The search for a context with which a book has the hash that the venue claims.

use crate::book::{Book, Known};
use crate::decimal::MICROS;
use crate::digest::{self, Context, Midstate, Short};

/// How far to look for the last trade price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Known, traded and changed prices.
    Near,
    /// Also the grid 0.000 … 1.000, and none.
    Grid,
}

const TICKS: [&[u8]; 6] = [b"0.01", b"0.001", b"0.1", b"0.005", b"0.0025", b"0.0001"];
const MINIMUMS: [&[u8]; 6] = [b"5", b"15", b"1", b"10", b"100", b"0"];
const NEG_RISKS: [bool; 2] = [false, true];

/// A book against the hash claimed for it.
pub struct Case {
    midstate: Midstate,
    wanted: [u8; 20],
}

impl Case {
    /// Hash the head of the book's preimage; `None` where there is no claim or the texts are lost.
    #[inline]
    pub fn new(book: &Book, market: &str, preimage: &mut Vec<u8>) -> Option<Self> {
        if !book.canonical {
            return None;
        }
        let wanted = digest::from_hex(book.claim.hash.as_ref()?)?;
        let (market, token) = (market.as_bytes(), book.token.as_bytes());
        digest::head(preimage, market, token, book.claim.ms, &book.bids, &book.asks);
        Some(Self { midstate: Midstate::new(preimage), wanted })
    }

    #[inline]
    fn fits(&self, context: &Context) -> bool {
        self.midstate.finish(context) == self.wanted
    }

    /// Search with known rules; only the last trade price varies.
    #[inline]
    pub fn search(&self, book: &Book, reach: Reach) -> Option<Context> {
        let (min_order_size, tick_size, neg_risk) = book.known.rules()?;
        let mut context =
            Context { min_order_size, tick_size, neg_risk, last_trade_price: Short::default() };
        self.near(book, &mut context)
            .or_else(|| (reach == Reach::Grid).then(|| self.grid(&mut context)).flatten())
    }

    /// Search everything that is not known, for a snapshot.
    pub fn infer(&self, book: &Book, reach: Reach) -> Option<Context> {
        rules(&book.known).into_iter().find_map(|(tick_size, min_order_size, neg_risk)| {
            let last_trade_price = Short::default();
            let mut context = Context { min_order_size, tick_size, neg_risk, last_trade_price };
            match reach {
                Reach::Near => self.near(book, &mut context),
                Reach::Grid => self.grid(&mut context),
            }
        })
    }

    #[inline]
    fn near(&self, book: &Book, context: &mut Context) -> Option<Context> {
        if let Some(known) = book.known.last_trade_price {
            context.last_trade_price = known;
            if self.fits(context) {
                return Some(*context);
            }
        }
        // A trade is told with the maker's price in the books of both tokens: of the other one, the
        // price is what is missing to a dollar.
        let prices = || book.trades.as_slice().iter().chain(book.batch.as_slice());
        let told = prices().map(|&price| u64::from(price));
        let missing = prices().map(|&price| MICROS.saturating_sub(u64::from(price)));
        for price in told.chain(missing) {
            context.last_trade_price = Short::of_price(price);
            if self.fits(context) {
                return Some(*context);
            }
        }
        None
    }

    fn grid(&self, context: &mut Context) -> Option<Context> {
        let prices = (0..=1000).map(|thousandths| Short::of_price(thousandths * 1000));
        for price in prices.chain([Short::default()]) {
            context.last_trade_price = price;
            if self.fits(context) {
                return Some(*context);
            }
        }
        None
    }
}

/// Every combination of tick, minimum and neg risk, the known ones fixed.
fn rules(known: &Known) -> Vec<(Short, Short, bool)> {
    let texts = |known: Option<Short>, all: &[&[u8]]| match known {
        Some(text) => vec![text],
        None => all.iter().filter_map(|text| Short::new(text)).collect(),
    };
    let neg_risks = known.neg_risk.map_or(NEG_RISKS.to_vec(), |told| vec![told]);
    let mut rules = Vec::new();
    for tick in texts(known.tick_size, &TICKS) {
        for minimum in texts(known.min_order_size, &MINIMUMS) {
            rules.extend(neg_risks.iter().map(|&neg_risk| (tick, minimum, neg_risk)));
        }
    }
    rules
}

/// The hash of a book with the context that is known.
pub fn known_hash(book: &Book, market: &str, preimage: &mut Vec<u8>) -> String {
    let (market, token) = (market.as_bytes(), book.token.as_bytes());
    digest::head(preimage, market, token, book.claim.ms, &book.bids, &book.asks);
    let known = &book.known;
    let context = Context {
        min_order_size: known.min_order_size.unwrap_or_default(),
        tick_size: known.tick_size.unwrap_or_default(),
        neg_risk: known.neg_risk.unwrap_or_default(),
        last_trade_price: known.last_trade_price.unwrap_or_default(),
    };
    digest::to_hex(&Midstate::new(preimage).finish(&context))
}

/// Whether the book has the hash that was usual in 2024.
pub fn fits_2024(book: &Book, market: &str, preimage: &mut Vec<u8>) -> bool {
    let Some(wanted) = book.claim.hash.as_ref().and_then(|hash| digest::from_hex(hash)) else {
        return false;
    };
    digest::head_2024(preimage, market.as_bytes(), book.token.as_bytes(), &book.bids, &book.asks);
    book.canonical && digest::hash(preimage) == wanted
}
