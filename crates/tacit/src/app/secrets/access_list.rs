//! Who may do what with a secret: the members of its project, asked one by one.

use tacit_core::{
    id::MembershipId,
    permission::{Action, Object, PermissionSet, Subject},
    time::Timestamp,
};
use tacit_store::{
    Connection, groups, project_grants,
    project_memberships::{self, Member},
    secret_tags, secrets,
};

use super::{
    decide::{Judged, possible, slugs},
    location::{Location, find_place},
    not_found,
    state::sorted,
};
use crate::app::{App, Caller, access::ProjectAccess, audit::Event, error::Result, rights};

/// What is asked of each member.
const ACTIONS: [Action; 6] =
    [Action::Read, Action::DescribeSecret, Action::ReadValue, Action::Create, Action::Edit, Action::Delete];

/// Somebody who may do something with a secret.
#[derive(Clone, Debug)]
pub struct SecretMember {
    /// The id of the person, the identity or the group.
    pub id: String,
    /// Their membership in the project.
    pub membership_id: MembershipId,
    /// The name of an identity or group, the e-mail of a person.
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
    /// Groups.
    pub groups: Vec<SecretMember>,
}

/// Who may do what with a secret now. Identities and groups that the caller may not see are left out.
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

/// Asks each member in turn. A person or identity is asked with what its groups give; who is in the
/// project by a group alone is named by the group.
async fn members(
    db: &mut Connection,
    access: &ProjectAccess,
    secret: &Object<'_>,
    now: Timestamp,
) -> Result<SecretMembers> {
    let project = &access.project;
    let mut users = Vec::new();
    for row in project_memberships::list_users_that_count(db, &project.id).await? {
        let grants = project_grants::of_member(db, &project.id, Member::User(&row.user_id)).await?;
        let actions = actions(rights::permissions_of(&grants, now)?.as_ref(), secret);
        users.push(SecretMember {
            id: row.user_id.to_string(),
            membership_id: row.id,
            name: row.email,
            actions,
        });
    }
    let mut identities = Vec::new();
    for row in project_memberships::list_identities(db, &project.id).await? {
        let object = Object::new().identity_id(row.identity_id.as_str());
        if !access.permissions.allows(Action::Read, Subject::Identity, &object) {
            continue;
        }
        let grants = project_grants::of_member(db, &project.id, Member::Identity(&row.identity_id)).await?;
        let actions = actions(rights::permissions_of(&grants, now)?.as_ref(), secret);
        let id = row.identity_id.to_string();
        identities.push(SecretMember { id, membership_id: row.id, name: row.name, actions });
    }
    let groups = groups_of(db, access, secret, now).await?;
    Ok(SecretMembers { users: by_name(users), identities: by_name(identities), groups: by_name(groups) })
}

async fn groups_of(
    db: &mut Connection,
    access: &ProjectAccess,
    secret: &Object<'_>,
    now: Timestamp,
) -> Result<Vec<SecretMember>> {
    let project = &access.project;
    let mut members = Vec::new();
    for row in project_memberships::list_groups(db, &project.id).await? {
        let Some(id) = row.group_id else { continue };
        let Some(group) = groups::find(db, &project.organization_id, &id).await? else { continue };
        let object = Object::new().group_name(&group.name);
        if !access.permissions.allows(Action::Read, Subject::Groups, &object) {
            continue;
        }
        let grants = project_grants::of_membership(db, &row.id).await?;
        let actions = actions(rights::permissions_of(&grants, now)?.as_ref(), secret);
        members.push(SecretMember { id: id.to_string(), membership_id: row.id, name: group.name, actions });
    }
    Ok(members)
}

fn actions(rights: &PermissionSet, secret: &Object<'_>) -> Vec<Action> {
    ACTIONS.into_iter().filter(|action| rights.allows(*action, Subject::Secrets, secret)).collect()
}

/// Those who may do something, by the bytes of their names.
fn by_name(mut members: Vec<SecretMember>) -> Vec<SecretMember> {
    members.retain(|member| !member.actions.is_empty());
    members.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
    members
}
