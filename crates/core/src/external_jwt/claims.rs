//! What a token says, once its signature is known to be good.

use serde_json::{Map, Value};

use crate::time::Timestamp;

/// Seconds by which the signer's clock may differ from ours (RFC 7519, 4.1.4).
const LEEWAY_SECONDS: i64 = 30;

/// The claims of a token whose signature is good.
#[derive(Clone, Debug, PartialEq)]
pub struct Claims(Map<String, Value>);

/// Why a token does not count now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// It does not say when it ends, so it would count for ever.
    #[error("the token has no end (`exp`)")]
    Endless,
    /// Its end is reached.
    #[error("the token has expired")]
    Expired,
    /// Its beginning is not.
    #[error("the token does not count yet")]
    NotYet,
    /// It says that it was made later than now.
    #[error("the token was issued in the future")]
    FromTheFuture,
}

impl Claims {
    pub(super) const fn new(claims: Map<String, Value>) -> Self {
        Self(claims)
    }

    /// A text at the top, such as `iss`.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// A claim by its name; if there is none, a name with dots is a way into objects.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        if let Some(value) = self.0.get(name) {
            return Some(value);
        }
        let mut parts = name.split('.');
        let first = self.0.get(parts.next()?)?;
        parts.try_fold(first, |value, part| value.get(part))
    }

    /// What a claim says, as texts: one of a text, number or boolean, several of a list of those, none of anything else.
    #[must_use]
    pub fn texts(&self, name: &str) -> Vec<String> {
        match self.get(name) {
            Some(Value::Array(values)) => values.iter().filter_map(plain).collect(),
            Some(value) => plain(value).into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// Checks `exp`, which must be there, and `nbf` and `iat`, if they are.
    ///
    /// # Errors
    ///
    /// [`TimeError`].
    pub fn check_times(&self, now: Timestamp) -> Result<(), TimeError> {
        let now = now.seconds();
        let end = self.seconds("exp").ok_or(TimeError::Endless)?;
        if end.saturating_add(LEEWAY_SECONDS) <= now {
            return Err(TimeError::Expired);
        }
        let is_ahead = |name| {
            self.0.contains_key(name)
                && self.seconds(name).is_none_or(|start| start.saturating_sub(LEEWAY_SECONDS) > now)
        };
        if is_ahead("nbf") {
            return Err(TimeError::NotYet);
        }
        if is_ahead("iat") {
            return Err(TimeError::FromTheFuture);
        }
        Ok(())
    }

    /// Gives a token that does not say when it ends an end, so many seconds after it was issued. One that does not say that,
    /// either, stays endless.
    #[must_use]
    pub fn ending_after(mut self, seconds: i64) -> Self {
        if !self.0.contains_key("exp")
            && let Some(issued_at) = self.seconds("iat")
        {
            self.0.insert("exp".to_owned(), issued_at.saturating_add(seconds).into());
        }
        self
    }

    /// Whether it ends at most so many seconds from now. One that says no end does not.
    #[must_use]
    pub fn ends_within(&self, seconds: i64, now: Timestamp) -> bool {
        let latest = now.seconds().saturating_add(seconds).saturating_add(LEEWAY_SECONDS);
        self.seconds("exp").is_some_and(|end| end <= latest)
    }

    /// A time in seconds since 1970; fractions are cut off.
    fn seconds(&self, name: &str) -> Option<i64> {
        let value = self.0.get(name)?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "beyond the range it is as good as the end of it"
        )]
        value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64))
    }
}

/// Whether any of `accepted` is an audience of the token. `aud` is one text or a list of them (RFC 7519, 4.1.3).
#[must_use]
pub fn covers_audience(claims: &Claims, accepted: &[&str]) -> bool {
    let says = |audience: &Value| audience.as_str().is_some_and(|audience| accepted.contains(&audience));
    match claims.0.get("aud") {
        Some(Value::Array(audiences)) => audiences.iter().any(says),
        Some(audience) => says(audience),
        None => false,
    }
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}
