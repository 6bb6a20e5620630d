//! Accepting an invitation.

use tacit_core::{
    id::{OrganizationId, UserId},
    name::Email,
};
use tacit_store::{
    Connection,
    invitations::{self, InvitationRow},
    organizations,
    users::{self, UserRow},
};

use super::super::{
    App,
    administration::AccountPolicy,
    audit::Event,
    caller::Client,
    error::{Error, Result},
    passwords::{self, Password},
    sign_in::{self, SignedIn},
    users::checked_name,
    work::UnitOfWork,
};

const EVENT: &str = "accept-organization-invitation";

/// How a code was good.
#[derive(Debug)]
pub enum Verified {
    /// The person has an account and is in the organization now.
    Joined(UserRow),
    /// The person has no password yet: [`complete`] is next, with the same code.
    NeedsPassword(UserRow),
}

/// What an invited person says of themselves.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// E-mail, as typed.
    pub email: String,
    /// The password they choose.
    pub password: Password,
    /// First name.
    pub first_name: String,
    /// Last name, if they have one.
    pub last_name: String,
}

/// An invited person who is in now.
#[derive(Debug)]
pub struct Joined {
    /// The person.
    pub user: UserRow,
    /// The organization.
    pub organization_id: OrganizationId,
    /// Their session.
    pub signed_in: SignedIn,
}

/// What is said of every code that is not good: nobody learns who was invited.
fn refusal() -> Error {
    Error::Invalid("This invitation is not valid, or not any more. Ask for a new one.".to_owned())
}

/// Checks the code of an invitation. A person who has an account already is in the organization with it,
/// if they are signed in: nobody knows whether an account with this e-mail was made by the one who is
/// invited, who otherwise would let a stranger in.
///
/// # Errors
///
/// [`Error::Invalid`] for a code that is wrong, was used or has expired, and for somebody who was not
/// invited, all the same, and for somebody who is in too many organizations; [`Error::Refused`] for a person with an account who is not signed in.
pub async fn verify(
    app: &App,
    client: &Client,
    signed_in: Option<&UserId>,
    email: &str,
    organization: &OrganizationId,
    code: &str,
) -> Result<Verified> {
    let email = Email::parse(email).map_err(Error::name("email"))?;
    let mut db = app.database.read().await?;
    let found = find(app, &mut db, &email, Some(organization), code).await?;
    drop(db);
    let Some((invitation, user)) = found else { return refuse(app, client, &email) };
    if user.password_hash.is_empty() {
        return Ok(Verified::NeedsPassword(user));
    }
    if signed_in != Some(&user.id) {
        return Err(Error::Refused("Sign in with this e-mail, then open the invitation again".to_owned()));
    }
    let client = client.clone();
    app.write(move |work| {
        Box::pin(async move {
            accept(work, &client, &invitation, &user).await?;
            let user = users::find(&mut work.db, &user.id).await?.ok_or_else(refusal)?;
            Ok(Verified::Joined(user))
        })
    })
    .await
}

/// Gives an invited person without an account name and password, lets them into the organization and
/// signs them in. If the organization asks for a second factor, the session enters it once they have one.
///
/// # Errors
///
/// [`Error::Form`] for a bad e-mail or name, [`Error::Invalid`] for a password that cannot be used, else as
/// [`verify`]; a person who has a password keeps it and is refused in the same way.
pub async fn complete(app: &App, client: &Client, code: &str, person: NewPerson) -> Result<Joined> {
    let email = Email::parse(&person.email).map_err(Error::name("email"))?;
    let first = checked_name("firstName", &person.first_name)?;
    let first = first.ok_or_else(|| Error::form("firstName", "Required"))?;
    let last = checked_name("lastName", &person.last_name)?;
    person.password.check_new()?;
    let mut db = app.database.read().await?;
    let found = find(app, &mut db, &email, None, code).await?;
    drop(db);
    // Hashing is dear: only who knows a code makes the server do it.
    let found = found.filter(|(_, user)| user.password_hash.is_empty());
    let Some((invitation, user)) = found else { return refuse(app, client, &email) };
    let hash = passwords::hash(app, &person.password).await?;
    let client = client.clone();
    app.write(move |work| {
        Box::pin(async move {
            AccountPolicy::load(&mut work.db).await?.require(&email)?;
            accept(work, &client, &invitation, &user).await?;
            let now = work.app.now();
            if !users::update_password(&mut work.db, &user.id, "", &hash, now).await? {
                return Err(refusal());
            }
            let user = users::update_name(&mut work.db, &user.id, &first, last.as_deref(), now).await?;
            let user = user.ok_or_else(refusal)?;
            let organization_id = invitation.organization_id;
            let signed_in = sign_in::begin(work, &user.id, organization_id.clone(), &client).await?;
            Ok(Joined { user, organization_id, signed_in })
        })
    })
    .await
}

/// The invitation of this person with this code. Every code is compared, and one is if there is none.
async fn find(
    app: &App,
    db: &mut Connection,
    email: &Email,
    organization: Option<&OrganizationId>,
    code: &str,
) -> Result<Option<(InvitationRow, UserRow)>> {
    let user = users::find_by_email(db, email.as_str()).await?;
    let mut rows = invitations::list_of_email(db, email.as_str()).await?;
    rows.retain(|row| organization.is_none_or(|id| row.organization_id == *id));
    if rows.is_empty() {
        std::hint::black_box(app.keys.hashes.verify(code.as_bytes(), &[0; 32]));
    }
    let now = app.now();
    let mut found = None;
    for row in rows {
        if app.keys.hashes.verify(code.as_bytes(), &row.code_hash) && now < row.expires_at {
            found = Some(row);
        }
    }
    Ok(found.zip(user))
}

fn refuse<T>(app: &App, client: &Client, email: &Email) -> Result<T> {
    let event = Event::by_nobody(app, client, EVENT).denied();
    app.audit.record(event.with("email", email.as_str()))?;
    Err(refusal())
}

/// Lets the person in and uses the code up. If it came by mail, they read mail to their address.
async fn accept(
    work: &mut UnitOfWork,
    client: &Client,
    invitation: &InvitationRow,
    user: &UserRow,
) -> Result<()> {
    let organization = &invitation.organization_id;
    let now = work.app.now();
    organizations::raise_access_revision(&mut work.db, organization).await?;
    super::super::organizations::require_room_for_one(&mut work.db, &user.id).await?;
    if !invitations::accept(&mut work.db, invitation, now).await? {
        return Err(refusal());
    }
    if invitation.mailed_at.is_some() {
        users::verify_email(&mut work.db, &user.id, now).await?;
    }
    let event = Event::by_nobody(&work.app, client, EVENT).organization(organization);
    work.record(event.actor("user", user.id.as_str(), &user.email));
    Ok(())
}
