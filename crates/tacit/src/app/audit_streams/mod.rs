//! Sending the audit log of an organization elsewhere as it grows: by HTTP, to a syslog server, or into files.
//!
//! The log itself is the queue. A stream remembers the last event that was delivered; what comes after it is sent in order,
//! and again until somebody takes it. So nothing is lost and something may come twice: each event has an id and a number.
//!
//! Events of projects name secrets, so a stream is for those who may read the whole log.

mod create;
pub mod deliver;
mod file;
mod message;
mod send;
mod syslog;
mod target;
mod test;
mod update;

use tacit_core::{
    cipher::DataKey,
    id::AuditStreamId,
    permission::{Action, Subject},
};
use tacit_store::{
    Connection,
    audit_streams::{self, AuditStreamRow},
};

pub use create::{NewStream, STREAMS_MAX, create};
pub use target::{Format, Header, Kind, Target, TargetChange};
pub use test::{Tested, test};
pub use update::{StreamChange, update};

use super::{
    App,
    audit::Event,
    caller::{Caller, OrganizationAccess},
    error::{Error, Result},
    organization_keys,
    work::UnitOfWork,
};

/// A stream, as far as the caller may see it.
pub struct ShownStream {
    /// The stream.
    pub row: AuditStreamRow,
    /// Where it goes. For those who may not change streams without what is behind the host, and without the values of
    /// headers.
    pub target: Target,
}

impl ShownStream {
    /// Events that are not delivered yet.
    #[must_use]
    pub const fn waiting(&self) -> i64 {
        self.row.last_sequence - self.row.delivered_sequence
    }
}

/// The streams of the caller's organization, the oldest first.
///
/// # Errors
///
/// [`Error::Forbidden`] without the right to read settings and the log.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<ShownStream>> {
    let organization = reader(caller)?;
    let mut db = app.database.read().await?;
    let key = organization_keys::to_read(app, &mut db, &organization.id).await?;
    let rows = audit_streams::list(&mut db, &organization.id).await?;
    let mut event = Event::new(app, caller, "get-audit-log-streams").with("streams", rows.len());
    if let Some(changed_at) = rows.iter().map(|row| row.updated_at).max() {
        // Who sees another address than before looks at something else.
        event = event.with("changedAt", changed_at.to_string());
    }
    app.audit.record_look(event)?;
    rows.into_iter().map(|row| show(organization, &key, row)).collect()
}

/// One stream.
///
/// # Errors
///
/// As [`list`], and [`Error::NotFound`] if the organization has none such.
pub async fn get(app: &App, caller: &Caller, id: &AuditStreamId) -> Result<ShownStream> {
    let organization = reader(caller)?;
    let mut db = app.database.read().await?;
    let key = organization_keys::to_read(app, &mut db, &organization.id).await?;
    let row = find(&mut db, organization, id).await?;
    app.audit.record(event(app, caller, "get-audit-log-stream", &row))?;
    show(organization, &key, row)
}

/// Deletes a stream. What it has not delivered is in the log still.
///
/// # Errors
///
/// [`Error::Forbidden`] without the right to change settings and to read the whole log; [`Error::NotFound`].
pub async fn delete(app: &App, caller: &Caller, id: AuditStreamId) -> Result<ShownStream> {
    let organization = keeper(caller, Action::Delete)?.clone();
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let (row, key) = enter(work, &organization, &id).await?;
            audit_streams::delete(&mut work.db, &id).await?;
            work.record(event(&work.app, &caller, "delete-audit-log-stream", &row));
            // One that cannot be read any more can still be deleted.
            let target = Target::open(&key, &row.id, &row.target_ciphertext).unwrap_or_default();
            Ok(shown(&organization, row, target))
        })
    })
    .await
}

/// The organization of somebody who may see its streams.
fn reader(caller: &Caller) -> Result<&OrganizationAccess> {
    let organization = caller.organization()?;
    organization.require(Action::Read, Subject::Settings)?;
    organization.require(Action::Read, Subject::AuditLogs)?;
    Ok(organization)
}

/// The organization of somebody who may decide about its streams: they see the whole log by that.
fn keeper(caller: &Caller, action: Action) -> Result<&OrganizationAccess> {
    let organization = caller.organization()?;
    organization.require(action, Subject::Settings)?;
    organization.require(Action::Read, Subject::AuditLogs)?;
    organization.require(Action::AccessAllProjects, Subject::OrganizationAdminConsole)?;
    Ok(organization)
}

async fn find(
    db: &mut Connection,
    organization: &OrganizationAccess,
    id: &AuditStreamId,
) -> Result<AuditStreamRow> {
    let found = audit_streams::find(db, &organization.id, id).await?;
    found.ok_or_else(|| Error::not_found("Audit log stream", id))
}

fn show(organization: &OrganizationAccess, key: &DataKey, row: AuditStreamRow) -> Result<ShownStream> {
    let target = Target::open(key, &row.id, &row.target_ciphertext)?;
    Ok(shown(organization, row, target))
}

fn shown(organization: &OrganizationAccess, row: AuditStreamRow, target: Target) -> ShownStream {
    let may_change = organization.require(Action::Edit, Subject::Settings).is_ok();
    let target = if may_change { target } else { target.shortened() };
    ShownStream { row, target }
}

/// An event about a stream. It says nothing of the address.
fn event(app: &App, caller: &Caller, kind: &str, row: &AuditStreamRow) -> Event {
    Event::new(app, caller, kind).with("auditLogStreamId", row.id.as_str()).with("name", row.name.as_str())
}

/// Begins a change to a stream.
async fn enter(
    work: &mut UnitOfWork,
    organization: &OrganizationAccess,
    id: &AuditStreamId,
) -> Result<(AuditStreamRow, DataKey)> {
    let key = organization_keys::to_write(work, &organization.id).await?;
    Ok((find(&mut work.db, organization, id).await?, key))
}
