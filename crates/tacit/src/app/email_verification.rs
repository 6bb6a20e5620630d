//! Showing that one reads mail to one's address: a code of six digits by mail.
//!
//! Six digits can be guessed, so few can be tried: five of each code, and five codes an hour.

use tacit_core::{id::UserId, time::Timestamp};
use tacit_store::{
    email_verifications::{self, EmailVerificationRow},
    users,
};
use zeroize::Zeroizing;

use super::{
    App,
    audit::Event,
    caller::Caller,
    error::{Error, Result},
    mail::{self, NO_MAIL, texts},
    sign_in,
    work::UnitOfWork,
};

/// How long a code is valid.
const TTL_SECONDS: i64 = 15 * 60;
/// Codes that can be tried before another is asked for.
const TRIES: i64 = 5;
/// Codes that one person can ask for within [`WINDOW_SECONDS`].
const REQUESTS_MAX: i64 = 5;
/// After that the count begins again.
const WINDOW_SECONDS: i64 = 3_600;
/// How many codes there are.
const CODES: u64 = 1_000_000;

/// Mails the caller a code.
///
/// # Errors
///
/// [`Error::Invalid`] for another address than the caller's, for one that is verified already, after too
/// many codes, and if this server sends no mail.
pub async fn send_code(app: &App, caller: &Caller, email: &str) -> Result<()> {
    let (caller, email) = (caller.clone(), email.to_owned());
    app.write(move |work| {
        Box::pin(async move {
            let (id, _) = sign_in::session_of(&caller)?;
            let email = own_address(work, id, &email).await?;
            let now = work.app.now();
            let row = email_verifications::lock(&mut work.db, id, now).await?;
            let mut row = counted(row, now)?;
            let code = new_code(&work.app);
            row.code_hash = Some(work.app.keys.hashes.hash(&hashed(id, &code)).to_vec());
            row.tries_left = TRIES;
            row.expires_at = now.plus_seconds(TTL_SECONDS);
            email_verifications::update(&mut work.db, &row).await?;
            if !mail::enqueue(work, &texts::email_verification(&email, &code, TTL_SECONDS)).await? {
                return Err(Error::Invalid(NO_MAIL.to_owned()));
            }
            work.record(Event::new(&work.app, &caller, "send-email-verification-code"));
            Ok(())
        })
    })
    .await
}

/// Checks the caller's code: their address is verified then.
///
/// # Errors
///
/// [`Error::Invalid`] for a code that is wrong, was used or has ended, after too many wrong ones, and for
/// another address than the caller's.
pub async fn verify(app: &App, caller: &Caller, email: &str, code: &str) -> Result<()> {
    let (caller, email) = (caller.clone(), email.to_owned());
    let code = Zeroizing::new(code.trim().to_owned());
    let is_right = app
        .write(move |work| {
            Box::pin(async move {
                let (id, _) = sign_in::session_of(&caller)?;
                own_address(work, id, &email).await?;
                let event = Event::new(&work.app, &caller, "verify-email");
                if !take(work, id, &code).await? {
                    work.record(event.denied());
                    return Ok(false);
                }
                let now = work.app.now();
                users::verify_email(&mut work.db, id, now).await?;
                work.record(event);
                Ok(true)
            })
        })
        .await?;
    if is_right {
        return Ok(());
    }
    Err(Error::Invalid("This code is not valid, or not any more. Ask for a new one.".to_owned()))
}

/// The caller's address, if it is the one that was named and is not verified.
async fn own_address(work: &mut UnitOfWork, id: &UserId, named: &str) -> Result<String> {
    let user = users::find(&mut work.db, id).await?;
    let user = user.ok_or(Error::Unauthenticated("This account is gone"))?;
    if !named.trim().eq_ignore_ascii_case(&user.email) {
        return Err(Error::Invalid("This is not the e-mail of your account".to_owned()));
    }
    if user.email_verified_at.is_some() {
        return Err(Error::Invalid("Your e-mail is verified already".to_owned()));
    }
    Ok(user.email)
}

fn counted(mut row: EmailVerificationRow, now: Timestamp) -> Result<EmailVerificationRow> {
    if row.window_started_at.plus_seconds(WINDOW_SECONDS) <= now {
        row.window_started_at = now;
        row.requests = 0;
    }
    if row.requests >= REQUESTS_MAX {
        return Err(Error::TooMany("Too many codes were asked for. Try again in an hour.".to_owned()));
    }
    row.requests += 1;
    Ok(row)
}

/// Uses a try up. Says whether the code was right, which ends it.
async fn take(work: &mut UnitOfWork, id: &UserId, code: &str) -> Result<bool> {
    let Some(mut row) = email_verifications::take_try(&mut work.db, id).await? else { return Ok(false) };
    let hash = row.code_hash.as_deref().unwrap_or_default();
    if !work.app.keys.hashes.verify(&hashed(id, code), hash) || work.app.now() >= row.expires_at {
        return Ok(false);
    }
    row.code_hash = None;
    row.tries_left = 0;
    email_verifications::update(&mut work.db, &row).await?;
    Ok(true)
}

/// What is hashed of a code: six digits alone would be the same for two people.
fn hashed(id: &UserId, code: &str) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(format!("email-verification:{id}:{code}").into_bytes())
}

fn new_code(app: &App) -> Zeroizing<String> {
    let number = u64::from_be_bytes(app.random.bytes()) % CODES;
    Zeroizing::new(format!("{number:06}"))
}

/// Removes codes that count no more. For a job that runs every few minutes.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn prune(app: &App) -> Result<()> {
    app.write(|work| {
        Box::pin(async move {
            let time = work.app.now().plus_seconds(-WINDOW_SECONDS);
            email_verifications::delete_before(&mut work.db, time).await?;
            Ok(())
        })
    })
    .await
}
