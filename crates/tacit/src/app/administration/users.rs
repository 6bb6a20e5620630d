//! The people of the instance.

use tacit_core::id::UserId;
use tacit_store::users::{self, UserRow};

use super::{
    super::{
        App,
        audit::Event,
        caller::Caller,
        error::{Error, Result},
        user_deletion,
        work::UnitOfWork,
    },
    Listed, PAGE_MAX, Part, ROWS_MAX, begin,
};

/// People whose e-mail or names fit, oldest account first; only administrators if `admins_only`.
///
/// # Errors
///
/// [`Error::Form`] for a part that is too long.
pub async fn list(app: &App, caller: &Caller, part: &Part, admins_only: bool) -> Result<Listed<UserRow>> {
    part.check()?;
    let mut db = app.database.read().await?;
    let mut rows = users::list(&mut db, ROWS_MAX).await?;
    rows.retain(|row| {
        let names = [Some(&row.email), row.first_name.as_ref(), row.last_name.as_ref()];
        (row.is_instance_admin || !admins_only) && part.names(names.into_iter().flatten().map(String::as_str))
    });
    app.audit.record(Event::new(app, caller, "get-instance-users"))?;
    Ok(part.of(rows))
}

/// Makes somebody an administrator of the instance, or one no more. At once.
///
/// # Errors
///
/// [`Error::NotFound`]; [`Error::Invalid`] for the caller's own place, for the last administrator, and for
/// somebody who has no password yet.
pub async fn set_admin(app: &App, caller: &Caller, id: UserId, is_admin: bool) -> Result<UserRow> {
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { apply(work, &caller, &id, is_admin).await })).await
}

async fn apply(work: &mut UnitOfWork, caller: &Caller, id: &UserId, is_admin: bool) -> Result<UserRow> {
    begin(work, caller).await?;
    let mut user = find(work, id).await?;
    if user.is_instance_admin && !is_admin {
        refuse_self(caller, id, "You cannot take your own place. Ask another administrator.")?;
        require_admin_remains(work, &user).await?;
    }
    if is_admin && user.password_hash.is_empty() {
        // Whoever has the code of the invitation can become this person.
        return Err(Error::Invalid("This person has not accepted an invitation yet".to_owned()));
    }
    if user.is_instance_admin != is_admin {
        user.is_instance_admin = is_admin;
        user.updated_at = work.app.now();
        users::set_instance_admin(&mut work.db, id, is_admin, user.updated_at).await?;
    }
    let kind = if is_admin { "grant-instance-admin" } else { "revoke-instance-admin" };
    let event = Event::new(&work.app, caller, kind).with("userId", id.as_str());
    work.record(event.with("email", user.email.as_str()));
    Ok(user)
}

/// Deletes accounts, all or none: the people are signed out, and out of everything they were in, at once.
///
/// # Errors
///
/// [`Error::Form`] for no or too many accounts, [`Error::NotFound`] if one of them is unknown,
/// [`Error::Invalid`] for the caller's own and for the last administrator.
pub async fn delete(app: &App, caller: &Caller, ids: Vec<UserId>) -> Result<Vec<UserRow>> {
    let max = usize::try_from(PAGE_MAX).unwrap_or(usize::MAX);
    if ids.is_empty() || ids.len() > max {
        return Err(Error::form("userIds", format!("must have 1 to {PAGE_MAX} items")));
    }
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { remove(work, &caller, &ids).await })).await
}

async fn remove(work: &mut UnitOfWork, caller: &Caller, ids: &[UserId]) -> Result<Vec<UserRow>> {
    begin(work, caller).await?;
    let mut deleted: Vec<UserRow> = Vec::new();
    for id in ids {
        if deleted.iter().any(|user| user.id == *id) {
            continue;
        }
        let user = find(work, id).await?;
        refuse_self(caller, id, "You cannot delete your own account here. Do it in your profile.")?;
        require_admin_remains(work, &user).await?;
        user_deletion::delete(work, caller, &user).await?;
        deleted.push(user);
    }
    Ok(deleted)
}

async fn find(work: &mut UnitOfWork, id: &UserId) -> Result<UserRow> {
    users::find(&mut work.db, id).await?.ok_or_else(|| Error::not_found("User", id))
}

fn refuse_self(caller: &Caller, id: &UserId, message: &str) -> Result<()> {
    if caller.user_id() == Some(id) { Err(Error::Invalid(message.to_owned())) } else { Ok(()) }
}

/// Refuses to take the last person who manages the instance.
async fn require_admin_remains(work: &mut UnitOfWork, user: &UserRow) -> Result<()> {
    if !user.is_instance_admin || users::count_instance_admins(&mut work.db).await? > 1 {
        return Ok(());
    }
    Err(Error::Invalid(user_deletion::LAST_ADMINISTRATOR.to_owned()))
}
