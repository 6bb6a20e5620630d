//! E-mail addresses, as the names people sign in with.

use super::{NameError, check_length};

/// An e-mail address: trimmed, in lower case, at most 254 characters (RFC 5321, 4.5.3.1).
///
/// ASCII only, so that no two addresses look the same. The host may be a single word, because
/// private networks have such hosts. Whether mail arrives there is not known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email(String);

parsed_text!(Email);

impl Email {
    /// The greatest length, in characters.
    pub const LENGTH_MAX: usize = 254;

    /// Trims, lower-cases and checks `email`.
    ///
    /// # Errors
    ///
    /// [`NameError::Empty`], [`NameError::TooLong`], or [`NameError::InvalidEmail`] if it is none.
    pub fn parse(email: &str) -> Result<Self, NameError> {
        let email = email.trim();
        check_length("e-mail address", email, 1, Self::LENGTH_MAX)?;
        let (mailbox, host) = email.rsplit_once('@').ok_or(NameError::InvalidEmail)?;
        if is_mailbox(mailbox) && host.split('.').all(is_host_label) {
            return Ok(Self(email.to_ascii_lowercase()));
        }
        Err(NameError::InvalidEmail)
    }
}

/// RFC 5321's `Dot-string`: words of up to 64 characters in all, with single dots between.
fn is_mailbox(mailbox: &str) -> bool {
    let is_word_character = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(is_word_character);
    mailbox.len() <= 64 && mailbox.split('.').all(is_word)
}

/// A part of a host name: letters, digits and inner hyphens, up to 63 of them.
fn is_host_label(label: &str) -> bool {
    let is_inside = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=63).contains(&label.len())
        && label.bytes().all(is_inside)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_spelling_of_an_address_is_the_same_address() {
        for email in ["ada@example.test", " Ada@Example.TEST\n", "ADA@EXAMPLE.TEST"] {
            assert_eq!(Email::parse(email).unwrap().as_str(), "ada@example.test");
        }
        for email in ["a.b+c@d-e.f", "admin@localhost", "o'brien@x.y", &format!("{}@x", "a".repeat(64))] {
            assert_eq!(Email::parse(email).unwrap().as_str(), email);
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let texts = [
            "ada",
            "@",
            "ada@",
            "@example.test",
            "a b@c.d",
            "a@b c",
            "a@@b.c",
            "a@b@c",
            ".a@b.c",
            "a.@b.c",
            "a..b@c.d",
            "a@b..c",
            "a@.b",
            "a@b.",
            "a@-b.c",
            "a@b-.c",
            "a@b_c.d",
            "<a@b.c>",
            "a,b@c.d",
            "ä@b.c",
            "a@ö.de",
            "a\n@b.c",
            "a\0@b.c",
            "\"a\"@b.c",
            "K@b.c\u{212a}",
        ];
        for text in texts {
            assert_eq!(Email::parse(text), Err(NameError::InvalidEmail), "{text}");
        }
        assert_eq!(Email::parse(&format!("{}@x", "a".repeat(65))), Err(NameError::InvalidEmail));
        assert_eq!(Email::parse(&format!("a@{}", "a".repeat(64))), Err(NameError::InvalidEmail));
    }

    #[test]
    fn empty_and_endless_text_has_its_own_message() {
        assert_eq!(Email::parse(" ").unwrap_err().to_string(), "the e-mail address must not be empty");
        let long = format!("a@{}", "a.".repeat(130));
        assert!(matches!(Email::parse(&long), Err(NameError::TooLong { max: 254, .. })));
    }

    proptest! {
        #[test]
        fn a_parsed_address_parses_to_itself(text in "[a-zA-Z0-9.@ _-]{0,20}|\\PC*") {
            if let Ok(email) = Email::parse(&text) {
                prop_assert_eq!(Email::parse(email.as_str()), Ok(email));
            }
        }
    }
}
