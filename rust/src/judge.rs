//! Judging single members: types, numbers, ranges; the first fault names itself.

use crate::decimal::MICROS;
use crate::entry::{NOT_TOLD, Rejected};
use crate::raw::{Form, List, Number, RawLevel};
use crate::slot::{Kind, Slot};

/// The last millisecond that fits in nanoseconds of 63 bits.
const MS_MAX: u64 = 9_223_372_036_854;

/// A judgement, or why the frame is rejected and which member is at fault.
pub type Verdict<T> = Result<T, (Rejected, &'static str)>;

/// The price told, 0 where none is.
pub fn told(best: u64) -> u64 {
    if best == NOT_TOLD { 0 } else { best }
}

/// Whether a member is there.
pub fn present(kind: Kind) -> bool {
    !matches!(kind, Kind::Absent | Kind::Null)
}

/// The items of a list that must be an array.
pub fn items<'a, T>(list: List, all: &'a [T], name: &'static str) -> Verdict<&'a [T]> {
    if list.kind != Kind::Other {
        return Err((Rejected::Schema, name));
    }
    Ok(&all[list.start as usize..(list.start + list.count) as usize])
}

/// An item that must be an object.
pub fn object(wrong: bool, name: &'static str) -> Verdict<()> {
    if wrong { Err((Rejected::Schema, name)) } else { Ok(()) }
}

/// A member that must be a string.
pub fn text_of(slot: Slot, name: &'static str) -> Verdict<()> {
    if !matches!(slot.kind, Kind::Text | Kind::Escaped) {
        return Err((Rejected::Schema, name));
    }
    Ok(())
}

/// A decimal in millionths.
#[inline(always)]
pub fn decimal_of(number: Number, name: &'static str) -> Verdict<u64> {
    match number.form {
        Form::Canonical | Form::Loose => Ok(number.micros),
        Form::Bad | Form::Empty => Err((Rejected::Number, name)),
        _ => Err((Rejected::Schema, name)),
    }
}

/// A price in (0, 1).
#[inline(always)]
pub fn price_of(number: Number, name: &'static str) -> Verdict<u32> {
    let micros = decimal_of(number, name)?;
    if is_price(micros) { Ok(micros as u32) } else { Err((Rejected::Price, name)) }
}

/// Whether an order can have this price.
#[inline(always)]
pub fn is_price(micros: u64) -> bool {
    0 < micros && micros < MICROS
}

/// A best price that may be absent.
#[inline(always)]
pub fn best_of(number: Number, empty: u64, name: &'static str) -> Verdict<u64> {
    match number.form {
        Form::Absent | Form::Null => Ok(NOT_TOLD),
        Form::Empty => Ok(empty),
        _ => decimal_of(number, name),
    }
}

/// A time in milliseconds.
#[inline(always)]
pub fn time_of(text: &[u8]) -> Option<u64> {
    if !(1..=16).contains(&text.len()) {
        return None;
    }
    let (ms, odd) = text.iter().fold((0, false), |(ms, odd), byte| {
        let digit = byte.wrapping_sub(b'0');
        (ms * 10 + u64::from(digit), odd | (digit > 9))
    });
    (!odd && ms <= MS_MAX).then_some(ms)
}

/// Whether a text is forty lower-case hex digits.
#[inline(always)]
pub fn is_hash(text: &[u8; 40]) -> bool {
    // No branch a byte, so that the forty are compared at once.
    let hex = |byte: u8| (byte.wrapping_sub(b'0') < 10) | (byte.wrapping_sub(b'a') < 6);
    text.iter().fold(true, |all, &byte| all & hex(byte))
}

/// Judge the levels of one side and put them worst first; tell whether all were canonical.
pub fn side(list: List, all: &mut [RawLevel], name: &'static str, asks: bool) -> Verdict<bool> {
    if list.kind != Kind::Other {
        return Err((Rejected::Schema, name));
    }
    let levels = &mut all[list.start as usize..(list.start + list.count) as usize];
    let mut canonical = true;
    let mut sorted = true;
    let mut before = None;
    for level in levels.iter_mut() {
        if level.wrong {
            return Err((Rejected::Schema, name));
        }
        price_of(level.price, name)?;
        if decimal_of(level.size, name)? == 0 {
            return Err((Rejected::Size, name));
        }
        canonical &= level.price.form == Form::Canonical && level.size.form == Form::Canonical;
        if asks {
            level.price.micros = MICROS - level.price.micros;
        }
        sorted &= before < Some(level.price.micros);
        before = Some(level.price.micros);
    }
    if !sorted {
        levels.sort_unstable_by_key(|level| level.price.micros);
        let twice = levels.windows(2).any(|pair| pair[0].price.micros == pair[1].price.micros);
        if twice {
            return Err((Rejected::Levels, name));
        }
    }
    Ok(canonical)
}
