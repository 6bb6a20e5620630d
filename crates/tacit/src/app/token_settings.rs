//! The settings that all auth methods share: how long their tokens live, how often and from where
//! they may be used (wire-contract 10.4, `decisions.md` 10).

use tacit_core::{
    id::IdentityId,
    trusted_ip::{TrustedIp, TrustedIpError, TrustedIps},
};
use tacit_store::auth_methods::AuthMethodRow;

use super::{
    App,
    bounds::{Bounds, SECONDS_MAX, USES_MAX},
    error::{Error, Result},
};

/// TTL and max TTL in seconds of tokens if nobody says otherwise: 30 days.
pub const DEFAULT_SECONDS: i64 = 2_592_000;

/// What a request sets; `None` keeps what is there, or takes the default.
#[derive(Clone, Debug, Default)]
pub struct TokenSettings {
    /// Seconds a token lives from issue or last renewal; 0 is for ever.
    pub ttl_seconds: Option<i64>,
    /// Seconds from issue that renewals cannot pass; 0 is none.
    pub max_ttl_seconds: Option<i64>,
    /// Uses a token is good for; 0 is unlimited.
    pub num_uses_limit: Option<i64>,
    /// Seconds within which a token must be renewed, without an end; 0 is off.
    pub period_seconds: Option<i64>,
    /// Where tokens may be used from.
    pub trusted_ips: Option<TrustedIps>,
}

impl TokenSettings {
    /// Checks each number by itself.
    pub fn check(&self, bounds: &mut Bounds) {
        bounds.number("accessTokenTTL", self.ttl_seconds, &(0..=SECONDS_MAX));
        bounds.number("accessTokenMaxTTL", self.max_ttl_seconds, &(0..=SECONDS_MAX));
        bounds.number("accessTokenNumUsesLimit", self.num_uses_limit, &(0..=USES_MAX));
        bounds.number("accessTokenPeriod", self.period_seconds, &(0..=SECONDS_MAX));
    }

    /// Changes what is set.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the TTL is then above a max TTL that is not 0.
    pub fn apply(&self, method: &mut AuthMethodRow) -> Result<()> {
        set(&mut method.access_token_ttl, self.ttl_seconds);
        set(&mut method.access_token_max_ttl, self.max_ttl_seconds);
        set(&mut method.access_token_num_uses_limit, self.num_uses_limit);
        set(&mut method.access_token_period, self.period_seconds);
        if let Some(ips) = &self.trusted_ips {
            method.access_token_trusted_ips = stored(ips)?;
        }
        if method.access_token_max_ttl > 0 && method.access_token_ttl > method.access_token_max_ttl {
            return Err(Error::Invalid(
                "The access token TTL must not be greater than the max TTL".to_owned(),
            ));
        }
        Ok(())
    }
}

/// A method with default settings that is not stored yet.
///
/// # Errors
///
/// Never in practice.
pub fn new_method(app: &App, identity: &IdentityId, method: &str) -> Result<AuthMethodRow> {
    let now = app.now();
    Ok(AuthMethodRow {
        id: app.new_id(),
        identity_id: identity.clone(),
        method: method.to_owned(),
        access_token_ttl: DEFAULT_SECONDS,
        access_token_max_ttl: DEFAULT_SECONDS,
        access_token_num_uses_limit: 0,
        access_token_period: 0,
        access_token_trusted_ips: stored(&TrustedIps::any())?,
        created_at: now,
        updated_at: now,
    })
}

/// Sets `place` if there is a value.
pub(super) fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

/// Reads trusted addresses of the field called `field`.
///
/// # Errors
///
/// [`Error::Invalid`] for text that is no address, [`Error::Form`] for none or too many.
pub fn parse_trusted_ips(field: &str, texts: &[String]) -> Result<TrustedIps> {
    let ips: std::result::Result<Vec<TrustedIp>, TrustedIpError> =
        texts.iter().map(|text| TrustedIp::parse(text)).collect();
    let ips = ips.map_err(|error| Error::Invalid(error.to_string()))?;
    TrustedIps::new(ips).map_err(|error| Error::form(field, error.to_string()))
}

/// Trusted addresses as the tables hold them.
///
/// # Errors
///
/// Never in practice.
pub fn stored(ips: &TrustedIps) -> Result<String> {
    serde_json::to_string(ips).map_err(|error| Error::Internal(format!("trusted IPs: {error}")))
}

/// Trusted addresses from the tables.
///
/// # Errors
///
/// [`Error::Internal`] if the row is damaged.
pub fn read_stored(text: &str) -> Result<TrustedIps> {
    serde_json::from_str(text).map_err(|error| Error::Internal(format!("stored trusted IPs: {error}")))
}
