//! The cookie `jid`, which holds a session's refresh token (wire-contract 1.10).

use axum::{
    Json,
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, header::COOKIE, header::SET_COOKIE, request::Parts},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use zeroize::Zeroizing;

use super::{arrival::Arrival, problem::Problem};
use crate::app::{
    App,
    sign_in::{RefreshToken, SESSION_TTL_SECONDS},
};

const NAME: &str = "jid";

/// Makes the cookie. Browsers send it over TLS only, if they came by TLS.
#[derive(Clone, Debug)]
pub struct Jar {
    is_secure: bool,
    /// Where browsers send it: not to other services of the same host name.
    path: String,
}

impl FromRequestParts<App> for Jar {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let is_https = Arrival::is_https(&parts.extensions);
        let is_site_https = app.settings.site_url.as_ref().is_some_and(|url| url.starts_with("https://"));
        let path = match app.settings.base_path.as_str() {
            "" => "/",
            base => base,
        };
        Ok(Self { is_secure: is_https || is_site_https, path: path.to_owned() })
    }
}

impl Jar {
    /// Answers `body` with a cookie that holds `token`, or leaves the cookie as it is.
    pub fn answer<T: Serialize>(self, token: Option<&RefreshToken>, body: T) -> Response {
        match token {
            Some(token) => self.with(&token.text(), SESSION_TTL_SECONDS, Json(body)),
            None => Json(body).into_response(),
        }
    }

    /// Answers with a cookie that is over.
    pub fn clear(self, response: impl IntoResponse) -> Response {
        self.with("", 0, response)
    }

    fn with(self, value: &str, max_age_seconds: i64, response: impl IntoResponse) -> Response {
        let secure = if self.is_secure { "; Secure" } else { "" };
        let cookie = Zeroizing::new(format!(
            "{NAME}={value}; Path={}; Max-Age={max_age_seconds}; HttpOnly; SameSite=Strict{secure}",
            self.path
        ));
        let mut response = response.into_response();
        if let Ok(mut header) = HeaderValue::from_str(&cookie) {
            header.set_sensitive(true);
            response.headers_mut().insert(SET_COOKIE, header);
        }
        response
    }
}

/// The value of the cookie in a request.
pub fn read(headers: &HeaderMap) -> Option<Zeroizing<String>> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, value)| *name == NAME && !value.is_empty())
        .map(|(_, value)| Zeroizing::new(value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others() {
        let read = |text: &'static str| {
            read(&HeaderMap::from_iter([(COOKIE, HeaderValue::from_static(text))]))
                .map(|value| value.to_string())
        };
        assert_eq!(read("a=b; jid=x.y; c=d").as_deref(), Some("x.y"));
        assert_eq!(read("xjid=1; jid="), None);
        assert_eq!(read(""), None);
    }

    #[test]
    fn it_is_out_of_reach_of_scripts_and_other_sites() {
        let cookie = |is_secure| {
            let response = Jar { is_secure, path: "/".to_owned() }.with("x.y", 60, "");
            response.headers()[SET_COOKIE].to_str().unwrap().to_owned()
        };
        assert_eq!(cookie(false), "jid=x.y; Path=/; Max-Age=60; HttpOnly; SameSite=Strict");
        assert!(cookie(true).ends_with("; Secure"));
    }
}
