//! Writing personal overrides. They are in the commit log for their owner alone, count in no folder, and
//! their versions are in no state of the past.

use std::sync::Arc;

use tacit_core::id::{SecretId, UserId};
use tacit_store::{secret_overrides, secret_versions, secrets, secrets::SecretRow};

use super::{
    super::{OVERRIDES_MAX, content::Content, location::Place, plain::PlainSecret, state::SecretState},
    Editor, Found, change,
};
use crate::app::error::{Error, Result};

impl Editor<'_> {
    /// The user's override of a secret. It has the tags of the secret, which decide about both.
    pub(in crate::app::secrets) async fn find_override(
        &mut self,
        shared: &Found,
        owner: &UserId,
    ) -> Result<Option<Found>> {
        let (folder, name) = (&shared.row.folder_id, &shared.row.name);
        let Some(row) = secret_overrides::find(&mut self.work.db, folder, name, owner).await? else {
            return Ok(None);
        };
        let content = Content::decrypt(&self.key, &row)?;
        let state = SecretState::new(&row, content, shared.state.tags.clone());
        Ok(Some(Found { row, state, damage: None }))
    }

    /// Makes an override of the secret that is called like it.
    pub(in crate::app::secrets) async fn insert_override(
        &mut self,
        place: &Arc<Place>,
        owner: &UserId,
        state: SecretState,
    ) -> Result<PlainSecret> {
        let count = secret_overrides::count(&mut self.work.db, &self.access.project.id, owner).await?;
        if count >= OVERRIDES_MAX {
            return Err(Error::Invalid(format!(
                "You cannot have more than {OVERRIDES_MAX} personal overrides in a project"
            )));
        }
        let id: SecretId = self.work.app.new_id();
        let row = self.row(id, place, &state, 1, self.now)?;
        let row = SecretRow { owner_user_id: owner.as_str().to_owned(), ..row };
        secrets::insert(&mut self.work.db, &row).await?;
        self.keep_override(&row, &state, None).await?;
        Ok(PlainSecret::written(place, row, state, true))
    }

    /// Makes the next version of an override.
    pub(in crate::app::secrets) async fn replace_override(
        &mut self,
        place: &Arc<Place>,
        found: Found,
        state: SecretState,
    ) -> Result<PlainSecret> {
        let before = found.row.version;
        let row = self.row(found.row.id, place, &state, before + 1, found.row.created_at)?;
        let row = SecretRow { owner_user_id: found.row.owner_user_id, ..row };
        secrets::update(&mut self.work.db, &row).await?;
        self.keep_override(&row, &state, Some(before)).await?;
        Ok(PlainSecret::written(place, row, state, true))
    }

    /// Deletes an override.
    pub(in crate::app::secrets) async fn remove_override(
        &mut self,
        place: &Arc<Place>,
        found: Found,
    ) -> Result<PlainSecret> {
        let Found { row, state, .. } = found;
        secrets::delete(&mut self.work.db, &row.id).await?;
        secret_versions::end(&mut self.work.db, &row.id, self.commit.revision()).await?;
        self.commit.add(change(&row, Some(row.version), None));
        Ok(PlainSecret::written(place, row, state, true))
    }

    /// Takes everybody's overrides of a secret along to another name or folder.
    pub(in crate::app::secrets) async fn carry_overrides(
        &mut self,
        from: (&Place, &str),
        to: (&Place, &str),
    ) -> Result<()> {
        let (from, to) = ((&from.0.folder_id, from.1), (&to.0.folder_id, to.1));
        Ok(secret_overrides::carry(&mut self.work.db, from, to).await?)
    }

    /// Keeps the version and adds the change to the commit. Forgetting old versions takes nothing from
    /// the states of the folder, since overrides are in none.
    async fn keep_override(
        &mut self,
        row: &SecretRow,
        state: &SecretState,
        before: Option<i64>,
    ) -> Result<()> {
        self.keep_version(row, state).await?;
        self.commit.add(change(row, before, Some(row.version)));
        Ok(())
    }
}
