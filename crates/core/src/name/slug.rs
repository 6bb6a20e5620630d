//! Slugs: the names of projects, environments, tags and roles in URLs and on command lines.

use super::{NameError, check_length};
use crate::random::Random;

/// A slug, such as `web-shop`: words of lower-case letters and digits with single hyphens between
/// (wire-contract 6.2).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slug(String);

parsed_text!(Slug);

/// Hyphen and random characters that [`slugify_with_suffix`] appends.
const SUFFIX_LENGTH: usize = 5;

impl Slug {
    /// The greatest length of any slug, in characters: environments, tags and roles.
    pub const LENGTH_MAX: usize = 64;
    /// The least length of the slug that a new project is given.
    pub const PROJECT_LENGTH_MIN: usize = 5;
    /// The greatest length of the slug that a new project is given.
    pub const PROJECT_LENGTH_MAX: usize = 36;

    /// Trims, lower-cases and checks `slug`, which must have `min` to `max` characters.
    ///
    /// # Errors
    ///
    /// The first rule of [`Slug`] that `slug` breaks.
    pub fn parse(slug: &str, min: usize, max: usize) -> Result<Self, NameError> {
        let slug = slug.trim().to_ascii_lowercase();
        check_length("slug", &slug, min, max)?;
        if slug.split('-').all(is_word) {
            return Ok(Self(slug));
        }
        Err(NameError::NotAllowed {
            what: "slug",
            allowed: "letters and digits of ASCII, with single hyphens between",
        })
    }

    /// Checks the slug that a new project is given: 5 to 36 characters.
    ///
    /// # Errors
    ///
    /// As for [`parse`](Self::parse).
    pub fn parse_for_new_project(slug: &str) -> Result<Self, NameError> {
        Self::parse(slug, Self::PROJECT_LENGTH_MIN, Self::PROJECT_LENGTH_MAX)
    }

    /// Checks the slug that an existing project is given: 1 to 64 characters, single underscores
    /// allowed as well as hyphens, capital letters refused (wire-contract 6.2).
    ///
    /// # Errors
    ///
    /// The first rule that `slug` breaks.
    pub fn parse_for_existing_project(slug: &str) -> Result<Self, NameError> {
        let slug = slug.trim();
        check_length("slug", slug, 1, Self::LENGTH_MAX)?;
        if slug.split(['-', '_']).all(is_word) {
            return Ok(Self(slug.to_owned()));
        }
        Err(NameError::NotAllowed {
            what: "slug",
            allowed: "lower-case letters and digits, with single hyphens or underscores between",
        })
    }
}

fn is_word(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// Makes a slug of a name for people: `Web Shop (EU)` becomes `web-shop-eu`.
///
/// What is no letter or digit of ASCII becomes a hyphen; the result may be empty.
#[must_use]
pub fn slugify(name: &str) -> String {
    let is_separator = |character: char| !character.is_ascii_alphanumeric();
    let words: Vec<&str> = name.split(is_separator).filter(|word| !word.is_empty()).collect();
    words.join("-").to_ascii_lowercase()
}

/// Makes a slug of a name that nobody else is likely to have: [`slugify`], a hyphen, and four
/// random lower-case letters or digits (wire-contract 6.2).
///
/// Long names are cut, so that the result is always one that a new project may have. A name
/// without a letter or digit of ASCII counts as `unnamed`.
#[must_use]
pub fn slugify_with_suffix(name: &str, random: &Random) -> String {
    let mut slug = slugify(name);
    slug.truncate(Slug::PROJECT_LENGTH_MAX - SUFFIX_LENGTH);
    let slug = match slug.trim_end_matches('-') {
        "" => "unnamed",
        slug => slug,
    };
    format!("{slug}-{}", suffix(random))
}

/// Four random characters of 36: a choice of 1.7 million.
fn suffix(random: &Random) -> String {
    let number = u64::from_be_bytes(random.bytes());
    (0..4)
        .scan(number, |number, _| {
            let digit = u32::try_from(*number % 36).ok()?;
            *number /= 36;
            char::from_digit(digit, 36)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_slug_is_trimmed_and_in_lower_case() {
        assert_eq!(Slug::parse(" Dev-2 ", 1, 64).unwrap().as_str(), "dev-2");
        assert_eq!(Slug::parse("a", 1, 64).unwrap().as_str(), "a");
    }

    #[test]
    fn anything_but_words_and_single_hyphens_is_refused() {
        for slug in ["Q A", "bad slug!", "-a", "a-", "a--b", "a_b", "ä", "a.b", "a/b", "-", "\u{212a}x"] {
            assert!(matches!(Slug::parse(slug, 1, 64), Err(NameError::NotAllowed { .. })), "{slug}");
        }
    }

    #[test]
    fn lengths_depend_on_what_is_named() {
        let message = |slug: &str| Slug::parse_for_new_project(slug).unwrap_err().to_string();

        assert_eq!(message(" "), "the slug must not be empty");
        assert_eq!(message("abc"), "the slug must have at least 5 characters");
        assert_eq!(message(&"a".repeat(37)), "the slug must not have more than 36 characters");
        assert!(Slug::parse_for_new_project("abcde").is_ok());
        assert!(Slug::parse_for_existing_project(&"a".repeat(64)).is_ok());
        assert!(Slug::parse_for_existing_project(&"a".repeat(65)).is_err());
    }

    #[test]
    fn an_existing_project_may_get_underscores() {
        assert_eq!(Slug::parse_for_existing_project("web_shop-2").unwrap().as_str(), "web_shop-2");
        for slug in ["Web", "a__b", "a_-b", "_a", "a_", "a b", ""] {
            assert!(Slug::parse_for_existing_project(slug).is_err(), "{slug}");
        }
    }

    #[test]
    fn a_name_becomes_words_with_hyphens() {
        assert_eq!(slugify("Web Shop (EU)"), "web-shop-eu");
        assert_eq!(slugify("--a__b--"), "a-b");
        assert_eq!(slugify("ключ"), "");
    }

    #[test]
    fn a_suffix_makes_two_equal_names_differ() {
        let random = Random::seeded(1);
        let (one, two) = (slugify_with_suffix("Shop", &random), slugify_with_suffix("Shop", &random));

        assert!(one.starts_with("shop-") && one.len() == 9, "{one}");
        assert_ne!(one, two);
        assert!(slugify_with_suffix("ключ", &random).starts_with("unnamed-"));
    }

    proptest! {
        #[test]
        fn a_made_slug_is_one_that_a_new_project_may_have(name in "[a-z -]{0,80}|\\PC*", seed: u64) {
            let slug = slugify_with_suffix(&name, &Random::seeded(seed));

            prop_assert_eq!(Slug::parse_for_new_project(&slug).map(Slug::into_string), Ok(slug));
        }

        #[test]
        fn a_parsed_slug_parses_to_itself(text in "[a-zA-Z0-9 -]{0,12}|\\PC*") {
            if let Ok(slug) = Slug::parse(&text, 1, 64) {
                prop_assert_eq!(Slug::parse(slug.as_str(), 1, 64), Ok(slug));
            }
        }
    }
}
