//! The log as a file: the events that a filter lets through, from the newest on, however many there are.

use tacit_core::{audit_chain::BLOCK_LENGTH, id::OrganizationId};
use tacit_store::audit_events;

use super::{
    App, Caller,
    audit::{Event, walk::Walk},
    audit_logs::{LogQuery, LoggedEvent, ProjectNames, Scope, fitting_row, named},
    error::{Error, Result},
};

/// An export in progress. It holds one stretch of the log at a time, and no connection between two of them.
pub struct Export {
    app: App,
    organization: OrganizationId,
    query: LogQuery,
    scope: Scope,
    walk: Walk,
    names: ProjectNames,
}

/// Begins an export, which the log tells of. `format` is what its file will be. Limit and offset do not count.
///
/// # Errors
///
/// As [`super::audit_logs::list`].
pub async fn begin(app: &App, caller: &Caller, query: LogQuery, format: &str) -> Result<Export> {
    query.check()?;
    app.audit.flush().await?;
    let organization = caller.organization()?.id.clone();
    let mut db = app.database.read().await?;
    let scope = Scope::of(app, &mut db, caller, &query).await?;
    let mut wanted = query.wanted(app.now(), &organization, scope.project.as_ref());
    if let Some(id) = &query.before {
        let sequence = audit_events::sequence_of(&mut db, &organization, id).await?;
        wanted.before = sequence.ok_or_else(|| Error::not_found("Event", id))?;
    }
    let mut event = Event::new(app, caller, "export-audit-logs").with("format", format);
    event = event.with("from", wanted.from.to_string()).with("to", wanted.to.to_string());
    if let Some(project) = &scope.project {
        event = event.project(project);
    }
    let walk = Walk::begin(&mut db, wanted).await?;
    drop(db);
    app.audit.record(event)?;
    Ok(Export { app: app.clone(), organization, query, scope, walk, names: ProjectNames::new() })
}

impl Export {
    /// The next events, at least one; none at the end.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub async fn next(&mut self) -> Result<Option<Vec<LoggedEvent>>> {
        loop {
            let mut db = self.app.database.read().await?;
            let Some(stretch) = self.walk.next(&mut db).await? else { return Ok(None) };
            let rows = audit_events::list_newest(&mut db, stretch, BLOCK_LENGTH).await?;
            let rows: Vec<_> =
                rows.into_iter().filter_map(|row| fitting_row(row, &self.query, &self.scope)).collect();
            if !rows.is_empty() {
                return named(&mut db, &self.organization, &mut self.names, rows).await.map(Some);
            }
        }
    }
}
