//! The buckets of one class, in bounded memory.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{Mutex, PoisonError},
};

use tacit_store::revisions::Uptime;

use super::{
    Rate,
    bucket::{Bucket, Standing},
};

/// Buckets that are kept for one class: callers or addresses that came within the last period.
pub(super) const KEYS_MAX: usize = 65_536;
/// Parts with a lock each.
const SHARDS: usize = 16;
const NANOSECONDS_A_MILLISECOND: u64 = 1_000_000;
/// How often a full shard is looked through for buckets that are full again, in nanoseconds.
const SWEEP_INTERVAL: u64 = 1_000_000_000;

/// Everybody's buckets. A bucket that is not full is never given up, so nobody can get theirs filled by
/// sending from many addresses: when there is no room, whoever is new shares one bucket with all who are.
#[derive(Debug)]
pub(super) struct Table {
    rate: Rate,
    /// Of keys that nobody outside knows, so that nobody can aim at a shard.
    hasher: RandomState,
    shards: [Mutex<Shard>; SHARDS],
}

#[derive(Debug, Default)]
struct Shard {
    buckets: HashMap<Box<str>, Bucket>,
    newcomers: Bucket,
    swept_at: Option<u64>,
}

impl Table {
    pub(super) fn new(rate: Rate) -> Self {
        Self { rate, hasher: RandomState::new(), shards: Default::default() }
    }

    /// Takes one request out of the bucket of `key`.
    pub(super) fn take(&self, key: &str, now: Uptime) -> Standing {
        let now = u64::try_from(now).unwrap_or_default().saturating_mul(NANOSECONDS_A_MILLISECOND);
        let place = usize::try_from(self.hasher.hash_one(key) % SHARDS as u64).unwrap_or_default();
        let mut shard = self.shards[place].lock().unwrap_or_else(PoisonError::into_inner);
        shard.bucket(key, now).take(self.rate, now)
    }
}

impl Shard {
    fn bucket(&mut self, key: &str, now: u64) -> &mut Bucket {
        let is_new = !self.buckets.contains_key(key);
        if is_new && self.buckets.len() >= KEYS_MAX / SHARDS {
            self.sweep(now);
            if self.buckets.len() >= KEYS_MAX / SHARDS {
                return &mut self.newcomers;
            }
        }
        self.buckets.entry(key.into()).or_default()
    }

    fn sweep(&mut self, now: u64) {
        if self.swept_at.is_some_and(|then| now < then.saturating_add(SWEEP_INTERVAL)) {
            return;
        }
        self.swept_at = Some(now);
        self.buckets.retain(|_, bucket| !bucket.is_full(now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rate: &str) -> Table {
        Table::new(rate.parse().unwrap())
    }

    fn size(table: &Table) -> usize {
        table.shards.iter().map(|shard| shard.lock().unwrap().buckets.len()).sum()
    }

    #[test]
    fn everybody_has_a_bucket_of_their_own() {
        let table = table("1/s");
        assert_eq!(table.take("a", 0).wait_seconds, None);
        assert_eq!(table.take("b", 0).wait_seconds, None);
        assert_eq!(table.take("a", 0).wait_seconds, Some(1));
        assert_eq!(table.take("a", 1000).wait_seconds, None);
    }

    #[test]
    fn a_flood_of_new_keys_takes_bounded_memory_and_gives_nobody_a_full_bucket() {
        let table = table("2/h");
        for _ in 0..2 {
            assert_eq!(table.take("mine", 0).wait_seconds, None);
        }
        for key in 0..3 * KEYS_MAX {
            table.take(&key.to_string(), 0);
        }

        assert!(size(&table) <= KEYS_MAX);
        assert!(table.take("mine", 0).wait_seconds.is_some(), "its bucket was emptied before");
        let late = (0..100).filter(|key| table.take(&format!("late {key}"), 0).wait_seconds.is_none());
        assert!(late.count() <= 2 * SHARDS, "who comes when there is no room shares what is left");
    }

    #[test]
    fn room_is_made_by_those_who_stayed_away() {
        let table = table("2/min");
        for key in 0..3 * KEYS_MAX {
            table.take(&key.to_string(), 0);
        }
        let wait = 61_000;

        assert_eq!(table.take("new", wait).remaining, 1);
        assert!(size(&table) < KEYS_MAX);
    }
}
