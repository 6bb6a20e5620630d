//! Uses of credentials, counted in memory and stored every few seconds (`decisions.md` 11). Those of an access token with a
//! limit are not here: they are counted in the database before the answer.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use tacit_core::{
    id::{AccessTokenId, ApiKeyId, ServiceTokenId},
    time::Timestamp,
};
use tacit_store::{access_tokens, api_keys, service_tokens};

use super::super::{App, error::Result};

/// A credential that was used.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Used {
    /// A machine's access token without a limit of uses.
    AccessToken(AccessTokenId),
    /// A service token.
    ServiceToken(ServiceTokenId),
    /// An API key.
    ApiKey(ApiKeyId),
}

/// How often a credential was used, and when last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// How often. Only of access tokens it is stored.
    pub uses: i64,
    /// When last.
    pub last: Timestamp,
}

/// The uses that are not in the database yet.
#[derive(Debug, Default)]
pub struct Uses(Mutex<HashMap<Used, Count>>);

impl Uses {
    /// Counts a use.
    pub fn count(&self, used: Used, now: Timestamp) {
        self.add(used, Count { uses: 1, last: now });
    }

    /// Adds uses: new ones, or some that could not be stored.
    pub fn add(&self, used: Used, more: Count) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = all.entry(used).or_insert(Count { uses: 0, last: more.last });
        count.uses += more.uses;
        count.last = count.last.max(more.last);
    }

    /// Takes what was counted since the last time.
    #[must_use]
    pub fn take(&self) -> HashMap<Used, Count> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Stores the uses of one credential, in a transaction of its own: on PostgreSQL one with several rows could wait in a
/// circle with the deletion of an identity.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn store(app: &App, used: Used, count: Count) -> Result<()> {
    let Count { uses, last } = count;
    app.write(move |work| {
        Box::pin(async move {
            match &used {
                Used::AccessToken(id) => access_tokens::add_uses(&mut work.db, id, uses, last).await?,
                Used::ServiceToken(id) => service_tokens::set_last_used(&mut work.db, id, last).await?,
                Used::ApiKey(id) => api_keys::set_last_used(&mut work.db, id, last).await?,
            }
            Ok(())
        })
    })
    .await
}
