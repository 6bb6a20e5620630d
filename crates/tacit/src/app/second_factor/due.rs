//! What a session has still to give: because its person wants that, or because the organization does.
//!
//! Every way to a token for an organization asks here: choosing one, renewing the token, joining by an
//! invitation. The check of each request (`store/user_sessions`) asks the same of the database again, so
//! that an organization that begins to ask is obeyed by sessions that are older.

use tacit_core::id::{SessionId, UserId};
use tacit_store::{
    Connection,
    organizations::{self, OrganizationRow},
    second_factor,
};

use super::{
    Method, SecondFactor,
    method::{RECOVERY_CODE, is_given},
    of,
};
use crate::app::{
    caller::{Actor, Caller},
    error::{Error, Result},
    work::UnitOfWork,
};

/// What a session has still to give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::app) enum Due {
    /// Nothing.
    Nothing,
    /// One of these, the one to ask for first in front.
    Give(Vec<Method>),
    /// One of these, none of which the person has.
    SetUp(Vec<Method>),
}

/// What a session has still to give before it enters an organization, or before it does what a stolen
/// password must not do.
pub(in crate::app) async fn due(
    db: &mut Connection,
    user: &UserId,
    session: &SessionId,
    organization: Option<&OrganizationRow>,
) -> Result<Due> {
    let factor = of(db, user).await?;
    let proof = second_factor::proof(db, session).await?;
    let is_given = |wanted| proof.as_ref().is_some_and(|proof| is_given(proof, wanted));
    let required = organization.filter(|row| row.requires_second_factor);
    let wanted = required.and_then(wanted_by);
    let is_asked = match organization {
        Some(_) => required.is_some() || factor.is_enabled,
        // Else a stolen password could add a factor where one is asked for that the person turned off.
        None => {
            factor.is_enabled || !organizations::second_factors_required_of_user(db, user).await?.is_empty()
        }
    };
    if is_given(wanted) || !is_asked {
        return Ok(Due::Nothing);
    }
    // Somebody without the one that is wanted gives what they have, to be let near setting the other up.
    let methods = match wanted {
        Some(wanted) if factor.has(wanted) => vec![wanted],
        _ if is_given(None) => Vec::new(),
        _ => factor.methods(),
    };
    Ok(match wanted {
        _ if !methods.is_empty() => Due::Give(methods),
        Some(wanted) => Due::SetUp(vec![wanted]),
        None if required.is_some() => Due::SetUp(Method::ALL.to_vec()),
        None => Due::Nothing,
    })
}

/// The one that an organization asks for; `None` is any.
pub(in crate::app) fn wanted_by(row: &OrganizationRow) -> Option<Method> {
    row.second_factor_method.as_deref().and_then(Method::parse)
}

/// Refuses what a stolen password alone must not do, in a session in which the second factor is due.
pub(in crate::app) async fn require_not_due(
    work: &mut UnitOfWork,
    user: &UserId,
    session: &SessionId,
) -> Result<()> {
    match due(&mut work.db, user, session, None).await? {
        Due::Nothing => Ok(()),
        Due::Give(_) | Due::SetUp(_) => {
            Err(Error::Refused("Choose an organization and give your second factor first".to_owned()))
        }
    }
}

/// Refuses to shut out the person who makes an organization ask for a second factor. Machines sign in
/// otherwise.
pub(in crate::app) async fn require_given(
    work: &mut UnitOfWork,
    caller: &Caller,
    wanted: Option<Method>,
) -> Result<()> {
    let Actor::User { session_id: Some(session_id), .. } = &*caller.actor else { return Ok(()) };
    let proof = second_factor::proof(&mut work.db, session_id).await?;
    if proof.is_some_and(|proof| is_given(&proof, wanted)) {
        return Ok(());
    }
    Err(Error::Invalid(
        match wanted {
            None => "Set up a second factor for yourself and sign in with it before you ask others for one",
            Some(Method::Totp) => {
                "Set up an authenticator app for yourself and sign in with it before you ask others for one"
            }
            Some(Method::Passkey) => {
                "Set up a passkey for yourself and sign in with it before you ask others for one"
            }
        }
        .to_owned(),
    ))
}

/// Refuses to be left with `rest` while an organization of the person asks for more.
pub(super) async fn require_enough(db: &mut Connection, user: &UserId, rest: &SecondFactor) -> Result<()> {
    for row in organizations::second_factors_required_of_user(db, user).await? {
        let wanted = row.second_factor_method.as_deref().and_then(Method::parse);
        if !wanted.map_or_else(|| rest.has_any(), |wanted| rest.has(wanted)) {
            return Err(Error::Invalid(
                "An organization that you are in asks for a second factor".to_owned(),
            ));
        }
    }
    Ok(())
}

/// What follows when a factor was taken away: other sessions in which it was given have to give what is
/// left. With the last one goes all that belongs to it.
///
/// # Errors
///
/// [`Error::Invalid`] if an organization of the person asks for what is gone.
pub(in crate::app) async fn settle_removal(
    work: &mut UnitOfWork,
    user: &UserId,
    session: &SessionId,
    removed: Method,
) -> Result<()> {
    let rest = of(&mut work.db, user).await?;
    require_enough(&mut work.db, user, &rest).await?;
    if rest.has_any() {
        second_factor::clear_marks_of_others(&mut work.db, user, removed.as_str(), session).await?;
    } else {
        tacit_store::user_second_factors::delete(&mut work.db, user).await?;
        second_factor::clear_marks(&mut work.db, user).await?;
    }
    Ok(())
}

/// How a session is marked in which `method` was given; `None` is a recovery code.
pub(super) fn mark_of(method: Option<Method>) -> &'static str {
    method.map_or(RECOVERY_CODE, Method::as_str)
}
