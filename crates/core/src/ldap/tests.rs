use proptest::{collection::vec, prelude::*};

use super::*;

/// Bytes that OpenLDAP 2.5 sends, taken from its answers.
const WRONG_PASSWORD: &[u8] = b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x31\x04\x00\x04\x00";

fn encoded(filter: &str, user_name: &str) -> Vec<u8> {
    let filter = Filter::parse(filter).unwrap();
    let mut writer = ber::Writer::new();
    filter.write(user_name, &mut writer);
    writer.finish().to_vec()
}

#[test]
fn a_bind_is_written_as_the_standard_says() {
    let expected = b"\x30\x12\x02\x01\x01\x60\x0d\x02\x01\x03\x04\x04cn=a\x80\x02pw";
    assert_eq!(bind_request(1, "cn=a", "pw").as_slice(), expected);
    assert_eq!(start_tls_request(2)[..9], *b"\x30\x1d\x02\x01\x02\x77\x18\x80\x16");
}

#[test]
fn filters_of_every_kind_are_written_as_the_standard_says() {
    for (text, bytes) in [
        ("(uid={{username}})", &b"\xa3\x0a\x04\x03uid\x04\x03ada"[..]),
        ("(cn=*)", b"\x87\x02cn"),
        ("(cn=\\28x\\29)", b"\xa3\x09\x04\x02cn\x04\x03(x)"),
        ("(n>=5)", b"\xa5\x06\x04\x01n\x04\x015"),
        ("(n<=5)", b"\xa6\x06\x04\x01n\x04\x015"),
        ("(n~=5)", b"\xa8\x06\x04\x01n\x04\x015"),
        ("(!(n=5))", b"\xa2\x08\xa3\x06\x04\x01n\x04\x015"),
        ("(|(n=5)(cn=*))", b"\xa1\x0c\xa3\x06\x04\x01n\x04\x015\x87\x02cn"),
        ("(&(n=5))", b"\xa0\x08\xa3\x06\x04\x01n\x04\x015"),
        ("(cn=a*b*c)", b"\xa4\x0f\x04\x02cn\x30\x09\x80\x01a\x81\x01b\x82\x01c"),
        ("(cn=*b)", b"\xa4\x09\x04\x02cn\x30\x03\x82\x01b"),
        ("(m:1.2:=x)", b"\xa9\x0b\x81\x031.2\x82\x01m\x83\x01x"),
        ("(m:dn:=x)", b"\xa9\x09\x82\x01m\x83\x01x\x84\x01\xff"),
    ] {
        assert_eq!(encoded(text, "ada"), bytes, "{text}");
    }
}

#[test]
fn what_is_no_filter_is_refused() {
    for text in [
        "",
        "uid=a",
        "(uid=a",
        "(uid=a))",
        "(uid)",
        "(=a)",
        "(&)",
        "(!)",
        "(u d=a)",
        "(uid=a(b)",
        "(uid=\\2)",
        "(uid=\\zz)",
        "(uid=\\+1)",
        "(uid=a**b)",
        "(:=x)",
        "(a:dn:b:c:=x)",
        "(uid>=*)",
        "( uid=a)",
        "(uid=a)(uid=b)",
    ] {
        assert!(Filter::parse(text).is_err(), "{text}");
    }
    let deep = format!("{}(a=b){}", "(!".repeat(100), ")".repeat(100));
    assert!(Filter::parse(&deep).is_err());
    assert!(Filter::parse(&format!("(a={})", "x".repeat(FILTER_MAX))).is_err());
}

#[test]
fn a_filter_says_whether_it_names_the_user_and_asks_for_more() {
    let filter = |text: &str| Filter::parse(text).unwrap();
    assert!(filter("(uid={{username}})").names_user() && !filter("(uid={{username}})").asks_more());
    assert!(filter("(&(uid={{username}})(ou=robots))").asks_more());
    assert!(!filter("(|(uid={{username}})(ou=robots))").asks_more());
    assert!(!filter("(&(uid={{username}})(mail={{username}}@x))").asks_more());
    assert!(!filter("(uid=ada)").names_user());
}

#[test]
fn answers_are_read() {
    assert_eq!(message_length(WRONG_PASSWORD), Ok(Some(WRONG_PASSWORD.len())));
    assert_eq!(read_response(WRONG_PASSWORD), Ok((1, Response::Bound(Outcome::WRONG_CREDENTIALS))));

    let entry = b"\x30\x1c\x02\x01\x02\x64\x17\x04\x04cn=a\x30\x0f\x30\x0d\x04\x02CN\x31\x07\x04\x01a\x04\x02\xff\xfe";
    let Ok((2, Response::Entry(entry))) = read_response(entry) else { panic!("no entry") };
    assert_eq!(entry.dn, "cn=a");
    assert_eq!(entry.values("cn").collect::<Vec<_>>(), ["a"]);
    assert_eq!(entry.values("sn").count(), 0);
}

#[test]
fn what_is_no_answer_is_refused() {
    assert_eq!(message_length(b"HTTP/1.1 400 Bad Request"), Err(Malformed));
    assert_eq!(message_length(b"\x30\x84\x7f\xff\xff\xff"), Err(Malformed), "two gigabytes");
    assert_eq!(message_length(b"\x30\x80"), Err(Malformed), "an indefinite length");
    assert_eq!(message_length(b"\x30\x82\x01"), Ok(None));
    for end in 0..WRONG_PASSWORD.len() {
        assert_eq!(read_response(&WRONG_PASSWORD[..end]), Err(Malformed), "{end}");
    }
    assert_eq!(read_response(b"\x30\x05\x02\x01\x01\x60\x00"), Err(Malformed), "a request");
}

proptest! {
    #[test]
    fn whatever_arrives_is_read_or_refused(bytes in vec(any::<u8>(), 0..200)) {
        let _ = message_length(&bytes);
        let _ = read_response(&bytes);
        let mut answer = vec![0x30, 0x81, 0xc8, 0x02, 0x01, 0x01];
        answer.extend(bytes);
        answer.resize(203, 0);
        let _ = read_response(&answer);
    }

    #[test]
    fn whatever_is_written_as_a_filter_is_read_or_refused(text in "[()&|!=*:<>~\\\\a2{}. ]{0,40}", any in ".{0,40}") {
        let _ = Filter::parse(&text);
        let _ = Filter::parse(&any);
    }

    #[test]
    fn no_name_changes_what_is_asked(name in ".{0,300}") {
        const AFTER: &[u8] = b"\xa3\x07\x04\x02ou\x04\x01x";
        let plain = encoded("(&(uid={{username}})(ou=x))", &"a".repeat(name.len()));
        let written = encoded("(&(uid={{username}})(ou=x))", &name);

        let end = plain.len() - AFTER.len();
        prop_assert_eq!(&plain[end..], AFTER);
        let begin = end - name.len();
        prop_assert_eq!(&written[..begin], &plain[..begin]);
        prop_assert_eq!(&written[begin..end], name.as_bytes());
        prop_assert_eq!(&written[end..], AFTER);
    }
}
