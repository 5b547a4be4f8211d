//! Latencies of frames in a log-linear histogram: exact counts, quantiles within three percent.

/// Below this a bucket is a nanosecond.
const LINEAR: u64 = 64;
/// Buckets a power of two above.
const STEPS: u64 = 32;
/// A difference of clocks beyond this is no latency.
const SANE_NS: i64 = 3_600_000_000_000;

/// What was seen.
#[derive(Debug, Default)]
pub struct Latency {
    /// Counts by bucket, of those that are not negative.
    pub buckets: Vec<u64>,
    /// How many.
    pub count: u64,
    /// Sum in nanoseconds.
    pub sum: i128,
    /// Smallest, may be negative.
    pub min: i64,
    /// Largest.
    pub max: i64,
    /// How many were negative.
    pub negative: u64,
    /// How many were beyond an hour.
    pub insane: u64,
    /// Subtracted from local minus venue time.
    pub offset_ns: i64,
}

/// The bucket of a latency.
#[inline]
#[must_use]
pub fn bucket_of(ns: u64) -> usize {
    if ns < LINEAR {
        return ns as usize;
    }
    let shift = u64::from(58 - ns.leading_zeros());
    (LINEAR + (shift - 1) * STEPS + ((ns >> shift) - STEPS)) as usize
}

impl Latency {
    /// Record one frame.
    #[inline]
    pub fn record(&mut self, local_ns: u64, venue_ms: u64) {
        let venue_ns = i128::from(venue_ms) * 1_000_000;
        let difference = i128::from(local_ns) - venue_ns - i128::from(self.offset_ns);
        let Ok(ns) = i64::try_from(difference) else {
            self.insane += 1;
            return;
        };
        if ns.unsigned_abs() > SANE_NS.unsigned_abs() {
            self.insane += 1;
            return;
        }
        self.min = if self.count == 0 { ns } else { self.min.min(ns) };
        self.max = if self.count == 0 { ns } else { self.max.max(ns) };
        self.count += 1;
        self.sum += i128::from(ns);
        if ns < 0 {
            self.negative += 1;
            return;
        }
        let bucket = bucket_of(ns as u64);
        if bucket >= self.buckets.len() {
            self.buckets.resize(bucket + 1, 0);
        }
        self.buckets[bucket] += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_contiguous() {
        let mut before = 0;
        for ns in 0..1_000_000 {
            let bucket = bucket_of(ns);
            assert!(bucket == before || bucket == before + 1, "{ns}");
            before = bucket;
        }
    }

    #[test]
    fn never_clamps_a_negative_latency() {
        let mut latency = Latency::default();
        latency.record(999_000_000, 1_000);
        latency.record(1_002_000_000, 1_000);
        assert_eq!(
            (2, -1_000_000, 2_000_000, 1),
            (latency.count, latency.min, latency.max, latency.negative)
        );
    }
}
