//! Where public clouds publish the keys that they sign by. The operator may name others: those of a national cloud, or
//! of a mirror in a network without a way out.

/// Addresses without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// Google's, below which its own keys and those of service accounts are.
    pub google: String,
    /// Where tenants of Microsoft Entra ID publish their keys. Issuers of its version 2 begin with it.
    pub azure_login: String,
    /// How issuers of version 1 of Microsoft Entra ID begin. Nobody is asked there.
    pub azure_issuer: String,
}

impl Default for Endpoints {
    fn default() -> Self {
        Self {
            google: "https://www.googleapis.com".to_owned(),
            azure_login: "https://login.microsoftonline.com".to_owned(),
            azure_issuer: "https://sts.windows.net".to_owned(),
        }
    }
}
