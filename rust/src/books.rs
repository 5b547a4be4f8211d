//! All books of one process: who is tracked, by which link, and what was counted.

use hashbrown::HashTable;

use crate::book::{Book, cause, proof, state};
use crate::digest::{self, Short};
use crate::latency::Latency;
use crate::markets::{Markets, NO_MARKET};
use crate::tally::Tally;
use crate::told::Told;

/// Flag: the content or the state of some book changed.
pub const BOOKS: u32 = 1;
/// Flag: there are events to take.
pub const EVENTS: u32 = 2;
/// Flag: the frame was a control text.
pub const CONTROL: u32 = 4;

/// One connection.
#[derive(Debug, Default)]
pub struct Link {
    /// Whether it is open.
    pub open: bool,
    /// How often it was opened.
    pub epoch: u32,
    /// Arrival of the last data.
    pub last_data_ns: u64,
    /// Frames it delivered, control included.
    pub frames: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// The hash of a token id: its last sixteen digits, which are as good as random, and its length.
#[inline(always)]
fn token_hash(token: &[u8]) -> u64 {
    let word = |at: usize| match token.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        Some(word) => u64::from_le_bytes(*word),
        None => token.iter().fold(0, |hash: u64, &byte| hash.rotate_left(8) ^ u64::from(byte)),
    };
    let near = word(token.len().saturating_sub(8));
    let far = word(token.len().saturating_sub(16));
    let mixed =
        (near ^ far.rotate_left(31) ^ token.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed ^ (mixed >> 29)
}

/// The books.
#[derive(Default)]
pub struct Books {
    pub(crate) prove: bool,
    /// What `prove` was when the books were made.
    prove_at_first: bool,
    pub(crate) adopt: bool,
    pub(crate) books: Vec<Option<Book>>,
    pub(crate) markets: Markets,
    pub(crate) links: Vec<Link>,
    pub(crate) preimage: Vec<u8>,
    /// Books whose content an entry of this call changed, in order.
    pub(crate) heard: Vec<u32>,
    /// Books touched by this call, in order.
    pub(crate) touched: Vec<u32>,
    /// Number of this call.
    pub(crate) call: u64,
    /// Books with a claim that may be pending.
    pub(crate) pending: Vec<u32>,
    /// No claim is due before this.
    pub(crate) due: u64,
    /// Events not yet taken.
    pub told: Vec<Told>,
    /// Counters.
    pub tally: Tally,
    /// Latencies.
    pub latency: Latency,
    by_token: HashTable<u32>,
    free: Vec<u32>,
    born: u64,
}

impl Books {
    /// Empty books.
    #[must_use]
    pub fn new(prove: bool, adopt: bool) -> Self {
        Self { prove, prove_at_first: prove, adopt, due: u64::MAX, ..Self::default() }
    }

    /// New books with the same options and clock offset; what was held is given back.
    pub fn reset(&mut self) -> Self {
        let mut new = Self::new(self.prove_at_first, self.adopt);
        new.latency.offset_ns = self.latency.offset_ns;
        std::mem::replace(self, new)
    }

    /// Recompute no hash from here on.
    pub fn stop_proving(&mut self) {
        self.prove = false;
        for book in self.books.iter_mut().flatten() {
            book.proof = proof::OFF;
        }
    }

    /// Where the book of a token is.
    #[inline(always)]
    #[must_use]
    pub fn find(&self, token: &[u8]) -> Option<u32> {
        let same = |&index: &u32| {
            self.books[index as usize].as_ref().is_some_and(|book| book.token.as_bytes() == token)
        };
        self.by_token.find(token_hash(token), same).copied()
    }

    /// A book that is known to be there.
    #[inline(always)]
    #[must_use]
    pub fn at(&self, index: u32) -> &Book {
        self.books[index as usize].as_ref().expect("the index of a tracked book")
    }

    #[inline(always)]
    pub(crate) fn at_mut(&mut self, index: u32) -> &mut Book {
        self.books[index as usize].as_mut().expect("the index of a tracked book")
    }

    /// The id of a book's market; empty until a message names it.
    #[must_use]
    pub fn market_of(&self, book: &Book) -> &str {
        self.markets.id(book.market)
    }

    /// Tell that a connection is open.
    pub fn open_link(&mut self, link: u32, now: u64) {
        let epoch = {
            let link = self.link_mut(link);
            link.open = true;
            link.epoch += 1;
            link.epoch
        };
        for book in self.books.iter_mut().flatten().filter(|book| book.link == link) {
            book.delivered = false;
            if matches!(book.state, state::EMPTY | state::STALE) {
                (book.state, book.cause) = (state::SYNCING, cause::NONE);
            }
        }
        self.told.push(Told::FeedOpened { link, epoch, local_ns: now });
    }

    /// Tell that a connection is lost.
    pub fn close_link(&mut self, link: u32, cause: u8, now: u64) {
        let (epoch, since_ns) = {
            let link = self.link_mut(link);
            link.open = false;
            (link.epoch, link.last_data_ns)
        };
        let lost = self.those(|book| book.link == link && book.state != state::CLOSED);
        let mut tokens = Vec::with_capacity(lost.len());
        for index in lost {
            let book = self.at_mut(index);
            (book.state, book.cause) = (state::STALE, cause);
            book.forget_claim();
            tokens.push(book.token.to_string());
        }
        self.told.push(Told::FeedLost { link, epoch, cause, tokens, local_ns: now, since_ns });
    }

    /// All books, in the order of tracking.
    #[must_use]
    pub fn tracked(&self) -> Vec<u32> {
        self.those(|_| true)
    }

    /// The books of which something holds, in the order of tracking.
    pub(crate) fn those(&self, holds: impl Fn(&Book) -> bool) -> Vec<u32> {
        let held = (0u32..).zip(&self.books);
        let mut those: Vec<(u64, u32)> = held
            .filter_map(|(index, book)| book.as_ref().map(|book| (index, book)))
            .filter(|(_, book)| holds(book))
            .map(|(index, book)| (book.born, index))
            .collect();
        those.sort_unstable();
        those.into_iter().map(|(_, index)| index).collect()
    }

    pub(crate) fn link_mut(&mut self, link: u32) -> &mut Link {
        let at = link as usize;
        if at >= self.links.len() {
            self.links.resize_with(at + 1, Link::default);
        }
        &mut self.links[at]
    }

    pub(crate) fn is_open(&self, link: u32) -> bool {
        self.links.get(link as usize).is_some_and(|link| link.open)
    }

    /// Keep a book of this token; return its index.
    pub fn track(&mut self, token: &str, link: u32) -> u32 {
        let open = self.is_open(link);
        if let Some(index) = self.find(token.as_bytes()) {
            let book = self.at_mut(index);
            if book.link != link && book.state != state::CLOSED {
                book.link = link;
                book.delivered = false;
                book.forget_claim();
                let filled = !matches!(book.state, state::EMPTY | state::SYNCING);
                let bare = if open { state::SYNCING } else { state::EMPTY };
                book.state = if filled { state::STALE } else { bare };
                book.cause = if filled { cause::REQUESTED } else { cause::NONE };
            }
            return index;
        }
        self.born += 1;
        let book = Book {
            token: token.into(),
            market: NO_MARKET,
            link,
            born: self.born,
            state: if open { state::SYNCING } else { state::EMPTY },
            proof: if self.prove { proof::NONE } else { proof::OFF },
            canonical: true,
            ..Book::default()
        };
        self.insert(book)
    }

    fn insert(&mut self, book: Book) -> u32 {
        let hash = token_hash(book.token.as_bytes());
        let index = self.free.pop().unwrap_or_else(|| {
            self.books.push(None);
            (self.books.len() - 1) as u32
        });
        self.books[index as usize] = Some(book);
        let books = &self.books;
        self.by_token.insert_unique(hash, index, |&index| {
            let token = books[index as usize].as_ref().map_or("", |book| &book.token);
            token_hash(token.as_bytes())
        });
        index
    }

    /// Forget a token; tell where its book was.
    pub fn untrack(&mut self, token: &str) -> Option<u32> {
        let index = self.find(token.as_bytes())?;
        let hash = token_hash(token.as_bytes());
        if let Ok(entry) = self.by_token.find_entry(hash, |&held| held == index) {
            entry.remove();
        }
        let market = self.at(index).market;
        self.markets.leave(index, market);
        self.books[index as usize] = None;
        self.pending.retain(|&held| held != index);
        self.touched.retain(|&held| held != index);
        self.free.push(index);
        Some(index)
    }

    /// Put a book into its market.
    #[inline]
    pub(crate) fn join_market(&mut self, index: u32, id: &[u8]) {
        let market = self.markets.join(index, self.at(index).market, id);
        self.at_mut(index).market = market;
    }

    /// Tell what the stream does not carry.
    pub fn set_rules(
        &mut self,
        token: &str,
        minimum: Option<&str>,
        tick: Option<&str>,
        neg: Option<bool>,
    ) {
        let Some(index) = self.find(token.as_bytes()) else {
            return;
        };
        let known = &mut self.at_mut(index).known;
        let short = |text: Option<&str>| text.and_then(|text| Short::number(text.as_bytes()));
        known.min_order_size = short(minimum).or(known.min_order_size);
        known.tick_size = short(tick).or(known.tick_size);
        known.neg_risk = neg.or(known.neg_risk);
    }

    /// When the next pending claim must be closed; 0: none.
    #[must_use]
    pub fn wake_at(&self) -> u64 {
        let dues = self.pending.iter().map(|&index| self.at(index).due).filter(|&due| due != 0);
        dues.min().unwrap_or(0)
    }

    /// The digest of everything that has content.
    #[must_use]
    pub fn digest(&self) -> String {
        let filled = |book: &&Book| book.source != 0;
        let mut books: Vec<&Book> = self.books.iter().flatten().filter(filled).collect();
        books.sort_unstable_by_key(|book| &book.token);
        let text: String = books
            .iter()
            .map(|book| format!("{}={};", book.token, digest::content(&book.bids, &book.asks)))
            .collect();
        digest::to_hex(&digest::hash(text.as_bytes()))
    }

    /// The books touched by the last call.
    #[must_use]
    pub fn touched(&self) -> &[u32] {
        &self.touched
    }

    /// How often the link of a book was opened.
    #[must_use]
    pub fn epoch_of(&self, link: u32) -> u32 {
        self.links.get(link as usize).map_or(0, |link| link.epoch)
    }

    /// Every counter by its dotted name.
    #[must_use]
    pub fn counters(&self) -> Vec<(String, u64)> {
        let mut counters = self.tally.counters();
        counters.push(("latency.clock_insane".to_owned(), self.latency.insane));
        counters
    }

    /// Frames and bytes that a link delivered.
    #[must_use]
    pub fn heard_of(&self, link: u32) -> (u64, u64) {
        self.links.get(link as usize).map_or((0, 0), |link| (link.frames, link.bytes))
    }

    /// Arrival of the last data of a link; 0: never.
    #[must_use]
    pub fn last_data_ns(&self, link: u32) -> u64 {
        self.links.get(link as usize).map_or(0, |link| link.last_data_ns)
    }
}
