//! The witnesses: the venue's hash, best bid and ask, the mirror (docs/books.md section 4).

use crate::book::{Standing, cause, proof, state};
use crate::books::Books;
use crate::decimal;
use crate::proof::{Case, Reach, fits_2024, known_hash};
use crate::told::Told;

/// How long a claim may stay pending after its last frame.
const PENDING_NS: u64 = 250_000_000;
/// Missed `book`s in a row after which the context is no longer believed.
const MISSES_MAX: u8 = 3;
const NS_PER_MS: u64 = 1_000_000;

/// What the hash says of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Proved,
    /// Not equal, and the context is trusted.
    Differs,
    /// It cannot be judged.
    Silent,
}

impl Books {
    /// Close the pending claims that are due; return the flags.
    pub fn wake(&mut self, now: u64) -> u32 {
        self.begin(now);
        self.flags()
    }

    /// Make a LIVE book SUSPECT on the word of a witness from outside.
    pub fn suspect(&mut self, token: &str, cause: u8, now: u64) {
        let live = |index: &u32| self.at(*index).state == state::LIVE;
        if let Some(index) = self.find(token.as_bytes()).filter(live) {
            self.at_mut(index).delivered &= cause != cause::SILENT;
            self.change_state(index, state::SUSPECT, cause, now);
        }
    }

    /// Judge every book that this frame changed, then the mirrors.
    #[inline]
    pub(crate) fn hear_witnesses(&mut self, now: u64) {
        for at in 0..self.heard.len() {
            let index = self.heard[at];
            match self.at(index).standing {
                Standing::Snapshot => self.close_snapshot(index, now),
                Standing::Changed => self.judge_change(index, now),
                Standing::Settled | Standing::Pending => {}
            }
        }
        for at in 0..self.heard.len() {
            self.compare_mirror(at, now);
        }
    }

    /// After a frame: equal is proved, unequal may be the middle of a batch.
    #[inline(always)]
    fn judge_change(&mut self, index: u32, now: u64) {
        match self.hash_verdict(index, Reach::Near) {
            Verdict::Proved => self.settle_proved(index, now),
            Verdict::Differs => self.postpone(index, now),
            Verdict::Silent if self.at(index).best_as_claimed() => self.settle_unproved(index, now),
            Verdict::Silent => self.postpone(index, now),
        }
    }

    #[inline]
    fn hash_verdict(&mut self, index: u32, reach: Reach) -> Verdict {
        if !self.prove {
            return Verdict::Silent;
        }
        let mut preimage = std::mem::take(&mut self.preimage);
        let book = self.at(index);
        let trusted = book.known.trusted;
        let case = match book.known.rules() {
            Some(_) => Case::new(book, self.market_of(book), &mut preimage),
            None => None,
        };
        let near = case.as_ref().and_then(|case| case.search(book, Reach::Near));
        let doubted = book.state == state::SUSPECT && book.cause == cause::HASH;
        let search = near.is_none() && trusted && reach == Reach::Grid && !doubted;
        let search = search && case.is_some();
        let found = match &case {
            Some(case) if search => case.search(book, Reach::Grid),
            _ => near,
        };
        self.tally.searched += u64::from(search);
        self.preimage = preimage;
        match (found, case) {
            (Some(context), _) => {
                self.at_mut(index).trust(&context);
                Verdict::Proved
            }
            (None, Some(_)) if trusted => Verdict::Differs,
            _ => Verdict::Silent,
        }
    }

    fn postpone(&mut self, index: u32, now: u64) {
        let book = self.at_mut(index);
        book.standing = Standing::Pending;
        book.proof = if book.proof == proof::OFF { proof::OFF } else { proof::PENDING };
        book.due = now + PENDING_NS;
        let due = book.due;
        self.due = self.due.min(due);
        if !self.pending.contains(&index) {
            self.pending.push(index);
        }
    }

    /// The batch of a book's claim is over: judge it for good.
    pub(crate) fn close_claim(&mut self, index: u32, now: u64) {
        if self.at(index).standing == Standing::Snapshot {
            return self.close_snapshot(index, now);
        }
        match self.hash_verdict(index, Reach::Grid) {
            Verdict::Proved => self.settle_proved(index, now),
            Verdict::Differs => self.fail_hash(index, now),
            Verdict::Silent => self.settle_unproved(index, now),
        }
    }

    fn close_snapshot(&mut self, index: u32, now: u64) {
        match self.snapshot_verdict(index) {
            Verdict::Proved => {
                self.at_mut(index).misses = 0;
                self.tally.snapshots_proved += 1;
                self.settle_state(index, proof::PROVED, now);
            }
            Verdict::Silent => self.settle_unproved(index, now),
            Verdict::Differs => self.fail_hash(index, now),
        }
    }

    fn snapshot_verdict(&mut self, index: u32) -> Verdict {
        if !self.prove {
            return Verdict::Silent;
        }
        let mut preimage = std::mem::take(&mut self.preimage);
        let book = self.at(index);
        let market = self.market_of(book);
        let Some(case) = Case::new(book, market, &mut preimage) else {
            self.preimage = preimage;
            return Verdict::Silent;
        };
        let near = case.infer(book, Reach::Near);
        let old = near.is_none() && fits_2024(book, market, &mut preimage);
        let search = near.is_none() && !old && book.misses < MISSES_MAX;
        let found = if search { case.infer(book, Reach::Grid) } else { near };
        self.preimage = preimage;
        self.tally.searched += u64::from(search);
        let book = self.at_mut(index);
        if let Some(context) = found {
            book.trust(&context);
            return Verdict::Proved;
        }
        if old {
            return Verdict::Proved;
        }
        book.misses = MISSES_MAX.min(book.misses + 1);
        book.known.trusted &= book.misses < MISSES_MAX;
        if book.known.trusted { Verdict::Differs } else { Verdict::Silent }
    }

    #[inline]
    fn settle_proved(&mut self, index: u32, now: u64) {
        self.tally.proved += 1;
        self.settle_state(index, proof::PROVED, now);
    }

    #[inline]
    fn settle_unproved(&mut self, index: u32, now: u64) {
        if self.prove {
            self.tally.unverified += 1;
            self.settle_state(index, proof::UNVERIFIED, now);
        } else {
            self.settle_state(index, proof::OFF, now);
        }
    }

    /// A batch end without a contradiction of the hash: hear best and crossed.
    #[inline(always)]
    fn settle_state(&mut self, index: u32, verdict: u8, now: u64) {
        let book = self.at_mut(index);
        (book.standing, book.due, book.proof) = (Standing::Settled, 0, verdict);
        if verdict == proof::PROVED {
            book.verified_ns = book.local_ns;
        }
        if !book.best_as_claimed() {
            return self.fail_best(index, now);
        }
        if book.crossed() {
            let (bid, ask) = book.best();
            let found = format!("{}/{}", decimal::text(bid), decimal::text(ask));
            self.tally.crossed_failed += 1;
            return self.fail(index, cause::CROSSED, String::new(), found, now);
        }
        if verdict == proof::PROVED && book.state == state::SUSPECT && book.delivered {
            self.change_state(index, state::LIVE, cause::NONE, now);
        }
    }

    fn fail_hash(&mut self, index: u32, now: u64) {
        self.tally.failed += 1;
        let mut preimage = std::mem::take(&mut self.preimage);
        let book = self.at(index);
        let found = known_hash(book, self.market_of(book), &mut preimage);
        let claimed = book.claim.hash.map(|hash| String::from_utf8_lossy(&hash).into_owned());
        self.preimage = preimage;
        let book = self.at_mut(index);
        (book.standing, book.due, book.proof) = (Standing::Settled, 0, proof::FAILED);
        self.fail(index, cause::HASH, claimed.unwrap_or_default(), found, now);
    }

    fn fail_best(&mut self, index: u32, now: u64) {
        self.tally.best_failed += 1;
        let book = self.at(index);
        let told = |best| {
            if best == crate::entry::NOT_TOLD { String::new() } else { decimal::text(best) }
        };
        let expected = format!("{}/{}", told(book.claim.best_bid), told(book.claim.best_ask));
        let (bid, ask) = book.best();
        let found = format!("{}/{}", decimal::text(bid), decimal::text(ask));
        self.fail(index, cause::BEST, expected, found, now);
    }

    fn fail(&mut self, index: u32, cause: u8, expected: String, found: String, now: u64) {
        let book = self.at(index);
        let venue_ns = book.claim.ms.saturating_mul(NS_PER_MS);
        let token = book.token.to_string();
        let state = book.state;
        self.told.push(Told::ProofFailed {
            token,
            cause,
            expected,
            found,
            venue_ns,
            local_ns: now,
        });
        if matches!(state, state::LIVE | state::SUSPECT) {
            self.change_state(index, state::SUSPECT, cause, now);
        }
    }

    /// Compare a changed book with its twin, once a pair and frame.
    #[inline(always)]
    fn compare_mirror(&mut self, at: usize, now: u64) {
        let index = self.heard[at];
        let book = self.at(index);
        let &[first, second] = self.markets.books(book.market) else {
            return;
        };
        let other = if first == index { second } else { first };
        let twin = self.at(other);
        let comparable = book.state == state::LIVE
            && twin.state == state::LIVE
            && book.standing == Standing::Settled
            && twin.standing == Standing::Settled
            && book.ms == twin.ms;
        if !comparable || (twin.heard == self.call && self.heard[..at].contains(&other)) {
            return;
        }
        let equal = if self.prove {
            book.bids == twin.asks && book.asks == twin.bids
        } else {
            book.bids.best() == twin.asks.best() && book.asks.best() == twin.bids.best()
        };
        let proved = book.proof == proof::PROVED && twin.proof == proof::PROVED;
        self.tally.mirror_compared += 1;
        if !equal {
            self.mirror_differs([index, other], proved, now);
        }
    }

    fn mirror_differs(&mut self, pair: [u32; 2], proved: bool, now: u64) {
        self.tally.mirror_failed += 1;
        if proved {
            return;
        }
        for index in pair {
            if self.at(index).proof != proof::PROVED {
                let other = if index == pair[0] { pair[1] } else { pair[0] };
                let found = self.at(other).token.to_string();
                self.fail(index, cause::MIRROR, String::new(), found, now);
            }
        }
    }

    /// Close what is due, in the order of due times, then of tracking.
    pub(crate) fn close_due(&mut self, now: u64) {
        let mut due: Vec<(u64, u64, u32)> = Vec::new();
        for &index in &self.pending {
            let book = self.at(index);
            if book.due != 0 && book.due <= now {
                due.push((book.due, book.born, index));
            }
        }
        due.sort_unstable();
        for &(_, _, index) in &due {
            self.close_claim(index, now);
            self.touch(index);
        }
        let pending = std::mem::take(&mut self.pending);
        self.pending = pending.into_iter().filter(|&index| self.at(index).due != 0).collect();
        self.due = match self.wake_at() {
            0 => u64::MAX,
            due => due,
        };
    }
}
