//! Where public clouds publish the keys by which machines of theirs log in, and where they are asked who signed a request.

use clap::Args;

use super::failure::Failure;
use crate::app::auth_method::clouds::{Clouds, https_host};

/// Other addresses than the public ones: of a national cloud, a mirror, or a network of one's own.
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
    /// STS that AWS Auth may name beside that of AWS, such as a VPC endpoint; may be repeated [default: none]
    #[arg(
        long = "aws-sts-endpoint",
        env = "TACIT_AWS_STS_ENDPOINT",
        value_name = "URL",
        value_delimiter = ','
    )]
    pub(super) aws_sts: Vec<String>,
    /// Identity service that OCI Auth may ask beside identity.REGION.oraclecloud.com; may be repeated [default: none]
    #[arg(
        long = "oci-identity-endpoint",
        env = "TACIT_OCI_IDENTITY_ENDPOINT",
        value_name = "URL",
        value_delimiter = ','
    )]
    pub(super) oci_identity: Vec<String>,
    /// STS that AliCloud Auth asks [default: `https://sts.aliyuncs.com`]
    #[arg(long = "alicloud-sts-endpoint", env = "TACIT_ALICLOUD_STS_ENDPOINT", value_name = "URL")]
    pub(super) alicloud_sts: Option<String>,
}

impl CloudArguments {
    /// What is not set here is taken from `other`.
    pub(super) fn or(self, other: Self) -> Self {
        let list = |mine: Vec<String>, theirs| if mine.is_empty() { theirs } else { mine };
        Self {
            google_apis: self.google_apis.or(other.google_apis),
            azure_login: self.azure_login.or(other.azure_login),
            azure_issuer: self.azure_issuer.or(other.azure_issuer),
            aws_sts: list(self.aws_sts, other.aws_sts),
            oci_identity: list(self.oci_identity, other.oci_identity),
            alicloud_sts: self.alicloud_sts.or(other.alicloud_sts),
        }
    }

    /// Where they are, at public addresses where nothing is set.
    ///
    /// # Errors
    ///
    /// If one is not an address with https, or one that is asked has more than a host.
    pub(super) fn clouds(self) -> Result<Clouds, Failure> {
        let public = Clouds::default();
        let hosts =
            |flag, urls: Vec<String>| urls.iter().map(|url| host(flag, url)).collect::<Result<_, _>>();
        let alicloud = self.alicloud_sts.map(|url| host("--alicloud-sts-endpoint", &url)).transpose()?;
        Ok(Clouds {
            google: address("google-apis-url", self.google_apis, public.google)?,
            azure_login: address("azure-login-url", self.azure_login, public.azure_login)?,
            azure_issuer: address("azure-issuer-url", self.azure_issuer, public.azure_issuer)?,
            aws_sts_hosts: hosts("--aws-sts-endpoint", self.aws_sts)?,
            oci_identity_hosts: hosts("--oci-identity-endpoint", self.oci_identity)?,
            alicloud_sts_host: alicloud.unwrap_or(public.alicloud_sts_host),
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

fn host(flag: &str, url: &str) -> Result<String, Failure> {
    https_host(url).ok_or_else(|| {
        Failure::settings(
            format!("{flag} {url:?} is not an address like https://sts.example.com"),
            "write https:// and the host, with a port if it is not 443",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn google(url: &str) -> Result<Clouds, Failure> {
        CloudArguments { google_apis: Some(url.to_owned()), ..CloudArguments::default() }.clouds()
    }

    #[test]
    fn what_is_not_set_is_the_public_address() {
        assert_eq!(CloudArguments::default().clouds().unwrap(), Clouds::default());
        let clouds = google("https://mirror.example:8443/google/").unwrap();
        assert_eq!(clouds.google, "https://mirror.example:8443/google");
        assert_eq!(clouds.azure_login, Clouds::default().azure_login);
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

    #[test]
    fn an_endpoint_is_https_and_a_host() {
        let arguments = |url: &str| CloudArguments {
            aws_sts: vec![url.to_owned()],
            alicloud_sts: Some(url.to_owned()),
            ..CloudArguments::default()
        };
        let clouds = arguments("https://sts.example.com:8443/").or(arguments("x")).clouds().unwrap();
        assert_eq!(clouds.aws_sts_hosts, ["sts.example.com:8443"]);
        assert_eq!(clouds.alicloud_sts_host, "sts.example.com:8443");
        assert_eq!(clouds.oci_identity_hosts, [""; 0]);
        assert!(arguments("http://sts.example.com").clouds().is_err());
    }
}
