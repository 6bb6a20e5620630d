//! What was looked at when a login was judged. A login needs only the end of it; who tries settings sees all of it.

use std::fmt::Display;

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What, such as `issuer`.
    pub name: &'static str,
    /// Whether it was as it must be.
    pub passed: bool,
    /// What was found, and if it failed what was expected: for administrators of the identity only. Never a
    /// credential.
    pub detail: String,
}

/// The login is refused. Why is the last of the [`Checks`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

/// The checks of one login, in order. All but the last passed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checks(Vec<Check>);

/// Characters of a detail that are kept: what is found comes from whoever logs in.
const DETAIL_MAX: usize = 300;

impl Checks {
    /// Notes that something is as it must be.
    pub fn pass(&mut self, name: &'static str, detail: impl Display) {
        self.note(name, true, &detail);
    }

    /// Notes that something is not, which ends it.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn fail<T>(&mut self, name: &'static str, detail: impl Display) -> Result<T, Refused> {
        self.note(name, false, &detail);
        Err(Refused)
    }

    /// Notes whether something is as it must be; if it is not, that ends it.
    ///
    /// # Errors
    ///
    /// [`Refused`] if `passed` is false.
    pub fn require(&mut self, name: &'static str, passed: bool, detail: impl Display) -> Result<(), Refused> {
        self.note(name, passed, &detail);
        if passed { Ok(()) } else { Err(Refused) }
    }

    /// Takes what was found out if it is there.
    ///
    /// # Errors
    ///
    /// [`Refused`] if it is not, with the error as the detail.
    pub fn take<T, E: Display>(&mut self, name: &'static str, found: Result<T, E>) -> Result<T, Refused> {
        match found {
            Ok(value) => {
                self.pass(name, "");
                Ok(value)
            }
            Err(error) => self.fail(name, error),
        }
    }

    /// All of them.
    #[must_use]
    pub fn into_all(self) -> Vec<Check> {
        self.0
    }

    /// The name of the one that failed.
    #[must_use]
    pub fn failed(&self) -> Option<&'static str> {
        self.0.iter().find(|check| !check.passed).map(|check| check.name)
    }

    fn note(&mut self, name: &'static str, passed: bool, detail: &dyn Display) {
        let detail = detail.to_string().chars().filter(|c| !c.is_control()).take(DETAIL_MAX).collect();
        self.0.push(Check { name, passed, detail });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failure_ends_it_and_is_found_again() {
        let mut checks = Checks::default();
        checks.pass("a", "x\ny");
        assert_eq!(checks.take("b", Ok::<_, String>(7)), Ok(7));
        assert_eq!(checks.failed(), None);
        assert_eq!(checks.require("c", false, "z".repeat(1000)), Err(Refused));

        assert_eq!(checks.failed(), Some("c"));
        let all = checks.into_all();
        assert_eq!(all[0], Check { name: "a", passed: true, detail: "xy".to_owned() });
        assert_eq!(all[2].detail.len(), DETAIL_MAX);
    }
}
