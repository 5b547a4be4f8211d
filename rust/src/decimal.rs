//! Decimal texts and integers in micros (millionths), exactly, both ways.

/// Millionths in one.
pub const MICROS: u64 = 1_000_000;
const DIGITS_MAX: usize = 12;
const PLACES_MAX: usize = 6;
const SCALE: [u64; 7] = [1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];

/// A decimal read from text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    /// The value in millionths.
    pub micros: u64,
    /// Whether the text is the one that [`write`] makes of the value.
    pub canonical: bool,
}

/// Read `digits[.digits]` or `.digits`; `None` for anything else.
#[inline]
pub fn parse(text: &[u8]) -> Option<Decimal> {
    let (decimal, length) = read(text)?;
    (length == text.len()).then_some(decimal)
}

/// Read the decimal at the start of a text; tell how long it is.
#[inline(always)]
pub fn read(text: &[u8]) -> Option<(Decimal, usize)> {
    let mut whole = 0u64;
    let mut at = 0;
    while let Some(digit) = digit_at(text, at) {
        whole = whole.wrapping_mul(10).wrapping_add(digit);
        at += 1;
    }
    let digits = at;
    if digits > DIGITS_MAX {
        return None;
    }
    let canonical = digits == 1 || (digits > 1 && text[0] != b'0');
    if text.get(at) != Some(&b'.') {
        return (digits > 0).then_some((Decimal { micros: whole * MICROS, canonical }, at));
    }
    at += 1;
    let mut fraction = 0u64;
    while let Some(digit) = digit_at(text, at) {
        fraction = fraction.wrapping_mul(10).wrapping_add(digit);
        at += 1;
    }
    let places = at - digits - 1;
    if places == 0 || places > PLACES_MAX {
        return None;
    }
    let canonical = canonical && text[at - 1] != b'0';
    Some((Decimal { micros: whole * MICROS + fraction * SCALE[places], canonical }, at))
}

/// Read a decimal and the quote that ends it; tell how long both are.
#[inline(always)]
pub fn read_quoted(text: &[u8]) -> Option<(Decimal, usize)> {
    let (decimal, length) = read(text)?;
    (text.get(length) == Some(&b'"')).then_some((decimal, length + 1))
}

#[inline(always)]
fn digit_at(text: &[u8], at: usize) -> Option<u64> {
    let digit = text.get(at)?.wrapping_sub(b'0');
    (digit < 10).then_some(u64::from(digit))
}

/// The longest text that [`write`] makes: 14 digits, a point, six digits.
pub const TEXT_MAX: usize = 24;

const PAIRS: [[u8; 2]; 100] = pairs();

const fn pairs() -> [[u8; 2]; 100] {
    let mut table = [[0u8; 2]; 100];
    let mut n = 0;
    while n < 100 {
        table[n] = [b'0' + (n / 10) as u8, b'0' + (n % 10) as u8];
        n += 1;
    }
    table
}

/// Write the canonical text of an integer in micros at `out[at..]`; return where it ends.
///
/// `out` must have [`TEXT_MAX`] bytes after `at`.
#[inline]
pub fn write(out: &mut [u8], at: usize, micros: u64) -> usize {
    let at = write_whole(out, at, micros / MICROS);
    let fraction = (micros % MICROS) as usize;
    if fraction == 0 {
        return at;
    }
    let (high, middle, low) = (fraction / 10_000, fraction / 100 % 100, fraction % 100);
    let [a, b] = PAIRS[high];
    let [c, d] = PAIRS[middle];
    let [e, f] = PAIRS[low];
    let text: [u8; 8] = [b'.', a, b, c, d, e, f, 0];
    out[at..at + 8].copy_from_slice(&text);
    at + 1 + places(high, middle, low)
}

#[inline(always)]
fn places(high: usize, middle: usize, low: usize) -> usize {
    if low != 0 {
        6 - usize::from(low % 10 == 0)
    } else if middle != 0 {
        4 - usize::from(middle % 10 == 0)
    } else {
        2 - usize::from(high % 10 == 0)
    }
}

/// Canonical texts of the prices on a grid of 0.0001, each with its length in the last byte.
///
/// Every price of the venues of today lies on it, and a book's hash writes a hundred of them.
static PRICES: [[u8; 8]; 10_000] = prices();

const fn prices() -> [[u8; 8]; 10_000] {
    let mut table = [[0u8; 8]; 10_000];
    let mut n = 1;
    while n < 10_000 {
        let ([a, b], [c, d]) = (PAIRS[n / 100], PAIRS[n % 100]);
        let mut length = 6;
        let mut rest = n;
        while rest % 10 == 0 {
            rest /= 10;
            length -= 1;
        }
        table[n] = [b'0', b'.', a, b, c, d, 0, length];
        n += 1;
    }
    table
}

/// Write the canonical text of a price below one; as [`write`].
#[inline(always)]
pub fn write_price(out: &mut [u8], at: usize, micros: u32) -> usize {
    match PRICES.get((micros / 100) as usize) {
        Some(text) if micros % 100 == 0 && micros > 0 => {
            out[at..at + 8].copy_from_slice(text);
            at + usize::from(text[7])
        }
        _ => write(out, at, u64::from(micros)),
    }
}

/// Write a whole number at `out[at..]`; return where it ends.
#[inline(always)]
pub fn write_whole(out: &mut [u8], at: usize, whole: u64) -> usize {
    if whole < 10 {
        out[at] = b'0' + whole as u8;
        return at + 1;
    }
    if whole < 10_000 {
        let ([a, b], [c, d]) = (PAIRS[whole as usize / 100], PAIRS[whole as usize % 100]);
        let skipped = usize::from(whole < 1_000) + usize::from(whole < 100);
        let digits = u32::from_be_bytes([a, b, c, d]) << (8 * skipped);
        out[at..at + 4].copy_from_slice(&digits.to_be_bytes());
        return at + 4 - skipped;
    }
    let mut text = [0u8; 20];
    let mut start = 20;
    let mut rest = whole;
    while rest >= 10 {
        start -= 2;
        text[start..start + 2].copy_from_slice(&PAIRS[(rest % 100) as usize]);
        rest /= 100;
    }
    if rest > 0 {
        start -= 1;
        text[start] = b'0' + rest as u8;
    } else if text[start] == b'0' {
        start += 1;
    }
    let length = 20 - start;
    out[at..at + length].copy_from_slice(&text[start..]);
    at + length
}

/// The canonical text of an integer in micros.
#[must_use]
pub fn text(micros: u64) -> String {
    let mut out = [0u8; TEXT_MAX + 8];
    let end = write(&mut out, 0, micros);
    String::from_utf8_lossy(&out[..end]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let mut micros = 1u64;
        for step in 0..200_000u64 {
            let written = text(micros);
            assert_eq!(Some(Decimal { micros, canonical: true }), parse(written.as_bytes()));
            micros = (micros * 7 + step) % 999_999_999_999_999_999;
        }
    }

    #[test]
    fn knows_the_canonical_form() {
        for (input, micros, canonical) in [
            ("0", 0, true),
            ("0.5", 500_000, true),
            ("0.50", 500_000, false),
            (".5", 500_000, false),
            ("00.5", 500_000, false),
            ("0.0", 0, false),
            ("12", 12_000_000, true),
            ("012", 12_000_000, false),
            ("10.000001", 10_000_001, true),
            ("100", 100_000_000, true),
        ] {
            assert_eq!(Some(Decimal { micros, canonical }), parse(input.as_bytes()), "{input}");
        }
    }

    #[test]
    fn refuses_everything_else() {
        for input in [
            "",
            ".",
            "1.",
            "-1",
            "+1",
            "1e5",
            "NaN",
            " 1",
            "1 ",
            "0.1234567",
            "1234567890123",
            "\u{ff11}",
        ] {
            assert_eq!(None, parse(input.as_bytes()), "{input}");
        }
    }
}
