//! All members of a project with what they have, loaded at once.

use std::collections::HashMap;

use tacit_core::{
    id::MembershipId,
    permission::{Action, Object, Subject},
};
use tacit_store::{Connection, project_grants, project_memberships};

use super::{
    Who,
    given::{Given, Groups, Reader},
};
use crate::app::{access::ProjectAccess, error::Result};

/// A member of a project.
pub(super) struct Someone {
    /// Who.
    pub(super) who: Who,
    /// The name of an identity or group, the e-mail of a person.
    pub(super) name: String,
    /// All they have, by themselves and by groups, ended ones included.
    pub(super) given: Vec<Given>,
}

/// The members of a project, by kind and then by the bytes of their names. Identities and groups that
/// the caller may not see are left out, and people who are suspended or only invited. Who is in the project by a group alone is named by it.
///
/// # Errors
///
/// As [`ProjectAccess::enter`], and if stored rules cannot be read.
pub(super) async fn everyone(db: &mut Connection, access: &ProjectAccess) -> Result<Vec<Someone>> {
    let project = &access.project.id;
    let groups = Groups::load(db, access, false).await?;
    let mut by_membership: HashMap<MembershipId, Vec<Given>> = HashMap::new();
    for given in Reader::new(&groups).read_all(project_grants::in_project(db, project).await?)? {
        by_membership.entry(given.membership_id.clone()).or_default().push(given);
    }
    let mut by_group: HashMap<String, Vec<MembershipId>> = HashMap::new();
    for row in project_grants::members_of_groups(db, project).await? {
        by_group.entry(row.member_id).or_default().push(row.membership_id);
    }
    let all_of = |membership: &MembershipId, member: Option<&str>| -> Vec<Given> {
        let groups = member.and_then(|member| by_group.get(member)).into_iter().flatten();
        let memberships = std::iter::once(membership).chain(groups);
        memberships.filter_map(|one| by_membership.get(one)).flatten().cloned().collect()
    };
    let mut all = Vec::new();
    for row in project_memberships::list_users_that_count(db, project).await? {
        let given = all_of(&row.id, Some(row.user_id.as_str()));
        all.push(Someone { who: Who::User(row.user_id), name: row.email, given });
    }
    for row in project_memberships::list_identities(db, project).await? {
        let object = Object::new().identity_id(row.identity_id.as_str());
        if access.permissions.allows(Action::Read, Subject::Identity, &object) {
            let given = all_of(&row.id, Some(row.identity_id.as_str()));
            all.push(Someone { who: Who::Identity(row.identity_id), name: row.name, given });
        }
    }
    for (membership, id, name) in groups.visible() {
        let given = all_of(membership, None);
        all.push(Someone { who: Who::Group(id.clone()), name: name.to_owned(), given });
    }
    all.sort_by(|one, other| {
        (one.who.order(), &one.name, one.who.id()).cmp(&(other.who.order(), &other.name, other.who.id()))
    });
    Ok(all)
}

/// Asks for the right to see who is in a project and what their roles say.
///
/// # Errors
///
/// [`Error::Forbidden`](crate::app::Error::Forbidden) without the right to see the people, the identities
/// and the roles.
pub(super) fn require_members(access: &ProjectAccess) -> Result<()> {
    access.require_any(Action::Read, Subject::Member)?;
    access.require_any(Action::Read, Subject::Role)?;
    access.require_possible(Action::Read, Subject::Identity)
}
