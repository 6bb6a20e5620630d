//! Where public clouds publish the keys by which machines of theirs log in.

use clap::Args;

use super::failure::Failure;
use crate::app::auth_method::endpoints::Endpoints;

/// Other addresses than the public ones: of a national cloud, or of a mirror.
#[derive(Debug, Default, Args)]
pub(super) struct CloudArguments {
    /// Where Google publishes its keys and those of service accounts [default: `https://www.googleapis.com`]
    #[arg(long = "google-apis-url", env = "TACIT_GOOGLE_APIS_URL", value_name = "URL")]
    pub(super) google_apis: Option<String>,
    /// Where tenants of Microsoft Entra ID sign in [default: `https://login.microsoftonline.com`]
    #[arg(long = "azure-login-url", env = "TACIT_AZURE_LOGIN_URL", value_name = "URL")]
    pub(super) azure_login: Option<String>,
    /// How the issuer of its tokens of version 1 begins [default: `https://sts.windows.net`]
    #[arg(long = "azure-issuer-url", env = "TACIT_AZURE_ISSUER_URL", value_name = "URL")]
    pub(super) azure_issuer: Option<String>,
}

impl CloudArguments {
    /// What is not set here is taken from `other`.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            google_apis: self.google_apis.or(other.google_apis),
            azure_login: self.azure_login.or(other.azure_login),
            azure_issuer: self.azure_issuer.or(other.azure_issuer),
        }
    }

    /// The addresses, public ones where nothing is set.
    ///
    /// # Errors
    ///
    /// If one is not an address with https.
    pub(super) fn endpoints(self) -> Result<Endpoints, Failure> {
        let public = Endpoints::default();
        Ok(Endpoints {
            google: address("google-apis-url", self.google_apis, public.google)?,
            azure_login: address("azure-login-url", self.azure_login, public.azure_login)?,
            azure_issuer: address("azure-issuer-url", self.azure_issuer, public.azure_issuer)?,
        })
    }
}

/// Only TLS shows whose keys these are.
fn address(flag: &str, url: Option<String>, public: String) -> Result<String, Failure> {
    let Some(url) = url else { return Ok(public) };
    let url = url.trim_end_matches('/');
    let is_address = url.strip_prefix("https://").is_some_and(|rest| {
        !rest.is_empty() && !rest.starts_with('/') && !rest.contains(['?', '#', '@', ' '])
    });
    if is_address {
        return Ok(url.to_owned());
    }
    Err(Failure::settings(
        format!("--{flag} {url:?} is not an address with https"),
        format!("write --{flag} {public}, or leave it out"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn google(url: &str) -> Result<Endpoints, Failure> {
        CloudArguments { google_apis: Some(url.to_owned()), ..CloudArguments::default() }.endpoints()
    }

    #[test]
    fn what_is_not_set_is_the_public_address() {
        assert_eq!(CloudArguments::default().endpoints().unwrap(), Endpoints::default());
        let endpoints = google("https://mirror.example:8443/google/").unwrap();
        assert_eq!(endpoints.google, "https://mirror.example:8443/google");
        assert_eq!(endpoints.azure_login, Endpoints::default().azure_login);
    }

    #[test]
    fn keys_come_by_tls_only() {
        for url in [
            "http://mirror.example",
            "mirror.example",
            "https://",
            "https:///x",
            "https://a@b",
            "https://a?b",
        ] {
            assert!(google(url).is_err(), "{url}");
        }
    }
}
