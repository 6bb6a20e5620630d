//! Where a webhook goes, and in which form.

use schemars::JsonSchema;
use serde::Deserialize;
use ureq::http::Uri;
use zeroize::Zeroizing;

/// The longest address, in bytes.
pub(super) const URL_BYTES_MAX: usize = 2048;
/// The longest key for signing, in bytes.
pub const SECRET_KEY_BYTES_MAX: usize = 1024;
/// The hosts of Slack that take messages.
const SLACK_HOSTS: [&str; 2] = ["hooks.slack.com", "hooks.slack-gov.com"];

/// What a receiver understands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// JSON of ours.
    #[default]
    General,
    /// A message of Slack.
    Slack,
    /// A message of Microsoft Teams.
    MicrosoftTeams,
}

impl Kind {
    /// As it is stored and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Slack => "slack",
            Self::MicrosoftTeams => "microsoft-teams",
        }
    }

    /// A stored kind; what is unknown is general.
    #[must_use]
    pub fn stored(text: &str) -> Self {
        match text {
            "slack" => Self::Slack,
            "microsoft-teams" => Self::MicrosoftTeams,
            _ => Self::General,
        }
    }
}

/// Why an address cannot be that of a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// No address, or of another scheme.
    #[error("must be an address such as https://example.com/hook, without a user name")]
    Invalid,
    /// Too long.
    #[error("must not have more than {URL_BYTES_MAX} bytes")]
    TooLong,
    /// Slack takes messages elsewhere.
    #[error("must begin with https://hooks.slack.com/")]
    NotSlack,
}

/// The address of a webhook. It may hold a token, so it is never printed.
pub struct Target(Zeroizing<String>);

impl Target {
    /// Reads an address: http or https, a host, no user name or password. To which address the host
    /// leads is checked whenever something is sent.
    ///
    /// # Errors
    ///
    /// [`TargetError`].
    pub fn parse(kind: Kind, text: &str) -> Result<Self, TargetError> {
        if text.len() > URL_BYTES_MAX {
            return Err(TargetError::TooLong);
        }
        let uri: Uri = text.parse().map_err(|_| TargetError::Invalid)?;
        let authority = uri.authority().ok_or(TargetError::Invalid)?;
        let scheme = uri.scheme_str().unwrap_or_default();
        if !matches!(scheme, "http" | "https")
            || authority.as_str().contains('@')
            || authority.host().is_empty()
        {
            return Err(TargetError::Invalid);
        }
        if kind == Kind::Slack && (scheme != "https" || !SLACK_HOSTS.contains(&authority.host())) {
            return Err(TargetError::NotSlack);
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What those see who may read webhooks but not change them: scheme and host, not the tokens behind.
#[must_use]
pub(in crate::app) fn shortened(url: &str) -> String {
    let uri: Option<Uri> = url.parse().ok();
    let shown = uri.and_then(|uri| Some(format!("{}://{}/…", uri.scheme_str()?, uri.authority()?)));
    shown.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(kind: Kind, text: &str) -> Option<TargetError> {
        Target::parse(kind, text).err()
    }

    #[test]
    fn an_address_has_a_scheme_of_the_web_a_host_and_no_user_name() {
        for right in ["http://example.com", "https://example.com:8443/a?b=c", "http://[2001:db8::1]/x"] {
            assert_eq!(error(Kind::General, right), None, "{right}");
        }
        for wrong in [
            "",
            "nope",
            "/path",
            "ftp://example.com",
            "file:///etc/passwd",
            "gopher://example.com",
            "http://",
            "http:///x",
            "https://user:pass@example.com",
            "https://example.com@evil.test/",
            "http://exa mple.com",
        ] {
            assert_eq!(error(Kind::General, wrong), Some(TargetError::Invalid), "{wrong}");
        }
        let long = format!("https://example.com/{}", "a".repeat(URL_BYTES_MAX));
        assert_eq!(error(Kind::General, &long), Some(TargetError::TooLong));
    }

    #[test]
    fn slack_is_reached_at_slack_only() {
        assert_eq!(error(Kind::Slack, "https://hooks.slack.com/services/T/B/x"), None);
        for wrong in [
            "http://hooks.slack.com/x",
            "https://hooks.slack.com.evil.test/",
            "https://evil.test/hooks.slack.com",
        ] {
            assert_eq!(error(Kind::Slack, wrong), Some(TargetError::NotSlack), "{wrong}");
        }
    }

    #[test]
    fn a_shortened_address_ends_at_the_host() {
        assert_eq!(shortened("https://example.com:8443/T0KEN?k=T0KEN"), "https://example.com:8443/…");
    }
}
