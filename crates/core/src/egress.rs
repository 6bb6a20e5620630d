//! Which addresses the server may send requests to (security 3): the public internet, and what the
//! operator allows.
//!
//! Users say where webhooks go. Without this rule they could make the server ask its own machine, the
//! network it stands in, or the metadata service of its cloud.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// IPv4 networks that are not the public internet (RFC 6890 and the IANA registry).
const NOT_PUBLIC_V4: [(Ipv4Addr, u32); 16] = [
    // "this network", unspecified
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    // between a provider and its customers (CGNAT)
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    // the metadata service of Azure, in a public network
    (Ipv4Addr::new(168, 63, 129, 16), 32),
    // link-local; the metadata service of most clouds is 169.254.169.254
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    // documentation
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    // relays to IPv6
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    // benchmarks
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    // multicast
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    // reserved, broadcast
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// The only IPv6 network with public addresses. Loopback, link-local, unique local, multicast, NAT64
/// and IPv4 in IPv6 are outside.
const GLOBAL_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Parts of [`GLOBAL_V6`] that are not public.
const NOT_PUBLIC_V6: [(Ipv6Addr, u32); 4] = [
    // protocols, among them Teredo, which holds an IPv4 address
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    // documentation
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    // 6to4, which holds an IPv4 address
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Where requests may go.
#[derive(Clone, Debug, Default)]
pub struct EgressRules {
    allowed: Vec<IpNet>,
}

impl EgressRules {
    /// The public internet and these networks.
    #[must_use]
    pub const fn new(allowed: Vec<IpNet>) -> Self {
        Self { allowed }
    }

    /// Whether a connection to `address` may be made. IPv4 written as IPv6 counts as IPv4.
    #[must_use]
    pub fn permit(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        is_public(address) || self.allowed.iter().any(|network| network.contains(&address))
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !NOT_PUBLIC_V4.iter().any(|network| contains_v4(*network, address)),
        IpAddr::V6(address) => {
            contains_v6(GLOBAL_V6, address)
                && !NOT_PUBLIC_V6.iter().any(|network| contains_v6(*network, address))
        }
    }
}

fn contains_v4((network, prefix): (Ipv4Addr, u32), address: Ipv4Addr) -> bool {
    (u32::from(network) ^ u32::from(address)) >> (32 - prefix) == 0
}

fn contains_v6((network, prefix): (Ipv6Addr, u32), address: Ipv6Addr) -> bool {
    (u128::from(network) ^ u128::from(address)) >> (128 - prefix) == 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn permits(rules: &EgressRules, address: &str) -> bool {
        rules.permit(address.parse().unwrap())
    }

    #[test]
    fn what_is_not_the_public_internet_is_refused() {
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::808:808",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!permits(&EgressRules::default(), address), "{address}");
        }
    }

    #[test]
    fn the_public_internet_is_permitted() {
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "223.255.255.255",
            "::ffff:8.8.8.8",
            "2001:4860:4860::8888",
            "2606:4700::1111",
        ] {
            assert!(permits(&EgressRules::default(), address), "{address}");
        }
    }

    #[test]
    fn the_operator_may_allow_more_and_only_that() {
        let rules = EgressRules::new(vec!["10.1.0.0/16".parse().unwrap(), "fd00::/64".parse().unwrap()]);
        assert!(permits(&rules, "10.1.2.3") && permits(&rules, "::ffff:10.1.2.3"));
        assert!(permits(&rules, "fd00::1") && permits(&rules, "8.8.8.8"));
        assert!(!permits(&rules, "10.2.0.1") && !permits(&rules, "127.0.0.1") && !permits(&rules, "fd01::1"));
    }

    proptest! {
        #[test]
        fn ipv4_written_as_ipv6_is_decided_like_ipv4(bits: u32) {
            let address = Ipv4Addr::from(bits);
            let rules = EgressRules::default();
            prop_assert_eq!(rules.permit(address.into()), rules.permit(address.to_ipv6_mapped().into()));
            prop_assert!(!rules.permit(address.into()) || !(address.is_private() || address.is_loopback()
                || address.is_link_local() || address.is_multicast() || address.is_broadcast()));
        }
    }
}
