//! Where clouds are asked who signed a request, if not at their public addresses.

use clap::Args;

use super::failure::Failure;
use crate::app::auth_method::clouds::{Clouds, https_host};

/// Addresses of clouds. Without any, only the public ones are asked.
#[derive(Debug, Default, Args)]
pub(super) struct IamArguments {
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

impl IamArguments {
    /// What is not set here is taken from `other`.
    pub(super) fn or(self, other: Self) -> Self {
        let list = |mine: Vec<String>, theirs| if mine.is_empty() { theirs } else { mine };
        Self {
            aws_sts: list(self.aws_sts, other.aws_sts),
            oci_identity: list(self.oci_identity, other.oci_identity),
            alicloud_sts: self.alicloud_sts.or(other.alicloud_sts),
        }
    }

    /// The hosts behind the addresses.
    ///
    /// # Errors
    ///
    /// If one is no address with https and nothing but a host.
    pub(super) fn clouds(self) -> Result<Clouds, Failure> {
        let hosts =
            |flag, urls: Vec<String>| urls.iter().map(|url| host(flag, url)).collect::<Result<_, _>>();
        let mut clouds = Clouds {
            aws_sts_hosts: hosts("--aws-sts-endpoint", self.aws_sts)?,
            oci_identity_hosts: hosts("--oci-identity-endpoint", self.oci_identity)?,
            ..Clouds::default()
        };
        if let Some(url) = self.alicloud_sts {
            clouds.alicloud_sts_host = host("--alicloud-sts-endpoint", &url)?;
        }
        Ok(clouds)
    }
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

    #[test]
    fn an_endpoint_is_https_and_a_host() {
        let arguments = |url: &str| IamArguments {
            aws_sts: vec![url.to_owned()],
            alicloud_sts: Some(url.to_owned()),
            ..IamArguments::default()
        };
        let clouds = arguments("https://sts.example.com:8443/").or(arguments("x")).clouds().unwrap();
        assert_eq!(clouds.aws_sts_hosts, ["sts.example.com:8443"]);
        assert_eq!(clouds.alicloud_sts_host, "sts.example.com:8443");
        assert_eq!(clouds.oci_identity_hosts, [""; 0]);
        assert_eq!(IamArguments::default().clouds().unwrap(), Clouds::default());
        assert!(arguments("http://sts.example.com").clouds().is_err());
    }
}
