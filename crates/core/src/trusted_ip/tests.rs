use proptest::prelude::*;
use serde_json::{from_value, json, to_value};

use super::*;

fn ip(text: &str) -> TrustedIp {
    TrustedIp::parse(text).unwrap()
}

fn peer(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn the_wire_object_has_a_prefix_only_when_one_was_given() {
    let cases = [
        ("1.2.3.4", json!({"ipAddress": "1.2.3.4", "type": "ipv4"})),
        ("0.0.0.0/0", json!({"ipAddress": "0.0.0.0", "type": "ipv4", "prefix": 0})),
        (" 10.1.2.3/8 ", json!({"ipAddress": "10.1.2.3", "type": "ipv4", "prefix": 8})),
        ("::/0", json!({"ipAddress": "::", "type": "ipv6", "prefix": 0})),
        ("FD00:0::1", json!({"ipAddress": "fd00::1", "type": "ipv6"})),
        ("::ffff:10.0.0.0/104", json!({"ipAddress": "10.0.0.0", "type": "ipv4", "prefix": 8})),
        ("::ffff:1.2.3.4", json!({"ipAddress": "1.2.3.4", "type": "ipv4"})),
    ];
    for (text, wire) in cases {
        assert_eq!(to_value(ip(text)).unwrap(), wire);
        assert_eq!(from_value::<TrustedIp>(wire).unwrap(), ip(text));
    }
}

#[test]
fn a_request_may_name_the_range_alone() {
    assert_eq!(from_value::<TrustedIp>(json!({"ipAddress": "10.0.0.0/8"})).unwrap(), ip("10.0.0.0/8"));
    assert!(from_value::<TrustedIp>(json!({"ipAddress": "10.0.0.0/8", "prefix": 9})).is_err());
    assert!(from_value::<TrustedIp>(json!({"ipAddress": "10.0.0.0", "prefix": 33})).is_err());
}

#[test]
fn anything_else_is_refused() {
    let texts = [
        "",
        "/",
        "/8",
        "nonsense",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.256",
        "01.2.3.4",
        "1.2.3.4/33",
        "1.2.3.4/",
        "1.2.3.4/-1",
        "1.2.3.4/+8",
        "1.2.3.4/08",
        "1.2.3.4/8/8",
        "1.2.3.4 /8",
        "::1/129",
        ":::",
        "example.com",
        "1.2.3.4:80",
        "[::1]",
        "fe80::1%eth0",
        "*",
    ];
    for text in texts {
        assert_eq!(TrustedIp::parse(text), Err(TrustedIpError::Invalid), "{text}");
    }
}

#[test]
fn a_range_contains_its_addresses_only() {
    assert!(ip("10.1.2.3/8").contains(peer("10.255.0.1")));
    assert!(!ip("10.0.0.0/8").contains(peer("11.0.0.1")));
    assert!(ip("1.2.3.4").contains(peer("1.2.3.4")));
    assert!(!ip("1.2.3.4").contains(peer("1.2.3.5")));
    assert!(ip("fd00::/8").contains(peer("fd12::1")));
    assert!(!ip("fd00::/8").contains(peer("fe12::1")));
}

#[test]
fn an_ipv4_peer_is_ipv4_however_it_is_written() {
    assert!(ip("10.0.0.0/8").contains(peer("::ffff:10.1.2.3")));
    assert!(ip("::ffff:10.0.0.0/104").contains(peer("10.1.2.3")));
    assert!(!ip("::/0").contains(peer("::ffff:10.1.2.3")));
    assert!(!ip("::/0").contains(peer("10.1.2.3")));
    assert!(!ip("0.0.0.0/0").contains(peer("::1")));
}

#[test]
fn the_default_allows_everyone() {
    for address in ["1.2.3.4", "::1", "::ffff:1.2.3.4"] {
        assert!(TrustedIps::default().allow(peer(address)));
    }
    assert_eq!(to_value(TrustedIps::any()).unwrap()[1]["ipAddress"], "::");
}

#[test]
fn a_list_allows_what_one_entry_allows() {
    let ips = TrustedIps::new(vec![ip("10.0.0.0/8"), ip("::1")]).unwrap();

    assert!(ips.allow(peer("10.0.0.1")) && ips.allow(peer("::1")));
    assert!(!ips.allow(peer("127.0.0.1")));
    assert_eq!(from_value::<TrustedIps>(to_value(&ips).unwrap()).unwrap(), ips);
}

#[test]
fn an_empty_or_endless_list_is_refused() {
    assert_eq!(TrustedIps::new(Vec::new()), Err(TrustedIpError::None));
    assert_eq!(TrustedIps::new(vec![ip("::1"); 257]), Err(TrustedIpError::TooMany));
    assert!(from_value::<TrustedIps>(json!([])).is_err());
}

proptest! {
    #[test]
    fn any_range_contains_its_own_address_and_reads_back(address: IpAddr, prefix in 0_u8..=128) {
        if let Ok(ip) = TrustedIp::parse(&format!("{address}/{prefix}")) {
            prop_assert!(ip.contains(address) || address.to_canonical() != address);
            prop_assert_eq!(TrustedIp::parse(&ip.to_string()), Ok(ip));
            prop_assert_eq!(from_value::<TrustedIp>(to_value(ip).unwrap()).unwrap(), ip);
        } else {
            prop_assert!(prefix > 32 && address.is_ipv4());
        }
    }

    #[test]
    fn a_prefix_decides_by_the_leading_bits(network: u32, other: u32, prefix in 0_u32..=32) {
        let ip = ip(&format!("{}/{prefix}", Ipv4Addr::from(network)));
        let same = (network ^ other).checked_shr(32 - prefix).unwrap_or(0) == 0;

        prop_assert_eq!(ip.contains(IpAddr::from(Ipv4Addr::from(other))), same);
    }

    #[test]
    fn any_text_is_read_or_refused_without_a_panic(text in "[0-9a-f.:/ ]{0,24}|\\PC*") {
        let _ = TrustedIp::parse(&text);
    }
}
