//! The frame that nearly all frames are, read straight into entries (docs/books.md sections 1 and 2).
//!
//! It is a `price_change` with the venue's members in the venue's order, as the venue spaces them.
//! Every byte of it is compared or judged on the way, so that nothing has to be known of the frame
//! before. A frame that is anything else is not judged here: the general path reads it anew.

use crate::decimal::{self, Decimal};
use crate::entry::{Change, Entry, Side};
use crate::judge::{is_hash, is_price, time_of};
use crate::slot::{Kind, Slot};
use crate::text::plain_length;

/// Digits of a time of this century.
const TIME: usize = 13;
const BEFORE_TIME: &[u8; 16] = b"], \"timestamp\":\"";
const AFTER_TIME: &[u8; 31] = b"\", \"event_type\":\"price_change\"}";

/// Read the frame if it is the usual one; otherwise what was added means nothing.
#[inline]
pub fn price_change(frame: &[u8], entries: &mut Vec<Entry>) -> Option<()> {
    let mut walk = Walk { text: frame, at: 0 };
    walk.literal(b"{\"market\":\"")?;
    let market = walk.string()?;
    walk.literal(b", \"price_changes\":[")?;
    loop {
        entries.push(Entry::Change(walk.change(market)?));
        if walk.literal(b", ").is_none() {
            break;
        }
    }
    // The time stands at the end, and is not looked up before: memory is fast forwards.
    let ms = walk.end()?;
    for entry in entries {
        if let Entry::Change(change) = entry {
            change.ms = ms;
        }
    }
    Some(())
}

/// Where the reading is.
struct Walk<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Walk<'a> {
    #[inline(always)]
    fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Take exactly these bytes.
    #[inline(always)]
    fn literal<const N: usize>(&mut self, wanted: &[u8; N]) -> Option<()> {
        (self.rest().first_chunk() == Some(wanted)).then(|| self.at += N)
    }

    /// Take a string without escapes, and its closing quote.
    #[inline(always)]
    fn string(&mut self) -> Option<Slot> {
        let length = plain_length(self.rest())?;
        Some(self.slot(length))
    }

    /// The next bytes as a string; the quote after them is taken too.
    #[inline(always)]
    fn slot(&mut self, length: usize) -> Slot {
        let (start, end) = (self.at as u32, (self.at + length) as u32);
        self.at += length + 1;
        Slot { start, end, kind: Kind::Text }
    }

    #[inline(always)]
    fn number(&mut self) -> Option<Decimal> {
        let (number, length) = decimal::read_quoted(self.rest())?;
        self.at += length;
        Some(number)
    }

    #[inline(always)]
    fn side(&mut self) -> Option<Side> {
        let (word, _) = self.rest().split_first_chunk::<4>()?;
        let (bid, ask) = (word == b"BUY\"", word == b"SELL");
        // The length is added, not branched on: nobody can guess which side it is.
        self.at += 4 + usize::from(ask);
        let quoted = self.text.get(self.at - 1) == Some(&b'"');
        ((bid | ask) & quoted).then_some(if bid { Side::Bid } else { Side::Ask })
    }

    #[inline(always)]
    fn hash(&mut self) -> Option<Slot> {
        let (hash, after) = self.rest().split_first_chunk::<40>()?;
        (is_hash(hash) && after.first() == Some(&b'"')).then(|| self.slot(hash.len()))
    }

    /// Take what follows the changes; tell the time in it.
    #[inline(always)]
    fn end(&mut self) -> Option<u64> {
        self.literal(BEFORE_TIME)?;
        let (time, after) = self.rest().split_first_chunk::<TIME>()?;
        if after == AFTER_TIME { time_of(time) } else { None }
    }

    /// Take a change, but for its time.
    #[inline(always)]
    fn change(&mut self, market: Slot) -> Option<Change> {
        self.literal(b"{\"asset_id\":\"")?;
        let token = self.string()?;
        self.literal(b", \"price\":\"")?;
        let price = self.number()?;
        self.literal(b", \"size\":\"")?;
        let size = self.number()?;
        self.literal(b", \"side\":\"")?;
        let side = self.side()?;
        self.literal(b", \"hash\":\"")?;
        let hash = self.hash()?;
        self.literal(b", \"best_bid\":\"")?;
        let best_bid = self.number()?.micros;
        self.literal(b", \"best_ask\":\"")?;
        let best_ask = self.number()?.micros;
        self.literal(b"}")?;
        is_price(price.micros).then_some(Change {
            token,
            market,
            ms: 0,
            side,
            price: price.micros as u32,
            size: size.micros,
            canonical: price.canonical && size.canonical,
            hash: Some(hash),
            best_bid,
            best_ask,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::polymarket::Decoder;

    const FRAME: &str = concat!(
        r#"{"market":"0x1ce85ce17155d6027d92664fdb4fc3643291936f397e2988fea941c296449b79", "#,
        r#""price_changes":[{"asset_id":"61365067762303060455373375847363126227688681185875"#,
        r#"178954122001651964355252331", "price":"0.58", "size":"13115.95", "side":"SELL", "#,
        r#""hash":"b030918cf065e9eb49864dc135a4b9690a9b3585", "best_bid":"0.57", "#,
        r#""best_ask":"0.58"}, {"asset_id":"11284402453314869347860967498498706470005558421859"#,
        r#"4366184458678734557887383669", "price":"0.42", "size":"70", "side":"BUY", "#,
        r#""hash":"df8bb84cd9f9c2273092045246b443f2e129b4ec", "best_bid":"0.42", "#,
        r#""best_ask":"1"}], "timestamp":"1790000014439", "event_type":"price_change"}"#,
    );

    /// What a frame says, as text; white space after it sends it the general way.
    fn said(frame: &[u8]) -> String {
        let mut decoder = Decoder::default();
        let read = decoder.frame(frame);
        format!("{read:?} {:?}", if read.is_ok() { &decoder.entries[..] } else { &[] })
    }

    #[test]
    fn takes_the_usual_frame_and_no_other() {
        let takes = |frame: &[u8]| super::price_change(frame, &mut Vec::new()).is_some();
        assert!(takes(FRAME.as_bytes()));
        assert!(!takes(format!("{FRAME} ").as_bytes()));
        assert!(!takes(&FRAME.as_bytes()[1..]));
    }

    #[test]
    fn says_what_the_general_way_says_of_every_frame_that_differs_in_a_byte() {
        let frame = FRAME.as_bytes();
        let general = |frame: &[u8]| said(&[frame, b" "].concat());
        for at in 0..frame.len() {
            for byte in *b"\"\\.,019:BXaefg }]\t\x1f\x7f\x80\xff" {
                let mut other = frame.to_vec();
                other[at] = byte;
                assert_eq!(general(&other), said(&other), "{}", String::from_utf8_lossy(&other));
                other.insert(at, frame[at]);
                assert_eq!(general(&other), said(&other), "{}", String::from_utf8_lossy(&other));
            }
            let less = [&frame[..at], &frame[at + 1..]].concat();
            assert_eq!(general(&less), said(&less), "{}", String::from_utf8_lossy(&less));
            assert_eq!(general(&frame[..at]), said(&frame[..at]), "{at}");
        }
    }

    #[test]
    fn leaves_a_time_beyond_all_nanoseconds_to_the_general_way() {
        for (time, takes) in
            [("0000000000000", true), ("9223372036854", true), ("9223372036855", false)]
        {
            let frame = FRAME.replace("1790000014439", time);
            assert_eq!(takes, super::price_change(frame.as_bytes(), &mut Vec::new()).is_some());
            assert_eq!(takes, said(frame.as_bytes()).starts_with("Ok"), "{time}");
        }
    }
}
