//! When service tokens and API keys were last used, counted in memory and stored every few seconds.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use tacit_core::{
    id::{ApiKeyId, ServiceTokenId},
    time::Timestamp,
};
use tacit_store::{api_keys, service_tokens};

use super::super::{App, error::Result};

/// A credential that was used.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Used {
    /// A service token.
    ServiceToken(ServiceTokenId),
    /// An API key.
    ApiKey(ApiKeyId),
}

/// The last use of each credential that is not in the database yet.
#[derive(Debug, Default)]
pub struct LastUses(Mutex<HashMap<Used, Timestamp>>);

impl LastUses {
    /// Notes a use.
    pub fn note(&self, used: Used, time: Timestamp) {
        let mut times = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = times.entry(used).or_insert(time);
        *last = (*last).max(time);
    }

    /// Takes what was noted since the last time.
    #[must_use]
    pub fn take(&self) -> HashMap<Used, Timestamp> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Stores one last use, in a transaction of its own.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn store(app: &App, used: Used, time: Timestamp) -> Result<()> {
    app.write(move |work| {
        Box::pin(async move {
            match &used {
                Used::ServiceToken(id) => service_tokens::set_last_used(&mut work.db, id, time).await?,
                Used::ApiKey(id) => api_keys::set_last_used(&mut work.db, id, time).await?,
            }
            Ok(())
        })
    })
    .await
}
