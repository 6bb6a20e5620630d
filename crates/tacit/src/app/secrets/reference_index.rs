//! The index of references: keyed hashes of what the present values of secrets refer to.

use std::collections::{BTreeSet, HashSet};

use tacit_core::{
    cipher::DataKey,
    id::{FolderId, ProjectId, SecretId},
    reference::{Target, may_have_references, references},
};
use tacit_store::{
    Connection,
    data_keys::{self, KeyOwner},
    secret_references,
    secrets::SecretRow,
};

use super::{
    content::{Plaintext, decrypt_value},
    expand::REFERENCES_PER_VALUE_MAX,
};
use crate::app::error::{Error, Result};

/// Secrets that are read at once when the index of a project is made.
const PAGE_LENGTH: i64 = 32;

/// The hash of a reference that names only a secret, in a value of this folder.
pub(super) fn local(key: &DataKey, folder: &FolderId, name: &str) -> [u8; 32] {
    key.hash_reference(&[folder.as_str(), name])
}

/// The hash of a reference that names environment, path and secret, in whatever value.
pub(super) fn absolute(key: &DataKey, environment: &str, path: &str, name: &str) -> [u8; 32] {
    key.hash_reference(&[environment, path, name])
}

/// The hashes of the references in a value: of the first [`REFERENCES_PER_VALUE_MAX`] different ones.
/// More have only values that were written before there were references.
fn hashes(key: &DataKey, folder: &FolderId, value: &str) -> BTreeSet<[u8; 32]> {
    let mut seen = HashSet::new();
    references(value)
        .filter(|reference| seen.insert(reference.text))
        .take(REFERENCES_PER_VALUE_MAX)
        .map(|reference| match &reference.target {
            Target::Local { name } => local(key, folder, name),
            Target::Absolute { environment, path, name } => absolute(key, environment, path.as_str(), name),
        })
        .collect()
}

/// Stores what a new secret refers to.
pub(super) async fn put(
    db: &mut Connection,
    key: &DataKey,
    row: &SecretRow,
    value: &Plaintext,
) -> Result<()> {
    if may_have_references(value.as_str()) {
        for hash in hashes(key, &row.folder_id, value.as_str()) {
            secret_references::insert(db, &row.id, &hash).await?;
        }
    }
    Ok(())
}

/// Stores anew what a secret refers to, under the key that encrypts now.
pub(in crate::app) async fn index_references_of(
    db: &mut Connection,
    key: &DataKey,
    secret: &SecretId,
    folder: &FolderId,
    value: &str,
) -> Result<()> {
    if !may_have_references(value) {
        return Ok(());
    }
    secret_references::delete_all(db, secret).await?;
    for hash in hashes(key, folder, value) {
        secret_references::insert(db, secret, &hash).await?;
    }
    Ok(())
}

/// Stores what a secret refers to now that it has another value. `old` is `None` if nobody knows what it had.
pub(super) async fn replace(
    db: &mut Connection,
    key: &DataKey,
    row: &SecretRow,
    old: Option<&Plaintext>,
    new: &Plaintext,
) -> Result<()> {
    if old.is_none_or(|old| may_have_references(old.as_str())) {
        secret_references::delete_all(db, &row.id).await?;
    }
    put(db, key, row, new).await
}

/// Makes the index of a project that is older than the index, in a writing transaction. It keeps other
/// writers of the project out, as every commit does.
pub(super) async fn ensure(db: &mut Connection, project: &ProjectId, key: &DataKey) -> Result<()> {
    if !secret_references::mark_indexed(db, project).await? {
        return Ok(());
    }
    let present = data_keys::find(db, &KeyOwner::Project(project.clone())).await?;
    if present.is_none_or(|row| row.data_key_ciphertext.key_number() != Some(key.number())) {
        return Err(Error::Conflict("The project's encryption key was replaced meanwhile. Try again."));
    }
    let mut after = String::new();
    loop {
        let rows = secret_references::secrets_after(db, project, &after, PAGE_LENGTH).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        last.id.as_str().clone_into(&mut after);
        for row in &rows {
            // A damaged one refers to nothing until it is written anew.
            let value = decrypt_value(key, row).unwrap_or_default();
            replace(db, key, row, None, &value).await?;
        }
    }
}

#[cfg(test)]
mod tests {

    use tacit_core::random::Random;

    use super::*;

    #[test]
    fn each_place_a_value_refers_to_is_indexed_once_and_only_so_many() {
        let (key, _) = DataKey::generate(1, &Random::seeded(5));
        let folder = FolderId::new("f");
        let found = hashes(&key, &folder, "${A} ${A} ${prod.app.A} ${A:-x} $A");
        assert_eq!(found, BTreeSet::from([local(&key, &folder, "A"), absolute(&key, "prod", "/app", "A")]));

        let many: Vec<String> = (0..=REFERENCES_PER_VALUE_MAX).map(|n| format!("${{S{n}}}")).collect();
        let found = hashes(&key, &folder, &many.concat());
        assert_eq!(found.len(), REFERENCES_PER_VALUE_MAX);
        let first = many.first().unwrap();
        assert!(found.contains(&local(&key, &folder, &first[2..first.len() - 1])));
    }
}
