//! The public keys of those who sign tokens, from where they publish them.
//!
//! A set is used for [`FRESH`]; after that it is used once more and looked at again in the background, so that a login never
//! waits for a signer whose keys are known, and one that is down stops no login for [`KEPT`]. A token that names a key
//! that the set does not have makes it be read anew while the login waits, at most once in [`AGAIN`]: keys that were
//! rotated count at once, and nobody can make this server ask for ever.

use std::sync::{Arc, Mutex, PoisonError};

use quick_cache::sync::Cache;
use serde::Deserialize;
use tacit_core::{
    external_jwt::{Claims, JwtError, PublicKeys, verify},
    id::OrganizationId,
};
use tacit_store::revisions::Uptime;
use tokio::sync::Semaphore;

use super::target;
use crate::app::{
    App,
    egress::{EgressError, Question},
};

/// Milliseconds for which a set is not looked at again.
const FRESH: Uptime = 5 * 60 * 1000;
/// Milliseconds for which a set is used while its signer cannot be reached.
const KEPT: Uptime = 24 * 60 * 60 * 1000;
/// Milliseconds between two looks, whatever is asked.
const AGAIN: Uptime = 10 * 1000;
/// Sets that are remembered.
const SETS_MAX: usize = 1000;
/// Logins that wait for one set to be read. More are refused at once.
const WAITING_MAX: usize = 1_000;

/// Where keys are published.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Source {
    /// The organization that asks: a set is read for each, so that none waits for the questions of another.
    pub organization_id: OrganizationId,
    /// How they are found.
    pub place: Place,
    /// PEM of the certificates to trust in place of the system's; empty for those of the system.
    pub ca_certificate: String,
}

/// How keys are found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// At this address (RFC 7517).
    KeySet(String),
    /// Where the metadata of an issuer says (OpenID Connect Discovery 1.0, section 4).
    Discovery {
        /// Where the metadata is, without `/.well-known/openid-configuration`.
        url: String,
        /// What the metadata must say that it is of (4.3 there).
        issuer: String,
    },
}

/// Why there are no keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    /// The request failed.
    #[error("{0}")]
    Egress(#[from] EgressError),
    /// The metadata does not say where the keys are.
    #[error("the answer is no metadata of an OpenID provider, or its keys are not at an https address")]
    NoMetadata,
    /// The metadata is of somebody else.
    #[error("the metadata is that of another issuer than the bound one")]
    OtherIssuer,
    /// What was answered is no key set.
    #[error("the answer is not a JSON Web Key Set")]
    NoKeySet,
    /// The set has no key that could be used.
    #[error("the key set has no key that could be used")]
    NoKey,
}

/// Why a token does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// There are no keys to check it by.
    #[error("the keys of the signer cannot be read: {0}")]
    Keys(#[from] KeySetError),
    /// It is not signed by one of them.
    #[error("{0}")]
    Token(#[from] JwtError),
}

impl Source {
    /// A set at an address whose certificate the system trusts.
    #[must_use]
    pub fn key_set(organization_id: &OrganizationId, url: String) -> Self {
        let organization_id = organization_id.clone();
        Self { organization_id, place: Place::KeySet(url), ca_certificate: String::new() }
    }
}

/// The sets in use.
#[derive(Debug)]
pub struct KeySets(Cache<Source, Arc<Slot>>);

/// What is known of one source.
#[derive(Debug)]
struct Slot {
    known: Mutex<Known>,
    /// Held by who looks.
    look: tokio::sync::Mutex<()>,
    /// Held by who looks or waits for that.
    waiting: Semaphore,
}

impl Default for Slot {
    fn default() -> Self {
        let (known, look) = Default::default();
        Self { known, look, waiting: Semaphore::new(WAITING_MAX) }
    }
}

#[derive(Clone, Debug, Default)]
struct Known {
    keys: Option<(Arc<PublicKeys>, Uptime)>,
    looked_at: Option<Uptime>,
    error: Option<KeySetError>,
}

impl Known {
    fn age(&self, now: Uptime) -> Option<Uptime> {
        self.keys.as_ref().map(|(_, read_at)| now - read_at)
    }

    fn may_look(&self, now: Uptime) -> bool {
        self.looked_at.is_none_or(|looked_at| now - looked_at >= AGAIN)
    }
}

impl Default for KeySets {
    fn default() -> Self {
        Self(Cache::new(SETS_MAX))
    }
}

impl KeySets {
    /// Checks the signature of a token by the keys of a source.
    ///
    /// # Errors
    ///
    /// [`SignatureError`].
    pub async fn verify(&self, app: &App, source: &Source, token: &str) -> Result<Claims, SignatureError> {
        tacit_core::external_jwt::head(token)?;
        let (slot, keys) = self.keys(app, source).await?;
        match verify(token, &keys) {
            // The keys may have been rotated.
            Err(JwtError::UnknownKey) => {
                let keys = slot.look(app, source).await?;
                Ok(verify(token, &keys)?)
            }
            verified => Ok(verified?),
        }
    }

    async fn keys(&self, app: &App, source: &Source) -> Result<(Arc<Slot>, Arc<PublicKeys>), KeySetError> {
        let slot = self.slot(source);
        let known = slot.known();
        let now = app.uptime();
        if let (Some((keys, _)), Some(age)) = (&known.keys, known.age(now)) {
            if age >= FRESH && known.may_look(now) {
                slot.look_in_background(app, source);
            }
            if age < KEPT {
                return Ok((Arc::clone(&slot), Arc::clone(keys)));
            }
        }
        let keys = slot.look(app, source).await?;
        Ok((slot, keys))
    }

    fn slot(&self, source: &Source) -> Arc<Slot> {
        if let Some(slot) = self.0.get(source) {
            return slot;
        }
        let slot = Arc::<Slot>::default();
        self.0.insert(source.clone(), Arc::clone(&slot));
        slot
    }
}

impl Slot {
    fn known(&self) -> Known {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn look_in_background(self: &Arc<Self>, app: &App, source: &Source) {
        let (slot, app, source) = (Arc::clone(self), app.clone(), source.clone());
        tokio::spawn(async move {
            if let Err(error) = slot.look(&app, &source).await {
                tracing::warn!(%error, "the keys of a signer cannot be read again; those that are known are used");
            }
        });
    }

    /// Reads the keys anew, unless that was done a moment ago. Who comes while somebody looks waits for them.
    async fn look(&self, app: &App, source: &Source) -> Result<Arc<PublicKeys>, KeySetError> {
        let _waiting = self.waiting.try_acquire().map_err(|_| EgressError::Busy)?;
        let _look = self.look.lock().await;
        let known = self.known();
        if !known.may_look(app.uptime()) {
            return match (known.keys.filter(|(_, read_at)| app.uptime() - read_at < KEPT), known.error) {
                (Some((keys, _)), _) => Ok(keys),
                (None, error) => Err(error.unwrap_or(KeySetError::NoKey)),
            };
        }
        let read = read(app, source).await.map(Arc::new);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let now = app.uptime();
        known.looked_at = Some(now);
        known.error = read.as_ref().err().copied();
        if let Ok(keys) = &read {
            known.keys = Some((Arc::clone(keys), now));
        }
        read
    }
}

#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: String,
}

async fn read(app: &App, source: &Source) -> Result<PublicKeys, KeySetError> {
    let url = match &source.place {
        Place::KeySet(url) => url.clone(),
        Place::Discovery { url, issuer } => {
            let url = format!("{}/.well-known/openid-configuration", url.trim_end_matches('/'));
            let json = ask(app, &url, source).await?;
            let metadata: Metadata = serde_json::from_slice(&json).map_err(|_| KeySetError::NoMetadata)?;
            if metadata.issuer != *issuer {
                return Err(KeySetError::OtherIssuer);
            }
            target::check_https("jwks_uri", &metadata.jwks_uri).map_err(|_| KeySetError::NoMetadata)?;
            metadata.jwks_uri
        }
    };
    let keys = PublicKeys::from_json(&ask(app, &url, source).await?).map_err(|_| KeySetError::NoKeySet)?;
    if keys.is_empty() { Err(KeySetError::NoKey) } else { Ok(keys) }
}

async fn ask(app: &App, url: &str, source: &Source) -> Result<Vec<u8>, EgressError> {
    let answer = app.egress.ask(Question::get(&source.organization_id, url, &source.ca_certificate)).await?;
    Ok(answer.success()?.to_vec())
}
