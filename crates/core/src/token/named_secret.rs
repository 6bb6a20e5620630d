//! Credentials of an older kind that say which one they are: `st.<id>.<secret>` and `ak.<id>.<secret>`.

use zeroize::Zeroizing;

use super::new_secret;
use crate::random::Random;

/// What such a credential is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretKind {
    /// A service token of a project.
    ServiceToken,
    /// An API key of a person.
    ApiKey,
}

impl SecretKind {
    /// How it begins.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::ServiceToken => "st.",
            Self::ApiKey => "ak.",
        }
    }
}

/// A credential that names its row. It may be of any length and hold any characters.
#[derive(Clone, Copy)]
pub struct NamedSecret<'a> {
    id: &'a str,
    whole: &'a str,
}

/// Prints no secret.
impl std::fmt::Debug for NamedSecret<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NamedSecret").field("id", &self.id).finish_non_exhaustive()
    }
}

impl<'a> NamedSecret<'a> {
    /// Reads one. What comes after the third part is for the client alone: it is never looked at
    /// (wire-contract 15.1). `None` if a part is missing or empty.
    #[must_use]
    pub fn parse(kind: SecretKind, text: &'a str) -> Option<Self> {
        let rest = text.strip_prefix(kind.prefix())?;
        let (id, rest) = rest.split_once('.')?;
        let secret = rest.split('.').next().unwrap_or("");
        if id.is_empty() || secret.is_empty() {
            return None;
        }
        let length = kind.prefix().len() + id.len() + 1 + secret.len();
        text.get(..length).map(|whole| Self { id, whole })
    }

    /// The id of its row.
    #[must_use]
    pub const fn id(&self) -> &'a str {
        self.id
    }

    /// What is hashed for storing: all three parts, so that a hash which is moved to another row, or to
    /// another kind, lets nobody in.
    #[must_use]
    pub const fn hashed_part(&self) -> &'a [u8] {
        self.whole.as_bytes()
    }

    /// Makes the text of a new one. The id must not have a dot in it.
    #[must_use]
    pub fn generate(kind: SecretKind, id: &str, random: &Random) -> Zeroizing<String> {
        Zeroizing::new(format!("{}{id}.{}", kind.prefix(), new_secret(random).as_str()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_follows_the_third_part_is_not_looked_at() {
        let plain = NamedSecret::parse(SecretKind::ServiceToken, "st.a.b").unwrap();
        for more in ["st.a.b.", "st.a.b.c", "st.a.b.c.d"] {
            let token = NamedSecret::parse(SecretKind::ServiceToken, more).unwrap();
            assert_eq!((token.id(), token.hashed_part()), (plain.id(), plain.hashed_part()), "{more}");
        }
        assert_eq!(plain.hashed_part(), b"st.a.b");
    }

    #[test]
    fn what_lacks_a_part_or_is_of_another_kind_is_none() {
        for text in ["", "st", "st.", "st.a", "st.a.", "st..b", "st...", "ak.a.b", "ST.a.b", " st.a.b"] {
            assert!(NamedSecret::parse(SecretKind::ServiceToken, text).is_none(), "{text}");
        }
        assert!(NamedSecret::parse(SecretKind::ApiKey, "ak.a.b").is_some());
    }

    #[test]
    fn a_new_one_reads_back_and_is_never_printed() {
        let text = NamedSecret::generate(SecretKind::ApiKey, "an-id", &Random::system());
        let key = NamedSecret::parse(SecretKind::ApiKey, &text).unwrap();

        assert_eq!((key.id(), key.hashed_part()), ("an-id", text.as_bytes()));
        assert!(!format!("{key:?}").contains(&text[9..]));
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text in "\\PC*", start in "(st|ak)?\\.?") {
            let text = format!("{start}{text}");
            for kind in [SecretKind::ServiceToken, SecretKind::ApiKey] {
                if let Some(token) = NamedSecret::parse(kind, &text) {
                    prop_assert!(text.as_bytes().starts_with(token.hashed_part()));
                    prop_assert!(!token.id().contains('.'));
                }
            }
        }
    }
}
