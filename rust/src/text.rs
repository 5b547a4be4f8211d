//! The inside of JSON strings: where they end, what their escapes mean.

use memchr::memchr;

/// The text is not one JSON value.
#[derive(Debug, PartialEq, Eq)]
pub struct Malformed;

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;
const QUOTES: u64 = ONES * b'"' as u64;

/// Whether a text is ASCII without a backslash and without control characters.
#[inline]
#[must_use]
pub fn is_plain(text: &[u8]) -> bool {
    // No branch, so that the compiler takes many bytes at once: 0x20 to 0x7f are below 0x60.
    let highest = text.iter().fold(0, |highest: u8, byte| highest.max(byte.wrapping_sub(0x20)));
    highest < 0x60 && memchr(b'\\', text).is_none()
}

/// How long a string without escapes is, to the quote that ends it.
#[inline(always)]
#[must_use]
pub fn plain_length(text: &[u8]) -> Option<usize> {
    let length = quote_in(text)?;
    // Below the space as a signed number lie the control characters and all that is not ASCII.
    let odd = |byte: u8| ((byte as i8) < 0x20) | (byte == b'\\');
    let any = text[..length].iter().fold(false, |any, &byte| any | odd(byte));
    (!any).then_some(length)
}

/// How far the next quote is.
#[inline(always)]
#[must_use]
pub fn quote_in(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    // Names and numbers end within sixteen bytes, ids and hashes within a few blocks.
    for _ in 0..2 {
        if let Some(found) = quote_in_word(text, at)? {
            return Some(at + found);
        }
        at += 8;
    }
    while let Some(block) = text.get(at..).and_then(<[u8]>::first_chunk::<32>) {
        if block.iter().fold(false, |any, &byte| any | (byte == b'"')) {
            break;
        }
        at += 32;
    }
    quote_near(text, at)
}

/// Look word by word from `at`.
#[inline(always)]
fn quote_near(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        if let Some(found) = quote_in_word(text, at)? {
            return Some(at + found);
        }
        at += 8;
    }
}

/// Where a quote is among the next eight bytes; `None` when the text ends without one.
#[inline(always)]
fn quote_in_word(text: &[u8], at: usize) -> Option<Option<usize>> {
    let Some(chunk) = text.get(at..).and_then(<[u8]>::first_chunk::<8>) else {
        return text.get(at..)?.iter().position(|&byte| byte == b'"').map(Some);
    };
    let word = u64::from_le_bytes(*chunk) ^ QUOTES;
    let hit = word.wrapping_sub(ONES) & !word & HIGHS;
    Some((hit != 0).then(|| (hit.trailing_zeros() / 8) as usize))
}

/// Length of one valid escape sequence, a surrogate pair counting as one.
pub fn escape_length(text: &[u8]) -> Result<usize, Malformed> {
    match text.get(1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(2),
        Some(b'u') => match code_unit(text)? {
            0xDC00..=0xDFFF => Err(Malformed),
            0xD800..=0xDBFF => match code_unit(&text[6..])? {
                0xDC00..=0xDFFF => Ok(12),
                _ => Err(Malformed),
            },
            _ => Ok(6),
        },
        _ => Err(Malformed),
    }
}

fn code_unit(text: &[u8]) -> Result<u32, Malformed> {
    if text.first() != Some(&b'\\') || text.get(1) != Some(&b'u') {
        return Err(Malformed);
    }
    let digits = text.get(2..6).ok_or(Malformed)?;
    digits
        .iter()
        .try_fold(0, |code, &digit| Ok(code * 16 + (digit as char).to_digit(16).ok_or(Malformed)?))
}

/// The string that a valid escaped content means.
#[must_use]
pub fn unescape(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut at = 0;
    while at < raw.len() {
        if raw[at] != b'\\' {
            out.push(raw[at]);
            at += 1;
            continue;
        }
        let plain = match raw[at + 1] {
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                at += push_code(&mut out, &raw[at..]);
                continue;
            }
            other => other,
        };
        out.push(plain);
        at += 2;
    }
    out
}

fn push_code(out: &mut Vec<u8>, text: &[u8]) -> usize {
    let unit = code_unit(text).unwrap_or(0xFFFD);
    let (code, length) = if (0xD800..0xDC00).contains(&unit) {
        let low = code_unit(&text[6..]).unwrap_or(0xDC00);
        (0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00), 12)
    } else {
        (unit, 6)
    };
    let letter = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_plain_strings_of_every_length() {
        for length in 0..120 {
            let mut text = vec![b'~'; length];
            assert_eq!(None, plain_length(&text));
            text.extend_from_slice(b"\" after");
            assert_eq!(Some(length), plain_length(&text));
            for at in 0..length {
                for odd in [b'\\', 0, 0x1f, 0x80, 0xff] {
                    text[at] = odd;
                    assert_eq!(None, plain_length(&text), "{at} of {length}: {odd}");
                }
                text[at] = b'~';
            }
        }
    }

    #[test]
    fn unescapes() {
        assert_eq!("a\n\"é😀".as_bytes(), unescape(br#"a\n\"\u00e9\ud83d\ude00"#));
    }
}
