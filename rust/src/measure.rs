//! What a ladder is worth: walks by budget and by size, depth, imbalance. Exact integers.

use crate::decimal::MICROS;
use crate::ladder::Ladder;

/// What a walk gave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Walk {
    /// Money / size in millionths, rounded half up.
    pub average: u128,
    /// Millionths of a share.
    pub size: u128,
    /// Millionths of a dollar, rounded half up.
    pub money: u128,
    /// The whole budget or size was had.
    pub complete: bool,
}

/// Levels as (price, size), best first.
#[inline]
pub fn best_first(ladder: &Ladder, asks: bool) -> impl Iterator<Item = (u64, u64)> + '_ {
    ladder.iter().rev().map(move |(key, size)| (price_of(key, asks), size))
}

#[inline(always)]
fn price_of(key: u32, asks: bool) -> u64 {
    if asks { MICROS - u64::from(key) } else { u64::from(key) }
}

/// Spend a budget (millionths of a dollar), best level first.
#[must_use]
pub fn walk_budget(ladder: &Ladder, asks: bool, budget: u64) -> Walk {
    let scale = u128::from(MICROS);
    let mut rest = u128::from(budget) * scale;
    let (mut size, mut money) = (0u128, 0u128);
    let mut complete = budget == 0;
    for (price, held) in best_first(ladder, asks) {
        let (price, held) = (u128::from(price), u128::from(held));
        if complete {
            break;
        }
        let cost = price * held;
        let taken = if cost >= rest { rest / price } else { held };
        complete = cost >= rest;
        size += taken;
        money += taken * price;
        rest -= taken * price;
    }
    walk(size, money, complete)
}

/// Trade a size (millionths of a share), best level first.
#[must_use]
pub fn walk_size(ladder: &Ladder, asks: bool, wanted: u64) -> Walk {
    let (mut size, mut money) = (0u128, 0u128);
    for (price, held) in best_first(ladder, asks) {
        let taken = u128::from(held).min(u128::from(wanted) - size);
        if taken == 0 {
            break;
        }
        size += taken;
        money += taken * u128::from(price);
    }
    walk(size, money, size == u128::from(wanted))
}

fn walk(size: u128, money: u128, complete: bool) -> Walk {
    if size == 0 {
        return Walk { complete, ..Walk::default() };
    }
    let scale = u128::from(MICROS);
    Walk { average: (money + size / 2) / size, size, money: (money + scale / 2) / scale, complete }
}

/// Sizes (bids, asks) at most `band` away from the mid price.
#[must_use]
pub fn depth_within(bids: &Ladder, asks: &Ladder, band: u64) -> (u128, u128) {
    let (Some((bid, _)), Some((ask, _))) = (bids.best(), asks.best()) else {
        return (0, 0);
    };
    let twice_mid = u64::from(bid) + price_of(ask, true);
    let near = |price: u64| (2 * price).abs_diff(twice_mid) <= band.saturating_mul(2);
    // A crossed book has its best levels beyond the mid: the near ones lie in one run all the same.
    let sum = |ladder: &Ladder, asks| {
        let beyond = best_first(ladder, asks).skip_while(|&(price, _)| !near(price));
        beyond.take_while(|&(price, _)| near(price)).map(|(_, size)| u128::from(size)).sum()
    };
    (sum(bids, false), sum(asks, true))
}

/// (bid size - ask size) / both over the best `n` levels (0: all); 0 when empty.
#[must_use]
pub fn imbalance(bids: &Ladder, asks: &Ladder, n: usize) -> f64 {
    let n = if n == 0 { usize::MAX } else { n };
    let sum = |ladder: &Ladder| {
        ladder.iter().rev().take(n).map(|(_, size)| i128::from(size)).sum::<i128>()
    };
    let (bid, ask) = (sum(bids), sum(asks));
    if bid + ask == 0 { 0.0 } else { (bid - ask) as f64 / (bid + ask) as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::Side;
    use crate::ladder::key_of;

    fn asks() -> Ladder {
        let mut ladder = Ladder::default();
        for (price, size) in [(500_000, 100_000_000), (600_000, 100_000_000)] {
            ladder.set(key_of(Side::Ask, price), size);
        }
        ladder
    }

    #[test]
    fn spends_a_budget_over_two_levels() {
        let walk = walk_budget(&asks(), true, 80_000_000);
        assert_eq!(
            Walk { average: 533_333, size: 150_000_000, money: 80_000_000, complete: true },
            walk
        );
    }

    #[test]
    fn says_when_the_ladder_ends_first() {
        assert!(!walk_budget(&asks(), true, 111_000_000).complete);
        assert!(walk_size(&asks(), true, 200_000_000).complete);
        assert!(!walk_size(&asks(), true, 200_000_001).complete);
    }

    #[test]
    fn measures_depth_from_the_mid() {
        let mut bids = Ladder::default();
        bids.set(480_000, 7);
        assert_eq!((7, 100_000_000), depth_within(&bids, &asks(), 10_000));
        assert_eq!((0, 0), depth_within(&bids, &asks(), 9_999));
    }
}
