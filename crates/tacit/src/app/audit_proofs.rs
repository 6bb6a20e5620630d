//! What people see of the proof of their organization's log.

use tacit_core::{
    audit_chain::{Checkpoint, Proof},
    permission::{Action, Subject},
};
use tacit_store::{audit_chains, audit_events, audit_signing_keys};

use super::{
    App, Caller,
    audit::{Event, blocks, proof, verifications::Verification, verify},
    audit_logs::{LogQuery, Scope},
    error::{Error, Result},
};

/// Where the chain of a log is.
#[derive(Clone, Debug)]
pub struct ChainState {
    /// The number of its last event.
    pub last: i64,
    /// The last event that a checkpoint stands for.
    pub signed: i64,
    /// The fingerprint of the key that signs; none before the first signature.
    pub key: Option<String>,
    /// What this node knows of proving it.
    pub verification: Verification,
}

/// Where the chain of the caller's organization is.
///
/// # Errors
///
/// [`Error::Forbidden`] without the right to read the organization's log.
pub async fn state(app: &App, caller: &Caller) -> Result<ChainState> {
    let organization = caller.organization()?;
    organization.require(Action::Read, Subject::AuditLogs)?;
    app.audit.flush().await?;
    let mut db = app.database.read().await?;
    let chain = audit_chains::find(&mut db, &organization.id).await?;
    let key = audit_signing_keys::list(&mut db).await?.pop().map(|row| row.id);
    drop(db);
    app.audit.record_look(Event::new(app, caller, "get-audit-chain"))?;
    Ok(ChainState {
        last: chain.as_ref().map_or(0, |chain| chain.last_sequence),
        signed: chain.map_or(0, |chain| chain.signed_sequence),
        key,
        verification: verify::known(app, &organization.id),
    })
}

/// Begins to prove the log of the caller's organization in the background.
///
/// # Errors
///
/// As [`state`].
pub async fn start(app: &App, caller: &Caller) -> Result<ChainState> {
    let organization = caller.organization()?;
    organization.require(Action::Read, Subject::AuditLogs)?;
    app.audit.record(Event::new(app, caller, "verify-audit-logs"))?;
    verify::start(app, &organization.id);
    state(app, caller).await
}

/// The newest checkpoint of the caller's organization, signed now if it has grown since the last.
///
/// # Errors
///
/// As [`state`].
pub async fn checkpoint(app: &App, caller: &Caller) -> Result<Checkpoint> {
    let organization = caller.organization()?;
    organization.require(Action::Read, Subject::AuditLogs)?;
    // The event comes first, so that the checkpoint stands for it too.
    app.audit.record(Event::new(app, caller, "get-audit-checkpoint"))?;
    let checkpoint = blocks::sign_now(app, &organization.id).await?;
    checkpoint.ok_or_else(|| Error::Internal("a log with events has no checkpoint".to_owned()))
}

/// The proof that an event is in the log. One that is not signed yet is signed now.
///
/// # Errors
///
/// [`Error::NotFound`] if there is no such event, the caller may not see it, or it is not what was sealed.
pub async fn proof(app: &App, caller: &Caller, id: &str) -> Result<Proof> {
    let unknown =
        || Error::NotFound(format!("There is no event '{id}' that you may see and that can be proven"));
    app.audit.flush().await?;
    let organization = caller.organization()?;
    let mut db = app.database.read().await?;
    let row = audit_events::find(&mut db, &organization.id, id).await?.ok_or_else(unknown)?;
    let mut is_visible = is_visible(app, &mut db, caller, &row, None).await?;
    if !is_visible && let Some(project) = &row.project_id {
        is_visible = self::is_visible(app, &mut db, caller, &row, Some(project.to_string())).await?;
    }
    if !is_visible {
        return Err(unknown());
    }
    drop(db);
    let mut found = proof::of(&mut app.database.read().await?, row.clone()).await?;
    if found.is_none() {
        blocks::sign_now(app, &organization.id).await?;
        found = proof::of(&mut app.database.read().await?, row.clone()).await?;
    }
    let mut event = Event::new(app, caller, "get-audit-proof").with("eventId", id);
    if let Some(project) = &row.project_id {
        event = event.project(project);
    }
    app.audit.record(event)?;
    found.ok_or_else(unknown)
}

/// Whether the caller sees an event in the log of a project, or else in that of the organization.
async fn is_visible(
    app: &App,
    db: &mut tacit_store::Connection,
    caller: &Caller,
    row: &audit_events::AuditEventRow,
    project: Option<String>,
) -> Result<bool> {
    let query = LogQuery { project, ..LogQuery::default() };
    match Scope::of(app, db, caller, &query).await {
        Ok(scope) => Ok(scope.includes(row)),
        Err(Error::Forbidden(_) | Error::Refused(_) | Error::NotFound(_)) => Ok(false),
        Err(error) => Err(error),
    }
}
