//! Giving the references to a secret its new name, in the commit that renames it.

use std::{collections::BTreeSet, sync::Arc};

use tacit_core::{
    id::SecretId,
    permission::Action,
    reference::{Target, can_name, rewrite},
};

use super::{
    content::Plaintext,
    editor::{Editor, Found},
    location::Place,
    plain::PlainSecret,
    reference_index::ensure,
    state::SecretState,
    used_by::{USES_MAX, find, means},
};
use crate::app::error::{Error, Result};

/// A secret that gets another name, and what refers to it.
pub(super) struct Rename {
    secret: SecretId,
    old: String,
    new: String,
    /// The folders at which references name the secret.
    folders: Vec<Arc<Place>>,
    /// The secrets that have them, perhaps itself.
    users: BTreeSet<SecretId>,
}

impl Rename {
    /// Finds what refers to a secret, before it has its new name.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the name cannot stand in a reference, or if too many secrets refer to it.
    pub(super) async fn plan(
        editor: &mut Editor<'_>,
        place: &Arc<Place>,
        found: &Found,
        new: &str,
    ) -> Result<Self> {
        let mut source = editor.source();
        let (project, key) = (&source.access().project.id, source.key());
        ensure(source.db(), project, key).await?;
        let uses = find(&mut source, place, &found.row.id, &found.row.name).await?;
        if !uses.is_complete {
            return Err(Error::Invalid(format!(
                "More than {USES_MAX} secrets refer to the secret, or too many folders import it; \
                 their references are not rewritten"
            )));
        }
        if !uses.secrets.is_empty() && !can_name(new) {
            return Err(Error::Invalid(
                "References cannot have the new name: only letters, digits, '-' and '_'".to_owned(),
            ));
        }
        Ok(Self {
            secret: found.row.id.clone(),
            old: found.row.name.clone(),
            new: new.to_owned(),
            folders: uses.folders,
            users: uses.secrets,
        })
    }

    /// Rewrites the references of the secret to itself.
    ///
    /// # Errors
    ///
    /// [`Error::Forbidden`] without the right to read it, if it has some.
    pub(super) fn rewrite_own(
        &self,
        editor: &Editor<'_>,
        place: &Place,
        after: &mut SecretState,
    ) -> Result<()> {
        if self.users.contains(&self.secret) {
            editor.require(Action::ReadValue, place, after)?;
            after.content.value = self.rewritten(place, &after.content.value)?;
        }
        Ok(())
    }

    /// Rewrites the references of the other secrets, once the secret has its new name.
    ///
    /// # Errors
    ///
    /// [`Error::Forbidden`] without the right to read and edit each; [`Error::Invalid`] if the new name
    /// means another secret where the old one was used, or a value becomes too long.
    pub(super) async fn carry_out(self, editor: &mut Editor<'_>) -> Result<Vec<PlainSecret>> {
        let mut rewritten = Vec::new();
        for id in self.users.iter().filter(|id| **id != self.secret) {
            let Some((place, found)) = editor.find_anywhere(id).await? else { continue };
            editor.require(Action::ReadValue, &place, &found.state)?;
            editor.require(Action::Edit, &place, &found.state)?;
            let mut state = found.state.clone();
            state.content.value = self.rewritten(&place, &state.content.value)?;
            if state != found.state {
                rewritten.push(editor.replace(&place, found, state).await?);
            }
        }
        let mut source = editor.source();
        for folder in &self.folders {
            if !means(&mut source, folder, &self.new, &self.secret).await? {
                return Err(Error::Invalid(
                    "The new name means another secret where the old one is referred to".to_owned(),
                ));
            }
        }
        Ok(rewritten)
    }

    fn rewritten(&self, place: &Place, value: &Plaintext) -> Result<Plaintext> {
        let text = rewrite(value.as_str(), |reference| {
            self.is_meant(place, &reference.target).then(|| reference.renamed(&self.new))
        });
        Plaintext::as_written(text).map_err(|error| Error::Invalid(format!("A rewritten value {error}")))
    }

    /// Whether a reference in a value of the folder `place` names the secret.
    fn is_meant(&self, place: &Place, target: &Target<'_>) -> bool {
        match target {
            Target::Local { name } => {
                *name == self.old && self.folders.iter().any(|folder| folder.folder_id == place.folder_id)
            }
            Target::Absolute { environment, path, name } => {
                *name == self.old
                    && self
                        .folders
                        .iter()
                        .any(|folder| folder.environment == *environment && folder.path == path.as_str())
            }
        }
    }
}
