//! From which addresses a credential works.
//!
//! On the wire and in the database a trusted address is an object (wire-contract 10.4):
//! `{"ipAddress": "10.0.0.0", "type": "ipv4", "prefix": 8}`, without `prefix` for a single one.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// Why a trusted address is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrustedIpError {
    /// Not an address, and not an address with a prefix length.
    #[error("a trusted IP must be an IP address or a CIDR range such as 10.0.0.0/8 or ::/0")]
    Invalid,
    /// No address at all: the credential would work nowhere.
    #[error("at least one trusted IP is needed")]
    None,
    /// More than [`TrustedIps::LENGTH_MAX`].
    #[error("there must not be more than {} trusted IPs", TrustedIps::LENGTH_MAX)]
    TooMany,
}

/// An IP address, or a range of them in CIDR notation.
///
/// The address stays as it was given, even if the prefix covers less of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "Wire", into = "Wire")]
#[schemars(with = "Wire")]
pub struct TrustedIp {
    address: IpAddr,
    prefix: Option<u8>,
}

impl TrustedIp {
    /// Reads `1.2.3.4`, `10.0.0.0/8`, `::1` or `::/0`. White space around it is ignored.
    ///
    /// IPv4 written as IPv6 (`::ffff:10.0.0.0/104`) becomes IPv4, as the address of a caller does.
    ///
    /// # Errors
    ///
    /// [`TrustedIpError::Invalid`] for any other text.
    pub fn parse(text: &str) -> Result<Self, TrustedIpError> {
        let text = text.trim();
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(parse_prefix(prefix)?)),
            None => (text, None),
        };
        Self::new(address.parse().map_err(|_| TrustedIpError::Invalid)?, prefix)
    }

    fn new(address: IpAddr, prefix: Option<u8>) -> Result<Self, TrustedIpError> {
        if IpNet::new(address, prefix.unwrap_or(0)).is_err() {
            return Err(TrustedIpError::Invalid);
        }
        Ok(match (address.to_canonical(), prefix) {
            (canonical @ IpAddr::V4(_), None) => Self { address: canonical, prefix },
            (canonical @ IpAddr::V4(_), Some(length)) if address.is_ipv6() && length >= MAPPED_PREFIX => {
                Self { address: canonical, prefix: Some(length - MAPPED_PREFIX) }
            }
            _ => Self { address, prefix },
        })
    }

    /// Whether `peer` is this address or in this range. A peer that is IPv4 written as IPv6 counts
    /// as IPv4, so `::/0` covers no IPv4 peer however its address is written.
    #[must_use]
    pub fn contains(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        match self.prefix {
            None => self.address == peer,
            Some(prefix) => IpNet::new(self.address, prefix).is_ok_and(|network| network.contains(&peer)),
        }
    }
}

/// The text it is read from, such as `10.0.0.0/8`.
impl fmt::Display for TrustedIp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.prefix {
            None => write!(f, "{}", self.address),
            Some(prefix) => write!(f, "{}/{prefix}", self.address),
        }
    }
}

/// The bits before the IPv4 address in an IPv6 address that stands for it (RFC 4291, 2.5.5.2).
const MAPPED_PREFIX: u8 = 96;

/// Digits only: `str::parse` would also take `+8` and `008`.
fn parse_prefix(text: &str) -> Result<u8, TrustedIpError> {
    let is_plain =
        text.bytes().all(|digit| digit.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    is_plain.then(|| text.parse().ok()).flatten().ok_or(TrustedIpError::Invalid)
}

/// How a trusted address is written and stored.
#[derive(Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "TrustedIp")]
struct Wire {
    /// The address without the prefix.
    ip_address: String,
    /// Follows from the address, so it is not needed for reading.
    #[serde(rename = "type", default)]
    family: Option<Family>,
    /// The length of the prefix in bits, if it is a range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prefix: Option<u8>,
}

#[derive(Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Family {
    Ipv4,
    Ipv6,
}

impl From<TrustedIp> for Wire {
    fn from(ip: TrustedIp) -> Self {
        let family = if ip.address.is_ipv4() { Family::Ipv4 } else { Family::Ipv6 };
        Self { ip_address: ip.address.to_string(), family: Some(family), prefix: ip.prefix }
    }
}

impl TryFrom<Wire> for TrustedIp {
    type Error = TrustedIpError;

    fn try_from(wire: Wire) -> Result<Self, TrustedIpError> {
        let ip = Self::parse(&wire.ip_address)?;
        match wire.prefix {
            None => Ok(ip),
            Some(_) if ip.prefix.is_some() => Err(TrustedIpError::Invalid),
            Some(_) => {
                let address = wire.ip_address.trim().parse().map_err(|_| TrustedIpError::Invalid)?;
                Self::new(address, wire.prefix)
            }
        }
    }
}

/// The addresses from which a credential works: at least one, at most [`Self::LENGTH_MAX`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(try_from = "Vec<TrustedIp>", into = "Vec<TrustedIp>")]
#[schemars(with = "Vec<TrustedIp>")]
pub struct TrustedIps(Vec<TrustedIp>);

impl TrustedIps {
    /// The greatest number of entries. Each is looked at for every request.
    pub const LENGTH_MAX: usize = 256;

    /// Takes a list.
    ///
    /// # Errors
    ///
    /// [`TrustedIpError`] if it is empty or too long.
    pub fn new(ips: Vec<TrustedIp>) -> Result<Self, TrustedIpError> {
        match ips.len() {
            0 => Err(TrustedIpError::None),
            1..=Self::LENGTH_MAX => Ok(Self(ips)),
            _ => Err(TrustedIpError::TooMany),
        }
    }

    /// Every address: `0.0.0.0/0` and `::/0`, the default (wire-contract 10.4).
    #[must_use]
    pub fn any() -> Self {
        let all = |address| TrustedIp { address, prefix: Some(0) };
        Self(vec![all(Ipv4Addr::UNSPECIFIED.into()), all(Ipv6Addr::UNSPECIFIED.into())])
    }

    /// Whether a credential works from `peer`.
    #[must_use]
    pub fn allow(&self, peer: IpAddr) -> bool {
        self.0.iter().any(|ip| ip.contains(peer))
    }

    /// The entries, in the order they were given.
    #[must_use]
    pub fn as_slice(&self) -> &[TrustedIp] {
        &self.0
    }
}

impl Default for TrustedIps {
    fn default() -> Self {
        Self::any()
    }
}

impl TryFrom<Vec<TrustedIp>> for TrustedIps {
    type Error = TrustedIpError;

    fn try_from(ips: Vec<TrustedIp>) -> Result<Self, TrustedIpError> {
        Self::new(ips)
    }
}

impl From<TrustedIps> for Vec<TrustedIp> {
    fn from(ips: TrustedIps) -> Self {
        ips.0
    }
}

#[cfg(test)]
mod tests;
