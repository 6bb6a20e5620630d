//! The name of a project.

use super::{NameError, check_length};

/// The name of a project, for people: 1 to 64 characters after trimming, without control
/// characters (wire-contract 6.2, `decisions.md` 18).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProjectName(String);

parsed_text!(ProjectName);

impl ProjectName {
    /// The greatest length, in characters.
    pub const LENGTH_MAX: usize = 64;

    /// Trims and checks `name`.
    ///
    /// # Errors
    ///
    /// The first rule of [`ProjectName`] that `name` breaks.
    pub fn parse(name: &str) -> Result<Self, NameError> {
        let name = name.trim();
        check_length("project name", name, 1, Self::LENGTH_MAX)?;
        if name.chars().any(char::is_control) {
            return Err(NameError::Forbidden { what: "project name", found: "control characters" });
        }
        Ok(Self(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_for_people_may_have_spaces_inside() {
        assert_eq!(ProjectName::parse("  Web shop Ö ").unwrap().as_str(), "Web shop Ö");
        assert!(ProjectName::parse(&"ö".repeat(64)).is_ok());
    }

    #[test]
    fn an_empty_long_or_unprintable_name_is_refused() {
        assert_eq!(ProjectName::parse(" \n"), Err(NameError::Empty { what: "project name" }));
        assert!(matches!(ProjectName::parse(&"x".repeat(65)), Err(NameError::TooLong { max: 64, .. })));
        assert!(matches!(ProjectName::parse("a\u{1b}[0m"), Err(NameError::Forbidden { .. })));
    }
}
