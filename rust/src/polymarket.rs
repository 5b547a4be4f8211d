//! Polymarket's market channel: frames to entries (docs/books.md sections 1 and 2).
//!
//! Judgement follows syntax: a whole frame is scanned first, then its messages are judged in
//! order, each member in the order of the table, and the first fault rejects the frame.

use crate::decimal::MICROS;
use crate::digest::Short;
use crate::entry::{
    Book, Change, Created, Entry, Ignored, Quote, Rejected, Resolved, Side, Tick, Trade,
};
use crate::json::Scanner;
use crate::judge::{
    Verdict, best_of, decimal_of, is_hash, items, object, present, price_of, side, text_of,
    time_of, told,
};
use crate::raw::{Form, List, Message, Number, RawChange, RawLevel, member, number_of};
use crate::scan::{ITEMS_KEPT, Scratch};
use crate::slot::{Kind, Slot};
use crate::usual;

/// What a frame turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub enum Frame {
    /// Entries to apply.
    Entries,
    /// A text that is not data.
    Control(Ignored),
}

/// Reads frames; keeps its memory from one to the next.
#[derive(Default)]
pub struct Decoder {
    /// Syntax of the frame read last.
    pub scratch: Scratch,
    /// What it says.
    pub entries: Vec<Entry>,
}

impl Decoder {
    /// Read one frame of the stream.
    pub fn frame(&mut self, frame: &[u8]) -> Result<Frame, (Rejected, &'static str)> {
        if let Some(control) = control(frame) {
            return Ok(Frame::Control(control));
        }
        self.clear();
        if usual::price_change(frame, &mut self.entries).is_some() {
            return Ok(Frame::Entries);
        }
        self.entries.clear();
        self.scan(frame)?;
        let Scratch { messages, used, levels, changes, texts, .. } = &mut self.scratch;
        for message in &messages[..*used] {
            let judge = Judge { text: frame, message, texts };
            judge.message(changes, levels, &mut self.entries)?;
        }
        Ok(Frame::Entries)
    }

    /// Read an answer of REST `/book` or `/books`.
    pub fn rest(&mut self, answer: &[u8]) -> Result<(), (Rejected, &'static str)> {
        self.clear();
        self.scan(answer)?;
        let Scratch { messages, used, levels, texts, .. } = &mut self.scratch;
        for message in &messages[..*used] {
            if message.wrong {
                return Err((Rejected::Schema, "a message is no object"));
            }
            let judge = Judge { text: answer, message, texts };
            self.entries.push(Entry::Book(judge.book(levels)?));
        }
        Ok(())
    }

    #[inline(always)]
    fn clear(&mut self) {
        self.scratch.clear();
        self.entries.clear();
        if self.entries.capacity() > ITEMS_KEPT {
            self.entries.shrink_to(ITEMS_KEPT);
        }
    }

    fn scan(&mut self, text: &[u8]) -> Result<(), (Rejected, &'static str)> {
        let scanner = Scanner::new(text).ok_or((Rejected::Utf8, "not UTF-8"))?;
        self.scratch.read(scanner).map_err(|_| (Rejected::Json, "not one JSON value"))
    }
}

/// Recognise the texts that are not data, the empty ones among them.
#[inline]
fn control(frame: &[u8]) -> Option<Ignored> {
    if frame.len() > 64 {
        return None;
    }
    let text = frame.trim_ascii();
    if matches!(text, b"" | b"[]" | b"{}" | b"null") {
        return Some(Ignored::Empty);
    }
    if text.eq_ignore_ascii_case(b"PONG") {
        return Some(Ignored::Pong);
    }
    match text {
        b"NO NEW ASSETS" => Some(Ignored::NoNewAssets),
        b"INVALID OPERATION" => Some(Ignored::InvalidOperation),
        _ => None,
    }
}

struct Judge<'a> {
    text: &'a [u8],
    message: &'a Message,
    texts: &'a [Slot],
}

impl Judge<'_> {
    #[inline]
    fn message(
        &self,
        changes: &[RawChange],
        levels: &mut [RawLevel],
        entries: &mut Vec<Entry>,
    ) -> Verdict<()> {
        if self.message.wrong {
            return Err((Rejected::Schema, "a message is no object"));
        }
        let event_type = self.required(member::EVENT_TYPE, "event_type")?;
        let entry = match event_type.content(self.text).as_ref() {
            b"price_change" => return self.changes(changes, entries),
            b"book" => Entry::Book(self.book(levels)?),
            b"last_trade_price" => Entry::Trade(self.trade()?),
            b"tick_size_change" => Entry::Tick(self.tick()?),
            b"best_bid_ask" => Entry::Quote(self.quote()?),
            b"new_market" => Entry::Created(self.created()?),
            b"market_resolved" => Entry::Resolved(self.resolved()?),
            _ => Entry::Unknown,
        };
        entries.push(entry);
        Ok(())
    }

    fn required(&self, index: usize, name: &'static str) -> Verdict<Slot> {
        let slot = self.message.slot(index);
        match slot.kind {
            Kind::Text | Kind::Escaped => Ok(slot),
            _ => Err((Rejected::Schema, name)),
        }
    }

    fn optional(&self, index: usize, name: &'static str) -> Verdict<Option<Slot>> {
        let slot = self.message.slot(index);
        match slot.kind {
            Kind::Text | Kind::Escaped => Ok(Some(slot)),
            Kind::Absent | Kind::Null => Ok(None),
            _ => Err((Rejected::Schema, name)),
        }
    }

    /// An optional text; an empty slot where it is absent.
    fn maybe(&self, index: usize, name: &'static str) -> Verdict<Slot> {
        Ok(self.optional(index, name)?.unwrap_or_default())
    }

    fn timestamp(&self) -> Verdict<u64> {
        let slot = self.required(member::TIMESTAMP, "timestamp")?;
        time_of(&slot.content(self.text)).ok_or((Rejected::Timestamp, "timestamp"))
    }

    fn book(&self, levels: &mut [RawLevel]) -> Verdict<Book> {
        let token = self.required(member::ASSET_ID, "asset_id")?;
        let market = self.required(member::MARKET, "market")?;
        let ms = self.timestamp()?;
        let bids = side(self.message.bids, levels, "bids", false)?;
        let asks = side(self.message.asks, levels, "asks", true)?;
        Ok(Book {
            token,
            market,
            ms,
            bids: (self.message.bids.start, self.message.bids.count),
            asks: (self.message.asks.start, self.message.asks.count),
            hash: self.hash(self.optional(member::HASH, "hash")?),
            tick_size: self.context(member::TICK_SIZE, "tick_size")?,
            last_trade_price: self.context(member::LAST_TRADE_PRICE, "last_trade_price")?,
            min_order_size: self.context(member::MIN_ORDER_SIZE, "min_order_size")?,
            neg_risk: match self.message.slot(member::NEG_RISK).kind {
                Kind::True => Some(true),
                Kind::False => Some(false),
                Kind::Absent | Kind::Null => None,
                _ => return Err((Rejected::Schema, "neg_risk")),
            },
            canonical: bids && asks,
        })
    }

    fn context(&self, index: usize, name: &'static str) -> Verdict<Option<Slot>> {
        let told = self.optional(index, name)?;
        Ok(told.filter(|slot| {
            let text = slot.content(self.text);
            let none = text.is_empty() && index == member::LAST_TRADE_PRICE;
            none || Short::number(&text).is_some()
        }))
    }

    fn hash(&self, slot: Option<Slot>) -> Option<Slot> {
        slot.filter(|slot| {
            slot.kind == Kind::Text && slot.raw(self.text).try_into().is_ok_and(is_hash)
        })
    }

    fn changes(&self, changes: &[RawChange], entries: &mut Vec<Entry>) -> Verdict<()> {
        let market = self.required(member::MARKET, "market")?;
        let ms = self.timestamp()?;
        let new = self.message.price_changes;
        if present(new.kind) {
            for raw in items(new, changes, "price_changes")? {
                object(raw.wrong, "price_changes")?;
                text_of(raw.asset_id, "asset_id")?;
                entries.push(Entry::Change(self.change(market, ms, raw)?));
            }
            return Ok(());
        }
        let token = self.required(member::ASSET_ID, "asset_id")?;
        let old = self.message.changes;
        if present(old.kind) {
            let hash = self.optional(member::HASH, "hash")?.unwrap_or_default();
            for raw in items(old, changes, "changes")? {
                object(raw.wrong, "changes")?;
                let raw = RawChange { asset_id: token, hash, ..*raw };
                let raw =
                    RawChange { best_bid: Number::default(), best_ask: Number::default(), ..raw };
                entries.push(Entry::Change(self.change(market, ms, &raw)?));
            }
            return Ok(());
        }
        entries.push(Entry::Change(self.flat_change(token, market, ms)?));
        Ok(())
    }

    fn flat_change(&self, token: Slot, market: Slot, ms: u64) -> Verdict<Change> {
        let raw = RawChange {
            asset_id: token,
            price: self.number(member::PRICE),
            size: self.number(member::SIZE),
            side: self.message.slot(member::SIDE),
            hash: self.message.slot(member::HASH),
            ..RawChange::default()
        };
        self.change(market, ms, &raw)
    }

    #[inline(always)]
    fn change(&self, market: Slot, ms: u64, raw: &RawChange) -> Verdict<Change> {
        let price = price_of(raw.price, "price")?;
        let size = decimal_of(raw.size, "size")?;
        let side = self.side_of(raw.side)?;
        match raw.hash.kind {
            Kind::True | Kind::False | Kind::Other => return Err((Rejected::Schema, "hash")),
            _ => {}
        }
        Ok(Change {
            token: raw.asset_id,
            market,
            ms,
            side: if side { Side::Bid } else { Side::Ask },
            price,
            size,
            canonical: raw.price.form == Form::Canonical && raw.size.form == Form::Canonical,
            hash: self.hash(Some(raw.hash)),
            best_bid: best_of(raw.best_bid, 0, "best_bid")?,
            best_ask: best_of(raw.best_ask, MICROS, "best_ask")?,
        })
    }

    /// Whether the side is BUY.
    #[inline(always)]
    fn side_of(&self, slot: Slot) -> Verdict<bool> {
        if !matches!(slot.kind, Kind::Text | Kind::Escaped) {
            return Err((Rejected::Schema, "side"));
        }
        match slot.content(self.text).as_ref() {
            b"BUY" => Ok(true),
            b"SELL" => Ok(false),
            _ => Err((Rejected::Side, "side")),
        }
    }

    fn number(&self, index: usize) -> Number {
        let slot = self.message.slot(index);
        match slot.kind {
            Kind::Text | Kind::Escaped => number_of(&slot.content(self.text)),
            Kind::Absent => Number::default(),
            Kind::Null => Number { micros: 0, form: Form::Null },
            _ => Number { micros: 0, form: Form::Wrong },
        }
    }

    fn head(&self) -> Verdict<(Slot, Slot, u64)> {
        let token = self.required(member::ASSET_ID, "asset_id")?;
        let market = self.required(member::MARKET, "market")?;
        Ok((token, market, self.timestamp()?))
    }

    fn trade(&self) -> Verdict<Trade> {
        let (token, market, ms) = self.head()?;
        let price = decimal_of(self.number(member::PRICE), "price")?;
        if price > MICROS {
            return Err((Rejected::Price, "price"));
        }
        let size = decimal_of(self.number(member::SIZE), "size")?;
        let buy = self.side_of(self.message.slot(member::SIDE))?;
        let transaction = self.maybe(member::TRANSACTION_HASH, "transaction_hash")?;
        Ok(Trade { token, market, ms, price, size, buy, transaction })
    }

    fn tick(&self) -> Verdict<Tick> {
        let (token, market, ms) = self.head()?;
        let old = decimal_of(self.number(member::OLD_TICK_SIZE), "old_tick_size")?;
        let new = decimal_of(self.number(member::NEW_TICK_SIZE), "new_tick_size")?;
        Ok(Tick { token, market, ms, old, new, text: self.message.slot(member::NEW_TICK_SIZE) })
    }

    fn quote(&self) -> Verdict<Quote> {
        let (token, market, ms) = self.head()?;
        let bid = told(best_of(self.number(member::BEST_BID), 0, "best_bid")?);
        let ask = told(best_of(self.number(member::BEST_ASK), 0, "best_ask")?);
        let ask = if ask == MICROS { 0 } else { ask };
        Ok(Quote { token, market, ms, bid, ask })
    }

    fn created(&self) -> Verdict<Created> {
        let market = self.required(member::MARKET, "market")?;
        let ms = self.timestamp()?;
        let question = self.maybe(member::QUESTION, "question")?;
        let slug = self.maybe(member::SLUG, "slug")?;
        let tokens = self.text_list(self.message.assets_ids, "assets_ids")?;
        let outcomes = self.text_list(self.message.outcomes, "outcomes")?;
        Ok(Created { market, ms, question, slug, tokens, outcomes })
    }

    fn resolved(&self) -> Verdict<Resolved> {
        let market = self.required(member::MARKET, "market")?;
        let ms = self.timestamp()?;
        let tokens = self.text_list(self.message.assets_ids, "assets_ids")?;
        let winning_token = self.maybe(member::WINNING_ASSET_ID, "winning_asset_id")?;
        let winning_outcome = self.maybe(member::WINNING_OUTCOME, "winning_outcome")?;
        Ok(Resolved { market, ms, tokens, winning_token, winning_outcome })
    }

    fn text_list(&self, list: List, name: &'static str) -> Verdict<(u32, u32)> {
        for text in items(list, self.texts, name)? {
            text_of(*text, name)?;
        }
        Ok((list.start, list.count))
    }
}
