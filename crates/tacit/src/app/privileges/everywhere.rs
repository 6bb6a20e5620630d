//! All privileges in a project.

use std::collections::HashMap;

use tacit_core::{
    id::MembershipId,
    permission::{Action, Object, Rule, Scope, Subject},
};
use tacit_store::{
    additional_privileges::{self, PrivilegeRow},
    project_memberships,
};

use super::{
    super::{
        App,
        access::{ProjectAccess, ProjectName},
        audit::Event,
        caller::Caller,
        error::Result,
        rights,
    },
    Kind,
};

/// Privileges in one answer at most.
pub const LIST_MAX: usize = 1_000;

/// A privilege with the name of its holder.
#[derive(Clone, Debug)]
pub struct HeldPrivilege {
    /// The privilege.
    pub row: PrivilegeRow,
    /// What it allows and denies.
    pub rules: Vec<Rule>,
    /// What its holder is.
    pub kind: Kind,
    /// The id of the person or identity.
    pub holder_id: String,
    /// The e-mail of the person or the name of the identity.
    pub holder_name: String,
}

/// The privileges of all members of a project whom the caller may see, ended ones included, by the names of
/// their holders and then by slug; the first [`LIST_MAX`], and how many there are.
///
/// # Errors
///
/// [`Error::Forbidden`](crate::app::Error::Forbidden) without `read` on people and on some identity.
pub async fn list_in_project(
    app: &App,
    caller: &Caller,
    project: &ProjectName,
) -> Result<(Vec<HeldPrivilege>, usize)> {
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, project, app.now()).await?;
    access.require_possible(Action::Read, Subject::Member)?;
    access.require_possible(Action::Read, Subject::Identity)?;
    let id = &access.project.id;
    let mut holders: HashMap<MembershipId, (Kind, String, String)> = HashMap::new();
    for row in project_memberships::list_users(&mut db, id).await? {
        if access.permissions.allows(Action::Read, Subject::Member, &Object::new().user_email(&row.email)) {
            holders.insert(row.id, (Kind::User, row.user_id.to_string(), row.email));
        }
    }
    for row in project_memberships::list_identities(&mut db, id).await? {
        let object = Object::new().identity_id(row.identity_id.as_str());
        if access.permissions.allows(Action::Read, Subject::Identity, &object) {
            holders.insert(row.id, (Kind::Identity, row.identity_id.to_string(), row.name));
        }
    }
    let rows = additional_privileges::list_in_project(&mut db, id).await?;
    let mut held: Vec<(&(Kind, String, String), PrivilegeRow)> =
        rows.into_iter().filter_map(|row| Some((holders.get(&row.membership_id)?, row))).collect();
    held.sort_by(|(one, row), (other, second)| (&one.2, &row.slug).cmp(&(&other.2, &second.slug)));
    let count = held.len();
    held.truncate(LIST_MAX);
    app.audit.record(Event::new(app, caller, "get-additional-privileges").project(id))?;
    let read = |((kind, holder_id, holder_name), row): (&(Kind, String, String), PrivilegeRow)| {
        Ok(HeldPrivilege {
            rules: rights::stored_rules(&row.permissions, Scope::Project)?,
            kind: *kind,
            holder_id: holder_id.clone(),
            holder_name: holder_name.clone(),
            row,
        })
    };
    Ok((held.into_iter().map(read).collect::<Result<_>>()?, count))
}
