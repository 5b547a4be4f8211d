//! A story: what a session tells the books, one call a line, so that a finding can be read.
//!
//! `0{frame}` and `1{frame}` are frames of a link, `r{answer}` one of REST, `+{n}` lets n
//! milliseconds pass; `w` wakes, `W` wakes when due; `o0` opens a link, `c0` closes it; `t0{token}`
//! tracks, `u{token}` forgets, `s{token}` suspects; `k{token} {min} {tick} {neg}` tells rules
//! (`-`: not told); `p` stops proving; `!` resets. `tests/core/stories.py` writes and reads them too.

use crate::law::Watched;

/// When a story begins; the seeds are of that day.
pub const START_NS: u64 = 1_772_279_170_000_000_000;
const NS_PER_MS: u64 = 1_000_000;
const LINES_MAX: usize = 200;
/// Minutes are enough: every delay of the books is shorter.
const PAUSE_MS_MAX: u64 = 100_000;
const LINK_DOWN: u8 = 7;
const SILENT: u8 = 10;

/// Tell a story; its first byte says whether hashes are proved and tokens adopted. Both at once must
/// be said a third time: nobody knows the rules of an adopted token, and the search for them takes
/// a hundred times as long as all the rest.
pub fn play(story: &[u8]) {
    let Some((&options, story)) = story.split_first() else { return };
    let adopt = options & 2 != 0;
    let prove = options & 1 == 0 && (!adopt || options & 4 != 0);
    let mut watched = Watched::new(prove, adopt);
    let mut now = START_NS;
    for line in story.split(|&byte| byte == b'\n').take(LINES_MAX) {
        if let Some((&verb, rest)) = line.split_first() {
            now = tell(&mut watched, verb, rest, now);
        }
    }
    watched.wake(now + (1 << 40));
    assert_eq!(0, watched.books.wake_at());
}

/// Make the call that a line names; return the time after it.
fn tell(watched: &mut Watched, verb: u8, rest: &[u8], now: u64) -> u64 {
    match verb {
        b'0' | b'1' => watched.feed(u32::from(verb - b'0'), rest, now, false),
        b'r' => watched.feed(0, rest, now, true),
        b'w' => watched.wake(now),
        b'W' => {
            let due = watched.books.wake_at().max(now);
            watched.wake(due);
            return due;
        }
        b'+' => return now + number(rest).min(PAUSE_MS_MAX) * NS_PER_MS,
        b'o' => watched.call(|books| books.open_link(link(rest), now)),
        b'c' => watched.call(|books| books.close_link(link(rest), LINK_DOWN, now)),
        b't' => with_text(rest.get(1..).unwrap_or(b""), |token| {
            watched.call(|books| {
                books.track(token, link(rest));
            });
        }),
        b'u' => with_text(rest, |token| {
            watched.call(|books| {
                books.untrack(token);
            });
        }),
        b's' => with_text(rest, |token| {
            watched.call(|books| books.suspect(token, SILENT, now));
        }),
        b'k' => with_text(rest, |rules| tell_rules(watched, rules)),
        b'p' => watched.call(_native::books::Books::stop_proving),
        b'!' => watched.call(|books| {
            books.reset();
        }),
        _ => {}
    }
    now
}

fn tell_rules(watched: &mut Watched, rules: &str) {
    let mut words = rules.split(' ');
    let token = words.next().unwrap_or("");
    let mut told = || words.next().filter(|word| *word != "-");
    let (minimum, tick, neg) = (told(), told(), told());
    watched.call(|books| books.set_rules(token, minimum, tick, neg.map(|word| word == "1")));
}

fn link(rest: &[u8]) -> u32 {
    u32::from(rest.first() == Some(&b'1'))
}

fn number(digits: &[u8]) -> u64 {
    digits
        .iter()
        .take(6)
        .filter(|byte| byte.is_ascii_digit())
        .fold(0, |sum, byte| sum * 10 + u64::from(byte - b'0'))
}

/// Tokens and rules come as text: Python refuses anything else.
fn with_text(bytes: &[u8], call: impl FnOnce(&str)) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        call(text);
    }
}
