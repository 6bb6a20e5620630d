//! Lists of what is let in, as the wire writes them: texts with commas between (wire-contract 10.4).

use tacit_core::permission::Glob;

/// The longest such text, in characters.
pub const TEXT_MAX: usize = 4096;

/// The parts of a list, without the space around them. Empty ones are left out.
pub fn parts(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|part| !part.is_empty())
}

/// Whether a list names nothing.
#[must_use]
pub fn is_empty(list: &str) -> bool {
    parts(list).next().is_none()
}

/// Whether `text` is one of the parts, exactly.
#[must_use]
pub fn has(list: &str, text: &str) -> bool {
    parts(list).any(|part| part == text)
}

/// Whether `text` fits one of the parts, in which `*` stands for anything but `/`, `**` between slashes for any number
/// of parts, and `?` for one character. What is compared is never taken for a pattern.
#[must_use]
pub fn fits(list: &str, text: &str) -> bool {
    parts(list).any(|part| part == text || Glob::new(part).matches(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_split_at_commas_and_says_nothing_of_what_it_does_not_name() {
        assert!(has(" a, b ,,c", "b") && !has("a,b", "a,b") && !has("", ""));
        assert!(is_empty(" , ") && !is_empty("a"));
    }

    #[test]
    fn only_the_list_is_a_pattern() {
        assert!(fits("repo:acme/*:ref:refs/heads/main", "repo:acme/shop:ref:refs/heads/main"));
        assert!(fits("repo:acme/**", "repo:acme/shop:ref:refs/heads/main"));
        assert!(!fits("repo:acme/*", "repo:acme/shop:ref:refs/heads/main"));
        assert!(!fits("acme", "*") && !fits("acme", "**") && !fits("acme/x", "acme/*"));
        assert!(!fits("a*", "b,a") && !fits("", "a"));
    }
}
