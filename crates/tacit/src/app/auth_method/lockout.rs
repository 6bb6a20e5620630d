//! Locking a method for a while after wrong passwords (wire-contract 10.3, 10.4).
//!
//! There is one counter per method of an identity, however the name that is tried is spelled. The logins of one method are
//! judged one after the other on this server, so that guesses sent together get no more answers than the lockout allows;
//! with several servers, at most one more for each.

use std::{sync::Arc, time::Duration};

use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};
use tacit_core::{
    id::{AuthMethodId, IdentityId},
    permission::{Action, Subject},
};
use tacit_store::auth_method_settings;
use tokio::{
    sync::{Mutex, OwnedMutexGuard, Semaphore},
    time::timeout,
};

use super::{Method, settings};
use crate::app::{
    App, Caller, UnitOfWork,
    bounds::Bounds,
    error::{Error, Result},
    identities::event,
};

/// Methods whose logins are kept apart at a time.
const METHODS_MAX: usize = 10_000;
/// How long a login waits for those before it.
const WAIT_MAX: Duration = Duration::from_secs(15);
/// Logins of one method that are judged or wait for that. More are refused at once.
const WAITING_MAX: usize = 1_000;

/// When a method is locked, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lockout {
    /// Wrong passwords that lock it.
    pub threshold: i64,
    /// Seconds it stays locked.
    pub duration_seconds: i64,
    /// Seconds after the last wrong password that they are forgotten.
    pub counter_reset_seconds: i64,
}

impl Default for Lockout {
    fn default() -> Self {
        Self { threshold: 3, duration_seconds: 300, counter_reset_seconds: 30 }
    }
}

impl Lockout {
    /// Checks the numbers.
    pub fn check(&self, bounds: &mut Bounds) {
        bounds.number("lockoutThreshold", Some(self.threshold), &(1..=30));
        bounds.number("lockoutDurationSeconds", Some(self.duration_seconds), &(30..=86_400));
        bounds.number("lockoutCounterResetSeconds", Some(self.counter_reset_seconds), &(5..=3600));
    }
}

/// Whose logins are judged at the moment.
#[derive(Debug)]
pub struct LoginTurns(Cache<AuthMethodId, Arc<Turns>>);

impl Default for LoginTurns {
    fn default() -> Self {
        Self(Cache::new(METHODS_MAX))
    }
}

#[derive(Debug)]
struct Turns {
    one: Arc<Mutex<()>>,
    waiting: Semaphore,
}

impl Default for Turns {
    fn default() -> Self {
        Self { one: Arc::default(), waiting: Semaphore::new(WAITING_MAX) }
    }
}

/// Waits until no other login of this method is judged. The turn ends when it is dropped.
///
/// # Errors
///
/// [`Error::TooMany`] if that takes too long, or too many wait already.
pub(super) async fn enter(app: &App, id: &AuthMethodId) -> Result<OwnedMutexGuard<()>> {
    let turns = app.login_turns.0.get_or_insert_with(id, || Ok::<_, Error>(Arc::default()))?;
    let too_many = || Error::TooMany("Too many logins of this identity at a time. Try again.".to_owned());
    let _waiting = turns.waiting.try_acquire().map_err(|_| too_many())?;
    timeout(WAIT_MAX, Arc::clone(&turns.one).lock_owned()).await.map_err(|_| too_many())
}

/// Whether a method is locked now.
pub(super) async fn is_locked(app: &App, id: &AuthMethodId) -> Result<bool> {
    let mut db = app.database.read().await?;
    let until = auth_method_settings::find_lock(&mut db, id).await?;
    Ok(until.is_some_and(|until| app.now() < until))
}

/// Counts a wrong password, and locks the method if it was one too many.
pub(super) async fn count(work: &mut UnitOfWork, id: &AuthMethodId, lockout: Lockout) -> Result<()> {
    let now = work.app.now();
    let forgotten = now.plus_seconds(-lockout.counter_reset_seconds);
    auth_method_settings::count_failure(&mut work.db, id, now, forgotten).await?;
    let until = now.plus_seconds(lockout.duration_seconds);
    auth_method_settings::lock_after(&mut work.db, id, lockout.threshold, until).await?;
    Ok(())
}

/// Ends a lockout and forgets wrong passwords. Returns how many lockouts that were: 0 or 1.
///
/// # Errors
///
/// [`Error::Forbidden`], [`Error::NotFound`], [`Error::Boundary`].
pub async fn clear<M: Method>(
    app: &App,
    caller: &Caller,
    id: &IdentityId,
    kind: &'static str,
) -> Result<i64> {
    caller.organization()?.require(Action::Edit, Subject::Identity)?;

    let (caller, id) = (caller.clone(), id.clone());
    app.write(move |work| {
        Box::pin(async move {
            let (identity, method) = settings::enter::<M>(work, &caller, &id).await?;
            let cleared = auth_method_settings::clear_failures(&mut work.db, &method.row.id).await?;
            work.record(event(&work.app, &caller, kind, &identity));
            Ok(i64::from(cleared))
        })
    })
    .await
}
