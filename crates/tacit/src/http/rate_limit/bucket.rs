//! The generic cell rate algorithm: a token bucket in one number.

use super::Rate;

const NANOSECONDS_A_SECOND: u64 = 1_000_000_000;

/// When the bucket will be full again, in nanoseconds of a clock that never goes back. One that is full already
/// says nothing that a new one would not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Bucket {
    full_at: u64,
}

/// How a request stands. Seconds are rounded up, so that who waits that long is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    /// How many requests may come at once.
    pub(super) limit: u32,
    /// How many more may come now.
    pub(super) remaining: u32,
    /// After how many seconds all of them may come.
    pub(super) reset_seconds: u64,
    /// After how many seconds the next one may come, for a request that may not.
    pub(super) wait_seconds: Option<u64>,
}

impl Bucket {
    /// Takes one request out, if there is one; a refused request costs nothing.
    pub(super) fn take(&mut self, rate: Rate, now: u64) -> Standing {
        let (interval, capacity) = (rate.interval(), rate.interval() * u64::from(rate.count()));
        // The whole content is missing at most: an hour in nanoseconds, far from the end of the numbers.
        let missing = self.full_at.saturating_sub(now).min(capacity);
        let after = missing + interval;
        if after > capacity {
            return standing(rate, missing, Some(seconds(after - capacity)));
        }
        self.full_at = now + after;
        standing(rate, after, None)
    }

    /// Whether it says nothing any more.
    pub(super) const fn is_full(self, now: u64) -> bool {
        self.full_at <= now
    }
}

fn standing(rate: Rate, missing: u64, wait_seconds: Option<u64>) -> Standing {
    let taken = u32::try_from(missing.div_ceil(rate.interval())).unwrap_or(u32::MAX);
    Standing {
        limit: rate.count(),
        remaining: rate.count().saturating_sub(taken),
        reset_seconds: seconds(missing),
        wait_seconds,
    }
}

const fn seconds(nanoseconds: u64) -> u64 {
    nanoseconds.div_ceil(NANOSECONDS_A_SECOND)
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*, sample::select};

    use super::*;

    fn rates() -> impl Strategy<Value = Rate> {
        select(vec!["1/s", "3/s", "7/min", "1/h", "1000000/s", "999/h"])
            .prop_map(|text| text.parse().unwrap())
    }

    proptest! {
        #[test]
        fn no_stretch_of_time_lets_more_in_than_the_rate_says(
            rate in rates(), steps in vec(0_u64..2_000_000_000, 1..200)
        ) {
            let mut bucket = Bucket::default();
            let (mut now, mut let_in) = (0, Vec::new());
            for step in steps {
                now += step;
                if bucket.take(rate, now).wait_seconds.is_none() {
                    let_in.push(now);
                }
            }
            for (first, start) in let_in.iter().enumerate() {
                for (last, end) in let_in.iter().enumerate().skip(first) {
                    let most = u64::from(rate.count()) + (end - start) / rate.interval();
                    prop_assert!((last - first + 1) as u64 <= most);
                }
            }
        }

        #[test]
        fn who_waits_as_long_as_told_is_let_in_and_a_second_less_is_too_short(
            rate in rates(), taken in 1_u64..40, pause in 0_u64..3_000_000_000
        ) {
            let mut bucket = Bucket::default();
            let now = 5 + pause;
            for _ in 0..taken {
                bucket.take(rate, 5);
            }
            let Some(wait) = bucket.take(rate, now).wait_seconds else { return Ok(()) };

            let mut early = bucket;
            prop_assert!(early.take(rate, now + (wait - 1) * NANOSECONDS_A_SECOND).wait_seconds.is_some());
            prop_assert_eq!(bucket.take(rate, now + wait * NANOSECONDS_A_SECOND).wait_seconds, None);
        }
    }

    #[test]
    fn a_full_bucket_gives_all_at_once_and_then_one_by_one() {
        let rate = "2/min".parse().unwrap();
        let mut bucket = Bucket::default();
        let stand = |limit, remaining, reset_seconds, wait_seconds| Standing {
            limit,
            remaining,
            reset_seconds,
            wait_seconds,
        };
        assert!(bucket.is_full(0));
        assert_eq!(bucket.take(rate, 0), stand(2, 1, 30, None));
        assert_eq!(bucket.take(rate, 0), stand(2, 0, 60, None));
        assert_eq!(bucket.take(rate, 0), stand(2, 0, 60, Some(30)));
        assert_eq!(bucket.take(rate, 29 * NANOSECONDS_A_SECOND), stand(2, 0, 31, Some(1)));
        assert_eq!(bucket.take(rate, 30 * NANOSECONDS_A_SECOND), stand(2, 0, 60, None));
        assert!(!bucket.is_full(89 * NANOSECONDS_A_SECOND) && bucket.is_full(90 * NANOSECONDS_A_SECOND));
    }
}
