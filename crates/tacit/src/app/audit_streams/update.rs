//! Changing a stream, pausing it and letting it go on.

use tacit_core::{id::AuditStreamId, permission::Action};
use tacit_store::audit_streams;

use super::{ShownStream, Target, TargetChange, create::check_name, enter, event, keeper};
use crate::app::{App, Caller, Result};

/// What to change; what is absent stays.
#[derive(Clone, Default)]
pub struct StreamChange {
    /// Its name.
    pub name: Option<String>,
    /// Where it goes.
    pub target: TargetChange,
    /// Whether nothing is sent. What happens meanwhile is sent when it goes on.
    pub is_paused: Option<bool>,
}

/// Changes a stream. It is tried again at once; how far it came stays.
///
/// # Errors
///
/// As [`create`](fn@super::create), and [`Error::NotFound`](crate::app::Error::NotFound).
pub async fn update(
    app: &App,
    caller: &Caller,
    id: AuditStreamId,
    change: StreamChange,
) -> Result<ShownStream> {
    let organization = keeper(caller, Action::Edit)?.clone();
    if let Some(name) = &change.name {
        check_name(name)?;
    }
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let (mut row, key) = enter(work, &organization, &id).await?;
            let mut target = Target::open(&key, &row.id, &row.target_ciphertext)?;
            target.apply(change.target)?;
            super::send::check_possible(&work.app, &target)?;
            row.target_ciphertext = target.seal(&key, &row.id, &work.app.random)?;
            row.name = change.name.unwrap_or(row.name);
            row.is_paused = change.is_paused.unwrap_or(row.is_paused);
            (row.updated_at, row.next_attempt_at) = (work.app.now(), work.app.now());
            audit_streams::update(&mut work.db, &row).await?;
            let event = event(&work.app, &caller, "update-audit-log-stream", &row);
            work.record(event.with("isPaused", row.is_paused));
            Ok(ShownStream { row, target })
        })
    })
    .await
}
