//! Books under watch: after every call everything that can be checked is checked.

use _native::book::{Book, Standing, proof, state};
use _native::books::{BOOKS, Books, CONTROL, EVENTS};
use _native::entry::{Ignored, Rejected};
use _native::ladder::Ladder;
use _native::polymarket::Decoder;
use _native::told::Told;

/// A dollar in micros; keys of ladders lie below.
const DOLLAR: u32 = 1_000_000;
/// What a told event may take besides the texts of its frame: one entry of three bytes makes one.
const EVENTS_FREE: usize = 64;

/// Books, their decoder, and what the last call told.
pub struct Watched {
    /// The books.
    pub books: Books,
    decoder: Decoder,
    /// What the last call told.
    pub told: Vec<Told>,
}

impl Watched {
    /// Empty books.
    #[must_use]
    pub fn new(prove: bool, adopt: bool) -> Self {
        Self { books: Books::new(prove, adopt), decoder: Decoder::default(), told: Vec::new() }
    }

    /// Feed a frame of a link, or an answer of REST.
    pub fn feed(&mut self, link: u32, frame: &[u8], now: u64, rest: bool) {
        let (frames, bytes) = (self.books.tally.frames, self.books.tally.bytes);
        let flags = if rest {
            self.books.feed_rest(&mut self.decoder, link, frame, now)
        } else {
            self.books.feed(&mut self.decoder, link, frame, now)
        };
        assert_eq!(frames + 1, self.books.tally.frames);
        assert_eq!(bytes + frame.len() as u64, self.books.tally.bytes);
        self.check_flags(flags, rest);
        self.take(frame.len());
        self.check();
    }

    /// Let time pass.
    pub fn wake(&mut self, now: u64) {
        let flags = self.books.wake(now);
        self.check_flags(flags, true);
        let due = self.books.wake_at();
        assert!(due == 0 || due > now, "a claim that is due stays pending: {due} at {now}");
        self.take(0);
        self.check();
    }

    /// Make any other call.
    pub fn call(&mut self, call: impl FnOnce(&mut Books)) {
        call(&mut self.books);
        self.take(0);
        self.check();
    }

    fn check_flags(&self, flags: u32, silent: bool) {
        assert_eq!(flags & BOOKS != 0, !self.books.touched().is_empty());
        assert_eq!(flags & EVENTS != 0, !self.books.told.is_empty());
        assert!(flags & CONTROL == 0 || (!silent && self.books.touched().is_empty()));
    }

    /// Take what was told; it may not be more than the frame and the books explain.
    fn take(&mut self, bytes: usize) {
        self.told = std::mem::take(&mut self.books.told);
        let most = EVENTS_FREE + bytes + 8 * self.books.tracked().len();
        assert!(self.told.len() <= most, "{} events of {bytes} bytes", self.told.len());
    }

    fn check(&self) {
        self.check_sums();
        let tracked = self.books.tracked();
        for &index in &tracked {
            self.check_book(self.books.at(index), index);
        }
        let mut touched = self.books.touched().to_vec();
        touched.sort_unstable();
        touched.dedup();
        assert_eq!(touched.len(), self.books.touched().len(), "touched twice");
        assert!(touched.iter().all(|index| tracked.contains(index)));
    }

    /// Nothing silent: received = applied + ignored + rejected, frame by frame, entry by entry.
    fn check_sums(&self) {
        let tally = &self.books.tally;
        let sum = |counts: &[u64]| counts.iter().sum::<u64>();
        assert_eq!(Ignored::ALL.len(), tally.frames_ignored.len());
        assert_eq!(Rejected::ALL.len(), tally.frames_rejected.len());
        let frames = sum(&tally.frames_ignored) + sum(&tally.frames_rejected);
        assert_eq!(tally.frames, tally.frames_applied + frames);
        assert_eq!(tally.entries, tally.entries_applied + sum(&tally.entries_ignored));
    }

    fn check_book(&self, book: &Book, index: u32) {
        check_ladder(&book.bids);
        check_ladder(&book.asks);
        assert!(book.state <= state::CLOSED && book.proof <= proof::OFF);
        assert_eq!(Some(index), self.books.find(book.token.as_bytes()));
        let settled = book.standing == Standing::Settled;
        assert!(matches!(book.standing, Standing::Settled | Standing::Pending));
        assert!(settled || book.due != 0, "a pending claim that is never due");
        assert!(
            book.state != state::LIVE || !book.crossed() || !settled,
            "a LIVE book is crossed, and nobody waits for more"
        );
        if matches!(book.state, state::EMPTY | state::SYNCING) {
            assert!(settled, "a claim outlived its feed");
        }
        assert!(book.verified_ns == 0 || book.source != 0);
    }
}

fn check_ladder(ladder: &Ladder) {
    let mut before = 0;
    for (key, size) in ladder.iter() {
        assert!(before < key && key < DOLLAR, "keys ascend within a dollar");
        assert!(size > 0, "a level without size");
        before = key;
    }
}
