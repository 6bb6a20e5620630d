//! Passwords of people: hashed and checked where nobody waits for the thread, a few at a time.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use tacit_core::password;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use super::{
    App,
    error::{Error, Result},
};

/// Hashes computed at the same time. Each takes 19 MiB and one processor for about 15 ms.
const AT_ONCE_MAX: usize = 4;
/// Requests that compute or wait to. More are refused with 503 before they cost anything.
const QUEUE_LENGTH_MAX: usize = 128;

/// A password as somebody typed it. White space counts.
#[derive(Clone, JsonSchema)]
#[schemars(transparent)]
pub struct Password(#[schemars(with = "String")] Zeroizing<String>);

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

impl Password {
    /// Wraps a password.
    #[must_use]
    pub fn new(password: String) -> Self {
        Self(Zeroizing::new(password))
    }

    /// Checks the length of a new password (`decisions.md` 8).
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] with the rule it breaks.
    pub fn check_new(&self) -> Result<()> {
        password::check(&self.0, password::API_LENGTH_MIN)
            .map_err(|error| Error::Invalid(format!("The password cannot be used: {error}")))
    }
}

/// Prints no password.
impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(..)")
    }
}

/// Where requests wait for their turn to hash.
#[derive(Debug)]
pub struct PasswordQueue {
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
    computed: Arc<AtomicU64>,
}

impl Default for PasswordQueue {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(QUEUE_LENGTH_MAX)),
            turns: Arc::new(Semaphore::new(AT_ONCE_MAX)),
            computed: Arc::default(),
        }
    }
}

impl PasswordQueue {
    /// How many hashes were computed since the start.
    #[must_use]
    pub fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }
}

/// Hashes a new password for storing.
///
/// # Errors
///
/// [`Error::Busy`] if too many wait already.
pub async fn hash(app: &App, password: &Password) -> Result<String> {
    let password = password.clone();
    in_turn(app, move |app| password::hash(&password.0, &app.random)).await
}

/// Whether `hash` is of this password. For an account that does not exist there is none, and
/// for one without a password it is empty: that costs the same work.
///
/// # Errors
///
/// [`Error::Busy`] if too many wait already.
pub async fn verify(app: &App, password: &Password, hash: Option<String>) -> Result<bool> {
    let password = password.clone();
    // Who was invited has none until they accept.
    let hash = hash.filter(|hash| !hash.is_empty());
    in_turn(app, move |_| match hash {
        Some(hash) => password::verify(&password.0, &hash),
        None => password::verify_unknown(&password.0),
    })
    .await
}

/// Runs `work` on a thread for long work. A client that goes away keeps its turn until the work is
/// done, because the work goes on.
async fn in_turn<T: Send + 'static>(app: &App, work: impl FnOnce(&App) -> T + Send + 'static) -> Result<T> {
    let queue = &app.passwords;
    let place = Arc::clone(&queue.places).try_acquire_owned().map_err(|_| Error::Busy)?;
    let turn = Arc::clone(&queue.turns).acquire_owned().await.map_err(|_| Error::Busy)?;
    queue.computed.fetch_add(1, Ordering::Relaxed);
    let app = app.clone();
    let task = tokio::task::spawn_blocking(move || {
        let value = work(&app);
        drop((place, turn));
        value
    });
    task.await.map_err(|error| Error::Internal(format!("a password was not hashed: {error}")))
}
