//! The name of a secret, and what is kept of its value.

use super::{NameError, check_length};

/// The name of a secret, such as `DATABASE_URL` (wire-contract 7.2, `decisions.md` 15).
///
/// 1 to 255 characters after trimming, without white space, `:`, `/` and control characters. Case
/// is kept: two names that differ only in case are different secrets.
///
/// For naming a secret that is made or renamed. A name that a client only asks for may be any
/// text; a text that does not parse names no secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretName(String);

parsed_text!(SecretName);

impl SecretName {
    /// The greatest length, in characters.
    pub const LENGTH_MAX: usize = 255;

    /// Trims and checks `name`.
    ///
    /// # Errors
    ///
    /// The first rule of [`SecretName`] that `name` breaks.
    pub fn parse(name: &str) -> Result<Self, NameError> {
        let name = name.trim();
        check_length("secret name", name, 1, Self::LENGTH_MAX)?;
        match name.chars().find_map(forbidden) {
            Some(found) => Err(NameError::Forbidden { what: "secret name", found }),
            None => Ok(Self(name.to_owned())),
        }
    }
}

/// In words, what `character` is if a name must not have it.
fn forbidden(character: char) -> Option<&'static str> {
    match character {
        ':' => Some("a colon"),
        '/' => Some("a slash"),
        _ if character.is_control() => Some("control characters"),
        _ if character.is_whitespace() => Some("spaces"),
        _ => None,
    }
}

/// What is stored of a value that a client sends: white space at both ends is cut off, but a value
/// that ended with a line feed keeps exactly one (wire-contract 7.2).
///
/// White space is what JavaScript's `trim` removes, so that clients find back what other servers
/// of this API would have kept.
#[must_use]
pub fn secret_value(text: &str) -> String {
    let trimmed = text.trim_matches(is_javascript_space);
    let line_feed = if text.ends_with('\n') { "\n" } else { "" };
    format!("{trimmed}{line_feed}")
}

/// ECMAScript's `WhiteSpace` and `LineTerminator`: differs from Unicode's in two characters.
fn is_javascript_space(character: char) -> bool {
    match character {
        '\u{feff}' => true,
        '\u{85}' => false,
        _ => character.is_whitespace(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn message(name: &str) -> String {
        SecretName::parse(name).unwrap_err().to_string()
    }

    #[test]
    fn ordinary_names_keep_their_case_and_lose_white_space_around() {
        assert_eq!(SecretName::parse(" db_Url\n").unwrap().as_str(), "db_Url");
        for name in ["A", "a.b-c_d", "ключ", "A=B", "%2F", "..", &"ö".repeat(255)] {
            assert_eq!(SecretName::parse(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn a_refusal_names_the_first_broken_rule_and_not_the_name() {
        assert_eq!(message(" "), "the secret name must not be empty");
        assert_eq!(message(&"x".repeat(256)), "the secret name must not have more than 255 characters");
        assert_eq!(message("A B/C"), "the secret name must not contain spaces");
        assert_eq!(message("A\u{a0}B"), "the secret name must not contain spaces");
        assert_eq!(message("A:B"), "the secret name must not contain a colon");
        assert_eq!(message("A/B"), "the secret name must not contain a slash");
        assert_eq!(message("A\nB"), "the secret name must not contain control characters");
        assert_eq!(message("A\0"), "the secret name must not contain control characters");
    }

    #[test]
    fn a_value_keeps_at_most_one_line_feed_at_its_end() {
        let cases = [
            ("", ""),
            ("  ", ""),
            ("\n", "\n"),
            (" a b \t", "a b"),
            ("a\n", "a\n"),
            ("\n\n a\r\n\n", "a\n"),
            ("a\n ", "a"),
            ("\u{feff}a\u{85}", "a\u{85}"),
            ("line one\nline two\n", "line one\nline two\n"),
        ];
        for (text, kept) in cases {
            assert_eq!(secret_value(text), kept, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_parsed_name_parses_to_itself(text: String) {
            if let Ok(name) = SecretName::parse(&text) {
                prop_assert_eq!(SecretName::parse(name.as_str()), Ok(name));
            }
        }

        #[test]
        fn a_stored_value_is_stored_unchanged_again(text in "[ \n\ta]*|\\PC*") {
            let kept = secret_value(&text);

            prop_assert_eq!(secret_value(&kept), kept.clone());
            prop_assert_eq!(kept.ends_with('\n'), text.ends_with('\n'));
        }
    }
}
