//! Organizations and the people in them.

use tacit_core::{
    id::{OrganizationId, UserId},
    name::{Slug, slugify_with_suffix},
    permission::{Action, OrganizationRole, Subject},
};
use tacit_store::{
    Connection, StoreError,
    data_keys::KeyOwner,
    organization_memberships::{self, OrganizationMemberRow, OrganizationMembershipRow},
    organizations::{self, OrganizationRow},
};

use super::{
    App, access,
    audit::Event,
    boundary,
    caller::{Caller, OrganizationAccess},
    error::{Error, Result},
    keys::Keys,
    organization_members::unknown_role,
    patch::Patch,
    roles::GivenRole,
    second_factor::{self, Method},
    sign_in,
    work::UnitOfWork,
};

/// Organizations one person can be in.
pub const PER_USER_MAX: i64 = 100;
/// Members that are listed at most.
const MEMBERS_MAX: i64 = 10_000;
/// The greatest length of a name, in characters.
const NAME_LENGTH_MAX: usize = 64;

const GONE: Error = Error::Unauthenticated("This organization is gone");

/// Checks a name: 1 to 64 characters without control characters, trimmed.
///
/// # Errors
///
/// [`Error::Form`] on `field`.
pub fn checked_name(field: &str, name: &str) -> Result<String> {
    let name = name.trim();
    let length = name.chars().count();
    if !(1..=NAME_LENGTH_MAX).contains(&length) {
        return Err(Error::form(field, format!("must have 1 to {NAME_LENGTH_MAX} characters")));
    }
    if name.chars().any(char::is_control) {
        return Err(Error::form(field, "must not contain control characters"));
    }
    Ok(name.to_owned())
}

/// The caller's organization, which must be the one called `id`.
///
/// # Errors
///
/// [`Error::Refused`] for any other id, whether it exists or not.
pub async fn get(app: &App, caller: &Caller, id: &str) -> Result<OrganizationRow> {
    let access = caller.organization_named(id)?;
    let mut db = app.database.read().await?;
    let row = organizations::find(&mut db, &access.id).await?.ok_or(GONE)?;
    app.audit.record(Event::new(app, caller, "get-organization"))?;
    Ok(row)
}

/// Makes an organization with the caller as its admin.
///
/// # Errors
///
/// [`Error::Form`] for a bad name, [`Error::Invalid`] for somebody who is in too many already.
pub async fn create(app: &App, caller: &Caller, name: &str) -> Result<OrganizationRow> {
    let name = checked_name("name", name)?;
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let (user, _) = sign_in::session_of(&caller)?;
            require_room_for_one(&mut work.db, user).await?;
            let row = insert(work, name, user).await?;
            let event = Event::new(&work.app, &caller, "create-organization").organization(&row.id);
            work.record(event.with("name", row.name.as_str()));
            Ok(row)
        })
    })
    .await
}

/// Refuses if somebody is in as many organizations as anybody can be.
pub(super) async fn require_room_for_one(db: &mut Connection, user: &UserId) -> Result<()> {
    let others = organizations::list_of_user(db, user, PER_USER_MAX).await?;
    if i64::try_from(others.len()).unwrap_or(i64::MAX) < PER_USER_MAX {
        return Ok(());
    }
    Err(Error::Invalid(format!("Nobody can be in more than {PER_USER_MAX} organizations")))
}

/// Adds an organization with its data key, and `admin` as its admin.
pub(super) async fn insert(work: &mut UnitOfWork, name: String, admin: &UserId) -> Result<OrganizationRow> {
    let root = work.hold_root_key().await?;
    let now = work.app.now();
    let id: OrganizationId = work.app.new_id();
    let row = OrganizationRow {
        slug: slugify_with_suffix(&name, &work.app.random),
        data_key_ciphertext: Keys::new_data_key(
            &root,
            &KeyOwner::Organization(id.clone()),
            1,
            &work.app.random,
        ),
        other_data_key_ciphertext: None,
        id,
        name,
        access_revision: 1,
        default_membership_role: OrganizationRole::Member.slug().to_owned(),
        user_token_ttl_seconds: None,
        requires_second_factor: false,
        second_factor_method: None,
        created_at: now,
        updated_at: now,
    };
    organizations::insert(&mut work.db, &row).await?;
    let membership = OrganizationMembershipRow {
        invite_email: None,
        id: work.app.new_id(),
        organization_id: row.id.clone(),
        user_id: admin.clone(),
        role: OrganizationRole::Admin.slug().to_owned(),
        custom_role_id: None,
        is_active: true,
        accepted_at: Some(now),
        created_at: now,
        updated_at: now,
    };
    organization_memberships::insert(&mut work.db, &membership).await?;
    Ok(row)
}

/// What to change of an organization; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct Update {
    /// Its name.
    pub name: Option<String>,
    /// Its slug.
    pub slug: Option<String>,
    /// The role of people who are invited without one.
    pub default_membership_role: Option<String>,
    /// Whether people need a second factor to enter.
    pub requires_second_factor: Option<bool>,
    /// Which one, if it is not any.
    pub second_factor_method: Patch<Method>,
}

/// Changes the caller's organization.
///
/// # Errors
///
/// [`Error::Form`] for a bad name or slug, [`Error::Forbidden`] without `edit` on settings,
/// [`Error::Invalid`] for an unknown role, a slug that is taken, or a second factor that the caller does
/// not have either, [`Error::Boundary`] for a role above the caller's rights.
pub async fn update(app: &App, caller: &Caller, id: &str, update: Update) -> Result<OrganizationRow> {
    let access = caller.organization_named(id)?;
    let update = update.checked()?;
    access.require(Action::Edit, Subject::Settings)?;
    let (caller, id) = (caller.clone(), access.id.clone());
    app.write(move |work| {
        Box::pin(async move {
            let mut row = organizations::find(&mut work.db, &id).await?.ok_or(GONE)?;
            if let Some(role) = &update.default_membership_role {
                const MESSAGE: &str = "You cannot give rights that you do not have";
                let access = access::change_organization(work, &caller).await?;
                let role = GivenRole::in_organization(&mut work.db, &id, role).await.map_err(unknown_role)?;
                boundary::require_held(&access.permissions, &role.holding(), MESSAGE)?;
            }
            let before = (row.requires_second_factor, row.second_factor_method.clone());
            update.apply(&mut row);
            if row.requires_second_factor && before != (true, row.second_factor_method.clone()) {
                second_factor::require_given(work, &caller, second_factor::wanted_by(&row)).await?;
            }
            row.updated_at = work.app.now();
            organizations::update(&mut work.db, &row).await.map_err(taken)?;
            work.record(changed(&work.app, &caller, &row));
            Ok(row)
        })
    })
    .await
}

fn changed(app: &App, caller: &Caller, row: &OrganizationRow) -> Event {
    Event::new(app, caller, "update-organization")
        .with("name", row.name.as_str())
        .with("slug", row.slug.as_str())
        .with("enforceMfa", row.requires_second_factor)
        .with("selectedMfaMethod", row.second_factor_method.as_deref().unwrap_or("any"))
}

impl Update {
    fn checked(self) -> Result<Self> {
        let name = self.name.map(|name| checked_name("name", &name)).transpose()?;
        let slug = self.slug.map(|slug| Slug::parse(&slug, 1, Slug::LENGTH_MAX)).transpose();
        let slug = slug.map_err(Error::name("slug"))?.map(Slug::into_string);
        Ok(Self { name, slug, ..self })
    }

    fn apply(self, row: &mut OrganizationRow) {
        row.name = self.name.unwrap_or(std::mem::take(&mut row.name));
        row.slug = self.slug.unwrap_or(std::mem::take(&mut row.slug));
        row.default_membership_role =
            self.default_membership_role.unwrap_or(std::mem::take(&mut row.default_membership_role));
        row.requires_second_factor = self.requires_second_factor.unwrap_or(row.requires_second_factor);
        match self.second_factor_method {
            Patch::Keep => {}
            Patch::Clear => row.second_factor_method = None,
            Patch::Set(method) => row.second_factor_method = Some(method.as_str().to_owned()),
        }
    }
}

fn taken(error: StoreError) -> Error {
    match error {
        StoreError::AlreadyExists => Error::Invalid("Another organization has this slug".to_owned()),
        error => error.into(),
    }
}

/// The people in the caller's organization, oldest member first.
///
/// # Errors
///
/// [`Error::Refused`] for another organization, [`Error::Forbidden`] without `read` on members.
pub async fn list_members(app: &App, caller: &Caller, id: &str) -> Result<Vec<OrganizationMemberRow>> {
    let access = caller.organization_named(id)?;
    access.require(Action::Read, Subject::Member)?;
    let mut db = app.database.read().await?;
    let members = organization_memberships::list(&mut db, &access.id, MEMBERS_MAX).await?;
    app.audit.record(Event::new(app, caller, "get-organization-members"))?;
    Ok(members)
}

/// The caller's own place and rights in the organization.
///
/// # Errors
///
/// [`Error::Refused`] for another organization.
pub async fn get_permissions(
    app: &App,
    caller: &Caller,
    id: &str,
) -> Result<(OrganizationMembershipRow, OrganizationAccess)> {
    let access = caller.organization_named(id)?;
    let (user, _) = sign_in::session_of(caller)?;
    let mut db = app.database.read().await?;
    let membership = organization_memberships::find(&mut db, &access.id, user).await?.ok_or(GONE)?;
    app.audit.record(Event::new(app, caller, "get-organization-permissions"))?;
    Ok((membership, access.clone()))
}
