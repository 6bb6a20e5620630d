//! The keys in use: what is derived from the root key, and unwrapped data keys.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use tacit_core::{
    cipher::{Ciphertext, DataKey},
    id::{MailId, OrganizationId, ProjectId, UserId},
    keyring::RootKey,
    passkey::Challenges,
    random::Random,
    token::{HashKey, TokenKey},
};

use super::error::Result;

/// Keys of this process. Data keys are unwrapped at first use and forgotten with their project.
pub struct Keys {
    root: RootKey,
    /// Signs access tokens.
    pub tokens: TokenKey,
    /// Hashes client secrets and refresh tokens.
    pub hashes: HashKey,
    /// Makes and checks challenges of passkeys.
    pub challenges: Challenges,
    /// Hashes answers into ETags.
    pub etags: HashKey,
    projects: RwLock<HashMap<ProjectId, Arc<DataKey>>>,
}

impl Keys {
    /// Derives what is needed from the root key.
    #[must_use]
    pub fn new(root: RootKey) -> Self {
        Self {
            tokens: root.token_key(),
            hashes: root.hash_key(),
            challenges: root.challenges(),
            etags: root.etag_key(),
            projects: RwLock::default(),
            root,
        }
    }

    /// The root key itself, which backups are for.
    pub(in crate::app) const fn root(&self) -> &RootKey {
        &self.root
    }

    /// A new data key for a project, wrapped for its row.
    #[must_use]
    pub fn new_project_key(&self, project: &ProjectId, random: &Random) -> Ciphertext {
        let (key, bytes) = DataKey::generate(1, random);
        self.root.wrap(&project_owner(project), &bytes, key.number(), random)
    }

    /// A new data key for an organization, wrapped for its row.
    #[must_use]
    pub fn new_organization_key(&self, organization: &OrganizationId, random: &Random) -> Ciphertext {
        let (key, bytes) = DataKey::generate(1, random);
        self.root.wrap(&organization_owner(organization), &bytes, key.number(), random)
    }

    /// The data key of an organization, from its wrapped form.
    ///
    /// # Errors
    ///
    /// If it was wrapped by another root key or changed.
    pub fn organization(&self, organization: &OrganizationId, wrapped: &Ciphertext) -> Result<DataKey> {
        Ok(self.root.unwrap(&organization_owner(organization), wrapped)?)
    }

    /// A new data key of a person, with its form for their row.
    #[must_use]
    pub fn new_user_key(&self, user: &UserId, random: &Random) -> (Ciphertext, DataKey) {
        let (key, bytes) = DataKey::generate(1, random);
        (self.root.wrap(&user_owner(user), &bytes, key.number(), random), key)
    }

    /// The data key of a person, from its wrapped form.
    ///
    /// # Errors
    ///
    /// If it was wrapped by another root key or changed.
    pub fn user(&self, user: &UserId, wrapped: &Ciphertext) -> Result<DataKey> {
        Ok(self.root.unwrap(&user_owner(user), wrapped)?)
    }

    /// A new data key for one mail, with its form for the mail's row.
    #[must_use]
    pub fn new_mail_key(&self, mail: &MailId, random: &Random) -> (Ciphertext, DataKey) {
        let (key, bytes) = DataKey::generate(1, random);
        (self.root.wrap(&mail_owner(mail), &bytes, key.number(), random), key)
    }

    /// The data key of a mail, from its wrapped form.
    ///
    /// # Errors
    ///
    /// If it was wrapped by another root key or changed.
    pub fn mail(&self, mail: &MailId, wrapped: &Ciphertext) -> Result<DataKey> {
        Ok(self.root.unwrap(&mail_owner(mail), wrapped)?)
    }

    /// The data key of a project, from its wrapped form.
    ///
    /// # Errors
    ///
    /// If it was wrapped by another root key or changed.
    pub fn project(&self, project: &ProjectId, wrapped: &Ciphertext) -> Result<Arc<DataKey>> {
        let known = self.projects.read().unwrap_or_else(PoisonError::into_inner).get(project).cloned();
        if let Some(key) = known {
            return Ok(key);
        }
        let key = Arc::new(self.root.unwrap(&project_owner(project), wrapped)?);
        self.projects
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(project.clone(), Arc::clone(&key));
        Ok(key)
    }

    /// Forgets the data key of a deleted project.
    pub fn forget_project(&self, project: &ProjectId) {
        self.projects.write().unwrap_or_else(PoisonError::into_inner).remove(project);
    }
}

fn user_owner(user: &UserId) -> String {
    format!("user:{user}")
}

fn mail_owner(mail: &MailId) -> String {
    format!("mail:{mail}")
}

fn organization_owner(organization: &OrganizationId) -> String {
    format!("organization:{organization}")
}

fn project_owner(project: &ProjectId) -> String {
    format!("project:{project}")
}
