//! Trying a stream while somebody waits.

use tacit_core::{id::AuditStreamId, permission::Action};

use super::{
    ShownStream, Target, event, find, keeper,
    message::Message,
    send::{self, SendError},
};
use crate::app::{App, Caller, Result, organization_keys};

/// How a test went.
pub struct Tested {
    /// The stream.
    pub stream: ShownStream,
    /// Why the test event was not delivered, if it was not.
    pub error: Option<SendError>,
}

/// Sends an event that is in no log. It makes the server send a request, so it needs the right to change streams.
///
/// # Errors
///
/// [`Error::Busy`](crate::app::Error::Busy) if too many tests run, else as [`update`](fn@super::update). A test that fails is
/// no error: the answer says why.
pub async fn test(app: &App, caller: &Caller, id: &AuditStreamId) -> Result<Tested> {
    let organization = keeper(caller, Action::Edit)?;
    let mut db = app.database.read().await?;
    let key = organization_keys::to_read(app, &mut db, &organization.id).await?;
    let row = find(&mut db, organization, id).await?;
    drop(db);
    let _turn = app.egress.trial_turn(&organization.id)?;
    app.audit.record(event(app, caller, "test-audit-log-stream", &row))?;
    let target = Target::open(&key, &row.id, &row.target_ciphertext)?;
    let message = Message::test(app, &organization.id);
    let error = send::send(app, &organization.id, &row.id, &target, vec![message]).await.err();
    Ok(Tested { stream: ShownStream { row, target }, error })
}
