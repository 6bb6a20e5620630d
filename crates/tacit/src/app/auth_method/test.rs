//! "Test this configuration": which check a login passes and which it fails, for those who may change the settings.

use tacit_core::{
    id::IdentityId,
    permission::{Action, Subject},
};

use super::{
    Attempt, AuthMethod, Method,
    checks::{Check, Checks},
    settings,
};
use crate::app::{App, Caller, error::Result, identities::event};

/// How a login was judged.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Who would log in, as the one who vouches calls it; `None` if the login would be refused.
    pub subject: Option<String>,
    /// What was looked at, in order.
    pub checks: Vec<Check>,
}

/// Judges a proof as a login would, and lets nobody in. It may make the server send a request, and it tells what the
/// settings are, so it needs the right to change them.
///
/// # Errors
///
/// [`Error::Forbidden`](crate::app::Error::Forbidden), [`Error::NotFound`](crate::app::Error::NotFound),
/// [`Error::Boundary`](crate::app::Error::Boundary), [`Error::Busy`](crate::app::Error::Busy) if too many tests run.
pub async fn test<M: Method>(
    app: &App,
    caller: &Caller,
    id: &IdentityId,
    proof: &M::Proof,
) -> Result<Judged> {
    let organization = caller.organization()?;
    organization.require(Action::Edit, Subject::Identity)?;

    let _turn = app.egress.trial_turn(&organization.id)?;
    let method = open::<M>(app, caller, id).await?;
    let mut checks = Checks::default();
    let organization_id = &organization.id;
    let attempt = Attempt { app, organization_id, identity_id: id, client: &caller.client, proof };
    let proven = super::judge(&method.settings, attempt, &mut checks).await;
    Ok(Judged { subject: proven.ok().map(|proven| proven.subject), checks: checks.into_all() })
}

/// The settings, as for a change of them.
async fn open<M: Method>(app: &App, caller: &Caller, id: &IdentityId) -> Result<AuthMethod<M>> {
    let (caller, id) = (caller.clone(), id.clone());
    app.write(move |work| {
        Box::pin(async move {
            let (identity, method) = settings::enter(work, &caller, &id).await?;
            work.record(event(&work.app, &caller, M::EVENTS.test, &identity));
            Ok(method)
        })
    })
    .await
}
