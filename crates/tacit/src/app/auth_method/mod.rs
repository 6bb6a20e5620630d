//! Auth methods by which somebody else vouches for a machine: an identity provider, a cloud, a cluster, a directory.
//!
//! Each file named after a method says what its settings are and how a login is judged ([`Method`]). All the rest is the
//! same for each: how settings are kept and changed ([`settings`]), a login ([`login`]), trying the settings
//! ([`mod@test`]).

pub mod alicloud_auth;
pub mod allowed;
mod arn;
pub mod aws_auth;
mod aws_identity;
mod aws_request;
pub mod azure_auth;
pub mod checks;
pub mod clouds;
pub mod gcp_auth;
pub mod jwt_auth;
pub mod jwt_checks;
pub mod key_sets;
pub mod kubernetes_auth;
mod kubernetes_review;
pub mod ldap_address;
pub mod ldap_auth;
pub mod ldap_directory;
pub mod lockout;
pub mod login;
pub mod oci_auth;
mod oci_request;
pub mod oidc_auth;
pub mod settings;
mod signed;
pub mod spiffe_auth;
pub mod target;
pub mod test;
pub mod tls_cert_auth;

use std::collections::BTreeMap;

use serde::{Serialize, de::DeserializeOwned};
use tacit_core::id::{IdentityId, OrganizationId};
use tacit_store::auth_methods::AuthMethodRow;
use tokio::time::timeout;

use super::{App, Client, Result, egress::EgressError};
use checks::{Checks, Refused};
use lockout::Lockout;

/// One way in which an identity proves who it is. The implementing type holds its settings, as they are stored.
pub trait Method: Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// As the tables, the tokens and the wire call it, such as `jwt-auth`.
    const NAME: &'static str;
    /// As people call it, such as `JWT Auth`.
    const TITLE: &'static str;
    /// How the audit log calls what is done with it.
    const EVENTS: Events;
    /// The checks that fail when somebody guesses. They count towards the [`lockout`](Method::lockout).
    const GUESSED: &'static [&'static str] = &[];

    /// What a request sets; what is absent stays, or takes its default.
    type Change: Send + 'static;
    /// What a machine logs in with.
    type Proof: Send + Sync + 'static;

    /// New settings.
    ///
    /// # Errors
    ///
    /// [`Error::Form`](super::Error::Form) or [`Error::Invalid`](super::Error::Invalid).
    fn new(change: Self::Change) -> Result<Self>;

    /// Changes settings.
    ///
    /// # Errors
    ///
    /// As [`Method::new`].
    fn apply(&mut self, change: Self::Change) -> Result<()>;

    /// Checks settings by what the operator chose. Most methods leave that open.
    ///
    /// # Errors
    ///
    /// As [`Method::new`].
    fn check_with(&self, _operator: &super::Settings) -> Result<()> {
        Ok(())
    }

    /// Whether guesses lock the method for a while. Proofs that nobody can guess need none.
    fn lockout(&self) -> Option<Lockout> {
        None
    }

    /// Judges a login: each thing it looks at is noted in `checks`, and the first that fails ends it.
    fn verify(
        &self,
        attempt: Attempt<'_, Self::Proof>,
        checks: &mut Checks,
    ) -> impl Future<Output = Result<Proven, Refused>> + Send;
}

/// A login that is judged.
pub struct Attempt<'a, P> {
    /// The application.
    pub app: &'a App,
    /// The organization of the identity.
    pub organization_id: &'a OrganizationId,
    /// The identity that it wants to be.
    pub identity_id: &'a IdentityId,
    /// Where it comes from.
    pub client: &'a Client,
    /// What it brings.
    pub proof: &'a P,
}

impl<P> Clone for Attempt<'_, P> {
    fn clone(&self) -> Self {
        *self
    }
}

/// Whatever the proof is: it is not copied.
impl<P> Copy for Attempt<'_, P> {}

/// Judges a login within the time that there is for it, however slow somebody is who has to be asked.
///
/// # Errors
///
/// [`Refused`].
async fn judge<M: Method>(
    method: &M,
    attempt: Attempt<'_, M::Proof>,
    checks: &mut Checks,
) -> Result<Proven, Refused> {
    match timeout(attempt.app.egress.limits().judgement, method.verify(attempt, checks)).await {
        Ok(judged) => judged,
        Err(_) => checks.fail("time limit", EgressError::TimedOut),
    }
}

/// Who has proven to be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// What the one who vouches calls it, such as `repo:acme/shop:ref:refs/heads/main`. For the audit log.
    pub subject: String,
    /// What is kept with the token of what the one who vouches says: texts by name. At most [`ATTRIBUTES_BYTES_MAX`]
    /// as JSON; no credential.
    pub attributes: Attributes,
}

/// What is kept with a token of what was said of the machine.
pub type Attributes = BTreeMap<String, Vec<String>>;

/// The most that is kept, in bytes of JSON.
pub const ATTRIBUTES_BYTES_MAX: usize = 4096;

impl Proven {
    /// Of whom nothing is kept.
    #[must_use]
    pub fn new(subject: impl Into<String>) -> Self {
        Self { subject: subject.into(), attributes: Attributes::new() }
    }
}

/// How the audit log calls what is done with a method (wire-contract 13.1).
#[derive(Clone, Copy, Debug)]
pub struct Events {
    /// A login.
    pub login: &'static str,
    /// Attaching it.
    pub add: &'static str,
    /// Changing its settings.
    pub update: &'static str,
    /// Looking at them.
    pub get: &'static str,
    /// Detaching it.
    pub revoke: &'static str,
    /// Trying its settings.
    pub test: &'static str,
}

/// A method of an identity.
#[derive(Clone, Debug)]
pub struct AuthMethod<M> {
    /// The settings that all methods share.
    pub row: AuthMethodRow,
    /// Its own.
    pub settings: M,
    /// Whether who asks may see credentials among the settings.
    pub shows_credentials: bool,
}
