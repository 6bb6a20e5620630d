//! The change stream: readers of a project's commit log with a cursor (architecture 3).
//!
//! A stream keeps nothing in memory but its cursor. It is woken when something moves and then reads
//! on in the log, with the rights its caller has at that moment.

mod change;
mod cursor;
mod importers;
mod interest;
mod signals;
mod slots;
mod subscription;

#[cfg(test)]
mod tests;

pub use change::{ChangeKind, EventKind, LoggedChange};
pub use cursor::Cursor;
pub use interest::{Interest, PathPattern, REGISTRATIONS_MAX, Registration};
pub use signals::{Signals, Timing};
pub use slots::{STREAMS_MAX, STREAMS_PER_ACTOR_MAX};
pub use subscription::{Step, Subscribe, Subscription, subscribe};
