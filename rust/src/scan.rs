//! A frame of the market channel as members and where they lie: syntax only, no judgement.
//!
//! The discriminator comes last on the wire, so all known members are remembered on the way
//! (docs/books.md sections 1 and 2). Levels and changes are read in the order in which the
//! venue writes their members; any other order takes the general path.

use crate::json::Scanner;
use crate::raw::{List, Message, RawChange, RawLevel, member};
use crate::slot::{Kind, Slot};
use crate::text::Malformed;

/// Everything found in one frame; kept between frames so that nothing is allocated.
#[derive(Default)]
pub struct Scratch {
    /// The messages, in order; more than `used` may lie here from earlier frames.
    pub messages: Vec<Message>,
    /// How many messages the frame has.
    pub used: usize,
    /// Levels of all messages.
    pub levels: Vec<RawLevel>,
    /// Changes of all messages.
    pub changes: Vec<RawChange>,
    /// Strings of all lists.
    pub texts: Vec<Slot>,
}

/// Above this many levels, changes or texts the memory is given back with the next frame.
pub const ITEMS_KEPT: usize = 4_096;
/// Likewise for messages.
const MESSAGES_KEPT: usize = 64;

impl Scratch {
    /// Read a frame into cleared memory.
    #[inline]
    pub fn read(&mut self, mut scanner: Scanner<'_>) -> Result<(), Malformed> {
        if scanner.peek() == b'[' {
            let mut items = scanner.open(b'[', b']', 0)?;
            while items {
                self.message(&mut scanner, 1)?;
                items = scanner.more(b']')?;
            }
        } else {
            self.message(&mut scanner, 0)?;
        }
        scanner.finish()
    }

    #[inline(always)]
    fn next_message(&mut self) -> &mut Message {
        if self.used == self.messages.len() {
            self.messages.push(Message::default());
        }
        self.used += 1;
        let message = &mut self.messages[self.used - 1];
        message.reset();
        message
    }

    /// Forget what was there before.
    #[inline(always)]
    pub fn clear(&mut self) {
        self.used = 0;
        self.changes.clear();
        self.texts.clear();
        self.levels.clear();
        let items = self.levels.capacity().max(self.changes.capacity()).max(self.texts.capacity());
        if items > ITEMS_KEPT || self.messages.len() > MESSAGES_KEPT {
            self.shrink();
        }
    }

    /// Give back what a large frame took.
    #[cold]
    fn shrink(&mut self) {
        self.levels.shrink_to(ITEMS_KEPT);
        self.changes.shrink_to(ITEMS_KEPT);
        self.texts.shrink_to(ITEMS_KEPT);
        self.messages.truncate(MESSAGES_KEPT);
        self.messages.shrink_to(MESSAGES_KEPT);
    }

    #[inline]
    fn message(&mut self, scanner: &mut Scanner<'_>, depth: u32) -> Result<(), Malformed> {
        let message = self.next_message();
        if scanner.peek() != b'{' {
            message.wrong = true;
            return scanner.value(depth).map(drop);
        }
        let mut members = scanner.open(b'{', b'}', depth)?;
        while members {
            self.member(scanner, depth + 1)?;
            members = scanner.more(b'}')?;
        }
        Ok(())
    }

    #[inline(always)]
    fn member(&mut self, scanner: &mut Scanner<'_>, depth: u32) -> Result<(), Malformed> {
        let name = scanner.key()?;
        let at = self.used - 1;
        match scanner.name(&name).as_ref() {
            b"price_changes" => {
                self.messages[at].price_changes = self.change_list(scanner, depth)?
            }
            b"bids" => self.messages[at].bids = self.level_list(scanner, depth)?,
            b"asks" => self.messages[at].asks = self.level_list(scanner, depth)?,
            b"changes" => self.messages[at].changes = self.change_list(scanner, depth)?,
            b"assets_ids" => self.messages[at].assets_ids = self.text_list(scanner, depth)?,
            b"outcomes" => self.messages[at].outcomes = self.text_list(scanner, depth)?,
            other => {
                let index = slot_of(other);
                let slot = scanner.value(depth)?;
                self.messages[at].put(index, slot);
            }
        }
        Ok(())
    }

    fn change_list(&mut self, scanner: &mut Scanner<'_>, depth: u32) -> Result<List, Malformed> {
        let start = self.changes.len();
        let kind = list(scanner, depth, |scanner, depth| {
            self.changes.push(change(scanner, depth)?);
            Ok(())
        })?;
        Ok(List { start: start as u32, count: (self.changes.len() - start) as u32, kind })
    }

    fn level_list(&mut self, scanner: &mut Scanner<'_>, depth: u32) -> Result<List, Malformed> {
        let start = self.levels.len();
        let kind = list(scanner, depth, |scanner, depth| {
            self.levels.push(level(scanner, depth)?);
            Ok(())
        })?;
        Ok(List { start: start as u32, count: (self.levels.len() - start) as u32, kind })
    }

    fn text_list(&mut self, scanner: &mut Scanner<'_>, depth: u32) -> Result<List, Malformed> {
        let start = self.texts.len();
        let kind = list(scanner, depth, |scanner, depth| {
            self.texts.push(scanner.value(depth)?);
            Ok(())
        })?;
        Ok(List { start: start as u32, count: (self.texts.len() - start) as u32, kind })
    }
}

#[inline(always)]
fn list(
    scanner: &mut Scanner<'_>,
    depth: u32,
    mut item: impl FnMut(&mut Scanner<'_>, u32) -> Result<(), Malformed>,
) -> Result<Kind, Malformed> {
    if scanner.peek() != b'[' {
        return Ok(match scanner.value(depth)?.kind {
            Kind::Null => Kind::Null,
            _ => Kind::Text,
        });
    }
    let mut items = scanner.open(b'[', b']', depth)?;
    while items {
        item(scanner, depth + 1)?;
        items = scanner.more(b']')?;
    }
    Ok(Kind::Other)
}

fn slot_of(name: &[u8]) -> usize {
    match name {
        b"event_type" => member::EVENT_TYPE,
        b"market" => member::MARKET,
        b"asset_id" => member::ASSET_ID,
        b"timestamp" => member::TIMESTAMP,
        b"hash" => member::HASH,
        b"tick_size" => member::TICK_SIZE,
        b"last_trade_price" => member::LAST_TRADE_PRICE,
        b"min_order_size" => member::MIN_ORDER_SIZE,
        b"neg_risk" => member::NEG_RISK,
        b"price" => member::PRICE,
        b"size" => member::SIZE,
        b"side" => member::SIDE,
        b"transaction_hash" => member::TRANSACTION_HASH,
        b"old_tick_size" => member::OLD_TICK_SIZE,
        b"new_tick_size" => member::NEW_TICK_SIZE,
        b"best_bid" => member::BEST_BID,
        b"best_ask" => member::BEST_ASK,
        b"question" => member::QUESTION,
        b"slug" => member::SLUG,
        b"winning_asset_id" => member::WINNING_ASSET_ID,
        b"winning_outcome" => member::WINNING_OUTCOME,
        _ => member::NONE,
    }
}

#[inline(always)]
fn level(scanner: &mut Scanner<'_>, depth: u32) -> Result<RawLevel, Malformed> {
    scanner.peek();
    let mark = scanner.mark();
    if let Some(level) = usual_level(scanner) {
        return Ok(level);
    }
    scanner.reset(mark);
    general_level(scanner, depth)
}

#[inline(always)]
fn usual_level(scanner: &mut Scanner<'_>) -> Option<RawLevel> {
    scanner.literal(b"{\"price\":\"").then_some(())?;
    let price = scanner.quoted_number()?;
    (scanner.literal(b", \"size\":\"") || scanner.literal(b",\"size\":\"")).then_some(())?;
    let size = scanner.quoted_number()?;
    scanner.literal(b"}").then_some(RawLevel { price, size, wrong: false })
}

fn general_level(scanner: &mut Scanner<'_>, depth: u32) -> Result<RawLevel, Malformed> {
    let mut level = RawLevel::default();
    level.wrong = general_object(scanner, depth, |scanner, name, depth| {
        match name {
            b"price" => level.price = scanner.number(depth)?,
            b"size" => level.size = scanner.number(depth)?,
            _ => drop(scanner.value(depth)?),
        }
        Ok(())
    })?;
    Ok(level)
}

#[inline(always)]
fn change(scanner: &mut Scanner<'_>, depth: u32) -> Result<RawChange, Malformed> {
    scanner.peek();
    let mark = scanner.mark();
    if let Some(change) = usual_change(scanner) {
        return Ok(change);
    }
    scanner.reset(mark);
    general_change(scanner, depth)
}

/// Take `, "name":"` with or without the space.
macro_rules! next_member {
    ($scanner:expr, $spaced:literal, $compact:literal) => {
        ($scanner.literal($spaced) || $scanner.literal($compact)).then_some(())?
    };
}

#[inline(always)]
fn usual_change(scanner: &mut Scanner<'_>) -> Option<RawChange> {
    scanner.literal(b"{\"asset_id\":\"").then_some(())?;
    let asset_id = scanner.rest_of_string().ok()?;
    next_member!(scanner, b", \"price\":\"", b",\"price\":\"");
    let price = scanner.quoted_number()?;
    next_member!(scanner, b", \"size\":\"", b",\"size\":\"");
    let size = scanner.quoted_number()?;
    next_member!(scanner, b", \"side\":\"", b",\"side\":\"");
    let side = scanner.rest_of_string().ok()?;
    next_member!(scanner, b", \"hash\":\"", b",\"hash\":\"");
    let hash = scanner.rest_of_string().ok()?;
    next_member!(scanner, b", \"best_bid\":\"", b",\"best_bid\":\"");
    let best_bid = scanner.quoted_number()?;
    next_member!(scanner, b", \"best_ask\":\"", b",\"best_ask\":\"");
    let best_ask = scanner.quoted_number()?;
    scanner.literal(b"}").then_some(())?;
    Some(RawChange { asset_id, price, size, side, hash, best_bid, best_ask, wrong: false })
}

fn general_change(scanner: &mut Scanner<'_>, depth: u32) -> Result<RawChange, Malformed> {
    let mut change = RawChange::default();
    change.wrong = general_object(scanner, depth, |scanner, name, depth| {
        match name {
            b"asset_id" => change.asset_id = scanner.value(depth)?,
            b"price" => change.price = scanner.number(depth)?,
            b"size" => change.size = scanner.number(depth)?,
            b"side" => change.side = scanner.value(depth)?,
            b"hash" => change.hash = scanner.value(depth)?,
            b"best_bid" => change.best_bid = scanner.number(depth)?,
            b"best_ask" => change.best_ask = scanner.number(depth)?,
            _ => drop(scanner.value(depth)?),
        }
        Ok(())
    })?;
    Ok(change)
}

/// Walk an object member by member; tell whether it was none.
fn general_object(
    scanner: &mut Scanner<'_>,
    depth: u32,
    mut member: impl FnMut(&mut Scanner<'_>, &[u8], u32) -> Result<(), Malformed>,
) -> Result<bool, Malformed> {
    if scanner.peek() != b'{' {
        scanner.value(depth)?;
        return Ok(true);
    }
    let mut members = scanner.open(b'{', b'}', depth)?;
    while members {
        let name = scanner.key()?;
        member(scanner, scanner.name(&name).as_ref(), depth + 1)?;
        members = scanner.more(b'}')?;
    }
    Ok(false)
}
