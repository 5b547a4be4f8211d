//! Any bytes as a frame: nothing panics, everything is counted, and both ways of reading agree.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pr3dict_fuzz::{LINK, START_NS, TOKENS, Watched};

/// What fills two books before the frame comes, which is told twice.
const FILL: &str = concat!(
    r#"[{"event_type":"book","asset_id":"1001","market":"0xaa","timestamp":"1772279170000","#,
    r#""bids":[{"price":"0.4","size":"1"}],"asks":[{"price":"0.6","size":"1"}]},"#,
    r#"{"event_type":"book","asset_id":"1002","market":"0xaa","timestamp":"1772279170000","#,
    r#""bids":[{"price":"0.4","size":"1"}],"asks":[{"price":"0.6","size":"1"}]}]"#,
);

fuzz_target!(|frame: &[u8]| {
    // White space before a frame, where it can be no control text, sends it another way.
    let mut around = vec![b' '; 65];
    around.extend_from_slice(frame);
    let [usual, general] = [frame, &around].map(|text| {
        let mut watched = Watched::new(true, false);
        for token in TOKENS {
            watched.call(|books| {
                books.track(token, LINK);
                // Else a search for them is most of what a run takes.
                books.set_rules(token, Some("5"), Some("0.01"), Some(false));
            });
        }
        watched.call(|books| books.open_link(LINK, START_NS));
        watched.feed(LINK, FILL.as_bytes(), START_NS, false);
        watched.feed(LINK, text, START_NS, false);
        watched.feed(LINK, text, START_NS + 1, false);
        watched.wake(START_NS + (1 << 40));
        watched
    });
    assert_eq!(TOKENS.len(), usual.books.tracked().len(), "a frame tracks no token");
    if frame.len() > 64 {
        assert_eq!(usual.books.digest(), general.books.digest());
        let [ours, theirs] = [&usual, &general].map(|watched| {
            let mut counters = watched.books.counters();
            counters.retain(|(name, _)| name != "bytes.received");
            counters
        });
        assert_eq!(ours, theirs);
    }
});
