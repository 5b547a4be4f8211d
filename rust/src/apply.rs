//! Frames applied to books (docs/books.md section 3), and what is counted.

use crate::book::{Claim, Standing, cause, proof, source, state};
use crate::books::{BOOKS, Books, CONTROL, EVENTS};
use crate::digest::Short;
use crate::entry::{Book as Snapshot, Change, Entry, Ignored, NOT_TOLD, Rejected};
use crate::ladder::key_of;
use crate::polymarket::{Decoder, Frame};
use crate::raw::RawLevel;
use crate::slot::Slot;
use crate::told::{Told, excerpt};

pub(crate) const NS_PER_MS: u64 = 1_000_000;

/// The frame that is being applied.
#[derive(Clone, Copy)]
pub(crate) struct Arrival<'a> {
    pub(crate) text: &'a [u8],
    link: u32,
    pub(crate) now: u64,
    rest: bool,
}

impl Arrival<'_> {
    pub(crate) fn string(&self, slot: Slot) -> String {
        String::from_utf8_lossy(&slot.content(self.text)).into_owned()
    }
}

impl Books {
    /// Decode one frame, apply it, hear the witnesses; return the flags.
    #[inline]
    pub fn feed(&mut self, decoder: &mut Decoder, link: u32, frame: &[u8], now: u64) -> u32 {
        self.begin(now);
        self.tally.frames += 1;
        self.tally.bytes += frame.len() as u64;
        let heard = self.link_mut(link);
        heard.frames += 1;
        heard.bytes += frame.len() as u64;
        let read = decoder.frame(frame);
        let arrival = Arrival { text: frame, link, now, rest: false };
        let control = match read {
            Ok(Frame::Entries) => {
                self.link_mut(link).last_data_ns = now;
                self.apply_all(
                    &decoder.entries,
                    &decoder.scratch.levels,
                    &decoder.scratch.texts,
                    arrival,
                );
                0
            }
            Ok(Frame::Control(kind)) => self.control(kind, arrival),
            Err((reason, detail)) => {
                self.reject(reason, detail, arrival);
                self.distrust(link, now);
                0
            }
        };
        self.flags() | control
    }

    /// Apply an answer of REST `/book` or `/books`.
    pub fn feed_rest(&mut self, decoder: &mut Decoder, link: u32, answer: &[u8], now: u64) -> u32 {
        self.begin(now);
        self.tally.frames += 1;
        self.tally.bytes += answer.len() as u64;
        let arrival = Arrival { text: answer, link, now, rest: true };
        match decoder.rest(answer) {
            Ok(()) => {
                self.apply_all(
                    &decoder.entries,
                    &decoder.scratch.levels,
                    &decoder.scratch.texts,
                    arrival,
                );
            }
            Err((reason, detail)) => self.reject(reason, detail, arrival),
        }
        self.flags()
    }

    #[inline(always)]
    pub(crate) fn begin(&mut self, now: u64) {
        self.call += 1;
        self.touched.clear();
        self.heard.clear();
        if now >= self.due {
            self.close_due(now);
        }
    }

    #[inline(always)]
    pub(crate) fn flags(&self) -> u32 {
        let books = if self.touched.is_empty() { 0 } else { BOOKS };
        let events = if self.told.is_empty() { 0 } else { EVENTS };
        books | events
    }

    fn control(&mut self, kind: Ignored, arrival: Arrival<'_>) -> u32 {
        self.tally.frames_ignored[kind as usize] += 1;
        if kind == Ignored::Empty {
            return 0;
        }
        let text = String::from_utf8_lossy(arrival.text.trim_ascii()).into_owned();
        self.told.push(Told::ControlReceived { link: arrival.link, text, local_ns: arrival.now });
        CONTROL | EVENTS
    }

    fn reject(&mut self, reason: Rejected, detail: &str, arrival: Arrival<'_>) {
        self.tally.frames_rejected[reason as usize] += 1;
        self.told.push(Told::FrameRejected {
            link: arrival.link,
            reason: reason.name(),
            detail: detail.to_owned(),
            excerpt: excerpt(arrival.text),
            local_ns: arrival.now,
        });
    }

    /// A frame that could not be read may have said anything about the link's books.
    fn distrust(&mut self, link: u32, now: u64) {
        for index in self.those(|book| book.link == link && book.state == state::LIVE) {
            self.change_state(index, state::SUSPECT, cause::UNPARSABLE, now);
        }
    }

    #[inline]
    fn apply_all(
        &mut self,
        entries: &[Entry],
        levels: &[RawLevel],
        texts: &[Slot],
        arrival: Arrival<'_>,
    ) {
        let mut first = None;
        let mut applied = 0;
        let mut timed = None;
        for entry in entries {
            let outcome = match entry {
                Entry::Change(change) => self.apply_change(change, arrival),
                Entry::Book(book) => self.apply_snapshot(book, levels, arrival),
                Entry::Trade(trade) => self.apply_trade(trade, arrival),
                Entry::Tick(tick) => self.apply_tick(tick, arrival),
                Entry::Quote(quote) => self.apply_quote(quote, arrival),
                Entry::Created(created) => self.apply_created(created, texts, arrival),
                Entry::Resolved(resolved) => self.apply_resolved(resolved, texts, arrival),
                Entry::Unknown => Err(Ignored::UnknownType),
            };
            match outcome {
                Ok(()) => {
                    applied += 1;
                    if timed.is_none() {
                        timed = match entry {
                            Entry::Change(change) => Some(change.ms),
                            Entry::Trade(trade) => Some(trade.ms),
                            _ => None,
                        };
                    }
                }
                Err(reason) => {
                    self.tally.entries_ignored[reason as usize] += 1;
                    first.get_or_insert(reason);
                }
            }
        }
        self.tally.entries += entries.len() as u64;
        self.tally.entries_applied += applied;
        if applied > 0 {
            self.tally.frames_applied += 1;
        } else {
            self.tally.frames_ignored[first.unwrap_or(Ignored::Empty) as usize] += 1;
        }
        if let (Some(ms), false) = (timed, arrival.rest) {
            self.latency.record(arrival.now, ms);
        }
        self.hear_witnesses(arrival.now);
    }

    /// The tracked, open book that an entry speaks of.
    #[inline(always)]
    pub(crate) fn book_of(&self, token: Slot, arrival: Arrival<'_>) -> Result<u32, Ignored> {
        let index = self.find(&token.content(arrival.text)).ok_or(Ignored::Untracked)?;
        let book = self.at(index);
        if book.link != arrival.link && !arrival.rest {
            return Err(Ignored::Untracked);
        }
        if book.state == state::CLOSED { Err(Ignored::Closed) } else { Ok(index) }
    }

    #[inline(always)]
    fn apply_change(&mut self, change: &Change, arrival: Arrival<'_>) -> Result<(), Ignored> {
        let index = self.book_of(change.token, arrival)?;
        let hash = change.hash.map(|hash| hash.raw(arrival.text));
        let book = self.at_mut(index);
        book.delivered = true;
        if matches!(book.state, state::EMPTY | state::SYNCING | state::STALE) {
            return Err(Ignored::Unsynced);
        }
        if change.ms < book.ms {
            return Err(Ignored::Older);
        }
        let same = book.claim.same_batch(change.ms, hash);
        if same && book.proof == proof::PROVED && hash.is_some() {
            return Err(Ignored::Repeated);
        }
        if !same && book.standing != Standing::Settled {
            self.close_claim(index, arrival.now);
        }
        let book = self.at_mut(index);
        if !same {
            book.batch.clear();
        }
        book.batch.push(change.price);
        book.ladder(change.side).set(key_of(change.side, change.price), change.size);
        book.canonical &= change.canonical;
        book.claim = Claim {
            ms: change.ms,
            hash: hash.and_then(|hash| hash.try_into().ok()),
            best_bid: change.best_bid,
            best_ask: change.best_ask,
        };
        book.standing = Standing::Changed;
        book.ms = change.ms;
        book.local_ns = arrival.now;
        book.version += 1;
        if self.prove {
            self.at_mut(index).proof = proof::PENDING;
        }
        self.touch(index);
        self.hear(index);
        Ok(())
    }

    fn apply_snapshot(
        &mut self,
        told: &Snapshot,
        levels: &[RawLevel],
        arrival: Arrival<'_>,
    ) -> Result<(), Ignored> {
        let index = match self.book_of(told.token, arrival) {
            Err(Ignored::Untracked)
                if self.adopt && self.find(&told.token.content(arrival.text)).is_none() =>
            {
                let index = self.track(&arrival.string(told.token), arrival.link);
                self.at_mut(index).delivered = true; // it has no stream to wait for
                index
            }
            found => found?,
        };
        let hash = told.hash.map(|hash| hash.raw(arrival.text));
        let book = self.at_mut(index);
        book.delivered |= !arrival.rest;
        let followed = matches!(book.state, state::LIVE | state::SUSPECT);
        if told.ms < book.ms && (followed || arrival.rest || book.source == source::REST) {
            return Err(Ignored::Older);
        }
        if book.standing != Standing::Settled && !book.claim.same_batch(told.ms, hash) {
            self.close_claim(index, arrival.now);
        }
        self.join_market(index, &told.market.content(arrival.text));
        let changed = self.fill(index, told, levels, hash, arrival);
        if self.prove {
            self.at_mut(index).proof = proof::PENDING;
        }
        self.touch(index);
        self.hear(index);
        let open = self.is_open(self.at(index).link);
        self.end_gap(index, changed, open, arrival);
        Ok(())
    }

    /// Replace the content; tell whether it differs from what was held.
    fn fill(
        &mut self,
        index: u32,
        told: &Snapshot,
        levels: &[RawLevel],
        hash: Option<&[u8]>,
        arrival: Arrival<'_>,
    ) -> bool {
        let range = |(start, count): (u32, u32)| {
            let levels = &levels[start as usize..(start + count) as usize];
            levels.iter().map(|level| (level.price.micros as u32, level.size.micros))
        };
        let context =
            |slot: Option<Slot>| slot.and_then(|slot| Short::new(&slot.content(arrival.text)));
        let known = |slot: Option<Slot>| context(slot).filter(|text| !text.as_bytes().is_empty());
        let (bids, asks) = (range(told.bids), range(told.asks));
        let book = self.at_mut(index);
        let changed = !book.bids.holds(bids.clone()) || !book.asks.holds(asks.clone());
        if changed {
            book.bids.replace(bids);
            book.asks.replace(asks);
        }
        if !book.claim.same_batch(told.ms, hash) {
            book.batch.clear();
        }
        book.canonical = told.canonical;
        book.claim = Claim {
            ms: told.ms,
            hash: hash.and_then(|hash| hash.try_into().ok()),
            best_bid: NOT_TOLD,
            best_ask: NOT_TOLD,
        };
        book.standing = Standing::Snapshot;
        book.known.tick_size = known(told.tick_size).or(book.known.tick_size);
        book.known.min_order_size = known(told.min_order_size).or(book.known.min_order_size);
        book.known.neg_risk = told.neg_risk.or(book.known.neg_risk);
        if let Some(last) = context(told.last_trade_price) {
            book.known.last_trade_price = Some(last);
            book.last_price = last.micros();
        }
        book.ms = told.ms;
        book.version += 1;
        changed
    }

    /// Make a filled book LIVE and tell of the gap that this ends.
    fn end_gap(&mut self, index: u32, changed: bool, open: bool, arrival: Arrival<'_>) {
        let tally = &mut self.tally;
        let count = if arrival.rest { &mut tally.snapshots_rest } else { &mut tally.snapshots_ws };
        *count += 1;
        let book = self.at_mut(index);
        let (was, gap_from_ns) = (book.state, book.local_ns);
        book.local_ns = arrival.now;
        book.source = if arrival.rest { source::REST } else { source::WS };
        if !open {
            if was == state::EMPTY {
                self.change_state(index, state::STALE, cause::LINK_DOWN, arrival.now);
            }
            return; // the gap goes on
        }
        let told = Told::BookReset {
            token: self.at(index).token.to_string(),
            source: self.at(index).source,
            gap_from_ns,
            gap_to_ns: arrival.now,
            changed,
        };
        if self.at(index).delivered {
            self.change_state(index, state::LIVE, cause::NONE, arrival.now);
        } else {
            self.change_state(index, state::SUSPECT, cause::SILENT, arrival.now);
        }
        if was == state::LIVE && changed {
            self.tally.snapshots_diverged += 1;
        }
        if was != state::LIVE || changed {
            self.told.push(told);
        }
    }

    /// Put a book into a state, tell it if it is another.
    pub(crate) fn change_state(&mut self, index: u32, now: u8, cause: u8, local_ns: u64) {
        let book = self.at_mut(index);
        let was = std::mem::replace(&mut book.state, now);
        book.cause = cause;
        if was == now {
            return;
        }
        let token = book.token.to_string();
        self.told.push(Told::StateChanged { token, was, now, cause, local_ns });
        self.touch(index);
    }

    #[inline(always)]
    pub(crate) fn touch(&mut self, index: u32) {
        let call = self.call;
        let book = self.at_mut(index);
        if book.touched != call {
            book.touched = call;
            self.touched.push(index);
        }
    }

    /// Have the witnesses heard on a book at the end of the frame.
    #[inline(always)]
    fn hear(&mut self, index: u32) {
        let call = self.call;
        let book = self.at_mut(index);
        if book.heard != call {
            book.heard = call;
            self.heard.push(index);
        }
    }
}
