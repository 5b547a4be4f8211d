//! What the books count, and the names of the counts.

use crate::books::Books;
use crate::entry::{Ignored, Rejected};

/// Everything that is counted, but frames and entries by reason.
#[derive(Debug, Default)]
#[allow(missing_docs)]
pub struct Tally {
    pub bytes: u64,
    pub frames: u64,
    pub frames_applied: u64,
    pub frames_ignored: [u64; Ignored::ALL.len()],
    pub frames_rejected: [u64; Rejected::ALL.len()],
    pub entries: u64,
    pub entries_applied: u64,
    pub entries_ignored: [u64; Ignored::ALL.len()],
    pub snapshots_ws: u64,
    pub snapshots_rest: u64,
    pub snapshots_proved: u64,
    pub snapshots_diverged: u64,
    pub proved: u64,
    pub failed: u64,
    pub unverified: u64,
    pub searched: u64,
    pub best_failed: u64,
    pub crossed_failed: u64,
    pub mirror_compared: u64,
    pub mirror_failed: u64,
    pub trades: u64,
}

impl Books {
    /// Every counter by its dotted name.
    #[must_use]
    pub fn counters(&self) -> Vec<(String, u64)> {
        let tally = &self.tally;
        let single = [
            ("bytes.received", tally.bytes),
            ("frames.received", tally.frames),
            ("frames.applied", tally.frames_applied),
            ("entries.received", tally.entries),
            ("entries.applied", tally.entries_applied),
            ("snapshots.ws", tally.snapshots_ws),
            ("snapshots.rest", tally.snapshots_rest),
            ("snapshots.proved", tally.snapshots_proved),
            ("snapshots.diverged", tally.snapshots_diverged),
            ("proofs.proved", tally.proved),
            ("proofs.failed", tally.failed),
            ("proofs.unverified", tally.unverified),
            ("proofs.searched", tally.searched),
            ("best.failed", tally.best_failed),
            ("crossed.failed", tally.crossed_failed),
            ("mirror.compared", tally.mirror_compared),
            ("mirror.failed", tally.mirror_failed),
            ("trades", tally.trades),
            ("latency.clock_insane", self.latency.insane),
        ];
        let mut counters: Vec<_> = single.map(|(name, count)| (name.to_owned(), count)).into();
        for &(reason, name) in Ignored::ALL {
            counters
                .push((format!("frames.ignored.{name}"), tally.frames_ignored[reason as usize]));
            if reason.is_of_entries() {
                let count = tally.entries_ignored[reason as usize];
                counters.push((format!("entries.ignored.{name}"), count));
            }
        }
        for &(reason, name) in Rejected::ALL {
            let count = tally.frames_rejected[reason as usize];
            counters.push((format!("frames.rejected.{name}"), count));
        }
        counters
    }
}
