//! Markets and the books held of each: there is a market as long as a book is in it.

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

/// No market is known.
pub const NO_MARKET: u32 = u32::MAX;

/// A market and the tokens held of it.
#[derive(Debug, Default)]
struct Market {
    id: Box<str>,
    books: Vec<u32>,
}

/// All markets, by number; the number of one that is gone is given to the next that comes.
#[derive(Default)]
pub struct Markets {
    held: Vec<Market>,
    free: Vec<u32>,
    by_id: HashTable<u32>,
    hasher: FixedState,
}

impl Markets {
    /// The id of a market; empty for [`NO_MARKET`].
    #[must_use]
    pub fn id(&self, number: u32) -> &str {
        self.held.get(number as usize).map_or("", |market| &market.id)
    }

    /// The books in a market, in the order in which they came; none in [`NO_MARKET`].
    #[inline(always)]
    #[must_use]
    pub fn books(&self, number: u32) -> &[u32] {
        self.held.get(number as usize).map_or(&[], |market| &market.books)
    }

    /// Put a book that is in market `from` into that of this id; return the number of it.
    #[inline]
    pub fn join(&mut self, book: u32, from: u32, id: &[u8]) -> u32 {
        if from != NO_MARKET && self.id(from).as_bytes() == id {
            return from;
        }
        self.leave(book, from);
        let number = self.number(id);
        self.held[number as usize].books.push(book);
        number
    }

    /// Take a book out of its market; a market without books is gone.
    pub fn leave(&mut self, book: u32, from: u32) {
        let Some(market) = self.held.get_mut(from as usize) else { return };
        market.books.retain(|&other| other != book);
        if !market.books.is_empty() {
            return;
        }
        let id = std::mem::take(&mut market.id);
        let hash = self.hasher.hash_one(id.as_bytes());
        if let Ok(entry) = self.by_id.find_entry(hash, |&number| number == from) {
            entry.remove();
        }
        self.free.push(from);
    }

    fn number(&mut self, id: &[u8]) -> u32 {
        let hash = self.hasher.hash_one(id);
        let same = |&number: &u32| self.held[number as usize].id.as_bytes() == id;
        if let Some(&number) = self.by_id.find(hash, same) {
            return number;
        }
        let number = self.free.pop().unwrap_or_else(|| {
            self.held.push(Market::default());
            (self.held.len() - 1) as u32
        });
        self.held[number as usize].id = String::from_utf8_lossy(id).into();
        let (held, hasher) = (&self.held, &self.hasher);
        self.by_id.insert_unique(hash, number, |&number| {
            hasher.hash_one(held[number as usize].id.as_bytes())
        });
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_book_that_changes_its_market_again_and_again_needs_one() {
        let mut markets = Markets::default();
        let mut at = NO_MARKET;
        for number in 0..10_000 {
            at = markets.join(7, at, format!("0x{number}").as_bytes());
        }
        assert_eq!(("0x9999", &[7][..]), (markets.id(at), markets.books(at)));
        assert_eq!((1, 0, 1), (markets.held.len(), markets.free.len(), markets.by_id.len()));
    }

    #[test]
    fn a_market_stays_while_a_book_is_in_it() {
        let mut markets = Markets::default();
        let at = markets.join(1, NO_MARKET, b"m");
        assert_eq!(at, markets.join(2, NO_MARKET, b"m"));
        markets.leave(1, at);
        assert_eq!(("m", &[2][..]), (markets.id(at), markets.books(at)));
        markets.leave(2, at);
        assert_eq!(("", &[][..]), (markets.id(at), markets.books(at)));
        assert_eq!(at, markets.join(3, NO_MARKET, b"other"));
        assert_eq!(at, markets.join(3, at, b"m"));
        assert_eq!(1, markets.held.len());
    }

    #[test]
    fn the_empty_id_is_an_id() {
        let mut markets = Markets::default();
        let at = markets.join(1, NO_MARKET, b"");
        assert_eq!(at, markets.join(1, at, b""));
        assert_eq!(at, markets.join(2, NO_MARKET, b""));
        assert_eq!([1, 2], markets.books(at));
    }
}
