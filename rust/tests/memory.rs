//! What the engine holds does not grow with what it has seen: bytes are counted, not guessed.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use _native::books::Books;
use _native::polymarket::Decoder;

/// The system's allocator, which counts the bytes that each thread holds.
struct Counting;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    HELD.with(|held| held.set(held.get() + bytes));
}

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

const LINK: u32 = 1;
const MEBI: isize = 1 << 20;
const SMALL: &[u8] = br#"{"event_type":"nothing"}"#;

/// Bytes that a call leaves behind.
fn left_by(call: impl FnOnce()) -> isize {
    let before = HELD.get();
    call();
    HELD.get() - before
}

/// Bytes that are still held when a frame has been read and a small one after it.
fn left_by_frame(frame: &str) -> isize {
    let (mut books, mut decoder) = (Books::new(true, false), Decoder::default());
    books.feed(&mut decoder, LINK, SMALL, 1);
    books.told = Vec::new();
    left_by(|| {
        books.feed(&mut decoder, LINK, frame.as_bytes(), 1);
        books.feed(&mut decoder, LINK, SMALL, 1);
        books.told = Vec::new();
    })
}

fn list(item: &str, count: usize) -> String {
    vec![item; count].join(",")
}

#[test]
fn a_large_frame_of_changes_leaves_nothing_behind() {
    let empty =
        format!(r#"{{"event_type":"price_change","price_changes":[{}]}}"#, list("{}", 1 << 20));
    assert!(left_by_frame(&empty) < MEBI, "{}", left_by_frame(&empty));
    let change = r#"{"asset_id":"1","price":"0.5","size":"1","side":"BUY"}"#;
    let good = format!(
        r#"{{"event_type":"price_change","market":"m","timestamp":"1","price_changes":[{}]}}"#,
        list(change, 100_000)
    );
    assert!(left_by_frame(&good) < MEBI, "{}", left_by_frame(&good));
}

#[test]
fn a_large_frame_of_levels_texts_or_messages_leaves_nothing_behind() {
    let levels = format!(r#"{{"event_type":"book","bids":[{}]}}"#, list("{}", 100_000));
    let texts =
        format!(r#"{{"event_type":"new_market","outcomes":[{}]}}"#, list(r#""a""#, 100_000));
    let messages = format!("[{}]", list("{}", 100_000));
    for frame in [levels, texts, messages] {
        assert!(left_by_frame(&frame) < MEBI, "{}", left_by_frame(&frame));
    }
}

fn told_of_market(number: usize) -> String {
    format!(
        r#"{{"event_type":"book","asset_id":"1","market":"0x{number:064}","timestamp":"{number}","bids":[],"asks":[]}}"#
    )
}

#[test]
fn a_token_whose_market_changes_again_and_again_leaves_one_market() {
    let (mut books, mut decoder) = (Books::new(false, false), Decoder::default());
    books.track("1", LINK);
    let mut feed = |number| {
        books.feed(&mut decoder, LINK, told_of_market(number).as_bytes(), 1);
        books.told = Vec::new();
    };
    feed(1);
    assert!(left_by(|| (2..50_000).for_each(&mut feed)) < 10_000);
}

#[test]
fn tokens_that_come_and_go_leave_no_market() {
    let (mut books, mut decoder) = (Books::new(false, false), Decoder::default());
    let mut feed = |number| {
        books.track("1", LINK);
        books.feed(&mut decoder, LINK, told_of_market(number).as_bytes(), 1);
        books.untrack("1");
        books.told = Vec::new();
    };
    feed(1);
    assert!(left_by(|| (2..50_000).for_each(&mut feed)) < 10_000);
}

#[test]
fn reset_books_give_back_what_they_held() {
    let mut books = Books::new(true, false);
    let left = left_by(|| {
        for token in 0..10_000 {
            books.track(&token.to_string(), LINK);
        }
        drop(books.reset());
    });
    assert!(left <= 0, "{left}");
}
