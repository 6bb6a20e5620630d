//! Who may do what with a secret: the members of its project, asked one by one.

use std::collections::HashMap;

use tacit_core::{
    id::MembershipId,
    permission::{Action, Object, PermissionSet, Subject},
    time::Timestamp,
};
use tacit_store::{
    Connection,
    project_memberships::{self, IdentityMemberRow, MembershipRoleRow, UserMemberRow},
    secret_tags, secrets,
};

use super::{
    decide::{Judged, possible, slugs},
    location::{Location, find_place},
    not_found,
    state::sorted,
};
use crate::app::{
    App, Caller,
    access::{ProjectAccess, permissions_of},
    audit::Event,
    error::Result,
};

/// What is asked of each member.
const ACTIONS: [Action; 6] =
    [Action::Read, Action::DescribeSecret, Action::ReadValue, Action::Create, Action::Edit, Action::Delete];

/// Somebody who may do something with a secret.
#[derive(Clone, Debug)]
pub struct SecretMember {
    /// The id of the person or the identity.
    pub id: String,
    /// Their membership in the project.
    pub membership_id: MembershipId,
    /// The name of an identity, the e-mail of a person.
    pub name: String,
    /// What they may do now.
    pub actions: Vec<Action>,
}

/// Everybody who may do something with a secret, by name.
#[derive(Clone, Debug)]
pub struct SecretMembers {
    /// People.
    pub users: Vec<SecretMember>,
    /// Machine identities.
    pub identities: Vec<SecretMember>,
}

/// Who may do what with a secret now. Identities that the caller may not see are left out.
///
/// # Errors
///
/// [`Error::Forbidden`](crate::app::Error::Forbidden) without the right to see the secret, the people and
/// identities of the project; [`Error::NotFound`](crate::app::Error::NotFound) if there is no such
/// environment, folder or secret.
pub async fn access_list(app: &App, caller: &Caller, at: &Location, name: &str) -> Result<SecretMembers> {
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, &at.project, app.now()).await?;
    possible(&access, Action::DescribeSecret, &at.object().secret_name(name))?;
    access.require_any(Action::Read, Subject::Member)?;
    access.require_possible(Action::Read, Subject::Identity)?;
    let place = find_place(&mut db, &access, at).await?;
    let row = secrets::find(&mut db, &place.folder_id, name).await?.ok_or_else(|| not_found(&[name]))?;
    let tags = sorted(secret_tags::of_secret(&mut db, &row.id).await?);
    Judged::new(&access, &place, name, &tags).require(Action::DescribeSecret)?;
    let tag_slugs = slugs(&tags);
    let members = members(&mut db, &access, &place.object(name, &tag_slugs), app.now()).await?;
    let event = Event::new(app, caller, "get-secret-access-list")
        .project(&access.project.id)
        .with("environment", place.environment.as_str())
        .with("secretPath", place.path.as_str())
        .with("secretId", row.id.as_str())
        .with("secretKey", name);
    app.audit.record(event)?;
    Ok(members)
}

async fn members(
    db: &mut Connection,
    access: &ProjectAccess,
    secret: &Object<'_>,
    now: Timestamp,
) -> Result<SecretMembers> {
    let project = &access.project.id;
    let rights = rights(project_memberships::roles_in_project(db, project).await?, now);
    let allowed = |id: &MembershipId| rights.get(id).map(|set| actions(set, secret)).unwrap_or_default();
    let is_shown = |row: &IdentityMemberRow| {
        let object = Object::new().identity_id(row.identity_id.as_str());
        access.permissions.allows(Action::Read, Subject::Identity, &object)
    };
    let user = |row: UserMemberRow| SecretMember {
        actions: allowed(&row.id),
        id: row.user_id.to_string(),
        membership_id: row.id,
        name: row.email,
    };
    let identity = |row: IdentityMemberRow| SecretMember {
        actions: allowed(&row.id),
        id: row.identity_id.to_string(),
        membership_id: row.id,
        name: row.name,
    };
    let users = project_memberships::list_users(db, project).await?;
    let identities = project_memberships::list_identities(db, project).await?;
    Ok(SecretMembers {
        users: by_name(users.into_iter().map(user)),
        identities: by_name(identities.into_iter().filter(is_shown).map(identity)),
    })
}

/// What the roles of each member allow now.
fn rights(roles: Vec<MembershipRoleRow>, now: Timestamp) -> HashMap<MembershipId, PermissionSet> {
    let mut grouped: HashMap<MembershipId, Vec<MembershipRoleRow>> = HashMap::new();
    for role in roles {
        grouped.entry(role.membership_id.clone()).or_default().push(role);
    }
    grouped.into_iter().map(|(id, roles)| (id, permissions_of(&roles, now))).collect()
}

fn actions(rights: &PermissionSet, secret: &Object<'_>) -> Vec<Action> {
    ACTIONS.into_iter().filter(|action| rights.allows(*action, Subject::Secrets, secret)).collect()
}

/// Those who may do something, by the bytes of their names.
fn by_name(members: impl Iterator<Item = SecretMember>) -> Vec<SecretMember> {
    let mut members: Vec<_> = members.filter(|member| !member.actions.is_empty()).collect();
    members.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
    members
}
