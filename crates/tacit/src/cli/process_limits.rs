//! What this process may do: open many files, and leave no image of its memory.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors that connections leave to the rest: database, journal, requests of ours.
const RESERVED: u64 = 256;

/// Raises the number of open files as far as the machine lets this process, and returns how many connections that
/// is enough for: at least one.
pub(super) fn raise_open_files() -> usize {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: maximum, maximum };
    let limit =
        if current != maximum && setrlimit(Resource::Nofile, raised).is_ok() { maximum } else { current };
    // Without a limit, the named maximum of connections is what counts.
    let connections = limit.map_or(u64::MAX, |limit| limit.saturating_sub(RESERVED).max(limit / 2)).max(1);
    usize::try_from(connections).unwrap_or(usize::MAX)
}

/// Memory holds keys and values: an image of it, which the system writes when a process crashes, would too. To
/// lower a limit is never refused.
pub(super) fn refuse_core_dumps() {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    if let Err(error) = setrlimit(Resource::Core, none) {
        tracing::warn!(%error, "if this process crashes, the system may write its memory to a file");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_connections_are_always_possible_and_raising_twice_changes_nothing() {
        let connections = raise_open_files();
        assert!(connections >= 1);
        assert_eq!(raise_open_files(), connections);
    }
}
