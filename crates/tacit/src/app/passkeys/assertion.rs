//! Judging a passkey that somebody shows.

use tacit_core::{
    id::UserId,
    passkey::{
        self, Assertion, ChallengeOf, Expected, Known, PasskeyError, PublicKey, RelyingParty, Verification,
    },
};
use tacit_store::passkeys::{self, PasskeyRow};

use crate::app::{
    error::{Error, Result},
    work::UnitOfWork,
};

/// What was asked for.
#[derive(Clone, Copy)]
pub(in crate::app) struct Asked<'a> {
    /// This site.
    pub(in crate::app) site: &'a RelyingParty,
    /// What the challenge was for.
    pub(in crate::app) purpose: ChallengeOf<'a>,
    /// Whose passkey it must be; `None` takes the word of the authenticator, which must name somebody.
    pub(in crate::app) user: Option<&'a UserId>,
    /// Whether the authenticator must have checked who holds it.
    pub(in crate::app) verification: Verification,
}

/// Checks a passkey, uses its challenge up, and writes its counter. The inner error says for the audit log
/// why it does not count; whoever shows it learns nothing.
pub(in crate::app) async fn accept(
    work: &mut UnitOfWork,
    asked: Asked<'_>,
    assertion: &Assertion,
) -> Result<Result<PasskeyRow, String>> {
    let row = passkeys::lock_by_credential(&mut work.db, &assertion.credential_id).await?;
    let Some(mut row) = row else { return Ok(Err("unknown passkey".to_owned())) };
    if !is_of_user(&row, asked.user, assertion.user_handle.as_deref()) {
        return Ok(Err("the passkey is somebody else's".to_owned()));
    }
    let proved = match check(work, asked, &row, assertion)? {
        Ok(proved) => proved,
        Err(error) => return Ok(Err(error.to_string())),
    };
    if !passkeys::use_challenge(&mut work.db, &proved.nonce.bytes, proved.nonce.expires_at).await? {
        return Ok(Err("the challenge was answered before".to_owned()));
    }
    row.sign_count = i64::from(proved.sign_count);
    row.is_backed_up = proved.is_backed_up;
    row.last_used_at = Some(work.app.now());
    passkeys::update_use(&mut work.db, &row).await?;
    Ok(Ok(row))
}

/// Whose passkey it is (7.2 step 6).
fn is_of_user(row: &PasskeyRow, user: Option<&UserId>, handle: Option<&[u8]>) -> bool {
    let is_named = handle.map(|handle| handle == row.user_id.as_str().as_bytes());
    match user {
        Some(user) => row.user_id == *user && is_named != Some(false),
        None => is_named == Some(true),
    }
}

fn check(
    work: &UnitOfWork,
    asked: Asked<'_>,
    row: &PasskeyRow,
    assertion: &Assertion,
) -> Result<Result<passkey::Proved, PasskeyError>> {
    let damaged = |_| Error::Internal("a stored passkey cannot be read".to_owned());
    let public_key = PublicKey::parse(&row.public_key).map_err(damaged)?;
    let known = Known {
        public_key: &public_key,
        sign_count: u32::try_from(row.sign_count).unwrap_or(u32::MAX),
        is_backup_eligible: row.is_backup_eligible,
    };
    let expected = Expected {
        relying_party: asked.site,
        challenges: &work.app.keys.challenges,
        purpose: asked.purpose,
        now: work.app.now(),
    };
    Ok(passkey::authenticate(&expected, asked.verification, known, assertion))
}
