//! How far a reader of the commit log has come.

use std::fmt;

/// After which change of a project's log a reader goes on.
///
/// As text it is the project's revision, such as `17`, or within a large commit the revision and the
/// position of the last change that was read, such as `17.499`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    revision: i64,
    /// [`i64::MAX`] is the end of the commit.
    position: i64,
}

impl Cursor {
    /// After the commit that made a revision.
    #[must_use]
    pub const fn end_of(revision: i64) -> Self {
        Self { revision, position: i64::MAX }
    }

    /// After one change of a commit; positions begin with 0.
    #[must_use]
    pub const fn after(revision: i64, position: i64) -> Self {
        Self { revision, position }
    }

    /// Reads its text. `None` if it is no cursor.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let number = |text: &str| {
            let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
            if is_number { text.parse::<i64>().ok() } else { None }
        };
        match text.split_once('.') {
            None => number(text).map(Self::end_of),
            Some((revision, position)) => {
                Some(Self { revision: number(revision)?, position: number(position)? })
            }
        }
    }

    /// The revision it is at or in.
    #[must_use]
    pub const fn revision(self) -> i64 {
        self.revision
    }

    /// The position it is at in its commit; [`i64::MAX`] at the end.
    #[must_use]
    pub const fn position(self) -> i64 {
        self.position
    }

    /// The revision whose changes come next.
    pub(super) const fn next_revision(self) -> i64 {
        if self.position == i64::MAX { self.revision.saturating_add(1) } else { self.revision }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            i64::MAX => write!(f, "{}", self.revision),
            position => write!(f, "{}.{position}", self.revision),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        for text in ["0", "17", "17.0", "17.499"] {
            assert_eq!(Cursor::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Cursor::parse("17").unwrap().next_revision(), 18);
        assert_eq!(Cursor::parse("17.3").unwrap().next_revision(), 17);
    }

    #[test]
    fn what_is_no_cursor_is_not_taken_for_one() {
        for text in ["", "-1", "+1", "1.", ".1", "1.-2", "1.2.3", "a", "1 ", "99999999999999999999"] {
            assert_eq!(Cursor::parse(text), None, "{text}");
        }
    }
}
