//! Any bytes as a tape: a prefix of whole records is read, or the damage is named.
#![no_main]

use _native::record::{self, HEADER, KIND_IN};
use libfuzzer_sys::fuzz_target;
use pr3dict_fuzz::Watched;

/// Links of Python lie below; what binds us refuses others.
const LINKS: u32 = 1 << 16;

fuzz_target!(|tape: &[u8]| {
    read_all(tape);
    read_all(&mended(tape));
});

/// Read every record and feed the frames.
fn read_all(tape: &[u8]) {
    let mut watched = Watched::new(false, true);
    let mut offset = 0;
    loop {
        match record::read(tape, offset) {
            Ok(Some(record)) => {
                assert_eq!(offset + HEADER + record.payload.len(), record.next);
                assert!(record.next <= tape.len());
                if record.kind == KIND_IN && record.link < LINKS {
                    watched.feed(record.link, record.payload, record.wall_ns, false);
                }
                again(&record);
                offset = record.next;
            }
            Ok(None) => break,
            Err(corrupt) => {
                assert_eq!(offset, corrupt.offset);
                assert_ne!(corrupt.wanted, corrupt.found);
                break;
            }
        }
    }
    assert_eq!(Ok(None), record::read(tape, tape.len()));
}

/// What was read can be written, and read again.
fn again(read: &record::Record<'_>) {
    let mut out = Vec::new();
    record::append(&mut out, read.kind, read.link, read.wall_ns, read.mono_ns, read.payload);
    let next = out.len();
    assert_eq!(Ok(Some(record::Record { next, ..*read })), record::read(&out, 0));
}

/// The same with true checksums, which the fuzzer could not guess.
fn mended(tape: &[u8]) -> Vec<u8> {
    let mut tape = tape.to_vec();
    let mut offset = 0;
    while let Some(damage) = record::read(&tape, offset).err() {
        let at = damage.offset + 4;
        tape[at..at + 4].copy_from_slice(&damage.found.to_le_bytes());
        while let Ok(Some(record)) = record::read(&tape, offset) {
            offset = record.next;
        }
    }
    tape
}
