//! Points in the history of a project.

use tacit_core::{id::FolderId, time::Timestamp};
use tacit_store::{Connection, history, history_horizons};

use crate::app::{
    access::ProjectAccess,
    error::{Error, Result},
};

/// A point in the history of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Point {
    /// After the commit that made this revision.
    Revision(i64),
    /// At a time: after the last commit made by then.
    Time(Timestamp),
}

impl Point {
    /// Reads a revision number or an RFC 3339 time. `None` if it is neither.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let revision = || text.parse().ok().filter(|revision| *revision >= 0).map(Self::Revision);
        revision().or_else(|| Timestamp::parse(text).map(Self::Time))
    }

    /// The revision whose state is meant.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for a revision or time that is still to come.
    pub(in crate::app) async fn revision(
        self,
        db: &mut Connection,
        access: &ProjectAccess,
        now: Timestamp,
    ) -> Result<i64> {
        let project = &access.project;
        match self {
            Self::Revision(revision) if revision <= project.revision => Ok(revision),
            Self::Revision(revision) => Err(Error::Invalid(format!(
                "There is no revision {revision} yet; the newest is {}",
                project.revision
            ))),
            Self::Time(time) if time > now => Err(Error::Invalid("That time is still to come".to_owned())),
            Self::Time(time) => Ok(history::revision_at(db, &project.id, time).await?.unwrap_or(0)),
        }
    }
}

/// Refuses a state of a folder that is not complete any more.
///
/// # Errors
///
/// [`Error::Invalid`] if versions that belong to the state were forgotten.
pub(in crate::app) async fn require_kept(
    db: &mut Connection,
    access: &ProjectAccess,
    folder: &FolderId,
    revision: i64,
) -> Result<()> {
    refuse_before(history_horizons::of_folder(db, &access.project.id, folder).await?, revision)
}

/// Refuses a state whose folders are not known.
///
/// # Errors
///
/// [`Error::Invalid`] if versions of folders were not kept then.
pub(in crate::app) async fn require_structure_kept(
    db: &mut Connection,
    access: &ProjectAccess,
    revision: i64,
) -> Result<()> {
    refuse_before(history_horizons::of_project(db, &access.project.id).await?, revision)
}

/// Refuses a revision before the first complete one.
///
/// # Errors
///
/// [`Error::Invalid`] if it is.
pub(in crate::app) fn refuse_before(horizon: i64, revision: i64) -> Result<()> {
    if revision >= horizon {
        return Ok(());
    }
    Err(Error::Invalid(format!(
        "The state at revision {revision} is no longer kept; the oldest that is complete there is {horizon}"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_a_revision_or_a_time() {
        assert_eq!(Point::parse("0"), Some(Point::Revision(0)));
        assert_eq!(Point::parse("17"), Some(Point::Revision(17)));
        let time = Timestamp::parse("2026-01-31T12:00:00Z").unwrap();
        assert_eq!(Point::parse("2026-01-31T12:00:00Z"), Some(Point::Time(time)));
        for text in ["", "-1", "1.5", "yesterday", "2026-01-31", "99999999999999999999"] {
            assert_eq!(Point::parse(text), None, "{text}");
        }
    }
}
