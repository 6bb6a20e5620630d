//! Setting a forgotten password anew (wire-contract 5.10): a link by mail, its code once for a token, the
//! token once for a new password.
//!
//! Whoever asks learns nothing: the request itself looks at no account. It is stored by its e-mail, and a
//! job makes a mail of it if there is such an account ([`mod@write`]). A reset ends all sessions and signs
//! nobody in, so a second factor is asked for as ever.

mod operator;
mod write;

use tacit_core::{id::PasswordResetId, name::Email, time::Timestamp, token};
use tacit_store::{
    api_keys, login_failures,
    password_resets::{self, PasswordResetRow},
    user_sessions,
    users::{self, UserRow},
};
use zeroize::Zeroizing;

use super::{
    App,
    audit::Event,
    caller::Client,
    error::{Error, Result},
    mail::{self, texts},
    passwords::{self, Password},
    work::UnitOfWork,
};

pub use operator::link_for_operator;
pub use write::write_mails;

/// How long a code is valid.
const CODE_TTL_SECONDS: i64 = 30 * 60;
/// How long the token is valid that a code is changed into.
const TOKEN_TTL_SECONDS: i64 = 15 * 60;
/// Codes that can be tried before another is asked for.
const TRIES: i64 = 10;
/// How often it can be asked for by one e-mail within [`WINDOW_SECONDS`].
const REQUESTS_MAX: i64 = 5;
/// After that the count begins again.
const WINDOW_SECONDS: i64 = 3_600;
/// How a token begins.
const PREFIX: &str = "reset.";

const EVENT: &str = "reset-password";

/// What is said of every code and token that is not good.
fn refusal() -> Error {
    Error::Invalid("This link is not valid, or not any more. Ask for a new one.".to_owned())
}

/// Names a reset whose code was good: its id and a secret of 256 bits.
struct Token {
    id: PasswordResetId,
    secret: Zeroizing<String>,
}

impl Token {
    fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.strip_prefix(PREFIX)?.split_once('.')?;
        Some(Self { id: PasswordResetId::new(id), secret: Zeroizing::new(secret.to_owned()) })
    }

    fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{PREFIX}{}.{}", self.id, *self.secret))
    }
}

/// Asks for a link by mail. Known and unknown e-mails take the same steps here, and whoever asks too often
/// hears the same too.
///
/// # Errors
///
/// [`Error::Form`] for what is no e-mail, [`Error::Invalid`] if this server sends no mail.
pub async fn request(app: &App, client: &Client, email: &str) -> Result<()> {
    let email = Email::parse(email).map_err(Error::name("email"))?;
    if app.settings.mailer.is_none() {
        return Err(Error::Invalid(
            "This server sends no mail. Ask the person who runs it for a link to set a new password."
                .to_owned(),
        ));
    }
    let client = client.clone();
    app.write(move |work| {
        Box::pin(async move {
            let (now, id) = (work.app.now(), work.app.new_id());
            let row = password_resets::lock(&mut work.db, email.as_str(), &id, now).await?;
            password_resets::update(&mut work.db, &counted(row, now)).await?;
            let event = Event::by_nobody(&work.app, &client, "request-password-reset");
            work.record(event.with("email", email.as_str()));
            Ok(())
        })
    })
    .await
}

/// Counts a request: beyond the number that is allowed nothing comes of it.
fn counted(mut row: PasswordResetRow, now: Timestamp) -> PasswordResetRow {
    if row.window_started_at.plus_seconds(WINDOW_SECONDS) <= now {
        row.window_started_at = now;
        row.requests = 0;
    }
    if row.requests < REQUESTS_MAX {
        row.requests += 1;
        row.is_pending = true;
    }
    row
}

/// Changes the code of a link for a token, once.
///
/// # Errors
///
/// [`Error::Invalid`] for a code that is wrong, was used or has ended, after too many wrong ones, and for an
/// unknown account, all the same.
pub async fn verify(
    app: &App,
    client: &Client,
    email: &str,
    code: &str,
) -> Result<(UserRow, Zeroizing<String>)> {
    let email = Email::parse(email).map_err(Error::name("email"))?;
    let (client, code) = (client.clone(), Zeroizing::new(code.to_owned()));
    let verified = app
        .write(move |work| Box::pin(async move { change_into_token(work, &client, &email, &code).await }))
        .await?;
    verified.ok_or_else(refusal)
}

/// `None` is kept too: it used a try up.
async fn change_into_token(
    work: &mut UnitOfWork,
    client: &Client,
    email: &Email,
    code: &str,
) -> Result<Option<(UserRow, Zeroizing<String>)>> {
    let event = Event::by_nobody(&work.app, client, "verify-password-reset").with("email", email.as_str());
    let row = password_resets::take_try(&mut work.db, email.as_str()).await?;
    // One code is compared, whether there is one or not.
    let hash = row.as_ref().and_then(|row| row.code_hash.clone()).unwrap_or_else(|| vec![0; 32]);
    let is_right = work.app.keys.hashes.verify(code.as_bytes(), &hash);
    let now = work.app.now();
    let Some(mut row) = row.filter(|row| is_right && now < row.expires_at) else {
        work.record(event.denied());
        return Ok(None);
    };
    let token = Token { id: row.id.clone(), secret: token::new_secret(&work.app.random) };
    row.code_hash = None;
    row.tries_left = 0;
    row.token_hash = Some(work.app.keys.hashes.hash(token.secret.as_bytes()).to_vec());
    row.expires_at = now.plus_seconds(TOKEN_TTL_SECONDS);
    password_resets::update(&mut work.db, &row).await?;
    let user = users::find_by_email(&mut work.db, email.as_str()).await?.ok_or_else(refusal)?;
    work.record(event.actor("user", user.id.as_str(), &user.email));
    Ok(Some((user, token.text())))
}

/// Sets a new password with the token that [`verify`] returned. All sessions of the person end, and their
/// e-mail is no longer locked.
///
/// # Errors
///
/// [`Error::Invalid`] for a password that cannot be used, and for a token that is wrong, was used or has
/// ended.
pub async fn reset(app: &App, client: &Client, token: &str, new: &Password) -> Result<()> {
    new.check_new()?;
    let Some((row, user)) = owner(app, token).await? else {
        app.audit.record(Event::by_nobody(app, client, EVENT).denied())?;
        return Err(refusal());
    };
    // Hashing is dear: only who knows a token makes the server do it.
    let hash = passwords::hash(app, new).await?;
    let client = client.clone();
    app.write(move |work| Box::pin(async move { settle(work, &client, &row, &user, &hash).await })).await
}

/// The reset with this token, and whose it is.
async fn owner(app: &App, token: &str) -> Result<Option<(PasswordResetRow, UserRow)>> {
    let Some(token) = Token::parse(token) else { return Ok(None) };
    let mut db = app.database.read().await?;
    let now = app.now();
    let is_right = |row: &PasswordResetRow| {
        let hash = row.token_hash.as_deref().unwrap_or_default();
        app.keys.hashes.verify(token.secret.as_bytes(), hash) && now < row.expires_at
    };
    let row = password_resets::find(&mut db, &token.id).await?.filter(is_right);
    let Some(row) = row else { return Ok(None) };
    let user = users::find_by_email(&mut db, &row.email).await?;
    Ok(user.filter(|user| !user.password_hash.is_empty()).map(|user| (row, user)))
}

async fn settle(
    work: &mut UnitOfWork,
    client: &Client,
    row: &PasswordResetRow,
    user: &UserRow,
    hash: &str,
) -> Result<()> {
    let now = work.app.now();
    let token_hash = row.token_hash.as_deref().unwrap_or_default();
    if !password_resets::spend(&mut work.db, &row.id, token_hash).await? {
        return Err(refusal());
    }
    login_failures::delete(&mut work.db, &user.email).await?;
    if !users::update_password(&mut work.db, &user.id, &user.password_hash, hash, now).await? {
        return Err(Error::Conflict("The password was changed meanwhile"));
    }
    user_sessions::delete_of_user(&mut work.db, &user.id, None).await?;
    api_keys::delete_of_user(&mut work.db, &user.id).await?;
    if row.is_mailed {
        users::verify_email(&mut work.db, &user.id, now).await?;
    }
    let site = work.app.settings.site().unwrap_or_default();
    mail::enqueue(work, &texts::password_was_reset(&user.email, &site)).await?;
    let event = Event::by_nobody(&work.app, client, EVENT);
    work.record(event.actor("user", user.id.as_str(), &user.email));
    Ok(())
}

/// Removes what was asked for and counts no more. For a job that runs every few minutes.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn prune(app: &App) -> Result<()> {
    app.write(|work| {
        Box::pin(async move {
            let now = work.app.now();
            password_resets::delete_before(&mut work.db, now.plus_seconds(-WINDOW_SECONDS), now).await?;
            Ok(())
        })
    })
    .await
}
