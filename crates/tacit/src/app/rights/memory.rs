//! Permission sets that were made already. What a set is made of says all of it, so nothing here can
//! be out of date; it only saves reading the same rules for every request.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, PoisonError, RwLock},
};

use tacit_core::permission::{Fingerprint, PermissionSet, Scope};

use super::super::error::Result;

/// Bytes of rules that are remembered at most; what does not fit drives out everything else.
const BYTES_MAX: usize = 4 * 1024 * 1024;
/// What a set without any rules counts as, in bytes.
const SET_BYTES: usize = 1024;

type Key = (Scope, Fingerprint);

#[derive(Debug, Default)]
struct Memory {
    sets: HashMap<Key, Arc<PermissionSet>>,
    bytes: usize,
}

static MEMORY: LazyLock<RwLock<Memory>> = LazyLock::new(RwLock::default);

/// The set of that fingerprint, made of rules of `bytes` bytes.
pub(super) fn remembered(
    scope: Scope,
    fingerprint: Fingerprint,
    bytes: usize,
    make: impl FnOnce() -> Result<PermissionSet>,
) -> Result<Arc<PermissionSet>> {
    if let Some(set) = known(scope, fingerprint) {
        return Ok(set);
    }
    let set = Arc::new(make()?);
    let mut memory = MEMORY.write().unwrap_or_else(PoisonError::into_inner);
    memory.keep((scope, fingerprint), &set, bytes + SET_BYTES);
    Ok(set)
}

/// The set of that fingerprint, if it is remembered.
pub(super) fn known(scope: Scope, fingerprint: Fingerprint) -> Option<Arc<PermissionSet>> {
    let memory = MEMORY.read().unwrap_or_else(PoisonError::into_inner);
    memory.sets.get(&(scope, fingerprint)).cloned()
}

impl Memory {
    fn keep(&mut self, key: Key, set: &Arc<PermissionSet>, bytes: usize) {
        if self.bytes + bytes > BYTES_MAX {
            *self = Self::default();
        }
        if bytes <= BYTES_MAX && self.sets.insert(key, Arc::clone(set)).is_none() {
            self.bytes += bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_made_once_and_what_does_not_fit_drives_out_the_rest() {
        let key = |name: &str| (Scope::Project, Fingerprint::of([name]));
        let set = Arc::new(PermissionSet::default());
        let mut memory = Memory::default();
        memory.keep(key("a"), &set, BYTES_MAX - 2);
        memory.keep(key("b"), &set, 1);
        memory.keep(key("b"), &set, 1);
        assert_eq!(memory.sets.len(), 2);
        memory.keep(key("c"), &set, 2);
        assert_eq!((memory.sets.len(), memory.bytes), (1, 2));
        memory.keep(key("d"), &set, BYTES_MAX + 1);
        assert_eq!((memory.sets.len(), memory.bytes), (0, 0));

        let fingerprint = Fingerprint::of(["remembered once"]);
        let make = || Ok(PermissionSet::default());
        let first = remembered(Scope::Project, fingerprint, 0, make).unwrap();
        let again = remembered(Scope::Project, fingerprint, 0, || unreachable!("it is known")).unwrap();
        assert!(Arc::ptr_eq(&first, &again));
        let elsewhere = remembered(Scope::Organization, fingerprint, 0, make).unwrap();
        assert!(!Arc::ptr_eq(&first, &elsewhere));
    }
}
