//! Adding a passkey, in two steps: what the browser is told to make, and what it made.

use tacit_core::{
    id::{SessionId, UserId},
    passkey::{self, Attestation, ChallengeOf, Expected, NewPasskey, RelyingParty},
};
use tacit_store::{
    passkeys::{self, PasskeyRow},
    user_second_factors, users,
};
use zeroize::Zeroizing;

use super::{PER_USER_MAX, checked_name};
use crate::app::{
    App,
    audit::Event,
    caller::Caller,
    error::{Error, Result},
    passwords::Password,
    second_factor::{self, Method},
    sign_in::{require_recent, session_of},
    work::UnitOfWork,
};

const EVENT: &str = "create-user-passkey";

/// What a browser needs to make a passkey.
#[derive(Clone, Debug)]
pub struct Creation {
    /// To be signed.
    pub challenge: Vec<u8>,
    /// What the authenticator remembers the person by.
    pub user_id: UserId,
    /// The e-mail, which the authenticator shows.
    pub email: String,
    /// The name, which the authenticator shows.
    pub display_name: String,
    /// Passkeys that the person has: one authenticator makes one.
    pub present_ids: Vec<Vec<u8>>,
}

/// A passkey that was added.
#[derive(Debug)]
pub struct Registered {
    /// The passkey.
    pub passkey: PasskeyRow,
    /// Codes for the day it is lost, shown this once; none for somebody who has some already.
    pub recovery_codes: Vec<Zeroizing<String>>,
}

/// Begins to add a passkey.
///
/// # Errors
///
/// [`Error::PasswordNeeded`] if the sign-in was not recent, [`Error::Invalid`] for a wrong password and for
/// somebody who has too many, [`Error::Refused`] in a session in which the second factor was not given.
pub async fn begin(
    app: &App,
    caller: &Caller,
    site: &RelyingParty,
    password: Option<&Password>,
) -> Result<Creation> {
    require_recent(app, caller, password, EVENT).await?;
    let (caller, site) = (caller.clone(), site.clone());
    app.write(move |work| {
        Box::pin(async move {
            let (user, session) = session_of(&caller)?;
            require_room(work, user, session).await?;
            let row = users::find(&mut work.db, user).await?;
            let row = row.ok_or(Error::Unauthenticated("This account is gone"))?;
            let mut present = passkeys::list(&mut work.db, user).await?;
            present.retain(|row| row.relying_party == site.id());
            let purpose = ChallengeOf::Registration(session.as_str());
            let names = [row.first_name.as_deref(), row.last_name.as_deref()];
            let display_name = names.into_iter().flatten().collect::<Vec<_>>().join(" ");
            Ok(Creation {
                challenge: work.app.keys.challenges.issue(purpose, work.app.now(), &work.app.random),
                user_id: row.id,
                display_name: if display_name.is_empty() { row.email.clone() } else { display_name },
                email: row.email,
                present_ids: present.into_iter().map(|row| row.credential_id).collect(),
            })
        })
    })
    .await
}

async fn require_room(work: &mut UnitOfWork, user: &UserId, session: &SessionId) -> Result<()> {
    user_second_factors::lock(&mut work.db, user).await?;
    second_factor::require_not_due(work, user, session).await?;
    if passkeys::count(&mut work.db, user).await? >= PER_USER_MAX {
        return Err(Error::Invalid(format!("Nobody can have more than {PER_USER_MAX} passkeys")));
    }
    Ok(())
}

/// Adds what the browser made. The challenge shows that [`begin`] let the session through a moment ago. From
/// then on sign-in asks for a second factor.
///
/// # Errors
///
/// [`Error::Form`] for a bad name, [`Error::Invalid`] for an answer that does not count, else as [`begin`].
pub async fn finish(
    app: &App,
    caller: &Caller,
    site: &RelyingParty,
    name: &str,
    attestation: Attestation,
) -> Result<Registered> {
    let name = checked_name(name)?;
    let (caller, site) = (caller.clone(), site.clone());
    app.write(move |work| Box::pin(async move { settle(work, &caller, &site, name, &attestation).await }))
        .await?
}

/// The inner result is the answer; both kinds of it are kept.
async fn settle(
    work: &mut UnitOfWork,
    caller: &Caller,
    site: &RelyingParty,
    name: String,
    attestation: &Attestation,
) -> Result<Result<Registered>> {
    let (user, session) = session_of(caller)?;
    require_room(work, user, session).await?;
    let expected = Expected {
        relying_party: site,
        challenges: &work.app.keys.challenges,
        purpose: ChallengeOf::Registration(session.as_str()),
        now: work.app.now(),
    };
    let event = Event::new(&work.app, caller, EVENT);
    let refuse = |reason: String| Err(Error::Invalid(format!("The passkey was not added: {reason}")));
    let new = match passkey::register(&expected, attestation) {
        Ok(new) => new,
        Err(error) => {
            work.record(event.denied().with("reason", error.to_string()));
            return Ok(refuse(error.to_string()));
        }
    };
    if !passkeys::use_challenge(&mut work.db, &new.nonce.bytes, new.nonce.expires_at).await? {
        let reason = "the challenge was answered before";
        work.record(event.denied().with("reason", reason));
        return Ok(refuse(reason.to_owned()));
    }
    let recovery_codes = second_factor::of_first_factor(work, user).await?;
    let row = row(work, user, site, name, new);
    let taken = Error::duplicate("This passkey is registered already".to_owned());
    passkeys::insert(&mut work.db, &row).await.map_err(taken)?;
    second_factor::turn_on(work, user, session, Method::Passkey).await?;
    work.record(event.with("passkeyId", row.id.as_str()).with("name", row.name.as_str()));
    Ok(Ok(Registered { passkey: row, recovery_codes }))
}

fn row(work: &UnitOfWork, user: &UserId, site: &RelyingParty, name: String, new: NewPasskey) -> PasskeyRow {
    PasskeyRow {
        id: work.app.new_id(),
        user_id: user.clone(),
        name,
        relying_party: site.id().to_owned(),
        public_key: new.public_key.as_bytes().to_vec(),
        credential_id: new.credential_id,
        sign_count: i64::from(new.sign_count),
        is_backup_eligible: new.is_backup_eligible,
        is_backed_up: new.is_backed_up,
        created_at: work.app.now(),
        last_used_at: None,
    }
}
