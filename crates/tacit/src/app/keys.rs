//! The keys in use: the root key, the keys of the instance, and unwrapped data keys.

use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use tacit_core::{
    audit_chain::SigningKey,
    cipher::{Ciphertext, DataKey, DecryptError, KeyBytes},
    id::{MailId, OrganizationId, ProjectId, UserId},
    keyring::{RootKey, instance::InstanceKeys},
    passkey::Challenges,
    random::Random,
    token::{HashKey, TokenKey},
};
use tacit_store::{
    data_keys::{DataKeysRow, KeyOwner},
    instance,
};

use super::{
    error::{Error, Result},
    work::UnitOfWork,
};

/// Keys of this process. Data keys are unwrapped at first use and forgotten with their project.
pub struct Keys {
    root: RwLock<Arc<RootKey>>,
    is_sealed: AtomicBool,
    /// Signs access tokens.
    pub tokens: TokenKey,
    /// Hashes client secrets and refresh tokens.
    pub hashes: HashKey,
    /// Makes and checks challenges of passkeys.
    pub challenges: Challenges,
    /// Hashes answers into `ETag`s.
    pub etags: HashKey,
    projects: RwLock<HashMap<ProjectId, Arc<DataKey>>>,
}

/// Shows that no other root key takes the place of ours until the transaction ends: only then may a key be
/// wrapped, or nobody could open it afterwards.
pub struct RootKeyHeld(Arc<RootKey>);

impl UnitOfWork {
    /// Makes who replaces the root key wait until this transaction ends.
    ///
    /// # Errors
    ///
    /// [`Error::Sealed`] if another root key has taken the place of ours; then this process is sealed.
    pub async fn hold_root_key(&mut self) -> Result<RootKeyHeld> {
        let root = self.app.keys.root();
        if self.app.database.is_of_one_process() {
            return Ok(RootKeyHeld(root));
        }
        match instance::hold_root_key(&mut self.db).await? {
            Some(check) if root.matches(&check) => Ok(RootKeyHeld(root)),
            _ => {
                self.app.keys.seal();
                Err(Error::Sealed)
            }
        }
    }
}

impl Keys {
    /// Takes the keys into use.
    #[must_use]
    pub fn new(root: RootKey, instance: InstanceKeys) -> Self {
        Self {
            root: RwLock::new(Arc::new(root)),
            is_sealed: AtomicBool::new(false),
            tokens: instance.tokens,
            hashes: instance.hashes,
            challenges: instance.challenges,
            etags: instance.etags,
            projects: RwLock::default(),
        }
    }

    /// The root key.
    #[must_use]
    pub fn root(&self) -> Arc<RootKey> {
        Arc::clone(&self.root.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes another root key into use, which opens what the one before it opened, and unseals.
    pub fn replace_root(&self, root: impl Into<Arc<RootKey>>) {
        *self.root.write().unwrap_or_else(PoisonError::into_inner) = root.into();
        self.is_sealed.store(false, Ordering::SeqCst);
    }

    /// The root key is the one of the database again.
    pub fn unseal(&self) {
        self.is_sealed.store(false, Ordering::SeqCst);
    }

    /// The root key is not the one of the database any more: until there is another, nothing is answered.
    pub fn seal(&self) {
        if !self.is_sealed.swap(true, Ordering::SeqCst) {
            tracing::error!(
                root_key_id = self.root().id(),
                "sealed: the root key was replaced, and this server has the one before; give it the new key file"
            );
        }
    }

    /// Whether nothing is answered.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.is_sealed.load(Ordering::Relaxed)
    }

    /// A new data key for a project or an organization, wrapped for its row.
    #[must_use]
    pub fn new_data_key(root: &RootKeyHeld, owner: &KeyOwner, number: u32, random: &Random) -> Ciphertext {
        wrapped(root, &owner_text(owner), number, random).0
    }

    /// A new data key of a person, with its form for their row.
    #[must_use]
    pub fn new_user_key(root: &RootKeyHeld, user: &UserId, random: &Random) -> (Ciphertext, DataKey) {
        wrapped(root, &user_owner(user), 1, random)
    }

    /// A new data key for one mail, with its form for the mail's row.
    #[must_use]
    pub fn new_mail_key(root: &RootKeyHeld, mail: &MailId, random: &Random) -> (Ciphertext, DataKey) {
        wrapped(root, &mail_owner(mail), 1, random)
    }

    /// The data key of a project or an organization, from its row.
    ///
    /// # Errors
    ///
    /// If it was wrapped by another root key or changed.
    pub fn of(&self, owner: &KeyOwner, row: &DataKeysRow) -> Result<Arc<DataKey>> {
        let (wrapped, other) = (&row.data_key_ciphertext, row.other_data_key_ciphertext.as_ref());
        match owner {
            KeyOwner::Project(id) => self.project(id, wrapped, other),
            KeyOwner::Organization(id) => self.organization(id, wrapped, other).map(Arc::new),
        }
    }

    /// The data key of an organization, from its wrapped form; beside it the one that comes or goes, if its row has
    /// one.
    ///
    /// # Errors
    ///
    /// If it was wrapped by another root key or changed.
    pub fn organization(
        &self,
        organization: &OrganizationId,
        wrapped: &Ciphertext,
        other: Option<&Ciphertext>,
    ) -> Result<DataKey> {
        Ok(self.unwrap_pair(&KeyOwner::Organization(organization.clone()), wrapped, other)?)
    }

    /// The data key of a person, from its wrapped form.
    ///
    /// # Errors
    ///
    /// If it was wrapped by another root key or changed.
    pub fn user(&self, user: &UserId, wrapped: &Ciphertext) -> Result<DataKey> {
        Ok(self.root().unwrap(&user_owner(user), wrapped)?)
    }

    /// The data key of a mail, from its wrapped form.
    ///
    /// # Errors
    ///
    /// If it was wrapped by another root key or changed.
    pub fn mail(&self, mail: &MailId, wrapped: &Ciphertext) -> Result<DataKey> {
        Ok(self.root().unwrap(&mail_owner(mail), wrapped)?)
    }

    /// A new key for signing the audit log, with its form for its row.
    #[must_use]
    pub fn new_audit_key(root: &RootKeyHeld, random: &Random) -> Option<(SigningKey, Ciphertext)> {
        let seed = KeyBytes::generate(random);
        let key = SigningKey::new(&seed)?;
        let wrapped = root.0.wrap(&audit_signing_owner(key.public().id()), &seed, 1, random);
        Some((key, wrapped))
    }

    /// The key with this fingerprint that signs the audit log, from its wrapped form.
    ///
    /// # Errors
    ///
    /// If it was wrapped by another root key or changed.
    pub fn audit_key(&self, id: &str, wrapped: &Ciphertext) -> Result<SigningKey> {
        Ok(self.root().unwrap_signing_key(&audit_signing_owner(id), wrapped)?)
    }

    /// The data key of a project, from its wrapped form; beside it the one that comes or goes, if its row has
    /// one.
    ///
    /// # Errors
    ///
    /// If it was wrapped by another root key or changed.
    pub fn project(
        &self,
        project: &ProjectId,
        wrapped: &Ciphertext,
        other: Option<&Ciphertext>,
    ) -> Result<Arc<DataKey>> {
        let known = self.projects.read().unwrap_or_else(PoisonError::into_inner).get(project).cloned();
        if let Some(key) = known.filter(|key| is_of(key, wrapped, other)) {
            return Ok(key);
        }
        let key = Arc::new(self.unwrap_pair(&KeyOwner::Project(project.clone()), wrapped, other)?);
        self.projects
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(project.clone(), Arc::clone(&key));
        Ok(key)
    }

    fn unwrap_pair(
        &self,
        owner: &KeyOwner,
        wrapped: &Ciphertext,
        other: Option<&Ciphertext>,
    ) -> Result<DataKey, DecryptError> {
        let (root, owner) = (self.root(), owner_text(owner));
        let key = root.unwrap(&owner, wrapped)?;
        match other {
            Some(other) => Ok(key.beside(root.unwrap(&owner, other)?)),
            None => Ok(key),
        }
    }

    /// Forgets the data key of a deleted project.
    pub fn forget_project(&self, project: &ProjectId) {
        self.projects.write().unwrap_or_else(PoisonError::into_inner).remove(project);
    }
}

/// The owner of a wrapped key that signs the audit log.
#[must_use]
pub fn audit_signing_owner(id: &str) -> String {
    format!("audit-signing:{id}")
}

/// Whether a key in memory is the one of a row. Numbers of one project are given once.
fn is_of(key: &DataKey, wrapped: &Ciphertext, other: Option<&Ciphertext>) -> bool {
    Some(key.number()) == wrapped.key_number()
        && key.number_beside() == other.and_then(Ciphertext::key_number)
}

fn wrapped(root: &RootKeyHeld, owner: &str, number: u32, random: &Random) -> (Ciphertext, DataKey) {
    let (key, bytes) = DataKey::generate(number, random);
    (root.0.wrap(owner, &bytes, number, random), key)
}

fn user_owner(user: &UserId) -> String {
    format!("user:{user}")
}

fn mail_owner(mail: &MailId) -> String {
    format!("mail:{mail}")
}

fn owner_text(owner: &KeyOwner) -> String {
    format!("{}:{}", owner.kind(), owner.id())
}
