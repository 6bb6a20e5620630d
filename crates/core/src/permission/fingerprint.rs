//! What an answer may be kept for: the same rules give the same fingerprint.

use aws_lc_rs::digest::{Context, SHA256};

/// A hash of all rules that count for somebody.
///
/// Whoever has the same fingerprint for the same project may do exactly the same there. It says
/// nothing about who they are.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Of the roles and privileges that count now, each as a text that stands for its rules: the slug
    /// of a built-in role, or the rules themselves. Their order does not matter.
    #[must_use]
    pub fn of<'a>(sources: impl IntoIterator<Item = &'a str>) -> Self {
        let mut sources: Vec<&str> = sources.into_iter().collect();
        sources.sort_unstable();
        let mut context = Context::new(&SHA256);
        // The rules of built-in roles are those of this release.
        context.update(env!("CARGO_PKG_VERSION").as_bytes());
        for source in sources {
            context.update(&(source.len() as u64).to_be_bytes());
            context.update(source.as_bytes());
        }
        let mut hash = [0; 32];
        hash.copy_from_slice(context.finish().as_ref());
        Self(hash)
    }

    /// The hash.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fingerprint({:02x}{:02x}{:02x}{:02x}…)", self.0[0], self.0[1], self.0[2], self.0[3])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_which_sources_there_are_matters() {
        assert_eq!(Fingerprint::of(["viewer", "[]"]), Fingerprint::of(["[]", "viewer"]));
        for other in [vec![], vec!["viewer"], vec!["viewer[]"], vec!["viewer", "[]", "[]"]] {
            assert_ne!(Fingerprint::of(["viewer", "[]"]), Fingerprint::of(other));
        }
    }
}
