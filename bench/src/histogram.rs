//! Latencies, counted in log-linear buckets.
//!
//! Each power of two is cut into 32 buckets of equal width, so a quantile is off by at most 1.6 %
//! (half a bucket) whatever its size, and recording is a shift and an addition.

use std::time::Duration;

/// log2 of the buckets in one power of two.
const BUCKETS_LOG2: u32 = 5;
/// Buckets in one power of two.
const BUCKETS: usize = 1 << BUCKETS_LOG2;
/// Longer latencies are counted as this one: 2^36 ns, over a minute, longer than any round waits.
const NANOS_MAX: u64 = (1 << 36) - 1;
/// Number of buckets up to [`NANOS_MAX`].
const LENGTH: usize = (36 - BUCKETS_LOG2 as usize + 1) * BUCKETS;

/// How often each latency occurred.
pub(crate) struct Histogram {
    counts: Vec<u64>,
    total: u64,
}

impl Histogram {
    /// Without any latency yet.
    pub(crate) fn new() -> Self {
        Self { counts: vec![0; LENGTH], total: 0 }
    }

    /// Counts one latency.
    pub(crate) fn record(&mut self, latency: Duration) {
        let nanos = u64::try_from(latency.as_nanos()).unwrap_or(NANOS_MAX);
        self.counts[bucket(nanos.min(NANOS_MAX))] += 1;
        self.total += 1;
    }

    /// Counts all latencies of `other` as well.
    pub(crate) fn add(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
        self.total += other.total;
    }

    /// Number of latencies counted.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// The latency that `percent` of all stayed within, in the middle of its bucket.
    /// Zero if nothing was counted.
    pub(crate) fn percentile(&self, percent: u64) -> Duration {
        let rank = (self.total * percent).div_ceil(100).max(1);
        let mut seen = 0;
        let found = self.counts.iter().position(|count| {
            seen += count;
            seen >= rank
        });
        Duration::from_nanos(found.map_or(0, middle))
    }
}

/// The bucket that counts `nanos`, which is at most [`NANOS_MAX`].
fn bucket(nanos: u64) -> usize {
    let power = (nanos | 1).ilog2();
    let shift = power.saturating_sub(BUCKETS_LOG2);
    // At most twice BUCKETS - 1: the first two groups share the width of one nanosecond.
    let within = usize::try_from(nanos >> shift).unwrap_or(0);
    shift as usize * BUCKETS + within
}

/// The middle of a bucket in nanoseconds.
fn middle(bucket: usize) -> u64 {
    let shift = (bucket / BUCKETS).saturating_sub(1);
    let within = (bucket - shift * BUCKETS) as u64;
    (within << shift) + ((1 << shift) >> 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(latencies: impl IntoIterator<Item = u64>) -> Histogram {
        let mut histogram = Histogram::new();
        for nanos in latencies {
            histogram.record(Duration::from_nanos(nanos));
        }
        histogram
    }

    fn percentile(histogram: &Histogram, percent: u64) -> u64 {
        u64::try_from(histogram.percentile(percent).as_nanos()).unwrap()
    }

    #[test]
    fn every_latency_is_found_within_two_percent() {
        for power in 0..36 {
            for nanos in [1_u64 << power, (1 << power) + (1 << power) / 3, (2 << power) - 1] {
                let found = percentile(&histogram([nanos]), 50);
                assert!(found.abs_diff(nanos) * 50 <= nanos, "{nanos} found as {found}");
            }
        }
    }

    #[test]
    fn small_latencies_are_exact() {
        for nanos in 0..64 {
            assert_eq!(percentile(&histogram([nanos]), 99), nanos);
        }
    }

    #[test]
    fn longer_latencies_never_fall_into_earlier_buckets() {
        let mut last = 0;
        for nanos in (0..NANOS_MAX).step_by(77_777_777) {
            assert!(bucket(nanos) >= last && bucket(nanos) < LENGTH, "{nanos}");
            last = bucket(nanos);
        }
        assert_eq!(bucket(NANOS_MAX), LENGTH - 1);
    }

    #[test]
    fn percentiles_are_ranks_of_what_was_counted() {
        let hundred = histogram(1..=50).total() + histogram(51..=100).total();
        let mut joined = histogram(1..=30);
        joined.add(&histogram(31..=60));

        assert_eq!(hundred, 100);
        assert_eq!(joined.total(), 60);
        assert_eq!(percentile(&joined, 50), 30);
        assert_eq!(percentile(&joined, 100), 60);
        assert_eq!(percentile(&joined, 1), 1);
    }

    #[test]
    fn a_latency_beyond_the_end_counts_in_the_last_bucket() {
        let mut beyond = Histogram::new();
        beyond.record(Duration::from_hours(1));

        assert_eq!(beyond.total(), 1);
        assert!(beyond.percentile(50) > Duration::from_mins(1));
    }

    #[test]
    fn nothing_counted_is_zero() {
        assert_eq!(Histogram::new().percentile(50), Duration::ZERO);
    }
}
