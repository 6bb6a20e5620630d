//! A filter that says of a set of terms which are surely not in it: a Bloom filter (Bloom, 1970).
//!
//! Stored as one byte for the format, 1, and the bits, lowest first. A term is `name`, a zero byte,
//! `value`. Its places are h₁ + i·h₂ modulo the number of bits, i from 0 to 9, where h₁ and h₂ are
//! the first and the second 8 bytes of its SHA-256, big-endian, h₂ made odd.

use aws_lc_rs::digest::{SHA256, digest};

const FORMAT: u8 = 1;
/// Places of a term: with [`BITS_PER_TERM`] one term in 1,400 that is not in the set seems to be.
const PLACES: u64 = 10;
const BITS_PER_TERM: usize = 15;
/// Bytes of bits at most. A set that would need more is told apart less well.
const BYTES_MAX: usize = 64 * 1024;

/// A term, hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Term(u64, u64);

impl Term {
    /// The term that says that `name` is `value`.
    #[must_use]
    pub fn new(name: &str, value: &str) -> Self {
        let mut text = Vec::with_capacity(name.len() + 1 + value.len());
        text.extend_from_slice(name.as_bytes());
        text.push(0);
        text.extend_from_slice(value.as_bytes());
        let hash = digest(&SHA256, &text);
        let part = |from: usize| {
            let bytes = hash.as_ref()[from..from + 8].iter();
            bytes.fold(0, |number: u64, byte| number << 8 | u64::from(*byte))
        };
        Self(part(0), part(8) | 1)
    }

    fn places(self, bits: u64) -> impl Iterator<Item = u64> {
        (0..PLACES).map(move |number| self.0.wrapping_add(self.1.wrapping_mul(number)) % bits)
    }
}

/// The bytes of the filter of a set of terms, each named once.
#[must_use]
pub fn filter_of(terms: &[Term]) -> Vec<u8> {
    let length = (terms.len() * BITS_PER_TERM).div_ceil(8).clamp(8, BYTES_MAX);
    let mut bytes = vec![0; 1 + length];
    bytes[0] = FORMAT;
    for term in terms {
        for place in term.places(length as u64 * 8) {
            let (byte, bit) = split(place);
            bytes[byte] |= bit;
        }
    }
    bytes
}

/// Whether a term may be in the set that a filter was made of. Always, if this is no filter.
#[must_use]
pub fn may_hold(filter: &[u8], term: Term) -> bool {
    let Some((&FORMAT, bits)) = filter.split_first().filter(|(_, bits)| !bits.is_empty()) else {
        return true;
    };
    let is_set = |place| {
        let (byte, bit) = split(place);
        filter[byte] & bit != 0
    };
    term.places(bits.len() as u64 * 8).all(is_set)
}

/// Where a bit is: the byte, counted with the format before them, and the bit in it.
fn split(place: u64) -> (usize, u8) {
    (1 + usize::try_from(place / 8).unwrap_or_default(), 1 << (place % 8))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn numbers(range: std::ops::Range<u32>) -> Vec<Term> {
        range.map(|number| Term::new("secretKey", &number.to_string())).collect()
    }

    #[test]
    fn hardly_a_term_seems_to_be_there_that_is_not() {
        let filter = filter_of(&numbers(0..5_000));

        let wrong = numbers(5_000..105_000).into_iter().filter(|term| may_hold(&filter, *term)).count();

        assert!(wrong <= 100, "{wrong} of 100,000");
        assert!(filter.len() < 10_000);
    }

    #[test]
    fn what_is_no_filter_excludes_nothing() {
        for bytes in [&[][..], &[1], &[2, 0, 0]] {
            assert!(may_hold(bytes, Term::new("a", "b")));
        }
    }

    #[test]
    fn a_name_is_not_a_part_of_its_value() {
        let filter = filter_of(&[Term::new("a", "bc")]);

        assert!(may_hold(&filter, Term::new("a", "bc")));
        assert!(!may_hold(&filter, Term::new("ab", "c")));
    }

    proptest! {
        #[test]
        fn a_term_of_the_set_is_never_missed(names in prop::collection::vec(".{0,20}", 0..300)) {
            let terms: Vec<Term> = names.iter().map(|name| Term::new("path", name)).collect();
            let filter = filter_of(&terms);

            prop_assert!(terms.into_iter().all(|term| may_hold(&filter, term)));
        }
    }
}
