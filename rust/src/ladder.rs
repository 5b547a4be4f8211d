//! One side of a book: sizes by price, worst level first, best level last.
//!
//! Both sides are kept by *key*, ascending: a bid's key is its price, an ask's is one dollar
//! minus its price. The best level is always the last, where nearly all changes fall, and the
//! YES bids are equal to the NO asks, key for key: the mirror check is a comparison of memory.

use crate::decimal::MICROS;
use crate::entry::Side;

/// Sizes by key. Two arrays, so that a level costs twelve bytes and a search touches only keys; and
/// the best level once more beside them, so that to read it nothing else is touched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ladder {
    keys: Vec<u32>,
    sizes: Vec<u64>,
    best: Option<(u32, u64)>,
}

/// The key of a price on a side; its own inverse.
#[inline(always)]
#[must_use]
pub fn key_of(side: Side, price: u32) -> u32 {
    match side {
        Side::Bid => price,
        Side::Ask => MICROS as u32 - price,
    }
}

impl Ladder {
    /// Number of levels.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is no level.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Set the size at a key; 0 removes. Tell whether the content changed.
    #[inline]
    pub fn set(&mut self, key: u32, size: u64) -> bool {
        let changed = self.put(key, size);
        self.best = self.last();
        changed
    }

    #[inline(always)]
    fn put(&mut self, key: u32, size: u64) -> bool {
        let at = self.position(key);
        let held = self.keys.get(at) == Some(&key);
        match (held, size) {
            (false, 0) => false,
            (true, 0) => {
                self.keys.remove(at);
                self.sizes.remove(at);
                true
            }
            (true, _) => std::mem::replace(&mut self.sizes[at], size) != size,
            (false, _) => {
                self.reserve();
                self.keys.insert(at, key);
                self.sizes.insert(at, size);
                true
            }
        }
    }

    /// Most changes fall within a few levels of the best: look there first.
    #[inline(always)]
    fn position(&self, key: u32) -> usize {
        let near = self.keys.len().saturating_sub(4);
        if near > 0 && self.keys[near] > key {
            return self.keys[..near].partition_point(|&held| held < key);
        }
        near + self.keys[near..].iter().take_while(|&&held| held < key).count()
    }

    #[inline(always)]
    fn last(&self) -> Option<(u32, u64)> {
        Some((*self.keys.last()?, *self.sizes.last()?))
    }

    /// Grow by an eighth, not by doubling: ten thousand books feel the difference.
    fn reserve(&mut self) {
        if self.keys.len() == self.keys.capacity() {
            let more = 4.max(self.keys.len() / 8);
            self.keys.reserve_exact(more);
            self.sizes.reserve_exact(more);
        }
    }

    /// Replace everything by levels in ascending order of key.
    pub fn replace(&mut self, levels: impl ExactSizeIterator<Item = (u32, u64)>) {
        self.keys.clear();
        self.sizes.clear();
        if levels.len() > self.keys.capacity() || levels.len() * 2 < self.keys.capacity() {
            self.keys = Vec::with_capacity(levels.len());
            self.sizes = Vec::with_capacity(levels.len());
        }
        for (key, size) in levels {
            self.keys.push(key);
            self.sizes.push(size);
        }
        self.best = self.last();
    }

    /// Whether these levels are what is held.
    pub fn holds(&self, levels: impl ExactSizeIterator<Item = (u32, u64)>) -> bool {
        levels.len() == self.len() && levels.eq(self.iter())
    }

    /// Levels as (key, size), worst first.
    #[inline]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (u32, u64)> + ExactSizeIterator + '_ {
        self.keys.iter().copied().zip(self.sizes.iter().copied())
    }

    /// The best level as (key, size).
    #[inline(always)]
    #[must_use]
    pub fn best(&self) -> Option<(u32, u64)> {
        self.best
    }

    /// The best `n` levels (0: all), as a ladder of their own.
    #[must_use]
    pub fn cut(&self, n: usize) -> Self {
        let from = if n == 0 { 0 } else { self.len().saturating_sub(n) };
        Self {
            keys: self.keys[from..].to_vec(),
            sizes: self.sizes[from..].to_vec(),
            best: self.best,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn agrees_with_a_sorted_map() {
        let mut ladder = Ladder::default();
        let mut map = BTreeMap::new();
        let mut seed = 1u64;
        for _ in 0..100_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let (key, size) = ((seed >> 33) as u32 % 97 + 1, (seed >> 50) % 5);
            let before = if size == 0 { map.remove(&key) } else { map.insert(key, size) };
            assert_eq!(before.unwrap_or(0) != size, ladder.set(key, size));
            assert!(ladder.iter().eq(map.iter().map(|(&key, &size)| (key, size))));
            assert_eq!(map.last_key_value().map(|(&key, &size)| (key, size)), ladder.best());
        }
    }

    #[test]
    fn keeps_the_best_level_last() {
        let mut asks = Ladder::default();
        for price in [520_000, 510_000, 530_000] {
            asks.set(key_of(Side::Ask, price), 7);
        }
        assert_eq!(Some((490_000, 7)), asks.best());
        assert_eq!(vec![(480_000, 7), (490_000, 7)], asks.cut(2).iter().collect::<Vec<_>>());
    }
}
