//! Where public clouds publish the keys that they sign by, and where they are asked who signed a request. The public
//! addresses are known. The operator may name others: those of a national cloud, or of a mirror in a network without a way
//! out.

use ureq::http::uri::Authority;

/// Where clouds are. Addresses have no slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clouds {
    /// Google's, below which its own keys and those of service accounts are.
    pub google: String,
    /// Where tenants of Microsoft Entra ID publish their keys. Issuers of its version 2 begin with it.
    pub azure_login: String,
    /// How issuers of version 1 of Microsoft Entra ID begin. Nobody is asked there.
    pub azure_issuer: String,
    /// Hosts, with a port unless it is 443, that settings of AWS Auth may name beside the STS of AWS.
    pub aws_sts_hosts: Vec<String>,
    /// Hosts that logins with OCI Auth may be signed for beside the identity service of Oracle.
    pub oci_identity_hosts: Vec<String>,
    /// The host of Alibaba Cloud's STS.
    pub alicloud_sts_host: String,
}

impl Default for Clouds {
    fn default() -> Self {
        Self {
            google: "https://www.googleapis.com".to_owned(),
            azure_login: "https://login.microsoftonline.com".to_owned(),
            azure_issuer: "https://sts.windows.net".to_owned(),
            aws_sts_hosts: Vec::new(),
            oci_identity_hosts: Vec::new(),
            alicloud_sts_host: "sts.aliyuncs.com".to_owned(),
        }
    }
}

/// The host, with a port if one is named, of an address such as `https://sts.amazonaws.com/`. `None` if it is anything
/// but https, a host and at most a slash.
#[must_use]
pub fn https_host(url: &str) -> Option<String> {
    let authority = url.strip_prefix("https://")?;
    let authority = authority.strip_suffix('/').unwrap_or(authority);
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:[]".contains(&byte);
    let parsed: Authority = authority.parse().ok()?;
    let has_host = !parsed.host().is_empty() && authority.bytes().all(is_plain);
    let has_good_port = parsed.host() == authority || parsed.port_u16().is_some();
    (has_host && has_good_port).then(|| authority.to_ascii_lowercase())
}

/// Whether a text can be a region of a cloud, such as `eu-central-1`: letters, then more between dashes, then a number.
/// Nothing else can come into a host name by it.
pub(super) fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [words @ .., number] = parts.as_slice() else { return false };
    let is_word = |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_number = (1..=2).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    text.len() <= 40 && words.len() >= 2 && words.iter().all(is_word) && is_number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_https_and_a_host() {
        assert_eq!(https_host("https://STS.amazonaws.com/").as_deref(), Some("sts.amazonaws.com"));
        assert_eq!(https_host("https://127.0.0.1:4000").as_deref(), Some("127.0.0.1:4000"));
        for other in [
            "http://sts.amazonaws.com",
            "https://",
            "https:///",
            "https://sts.amazonaws.com/x",
            "https://sts.amazonaws.com?x",
            "https://sts.amazonaws.com#x",
            "https://me@sts.amazonaws.com",
            "https://sts.amazonaws.com//",
            "https://sts.amazonaws.com:x",
            "sts.amazonaws.com",
        ] {
            assert_eq!(https_host(other), None, "{other}");
        }
    }

    #[test]
    fn a_region_brings_nothing_else_into_a_host_name() {
        for region in ["us-east-1", "us-gov-west-1", "ap-southeast-10", "us-ashburn-1", "me-dcc-muscat-1"] {
            assert!(is_region(region), "{region}");
        }
        for other in [
            "",
            "us",
            "us-1",
            "us-east",
            "us-east-",
            "US-EAST-1",
            "a.b-c-1",
            "us-east-1/",
            "us-east-123",
            "-a-1",
        ] {
            assert!(!is_region(other), "{other}");
        }
    }
}
