//! What the books count, and the names of the counts.

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

impl Tally {
    /// Every counter by its dotted name.
    #[must_use]
    pub fn counters(&self) -> Vec<(String, u64)> {
        let single = [
            ("bytes.received", self.bytes),
            ("frames.received", self.frames),
            ("frames.applied", self.frames_applied),
            ("entries.received", self.entries),
            ("entries.applied", self.entries_applied),
            ("snapshots.ws", self.snapshots_ws),
            ("snapshots.rest", self.snapshots_rest),
            ("snapshots.proved", self.snapshots_proved),
            ("snapshots.diverged", self.snapshots_diverged),
            ("proofs.proved", self.proved),
            ("proofs.failed", self.failed),
            ("proofs.unverified", self.unverified),
            ("proofs.searched", self.searched),
            ("best.failed", self.best_failed),
            ("crossed.failed", self.crossed_failed),
            ("mirror.compared", self.mirror_compared),
            ("mirror.failed", self.mirror_failed),
            ("trades", self.trades),
        ];
        let mut counters: Vec<_> = single.map(|(name, count)| (name.to_owned(), count)).into();
        for &(reason, name) in Ignored::ALL {
            counters.push((format!("frames.ignored.{name}"), self.frames_ignored[reason as usize]));
            if reason.is_of_entries() {
                let count = self.entries_ignored[reason as usize];
                counters.push((format!("entries.ignored.{name}"), count));
            }
        }
        for &(reason, name) in Rejected::ALL {
            let count = self.frames_rejected[reason as usize];
            counters.push((format!("frames.rejected.{name}"), count));
        }
        counters
    }
}
