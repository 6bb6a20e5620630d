//! Making a stream.

use tacit_core::permission::Action;
use tacit_store::audit_streams::{self, AuditStreamRow};

use super::{ShownStream, Target, TargetChange, event, keeper};
use crate::app::{
    App, Caller, Error, Result, UnitOfWork, bounds::Bounds, caller::OrganizationAccess, organization_keys,
};

/// The most streams an organization may have.
pub const STREAMS_MAX: i64 = 10;
/// The longest name, in characters.
const NAME_MAX: usize = 64;

/// A stream to be made.
pub struct NewStream {
    /// For people; empty is the kind of target.
    pub name: String,
    /// Where to.
    pub target: TargetChange,
    /// Whether to begin with the oldest event there is, and not with the next.
    pub is_from_beginning: bool,
}

/// Checks a name.
pub(super) fn check_name(name: &str) -> Result<()> {
    let mut bounds = Bounds::default();
    bounds.text("name", Some(name), &(1..=NAME_MAX));
    bounds.finish()
}

/// Makes a stream.
///
/// # Errors
///
/// [`Error::Form`] for an address that is none; [`Error::Forbidden`] without the right to change settings and to read the
/// whole log; [`Error::Invalid`] if there are [`STREAMS_MAX`] already, or for files if the operator has named no folder.
pub async fn create(app: &App, caller: &Caller, new: NewStream) -> Result<ShownStream> {
    let organization = keeper(caller, Action::Create)?.clone();
    let target = Target::new(new.target)?;
    super::send::check_possible(app, &target)?;
    let kind = target.kind().map_or("", |kind| kind.as_str());
    let name = if new.name.is_empty() { kind.to_owned() } else { new.name };
    check_name(&name)?;
    // What happened before has its number then, and is not sent.
    app.audit.flush().await?;
    let caller = caller.clone();
    let is_from_beginning = new.is_from_beginning;
    app.write(move |work| {
        Box::pin(async move {
            let stream = make(work, &organization, name, target, is_from_beginning).await?;
            work.record(event(&work.app, &caller, "create-audit-log-stream", &stream.row));
            Ok(stream)
        })
    })
    .await
}

async fn make(
    work: &mut UnitOfWork,
    organization: &OrganizationAccess,
    name: String,
    target: Target,
    is_from_beginning: bool,
) -> Result<ShownStream> {
    // Before the log: whoever needs both takes them in this order.
    let key = organization_keys::to_write(work, &organization.id).await?;
    // Makes others wait who add one, so that the count is true, and who add events.
    let last_sequence = audit_streams::lock_log(&mut work.db, &organization.id).await?;
    if audit_streams::count(&mut work.db, &organization.id).await? >= STREAMS_MAX {
        let message = format!("An organization cannot have more than {STREAMS_MAX} audit log streams");
        return Err(Error::Invalid(message));
    }
    let app = &work.app;
    let (id, now) = (app.new_id(), app.now());
    let row = AuditStreamRow {
        organization_id: organization.id.clone(),
        name,
        target_ciphertext: target.seal(&key, &id, &app.random)?,
        is_paused: false,
        delivered_sequence: if is_from_beginning { 0 } else { last_sequence },
        delivered_at: None,
        failed_attempts: 0,
        last_error: None,
        next_attempt_at: now,
        created_at: now,
        updated_at: now,
        last_sequence,
        id,
    };
    audit_streams::insert(&mut work.db, &row).await?;
    Ok(ShownStream { row, target })
}
