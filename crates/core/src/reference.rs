//! References between secrets: `${NAME}`, `${environment.NAME}`, `${environment.folder.folder.NAME}`
//! (wire-contract 7.12).
//!
//! A reference is `${`, one or more parts with dots between them, and `}`. A part has letters, digits,
//! hyphens and underscores. One part names a secret beside the one that refers to it; of more parts
//! the first is an environment, the last a secret, and those between are folders from the root down.
//! Everything else is text, also `${VAR:-default}`, `${}`, `${ A }` and `${A`. Nothing escapes a
//! reference: `$${A}` is a dollar sign and a reference (`decisions.md` 25).

mod expand;

pub use expand::{
    Address, Budget, DEPTH_MAX, EXPANDED_BYTES_MAX, Expansion, Node, REFERENCES_MAX, Step, TooMuch,
};

use crate::name::{SecretName, SecretPath};

const OPENING: &str = "${";

/// A piece of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// Text that stays as it is.
    Text(&'a str),
    /// A reference.
    Reference(Reference<'a>),
}

/// A reference in a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference<'a> {
    /// As it is written, from `${` to `}`.
    pub text: &'a str,
    /// What it refers to.
    pub target: Target<'a>,
}

/// What a reference refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// A secret in the folder of the one that refers to it.
    Local {
        /// Its name.
        name: &'a str,
    },
    /// A secret anywhere in the project.
    Absolute {
        /// The slug of its environment.
        environment: &'a str,
        /// Its folder.
        path: SecretPath,
        /// Its name.
        name: &'a str,
    },
}

impl Reference<'_> {
    /// The same reference to a secret of another name.
    #[must_use]
    pub fn renamed(&self, new: &str) -> String {
        let (Target::Local { name } | Target::Absolute { name, .. }) = &self.target;
        let before = self.text.len() - "}".len() - name.len();
        format!("{}{new}}}", &self.text[..before])
    }
}

impl Part<'_> {
    /// The piece as it is written.
    #[must_use]
    pub const fn as_str(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Reference(reference) => reference.text,
        }
    }
}

/// The pieces of a value, in their order. Together they are the value.
pub fn parts(value: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = value;
    std::iter::from_fn(move || {
        let part = first(rest)?;
        rest = &rest[part.as_str().len()..];
        Some(part)
    })
}

/// The references in a value, in their order.
pub fn references(value: &str) -> impl Iterator<Item = Reference<'_>> {
    parts(value).filter_map(|part| match part {
        Part::Reference(reference) => Some(reference),
        Part::Text(_) => None,
    })
}

/// The value with other text in place of those references that get some.
pub fn rewrite(value: &str, mut replacement: impl FnMut(&Reference<'_>) -> Option<String>) -> String {
    let mut rewritten = String::with_capacity(value.len());
    for part in parts(value) {
        let new = match &part {
            Part::Reference(reference) => replacement(reference),
            Part::Text(_) => None,
        };
        rewritten.push_str(new.as_deref().unwrap_or(part.as_str()));
    }
    rewritten
}

/// Whether a reference can name a secret called `name`.
#[must_use]
pub fn can_name(name: &str) -> bool {
    let text = format!("{OPENING}{name}}}");
    let whole = reference_at_start(&text);
    whole.is_some_and(|reference| reference.target == Target::Local { name })
}

/// Whether a value could have references, by a look at its bytes.
#[must_use]
pub fn may_have_references(value: &str) -> bool {
    value.contains(OPENING)
}

/// The first piece of a value; `None` of an empty one.
fn first(value: &str) -> Option<Part<'_>> {
    let mut searched = 0;
    while let Some(found) = value[searched..].find(OPENING) {
        let start = searched + found;
        if let Some(reference) = reference_at_start(&value[start..]) {
            return Some(if start == 0 { Part::Reference(reference) } else { Part::Text(&value[..start]) });
        }
        searched = start + OPENING.len();
    }
    (!value.is_empty()).then_some(Part::Text(value))
}

fn reference_at_start(value: &str) -> Option<Reference<'_>> {
    let inner = value.strip_prefix(OPENING)?;
    let end = inner.find(|c: char| !is_allowed(c))?;
    if !inner[end..].starts_with('}') {
        return None;
    }
    let text = &value[..=OPENING.len() + end];
    Some(Reference { text, target: target(&inner[..end])? })
}

fn is_allowed(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '.')
}

fn target(inner: &str) -> Option<Target<'_>> {
    let parts: Vec<&str> = inner.split('.').collect();
    let (name, places) = parts.split_last()?;
    if parts.iter().any(|part| part.is_empty()) || SecretName::parse(name).is_err() {
        return None;
    }
    let Some((environment, folders)) = places.split_first() else {
        return Some(Target::Local { name });
    };
    let path = SecretPath::parse(&format!("/{}", folders.join("/"))).ok()?;
    Some(Target::Absolute { environment, path, name })
}

#[cfg(test)]
mod tests;
