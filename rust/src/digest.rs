//! The venue's SHA-1 of a whole book, and our own digest of its content.
//!
//! The fields that the stream does not carry stand at the end of the preimage. The hash of all
//! before them is computed once and kept; each candidate then costs one or two blocks.

use memchr::memchr;
use sha1::{Digest, Sha1};

use crate::decimal::{self, MICROS, TEXT_MAX};
use crate::ladder::Ladder;
use crate::text::is_plain;

/// A short text of the context, at most twelve bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Short {
    bytes: [u8; 12],
    length: u8,
}

impl Short {
    /// Keep a text; `None` when it is too long.
    #[must_use]
    pub fn new(text: &[u8]) -> Option<Self> {
        let mut bytes = [0; 12];
        bytes.get_mut(..text.len())?.copy_from_slice(text);
        Some(Self { bytes, length: text.len() as u8 })
    }

    /// A price in the venue's form of a last trade price: at least three decimals.
    #[must_use]
    pub fn of_price(micros: u64) -> Self {
        let mut bytes = [0; TEXT_MAX + 8];
        let mut end = decimal::write(&mut bytes, 0, micros);
        let point = match bytes[..end].iter().position(|&byte| byte == b'.') {
            Some(point) => point,
            None => {
                bytes[end] = b'.';
                end += 1;
                end - 1
            }
        };
        while end < point + 4 {
            bytes[end] = b'0';
            end += 1;
        }
        Self::new(&bytes[..end.min(12)]).unwrap_or_default()
    }

    /// The number that the text is; 0 where it is none.
    #[must_use]
    pub fn micros(&self) -> u64 {
        decimal::parse(self.as_bytes()).map_or(0, |read| read.micros)
    }

    /// Keep a text that is a number in form.
    #[must_use]
    pub fn number(text: &[u8]) -> Option<Self> {
        decimal::parse(text).and_then(|_| Self::new(text))
    }

    /// The text.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

/// The fields at the end of the preimage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// `min_order_size`
    pub min_order_size: Short,
    /// `tick_size`
    pub tick_size: Short,
    /// `neg_risk`
    pub neg_risk: bool,
    /// `last_trade_price`
    pub last_trade_price: Short,
}

/// A hash of everything before the context.
#[derive(Clone)]
pub struct Midstate(Sha1);

impl Midstate {
    /// Hash the head of a preimage.
    #[must_use]
    pub fn new(head: &[u8]) -> Self {
        Self(Sha1::new_with_prefix(head))
    }

    /// The hash of the book with this context.
    #[inline]
    #[must_use]
    pub fn finish(&self, context: &Context) -> [u8; 20] {
        let mut tail = [0u8; 144];
        let mut at = 0;
        let mut put = |text: &[u8]| {
            tail[at..at + text.len()].copy_from_slice(text);
            at += text.len();
        };
        put(b"\"min_order_size\":\"");
        put(context.min_order_size.as_bytes());
        put(b"\",\"tick_size\":\"");
        put(context.tick_size.as_bytes());
        put(if context.neg_risk { b"\",\"neg_risk\":true" } else { b"\",\"neg_risk\":false" });
        put(b",\"last_trade_price\":\"");
        put(context.last_trade_price.as_bytes());
        put(b"\"}");
        self.0.clone().chain_update(&tail[..at]).finalize().into()
    }
}

/// Forty hex digits as twenty bytes; `None` for any other text.
#[must_use]
pub fn from_hex(text: &[u8]) -> Option<[u8; 20]> {
    let mut hash = [0u8; 20];
    if text.len() != 40 {
        return None;
    }
    for (byte, pair) in hash.iter_mut().zip(text.chunks_exact(2)) {
        let digit = |letter: u8| (letter as char).to_digit(16);
        *byte = (digit(pair[0])? * 16 + digit(pair[1])?) as u8;
    }
    Some(hash)
}

/// Twenty bytes as forty hex digits.
#[must_use]
pub fn to_hex(hash: &[u8; 20]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The longest text of one level with its comma.
const LEVEL_MAX: usize = 64;

/// Write the head of the preimage: everything up to `min_order_size`.
pub fn head(out: &mut Vec<u8>, market: &[u8], token: &[u8], ms: u64, bids: &Ladder, asks: &Ladder) {
    out.clear();
    out.extend_from_slice(b"{\"market\":\"");
    put_escaped(out, market);
    out.extend_from_slice(b"\",\"asset_id\":\"");
    put_escaped(out, token);
    out.extend_from_slice(b"\",\"timestamp\":\"");
    put_whole(out, ms);
    out.extend_from_slice(b"\",\"hash\":\"\",\"bids\":[");
    put_levels(out, bids, false);
    out.extend_from_slice(b"],\"asks\":[");
    put_levels(out, asks, true);
    out.extend_from_slice(b"],");
}

/// Write the preimage of 2024: no time, no context.
pub fn head_2024(out: &mut Vec<u8>, market: &[u8], token: &[u8], bids: &Ladder, asks: &Ladder) {
    out.clear();
    out.extend_from_slice(b"{\"market\":\"");
    put_escaped(out, market);
    out.extend_from_slice(b"\",\"asset_id\":\"");
    put_escaped(out, token);
    out.extend_from_slice(b"\",\"hash\":\"\",\"bids\":[");
    put_levels(out, bids, false);
    out.extend_from_slice(b"],\"asks\":[");
    put_levels(out, asks, true);
    out.extend_from_slice(b"]}");
}

/// The plain hash of some bytes.
#[must_use]
pub fn hash(bytes: &[u8]) -> [u8; 20] {
    Sha1::digest(bytes).into()
}

/// Write a text as JSON must escape it, and no more.
fn put_escaped(out: &mut Vec<u8>, text: &[u8]) {
    if is_plain(text) && memchr(b'"', text).is_none() {
        return out.extend_from_slice(text);
    }
    for &byte in text {
        let short = match byte {
            b'"' | b'\\' => byte,
            8 => b'b',
            12 => b'f',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0..0x20 => {
                out.extend_from_slice(format!("\\u{byte:04x}").as_bytes());
                continue;
            }
            _ => {
                out.push(byte);
                continue;
            }
        };
        out.extend_from_slice(&[b'\\', short]);
    }
}

fn put_whole(out: &mut Vec<u8>, number: u64) {
    let mut text = [0u8; TEXT_MAX + 8];
    let end = decimal::write_whole(&mut text, 0, number);
    out.extend_from_slice(&text[..end]);
}

#[inline]
fn put_levels(out: &mut Vec<u8>, ladder: &Ladder, asks: bool) {
    if ladder.is_empty() {
        return;
    }
    let start = out.len();
    out.resize(start + (ladder.len() + 1) * LEVEL_MAX, 0);
    let mut at = start;
    for (key, size) in ladder.iter() {
        let price = if asks { MICROS as u32 - key } else { key };
        at += put_level(&mut out[at..], price, size);
    }
    // The last comma goes.
    out.truncate(at - 1);
}

/// Write one level and a comma; return the length.
///
/// Whole words are copied, longer than the text where that is quicker: the next text covers the rest.
#[inline(always)]
fn put_level(out: &mut [u8], price: u32, size: u64) -> usize {
    let level = out.first_chunk_mut::<LEVEL_MAX>().expect("room for a level");
    level[..10].copy_from_slice(b"{\"price\":\"");
    let end = decimal::write_price(level, 10, price);
    level[end..end + 10].copy_from_slice(b"\",\"size\":\"");
    let end = decimal::write(level, end + 10, size);
    level[end..end + 4].copy_from_slice(b"\"},\0");
    end + 3
}

/// Our own digest of a book's content (docs/books.md section 7).
#[must_use]
pub fn content(bids: &Ladder, asks: &Ladder) -> String {
    let mut text = String::new();
    for (key, size) in bids.iter() {
        text += &format!("{}@{};", decimal::text(u64::from(key)), decimal::text(size));
    }
    text.push('|');
    for (key, size) in asks.iter() {
        let price = MICROS - u64::from(key);
        text += &format!("{}@{};", decimal::text(price), decimal::text(size));
    }
    to_hex(&hash(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::Side;
    use crate::ladder::key_of;

    fn ladder(side: Side, levels: &[(u32, u64)]) -> Ladder {
        let mut ladder = Ladder::default();
        for &(price, size) in levels {
            ladder.set(key_of(side, price), size);
        }
        ladder
    }

    fn context(min: &str, tick: &str, last: &str) -> Context {
        let short = |text: &str| Short::new(text.as_bytes()).unwrap();
        Context {
            min_order_size: short(min),
            tick_size: short(tick),
            neg_risk: false,
            last_trade_price: short(last),
        }
    }

    #[test]
    fn builds_the_venues_preimage() {
        let mut out = Vec::new();
        let bids = ladder(Side::Bid, &[(400_000, 100_000_000), (300_000, 1_500_000)]);
        let asks = ladder(Side::Ask, &[(600_000, 123_456_789), (999_900, 10_000)]);
        head(&mut out, b"0xaa", b"100", 123_456_789, &bids, &asks);
        let wanted = "{\"market\":\"0xaa\",\"asset_id\":\"100\",\"timestamp\":\"123456789\",\"hash\":\"\",\
            \"bids\":[{\"price\":\"0.3\",\"size\":\"1.5\"},{\"price\":\"0.4\",\"size\":\"100\"}],\
            \"asks\":[{\"price\":\"0.9999\",\"size\":\"0.01\"},{\"price\":\"0.6\",\"size\":\"123.456789\"}],";
        assert_eq!(wanted, String::from_utf8(out).unwrap());
    }

    #[test]
    fn hashes_head_and_context_as_one_text() {
        let head = b"{\"market\":\"m\",";
        let context = context("5", "0.01", "0.500");
        let whole = b"{\"market\":\"m\",\"min_order_size\":\"5\",\"tick_size\":\"0.01\",\
            \"neg_risk\":false,\"last_trade_price\":\"0.500\"}";
        assert_eq!(hash(whole), Midstate::new(head).finish(&context));
    }

    #[test]
    fn gives_a_trade_price_three_decimals() {
        for (micros, text) in [
            (500_000, "0.500"),
            (0, "0.000"),
            (1_000_000, "1.000"),
            (5_500, "0.0055"),
            (60_000, "0.060"),
        ] {
            assert_eq!(text.as_bytes(), Short::of_price(micros).as_bytes());
        }
    }

    #[test]
    fn reads_its_own_hex() {
        let hash = hash(b"abc");
        assert_eq!(Some(hash), from_hex(to_hex(&hash).as_bytes()));
        assert_eq!(None, from_hex(b"0xabc123"));
    }
}
