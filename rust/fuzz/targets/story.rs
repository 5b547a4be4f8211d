//! Any sequence of calls: the books keep their laws after each.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|story: &[u8]| pr3dict_fuzz::play(story));
