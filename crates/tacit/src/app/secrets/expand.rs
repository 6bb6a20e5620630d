//! Expanding the references in values, each under the caller's own rights.

use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
};

use serde_json::{Value, json};
use tacit_core::{
    name::SecretPath,
    permission::{Action, Object},
    reference::{Address, Budget, Expansion, Node, Step, may_have_references, references},
};
use zeroize::Zeroizing;

use super::{
    content::Plaintext,
    decide::possible,
    location::Place,
    plain::PlainSecret,
    source::{Hidden, Source, SourceSecret},
};
use crate::app::error::{Error, Result};

/// Different secrets that a value can refer to at most.
pub const REFERENCES_PER_VALUE_MAX: usize = 1_000;

/// Referenced secrets that one audit event names at most.
const RECORDED_MAX: usize = 100;

/// The expansions of one answer.
#[derive(Default)]
pub(super) struct Expander {
    budget: Budget,
    /// The secrets whose values went into the answer.
    read: BTreeSet<(String, String, String)>,
}

impl Expander {
    /// Expands the value of a secret, if it has one to show.
    ///
    /// # Errors
    ///
    /// [`Error::Forbidden`] if it refers to a secret that the caller may not read, whether that is
    /// there or not (`decisions.md` 25); [`Error::Invalid`] if the references are too many.
    pub(super) async fn expand(&mut self, source: &mut Source<'_>, secret: &mut PlainSecret) -> Result<()> {
        let Some(value) = &secret.value else { return Ok(()) };
        if !may_have_references(value.as_str()) {
            return Ok(());
        }
        let node = self.tree(source, &secret.place, &secret.row.name, value).await?;
        secret.value = node.value.map(Plaintext::expanded);
        Ok(())
    }

    /// The expanded value with all that went into it.
    ///
    /// # Errors
    ///
    /// As [`expand`](Self::expand).
    pub(super) async fn tree(
        &mut self,
        source: &mut Source<'_>,
        place: &Place,
        name: &str,
        value: &Plaintext,
    ) -> Result<Node> {
        let text = Zeroizing::new(value.as_str().to_owned());
        let mut expansion = Expansion::new(address(place, name)?, text);
        while let Step::Lookup(wanted) = expansion.next(&mut self.budget)? {
            expansion.answer(self.look_up(source, &wanted).await?);
        }
        expansion.finish().ok_or_else(|| Error::Internal("an expansion did not end".to_owned()))
    }

    async fn look_up(
        &mut self,
        source: &mut Source<'_>,
        wanted: &Address,
    ) -> Result<Option<(Address, Zeroizing<String>)>> {
        let Some(found) = look_up(source, wanted).await? else { return Ok(None) };
        let at = address(&found.place, &found.stored.row.name)?;
        self.read.insert((at.environment.clone(), at.path.as_str().to_owned(), at.name.clone()));
        Ok(Some((at, found.value(source.key())?.into_text())))
    }

    /// What the audit log says of the secrets that were referred to; `None` if there were none.
    pub(super) fn facts(&self) -> Option<Value> {
        let fact = |(environment, path, name): &(String, String, String)| json!({ "environment": environment, "secretPath": path, "secretKey": name });
        let facts: Vec<Value> = self.read.iter().take(RECORDED_MAX).map(fact).collect();
        (!facts.is_empty()).then(|| json!({ "count": self.read.len(), "secrets": facts }))
    }
}

/// The secret that a reference means: the one at its address, or else the one imported there. An imported
/// one that the caller may not see is not passed over for another: a value would be wrong, and nobody
/// would notice.
///
/// # Errors
///
/// [`Error::Forbidden`] if the caller may not read it, or could read nothing of that name there.
pub(super) async fn look_up(source: &mut Source<'_>, wanted: &Address) -> Result<Option<Arc<SourceSecret>>> {
    let object = Object::new()
        .environment(&wanted.environment)
        .secret_path(wanted.path.as_str())
        .secret_name(&wanted.name);
    possible(source.access(), Action::ReadValue, &object)?;
    let Some(place) = source.place(&wanted.environment, &wanted.path).await? else { return Ok(None) };
    let found = match source.secret(&place, &wanted.name).await? {
        Some(own) => Some(own),
        None => source.find_imported(&place.folder_id, &wanted.name, Hidden::Found).await?,
    };
    if let Some(secret) = &found {
        secret.require(source.access(), Action::ReadValue)?;
    }
    Ok(found)
}

/// Refuses a value that refers to a secret which the caller may not read, or to a place where it could
/// read nothing of that name. A secret that is not there is no obstacle (`decisions.md` 25).
///
/// # Errors
///
/// [`Error::Forbidden`] for such a reference, [`Error::Invalid`] for more than
/// [`REFERENCES_PER_VALUE_MAX`] different ones.
pub(super) async fn require_readable(
    source: &mut Source<'_>,
    place: &Place,
    value: &Plaintext,
) -> Result<()> {
    let mut wanted = HashSet::new();
    for reference in references(value.as_str()) {
        wanted.insert(address(place, "")?.of(reference.target));
        if wanted.len() > REFERENCES_PER_VALUE_MAX {
            return Err(Error::Invalid(format!(
                "A value cannot refer to more than {REFERENCES_PER_VALUE_MAX} secrets"
            )));
        }
    }
    for address in wanted {
        look_up(source, &address).await?;
    }
    Ok(())
}

/// Where a secret is, as references name it.
pub(super) fn address(place: &Place, name: &str) -> Result<Address> {
    let path =
        SecretPath::parse(&place.path).map_err(|error| Error::Internal(format!("a stored path: {error}")))?;
    Ok(Address { environment: place.environment.clone(), path, name: name.to_owned() })
}

#[cfg(test)]
mod tests;
