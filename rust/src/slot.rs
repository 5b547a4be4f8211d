//! Where a value lies in its text, and what it is.

use std::borrow::Cow;

use crate::text::unescape;

/// What a member's value is, and where a string's content lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// The member did not occur.
    #[default]
    Absent,
    /// A string without escapes.
    Text,
    /// A string with escapes.
    Escaped,
    /// `null`
    Null,
    /// `true`
    True,
    /// `false`
    False,
    /// A number, an array or an object.
    Other,
}

/// A value in the text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Slot {
    /// First byte of a string's content.
    pub start: u32,
    /// Byte after it.
    pub end: u32,
    /// What it is.
    pub kind: Kind,
}

impl Slot {
    /// The content between the quotes, escapes as written.
    #[inline]
    pub fn raw<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        &text[self.start as usize..self.end as usize]
    }

    /// The string that it means.
    #[inline]
    pub fn content<'a>(&self, text: &'a [u8]) -> Cow<'a, [u8]> {
        match self.kind {
            Kind::Escaped => Cow::Owned(unescape(self.raw(text))),
            _ => Cow::Borrowed(self.raw(text)),
        }
    }
}
