//! A use case that writes: one transaction, its audit events, and what happens once it is durable.

use std::pin::Pin;

use tacit_core::id::ProjectId;
use tacit_store::Transaction;

use super::{
    App,
    audit::{self, Event},
    error::{Error, Result},
};

/// The inside of a writing use case.
pub struct UnitOfWork {
    /// The transaction. On SQLite, await nothing but its statements (`decisions.md` 35).
    pub db: Transaction,
    /// The application.
    pub app: App,
    events: Vec<Event>,
    effects: Vec<Effect>,
    is_commit: bool,
}

type Effect = Box<dyn FnOnce(&App) + Send>;

/// The future of a writing use case.
pub type Work<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

impl UnitOfWork {
    /// Records an event in this transaction.
    pub fn record(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Wakes those who follow a project once the commit to this revision is durable.
    pub(in crate::app) fn tell_followers(&mut self, project: ProjectId, revision: i64) {
        self.is_commit = true;
        self.after_commit(move |app| app.changes.committed(&project, revision));
    }

    /// Does something on this node once the transaction is durable and before the answer is sent:
    /// forgetting what a cache holds, so that everybody reads what was written.
    pub fn after_commit(&mut self, effect: impl FnOnce(&App) + Send + 'static) {
        self.effects.push(Box::new(effect));
    }
}

impl App {
    /// Runs a writing use case in a transaction: kept if it succeeds, forgotten if it fails.
    ///
    /// It runs in a task of its own, so that a client that goes away cannot cut it in half.
    ///
    /// # Errors
    ///
    /// What `work` returns, or that the database did not confirm the commit.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'a> FnOnce(&'a mut UnitOfWork) -> Work<'a, T> + Send + 'static,
    {
        let app = self.clone();
        let task = self.database.spawn_write(async move {
            let db = app.database.begin().await?;
            let mut unit = UnitOfWork {
                db,
                app: app.clone(),
                events: Vec::new(),
                effects: Vec::new(),
                is_commit: false,
            };
            let result = work(&mut unit).await;
            unit.end(result).await
        });
        task.await.map_err(|error| Error::Internal(format!("a write did not end: {error}")))?
    }
}

impl UnitOfWork {
    async fn end<T>(mut self, result: Result<T>) -> Result<T> {
        match result {
            Ok(value) => {
                audit::insert(&mut self.db, &self.events).await?;
                self.db.commit().await?;
                if !self.events.is_empty() {
                    self.app.audit.wrote();
                }
                for effect in self.effects {
                    effect(&self.app);
                }
                // A commit changes what there is, not who may see it.
                if !self.is_commit {
                    for event in self.events.iter().filter(|event| event.may_change_rights()) {
                        self.app.changes.rights_may_have_changed(event.organization_id());
                    }
                }
                Ok(value)
            }
            Err(error) => {
                self.db.rollback().await?;
                Err(error)
            }
        }
    }
}
