//! This site as browsers know it, for passkeys.

use axum::{
    extract::FromRequestParts,
    http::{header::HOST, request::Parts},
};
use tacit_core::passkey::RelyingParty;

use super::{arrival::Arrival, problem::Problem};
use crate::app::{App, Error};

/// The site that passkeys are for: the configured address, or `localhost` if none is configured and the
/// request came to that name. No other Host header is believed.
#[derive(Clone, Debug)]
pub struct Site(pub RelyingParty);

/// The same where it need not be known.
#[derive(Clone, Debug)]
pub struct OptionalSite(pub Option<RelyingParty>);

impl FromRequestParts<App> for OptionalSite {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(Self(match &app.settings.site_url {
            Some(url) => RelyingParty::of_origin(url),
            None => local(parts),
        }))
    }
}

fn local(parts: &Parts) -> Option<RelyingParty> {
    let header = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = header.or_else(|| parts.uri.authority().map(axum::http::uri::Authority::as_str))?;
    let is_https = Arrival::is_https(&parts.extensions);
    RelyingParty::of_localhost(host, is_https)
}

impl FromRequestParts<App> for Site {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let OptionalSite(site) = OptionalSite::from_request_parts(parts, app).await?;
        let missing = "Passkeys need a host name and TLS: start the server with --site-url https://…, or open it \
                       as http://localhost";
        site.map(Self).ok_or_else(|| Error::Invalid(missing.to_owned()).into())
    }
}
