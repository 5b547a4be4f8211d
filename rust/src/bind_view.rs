//! `View` for Python: one book at one moment, copied out.

use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::bind_numbers::Micros;
use crate::books::Books;
use crate::decimal::MICROS;
use crate::ladder::Ladder;
use crate::measure::{self, Walk};

/// One book at one moment.
#[pyclass(frozen, module = "pr3dict.core._native")]
pub struct View {
    #[pyo3(get)]
    token: Py<PyString>,
    #[pyo3(get)]
    market: String,
    #[pyo3(get)]
    state: u8,
    #[pyo3(get)]
    cause: u8,
    #[pyo3(get)]
    source: u8,
    #[pyo3(get)]
    proof: u8,
    #[pyo3(get)]
    epoch: u32,
    #[pyo3(get)]
    version: u64,
    #[pyo3(get)]
    venue_ns: u64,
    #[pyo3(get)]
    local_ns: u64,
    #[pyo3(get)]
    verified_ns: u64,
    #[pyo3(get)]
    tick_size: u64,
    #[pyo3(get)]
    last_trade_price: u64,
    bids: Ladder,
    asks: Ladder,
}

impl View {
    /// Copy a book out.
    pub fn of(books: &Books, index: u32, token: Py<PyString>, depth: usize) -> Self {
        let book = books.at(index);
        Self {
            token,
            market: books.market_of(book).to_owned(),
            state: book.state,
            cause: book.cause,
            source: book.source,
            proof: book.proof,
            epoch: books.epoch_of(book.link),
            version: book.version,
            venue_ns: book.ms.saturating_mul(1_000_000),
            local_ns: book.local_ns,
            verified_ns: book.verified_ns,
            tick_size: book.known.tick_size.map_or(0, |tick| tick.micros()),
            last_trade_price: book.last_price,
            bids: book.bids.cut(depth),
            asks: book.asks.cut(depth),
        }
    }

    /// (bid price, bid size, ask price, ask size); zeros where a side is empty.
    #[inline]
    pub fn top_of(bids: &Ladder, asks: &Ladder) -> (u64, u64, u64, u64) {
        let (bid, bid_size) = bids.best().unwrap_or_default();
        let (ask, ask_size) =
            asks.best().map_or((0, 0), |(key, size)| (MICROS - u64::from(key), size));
        (u64::from(bid), bid_size, ask, ask_size)
    }

    fn ladder(&self, side: u8) -> (&Ladder, bool) {
        if side == 0 { (&self.bids, false) } else { (&self.asks, true) }
    }
}

fn tuple(walk: Walk) -> (u128, u128, u128, bool) {
    (walk.average, walk.size, walk.money, walk.complete)
}

fn levels(ladder: &Ladder, asks: bool, n: usize) -> Vec<(u64, u64)> {
    let n = if n == 0 { usize::MAX } else { n };
    measure::best_first(ladder, asks).take(n).collect()
}

#[pymethods]
impl View {
    #[getter]
    fn depth(&self) -> (usize, usize) {
        (self.bids.len(), self.asks.len())
    }

    fn top(&self) -> (u64, u64, u64, u64) {
        Self::top_of(&self.bids, &self.asks)
    }

    #[pyo3(signature = (n=0))]
    fn bids(&self, n: usize) -> Vec<(u64, u64)> {
        levels(&self.bids, false, n)
    }

    #[pyo3(signature = (n=0))]
    fn asks(&self, n: usize) -> Vec<(u64, u64)> {
        levels(&self.asks, true, n)
    }

    fn walk_budget(&self, side: u8, budget: Micros) -> (u128, u128, u128, bool) {
        let (ladder, asks) = self.ladder(side);
        tuple(measure::walk_budget(ladder, asks, budget.0))
    }

    fn walk_size(&self, side: u8, size: Micros) -> (u128, u128, u128, bool) {
        let (ladder, asks) = self.ladder(side);
        tuple(measure::walk_size(ladder, asks, size.0))
    }

    fn depth_within(&self, band: Micros) -> (u128, u128) {
        measure::depth_within(&self.bids, &self.asks, band.0)
    }

    #[pyo3(signature = (n=0))]
    fn imbalance(&self, n: usize) -> f64 {
        measure::imbalance(&self.bids, &self.asks, n)
    }
}
