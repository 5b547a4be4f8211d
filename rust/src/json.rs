//! A pull parser for one JSON text, strict as RFC 8259, without building anything.
//!
//! The frames of a feed are small and their members few: walking the text once and remembering
//! where the known members lie costs a fraction of any general parser (docs/architecture.md,
//! section 4). The text must be valid UTF-8 before it comes here.

use std::borrow::Cow;

use crate::decimal;
use crate::raw::{Form, Number, number_of};
use crate::slot::{Kind, Slot};
use crate::text::{Malformed, escape_length, is_plain, quote_in};

/// How deep values may nest.
pub const DEPTH_MAX: u32 = 64;

/// Where the walk is.
pub struct Scanner<'a> {
    text: &'a [u8],
    pos: usize,
    /// ASCII without backslash and control character: a string ends at the next quote.
    plain: bool,
}

impl<'a> Scanner<'a> {
    /// Start at the beginning of a text; `None` when it is not UTF-8.
    pub fn new(text: &'a [u8]) -> Option<Self> {
        let plain = is_plain(text);
        (plain || std::str::from_utf8(text).is_ok()).then_some(Self { text, pos: 0, plain })
    }

    /// Skip white space, then return the next byte without taking it (0 at the end).
    #[inline(always)]
    pub fn peek(&mut self) -> u8 {
        loop {
            match self.text.get(self.pos) {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.pos += 1,
                Some(&byte) => return byte,
                None => return 0,
            }
        }
    }

    /// Take a byte that must come next.
    #[inline(always)]
    pub fn expect(&mut self, byte: u8) -> Result<(), Malformed> {
        if self.peek() == byte && self.pos < self.text.len() {
            self.pos += 1;
            return Ok(());
        }
        Err(Malformed)
    }

    /// Nothing but white space may follow.
    pub fn finish(&mut self) -> Result<(), Malformed> {
        self.peek();
        if self.pos == self.text.len() { Ok(()) } else { Err(Malformed) }
    }

    /// Take exactly these bytes if they come next.
    #[inline(always)]
    pub fn literal<const N: usize>(&mut self, wanted: &[u8; N]) -> bool {
        let hit = self.text.get(self.pos..self.pos + N).is_some_and(|next| next == wanted);
        if hit {
            self.pos += N;
        }
        hit
    }

    /// Where the walk is, to come back to.
    #[inline(always)]
    pub fn mark(&self) -> usize {
        self.pos
    }

    /// Go back.
    #[inline(always)]
    pub fn reset(&mut self, mark: usize) {
        self.pos = mark;
    }

    /// Take a string; the walk stands at its quote.
    #[inline(always)]
    pub fn string(&mut self) -> Result<Slot, Malformed> {
        if self.text.get(self.pos) != Some(&b'"') {
            return Err(Malformed);
        }
        self.pos += 1;
        self.rest_of_string()
    }

    /// Take the rest of a string whose opening quote was taken.
    #[inline(always)]
    pub fn rest_of_string(&mut self) -> Result<Slot, Malformed> {
        if !self.plain {
            return self.careful_string();
        }
        let start = self.pos;
        let length = quote_in(&self.text[start..]).ok_or(Malformed)?;
        self.pos = start + length + 1;
        Ok(Slot { start: start as u32, end: (start + length) as u32, kind: Kind::Text })
    }

    fn careful_string(&mut self) -> Result<Slot, Malformed> {
        let start = self.pos;
        let mut kind = Kind::Text;
        loop {
            match *self.text.get(self.pos).ok_or(Malformed)? {
                b'"' => break,
                b'\\' => {
                    kind = Kind::Escaped;
                    self.pos += escape_length(&self.text[self.pos..])?;
                }
                0..0x20 => return Err(Malformed),
                _ => self.pos += 1,
            }
        }
        self.pos += 1;
        Ok(Slot { start: start as u32, end: (self.pos - 1) as u32, kind })
    }

    /// Take any value; tell what it is. `depth` counts the values around it.
    #[inline]
    pub fn value(&mut self, depth: u32) -> Result<Slot, Malformed> {
        let kind = match self.peek() {
            b'"' => return self.string(),
            b'{' => self.skip_object(depth)?,
            b'[' => self.skip_array(depth)?,
            b't' => self.word(b"true", Kind::True)?,
            b'f' => self.word(b"false", Kind::False)?,
            b'n' => self.word(b"null", Kind::Null)?,
            _ => self.skip_number()?,
        };
        Ok(Slot { start: 0, end: 0, kind })
    }

    fn word(&mut self, word: &[u8], kind: Kind) -> Result<Kind, Malformed> {
        if !self.text[self.pos..].starts_with(word) {
            return Err(Malformed);
        }
        self.pos += word.len();
        Ok(kind)
    }

    fn skip_object(&mut self, depth: u32) -> Result<Kind, Malformed> {
        let mut members = self.open(b'{', b'}', depth)?;
        while members {
            self.key()?;
            self.value(depth + 1)?;
            members = self.more(b'}')?;
        }
        Ok(Kind::Other)
    }

    fn skip_array(&mut self, depth: u32) -> Result<Kind, Malformed> {
        let mut items = self.open(b'[', b']', depth)?;
        while items {
            self.value(depth + 1)?;
            items = self.more(b']')?;
        }
        Ok(Kind::Other)
    }

    /// Take an opening bracket; tell whether anything lies inside.
    #[inline]
    pub fn open(&mut self, bracket: u8, closing: u8, depth: u32) -> Result<bool, Malformed> {
        if depth >= DEPTH_MAX {
            return Err(Malformed);
        }
        self.expect(bracket)?;
        if self.peek() == closing {
            self.pos += 1;
            return Ok(false);
        }
        Ok(true)
    }

    /// Take a comma or the closing bracket; tell whether more follows.
    #[inline(always)]
    pub fn more(&mut self, closing: u8) -> Result<bool, Malformed> {
        let next = self.peek();
        if next == b',' || next == closing {
            self.pos += 1;
            return Ok(next == b',');
        }
        Err(Malformed)
    }

    /// Take a member's name and its colon.
    #[inline(always)]
    pub fn key(&mut self) -> Result<Slot, Malformed> {
        self.peek();
        let name = self.string()?;
        self.expect(b':')?;
        Ok(name)
    }

    /// What a member's name means.
    #[inline(always)]
    pub fn name(&self, slot: &Slot) -> Cow<'a, [u8]> {
        slot.content(self.text)
    }

    /// Take a decimal and its closing quote; the opening one was taken.
    #[inline(always)]
    pub fn quoted_number(&mut self) -> Option<Number> {
        let (read, length) = decimal::read_quoted(&self.text[self.pos..])?;
        self.pos += length;
        let form = if read.canonical { Form::Canonical } else { Form::Loose };
        Some(Number { micros: read.micros, form })
    }

    /// Take any value where a decimal text is expected.
    pub fn number(&mut self, depth: u32) -> Result<Number, Malformed> {
        let slot = self.value(depth)?;
        let form = match slot.kind {
            Kind::Text | Kind::Escaped => return Ok(number_of(&slot.content(self.text))),
            Kind::Null => Form::Null,
            _ => Form::Wrong,
        };
        Ok(Number { micros: 0, form })
    }

    fn skip_number(&mut self) -> Result<Kind, Malformed> {
        if self.text.get(self.pos) == Some(&b'-') {
            self.pos += 1;
        }
        if self.text.get(self.pos) == Some(&b'0') {
            self.pos += 1;
        } else {
            self.digits()?;
        }
        if self.text.get(self.pos) == Some(&b'.') {
            self.pos += 1;
            self.digits()?;
        }
        if matches!(self.text.get(self.pos), Some(b'e' | b'E')) {
            self.pos += 1;
            if matches!(self.text.get(self.pos), Some(b'+' | b'-')) {
                self.pos += 1;
            }
            self.digits()?;
        }
        Ok(Kind::Other)
    }

    fn digits(&mut self) -> Result<(), Malformed> {
        let start = self.pos;
        while self.text.get(self.pos).is_some_and(u8::is_ascii_digit) {
            self.pos += 1;
        }
        if self.pos == start { Err(Malformed) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(text: &str) -> bool {
        let mut scanner = Scanner::new(text.as_bytes()).unwrap();
        scanner.value(0).and_then(|_| scanner.finish()).is_ok()
    }

    #[test]
    fn accepts_json() {
        for text in [
            "{}",
            "[]",
            " [ 1 , -0.5e+3 , true , false , null , \"a\" ] ",
            "\"\\u00e9\\n\"",
            "{\"a\":{\"b\":[[[]]]}}",
            "\"\\ud83d\\ude00\"",
            "0",
            "{\"a\":1,\"a\":2}",
        ] {
            assert!(accepts(text), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_not_json() {
        for text in [
            "",
            "{",
            "[1,]",
            "{\"a\":1,}",
            "01",
            "1.",
            ".5",
            "NaN",
            "-",
            "tru",
            "\"\\x\"",
            "\"\n\"",
            "{} {}",
            "\"\\ud83d\"",
            "\"\\ude00\"",
            "'a'",
            "{a:1}",
            "[1 2]",
            "\"abc",
        ] {
            assert!(!accepts(text), "{text}");
        }
    }

    #[test]
    fn bounds_the_depth() {
        let nested = |n: usize| "[".repeat(n) + &"]".repeat(n);
        assert!(accepts(&nested(64)));
        assert!(!accepts(&nested(65)));
        assert!(!accepts(&nested(200_000)));
    }
}
