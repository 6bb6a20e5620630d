//! Path patterns.

use proptest::prelude::*;

use super::super::Glob;
use super::model;

fn matches(pattern: &str, text: &str) -> bool {
    Glob::new(pattern).matches(text)
}

#[test]
fn two_stars_match_everything_below_and_the_place_itself() {
    for path in ["/", "/a", "/a/b", "/a/b/c"] {
        assert!(matches("/**", path), "{path}");
        assert!(matches("**", path), "{path}");
    }
    assert!(matches("/a/**", "/a"));
    assert!(matches("/a/**", "/a/b/c"));
    assert!(!matches("/a/**", "/ab"));
    assert!(!matches("/a/**", "/"));
    assert!(matches("/**/secret", "/secret"));
    assert!(matches("/**/secret", "/a/b/secret"));
    assert!(matches("/a/**/z/**", "/a/z/y/z/q"));
}

#[test]
fn one_star_stays_within_a_segment() {
    assert!(matches("/*", "/a"));
    assert!(!matches("/*", "/a/b"));
    assert!(!matches("/*", "/"));
    assert!(matches("/a*", "/a"));
    assert!(matches("/a*z", "/abcz"));
    assert!(!matches("/a*z", "/ab/cz"));
    assert!(matches("dev-*", "dev-1"));
    assert!(!matches("a**b", "a/b"));
}

#[test]
fn a_question_mark_is_one_character() {
    assert!(matches("/?", "/a"));
    assert!(matches("/?", "/é"));
    assert!(!matches("/?", "/ab"));
    assert!(!matches("/?", "/"));
    assert!(!matches("/a?b", "/a/b"));
}

#[test]
fn other_characters_are_literal_and_have_case() {
    assert!(matches("{a,b}", "{a,b}"));
    assert!(!matches("{a,b}", "a"));
    assert!(!matches("[ab]", "a"));
    assert!(!matches("!a", "b"));
    assert!(!matches("a+", "aa"));
    assert!(!matches("/App", "/app"));
    assert!(matches("*", ".hidden"));
}

#[test]
fn a_text_full_of_pattern_characters_is_only_a_text() {
    for text in ["*", "**", "?", "/**", "{dev,prod}", "[a-z]", "dev*"] {
        assert!(!matches("dev", text), "{text}");
        assert!(!matches("/app/?", text), "{text}");
    }
}

#[test]
fn a_hostile_pattern_ends_soon() {
    let depths = "**/".repeat(300) + "x";
    let stars = "*a".repeat(500) + "b";

    assert!(!matches(&depths, &"a/".repeat(2000)));
    assert!(!matches(&stars, &"a".repeat(5000)));
}

fn pattern() -> impl Strategy<Value = String> {
    pattern_of(8)
}

/// A pattern of less than `count` parts.
fn pattern_of(count: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(vec!["a", "b", "*", "**", "?", "/", "/", "/**/"]), 0..count)
        .prop_map(|parts| parts.concat())
}

/// All texts of at most five characters of `a`, `b` and `/`.
fn texts() -> Vec<String> {
    let mut texts = vec![String::new()];
    let mut start = 0;
    for _ in 0..5 {
        let end = texts.len();
        for index in start..end {
            for char in ['a', 'b', '/'] {
                texts.push(format!("{}{char}", texts[index]));
            }
        }
        start = end;
    }
    texts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_pattern_matches_what_the_obvious_matcher_matches(pattern in pattern(), text in "[ab/*?é]{0,9}") {
        prop_assert_eq!(matches(&pattern, &text), model::glob(&pattern, &text));
    }

    #[test]
    fn a_pattern_is_compared_with_all_short_texts(pattern in pattern()) {
        let glob = Glob::new(&pattern);
        for text in texts() {
            prop_assert_eq!(glob.matches(&text), model::glob(&pattern, &text), "{}", text);
        }
    }

    #[test]
    fn a_pattern_covers_only_what_it_matches(one in pattern_of(5), other in pattern_of(5)) {
        let (wide, narrow) = (Glob::new(&one), Glob::new(&other));
        if wide.covers(&narrow) {
            for text in texts() {
                prop_assert!(!narrow.matches(&text) || wide.matches(&text), "{}", text);
            }
        }
    }

    #[test]
    fn disjoint_patterns_match_nothing_together(one in pattern_of(5), other in pattern_of(5)) {
        let (left, right) = (Glob::new(&one), Glob::new(&other));
        if left.is_disjoint_from(&right) {
            for text in texts() {
                prop_assert!(!(left.matches(&text) && right.matches(&text)), "{}", text);
            }
        }
    }

    #[test]
    fn a_pattern_covers_itself(pattern in pattern()) {
        let glob = Glob::new(&pattern);
        prop_assert!(glob.covers(&glob));
    }
}

#[test]
fn covering_and_disjointness_are_seen_where_roles_need_them() {
    let covers = |wide: &str, narrow: &str| Glob::new(wide).covers(&Glob::new(narrow));
    let disjoint = |one: &str, other: &str| Glob::new(one).is_disjoint_from(&Glob::new(other));

    assert!(covers("/**", "/app/*"));
    assert!(covers("/app/**", "/app/web/**"));
    assert!(covers("/*", "/a*"));
    assert!(!covers("/app/*", "/app/**"));
    assert!(!covers("/app/web/**", "/app/**"));
    assert!(disjoint("/app/**", "/db/**"));
    assert!(disjoint("/app/*", "/app/web/db"));
    assert!(disjoint("dev", "prod*"));
    assert!(!disjoint("/app/**", "/**"));
}

#[test]
fn the_quick_ways_of_a_pattern_agree_with_trying_everything() {
    let patterns = [
        "", "/", "/**", "**", "a", "/a", "/a/", "/a/**", "/a/**/", "/a/b*", "/a*/b", "*a", "*_URL", "**/b",
        "/**/b", "/a/**/b", "?a", "a?", "/a/*", "***", "/***", "ä*", "*ä", "/ä/**", "**/**", "a/**/**",
    ];
    let texts = [
        "", "/", "a", "/a", "/a/", "/a/b", "/a/bc", "/ab", "/ab/b", "//", "/a//b", "b", "/b", "X_URL",
        "_URL", "URL", "ä", "äb", "bä", "/ä", "/ä/b", "aa", "/a/b/b", "xa", "a/b", "a/",
    ];
    for pattern in patterns {
        let glob = Glob::new(pattern);
        for text in texts {
            assert_eq!(glob.matches(text), model::glob(pattern, text), "{pattern:?} {text:?}");
        }
    }
}
