//! Numbers within bounds and texts of a bounded length, all complaints of a request together.

use std::ops::RangeInclusive;

use super::error::{Error, Issue, Result};

/// The greatest TTL that can be asked for: ten years, in seconds.
pub const SECONDS_MAX: i64 = 315_360_000;
/// The greatest limit of uses: what JSON numbers hold exactly (RFC 8259, 6).
pub const USES_MAX: i64 = 9_007_199_254_740_991;

/// The fields of one request that break a bound.
#[derive(Debug, Default)]
pub struct Bounds(Vec<Issue>);

impl Bounds {
    /// A number that, if it is there, must be in `range`.
    pub fn number(&mut self, field: &str, value: Option<i64>, range: &RangeInclusive<i64>) {
        let Some(value) = value else { return };
        if value < *range.start() {
            self.add(field, "too_small", format!("must be at least {}", range.start()));
        } else if value > *range.end() {
            self.add(field, "too_big", format!("must be at most {}", range.end()));
        }
    }

    /// A text that, if it is there, must have so many characters, none of them a control character.
    pub fn text(&mut self, field: &str, value: Option<&str>, characters: &RangeInclusive<usize>) {
        let Some(value) = value else { return };
        let length = value.chars().count();
        if length < *characters.start() {
            self.add(field, "too_small", format!("must have at least {} characters", characters.start()));
        } else if length > *characters.end() {
            self.add(field, "too_big", format!("must have at most {} characters", characters.end()));
        } else if value.chars().any(char::is_control) {
            self.add(field, "custom", "must not contain control characters".to_owned());
        }
    }

    /// A list that, if it is there, must not have more than `max` items.
    pub fn list<T>(&mut self, field: &str, value: Option<&[T]>, max: usize) {
        if value.is_some_and(|items| items.len() > max) {
            self.add(field, "too_big", format!("must have at most {max} items"));
        }
    }

    /// Refuses if anything broke a bound.
    ///
    /// # Errors
    ///
    /// [`Error::Form`] with all of it.
    pub fn finish(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Form(self.0)) }
    }

    fn add(&mut self, field: &str, code: &'static str, message: String) {
        self.0.push(Issue { code, ..Issue::at(field, message) });
    }
}
