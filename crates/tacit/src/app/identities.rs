//! Machine identities of an organization: make, look at, change, delete.

use tacit_core::{
    id::{IdentityId, OrganizationId},
    permission::{Action, Subject},
};
use tacit_store::{
    Connection, auth_methods,
    identities::{self, IdentityOrganizationRow, IdentityRow},
    roles::{self, RoleRow},
};

use super::{
    Actor, App, Caller, UnitOfWork, access,
    audit::Event,
    boundary,
    bounds::Bounds,
    error::{Error, Result},
    metadata::{self, Metadata},
    roles::GivenRole,
    token_settings::set,
};

/// Identities that an organization can have, and so the longest list.
pub const IDENTITIES_MAX: i64 = 100_000;

/// An identity and the names of its auth methods.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The identity.
    pub row: IdentityRow,
    /// Its role in the organization, if that is a custom one.
    pub custom_role: Option<RoleRow>,
    /// Its auth methods, the first attached first.
    pub auth_methods: Vec<String>,
}

/// A new identity.
#[derive(Clone, Debug)]
pub struct NewIdentity {
    /// 1 to 255 characters.
    pub name: String,
    /// The slug of its role in the organization.
    pub role: String,
    /// Whether deleting it is refused.
    pub has_delete_protection: bool,
    /// Keys and values.
    pub metadata: Vec<(String, String)>,
}

/// A change to an identity; `None` keeps what is there.
#[derive(Clone, Debug, Default)]
pub struct IdentityChange {
    /// 1 to 255 characters.
    pub name: Option<String>,
    /// The slug of its role in the organization.
    pub role: Option<String>,
    /// Whether deleting it is refused.
    pub has_delete_protection: Option<bool>,
    /// Keys and values, instead of those that are there.
    pub metadata: Option<Vec<(String, String)>>,
}

impl Identity {
    async fn of(db: &mut Connection, row: IdentityRow) -> Result<Self> {
        let methods = auth_methods::list_of_identity(db, &row.id).await?;
        let custom_role = match &row.custom_role_id {
            Some(role) => roles::find_anywhere(db, &row.organization_id, role).await?,
            None => None,
        };
        Ok(Self { row, custom_role, auth_methods: methods.into_iter().map(|row| row.method).collect() })
    }

    /// The slug by which people know its role in the organization.
    #[must_use]
    pub fn role_slug(&self) -> &str {
        self.custom_role.as_ref().map_or(&self.row.role, |role| &role.slug)
    }

    /// Its metadata.
    ///
    /// # Errors
    ///
    /// [`Error::Internal`] if the row is damaged.
    pub fn metadata(&self) -> Result<Vec<Metadata>> {
        metadata::read(&self.row.metadata)
    }
}

/// Makes an identity in the caller's organization, which must be the one called `organization`.
///
/// # Errors
///
/// [`Error::Refused`] for another organization, [`Error::Form`], [`Error::Forbidden`],
/// [`Error::NotFound`] for an unknown role, [`Error::Boundary`] for one above the caller's rights.
pub async fn create(app: &App, caller: &Caller, organization: &str, new: NewIdentity) -> Result<Identity> {
    caller.organization_named(organization)?;
    check_new(&new)?;
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { add(work, &caller, new).await })).await
}

/// Checks the form of a new identity.
///
/// # Errors
///
/// [`Error::Form`].
pub(super) fn check_new(new: &NewIdentity) -> Result<()> {
    check(Some(&new.name), Some(&new.metadata))
}

/// Makes an identity, as a part of something larger.
///
/// # Errors
///
/// As [`create`]; [`Error::Invalid`] if there are [`IDENTITIES_MAX`].
pub(super) async fn add(work: &mut UnitOfWork, caller: &Caller, new: NewIdentity) -> Result<Identity> {
    const MESSAGE: &str = "You cannot make an identity with more rights than you have";
    caller.organization()?.require(Action::Create, Subject::Identity)?;
    let access = access::change_organization(work, caller).await?;
    access.require(Action::Create, Subject::Identity)?;
    let role = GivenRole::in_organization(&mut work.db, &access.id, &new.role).await?;
    boundary::require_held(&access.permissions, &role.holding(), MESSAGE)?;
    if identities::count(&mut work.db, &access.id).await? >= IDENTITIES_MAX {
        return Err(Error::Invalid(format!("There are {IDENTITIES_MAX} identities already")));
    }
    let row = new_row(&work.app, access.id, new, role)?;
    identities::insert(&mut work.db, &row).await?;
    let event = event(&work.app, caller, "create-identity", &row);
    work.record(event.with("role", row.role.as_str()));
    Identity::of(&mut work.db, row).await
}

fn new_row(
    app: &App,
    organization_id: OrganizationId,
    new: NewIdentity,
    role: GivenRole,
) -> Result<IdentityRow> {
    let now = app.now();
    Ok(IdentityRow {
        id: app.new_id(),
        organization_id,
        membership_id: app.new_id(),
        name: new.name,
        role: role.role,
        custom_role_id: role.custom.map(|custom| custom.id),
        is_instance_admin: false,
        has_delete_protection: new.has_delete_protection,
        metadata: metadata::store(app, &new.metadata, &[])?,
        last_login_auth_method: None,
        last_login_at: None,
        created_at: now,
        updated_at: now,
    })
}

/// The identity called `id`.
///
/// # Errors
///
/// [`Error::Forbidden`], [`Error::NotFound`].
pub async fn get(app: &App, caller: &Caller, id: &IdentityId) -> Result<Identity> {
    caller.organization()?.require(Action::Read, Subject::Identity)?;

    let mut db = app.database.read().await?;
    let row = find(&mut db, caller, id).await?;
    let identity = Identity::of(&mut db, row).await?;
    app.audit.record(event(app, caller, "get-identity", &identity.row))?;
    Ok(identity)
}

/// The identity called `id` of the caller's organization.
///
/// # Errors
///
/// [`Error::NotFound`], the same for an unknown identity and one of another organization.
pub(super) async fn find(db: &mut Connection, caller: &Caller, id: &IdentityId) -> Result<IdentityRow> {
    let organization = &caller.organization()?.id;
    identities::find(db, organization, id).await?.ok_or_else(|| boundary::unknown_identity(id))
}

/// Changes an identity. The caller must hold all rights it had, and all it gets.
///
/// # Errors
///
/// [`Error::Form`], [`Error::Forbidden`], [`Error::NotFound`] for the identity or the role,
/// [`Error::Boundary`].
pub async fn update(app: &App, caller: &Caller, id: &IdentityId, change: IdentityChange) -> Result<Identity> {
    const MESSAGE: &str = "You cannot change an identity that has or gets more rights than you have";
    check(change.name.as_deref(), change.metadata.as_deref())?;
    caller.organization()?.require(Action::Edit, Subject::Identity)?;

    let (caller, id) = (caller.clone(), id.clone());
    app.write(move |work| {
        Box::pin(async move {
            let (before, access) = boundary::enter_identity(work, &caller, &id, MESSAGE).await?;
            let mut row = before.clone();
            if let Some(slug) = &change.role {
                let role = GivenRole::in_organization(&mut work.db, &access.id, slug).await?;
                let held = GivenRole::of_identity(&mut work.db, &before).await?;
                boundary::require_held(&access.permissions, &role.holding(), MESSAGE)?;
                boundary::require_change(&access.permissions, &held.holding(), &role.holding(), MESSAGE)?;
                row.custom_role_id = role.custom.map(|custom| custom.id);
                row.role = role.role;
            }
            apply(&work.app, &mut row, change)?;
            if row != before {
                row.updated_at = work.app.now();
                identities::update(&mut work.db, &row).await?;
            }
            work.record(event(&work.app, &caller, "update-identity", &row).with("role", row.role.as_str()));
            Identity::of(&mut work.db, row).await
        })
    })
    .await
}

fn apply(app: &App, row: &mut IdentityRow, change: IdentityChange) -> Result<()> {
    if let Some(pairs) = change.metadata {
        row.metadata = metadata::store(app, &pairs, &metadata::read(&row.metadata)?)?;
    }
    set(&mut row.name, change.name);
    set(&mut row.has_delete_protection, change.has_delete_protection);
    Ok(())
}

/// Deletes an identity. Its credentials and tokens end at once.
///
/// # Errors
///
/// [`Error::Forbidden`], [`Error::NotFound`], [`Error::Boundary`], [`Error::Invalid`] if it is
/// protected.
pub async fn delete(app: &App, caller: &Caller, id: &IdentityId) -> Result<Identity> {
    const MESSAGE: &str = "You cannot delete an identity that has more rights than you have";
    caller.organization()?.require(Action::Delete, Subject::Identity)?;

    let (caller, id) = (caller.clone(), id.clone());
    app.write(move |work| {
        Box::pin(async move {
            let row = boundary::open_identity(work, &caller, &id, MESSAGE).await?;
            if row.has_delete_protection {
                return Err(Error::Invalid("This identity is protected from being deleted".to_owned()));
            }
            let identity = Identity::of(&mut work.db, row).await?;
            identities::delete(&mut work.db, &id).await?;
            work.record(event(&work.app, &caller, "delete-identity", &identity.row));
            Ok(identity)
        })
    })
    .await
}

/// The organization of the identity that calls.
///
/// # Errors
///
/// [`Error::Unauthenticated`] if the identity was deleted meanwhile.
pub async fn details(app: &App, caller: &Caller) -> Result<IdentityOrganizationRow> {
    const GONE: Error = Error::Unauthenticated("This identity is gone");
    let Actor::Identity { id, .. } = &*caller.actor else { return Err(GONE) };

    let mut db = app.database.read().await?;
    let organization = identities::organization_of(&mut db, id).await?.ok_or(GONE)?;
    app.audit.record(Event::new(app, caller, "get-identity-details").with("identityId", id.as_str()))?;
    Ok(organization)
}

/// An event about an identity.
pub(super) fn event(app: &App, caller: &Caller, kind: &str, identity: &IdentityRow) -> Event {
    Event::new(app, caller, kind)
        .with("identityId", identity.id.as_str())
        .with("identityName", identity.name.as_str())
}

fn check(name: Option<&str>, pairs: Option<&[(String, String)]>) -> Result<()> {
    let mut bounds = Bounds::default();
    bounds.text("name", name, &(1..=255));
    metadata::check(&mut bounds, pairs);
    bounds.finish()
}
