//! What each member of a project may do in one folder.

use tacit_core::permission::{Action, Object, Subject};

use super::{
    Given, Who,
    everyone::{everyone, require_members},
    extent::{Extent, PLACE_RIGHTS, Right},
    given::permissions,
    places::is_visible,
    reasons::counted,
    tree::{check_page, page},
};
use crate::app::{
    App, Caller,
    access::{ProjectAccess, ProjectName},
    audit::Event,
    error::Result,
};

/// Where the rights of members are shown.
#[derive(Clone, Debug)]
pub struct MembersQuery {
    /// The slug of the environment.
    pub environment: String,
    /// The path of the folder.
    pub path: String,
    /// Members to leave out at the beginning.
    pub offset: i64,
    /// Members in the answer, 1 to [`PAGE_MAX`](super::PAGE_MAX).
    pub limit: i64,
}

/// What members may do in a folder.
#[derive(Clone, Debug)]
pub struct MembersAt {
    /// How many members there are that the caller may see.
    pub total: usize,
    /// Some of them: people, identities and groups, each by name.
    pub members: Vec<MemberAccess>,
}

/// What a member may do in a folder.
#[derive(Clone, Debug)]
pub struct MemberAccess {
    /// Who.
    pub who: Who,
    /// The name of an identity or group, the e-mail of a person.
    pub name: String,
    /// What they may do. What nothing says anything about is left out.
    pub rights: Vec<(Right, Extent)>,
    /// The roles and privileges they have now.
    pub given: Vec<Given>,
}

/// What each member of a project may do now in a folder, whether or not there is one. Identities and
/// groups that the caller may not see are left out; who is in the project by a group alone is named by it.
///
/// # Errors
///
/// [`Error::Forbidden`](crate::app::Error::Forbidden) without the right to see the place, the people, the
/// identities and the roles of the project; [`Error::Form`](crate::app::Error::Form) beyond the bounds.
pub async fn members_at(
    app: &App,
    caller: &Caller,
    project: &ProjectName,
    query: &MembersQuery,
) -> Result<MembersAt> {
    check_page(query.offset, query.limit)?;
    let mut db = app.database.read().await?;
    let access = ProjectAccess::enter(&mut db, caller, project, app.now()).await?;
    require_members(&access)?;
    let object = Object::new().environment(&query.environment).secret_path(&query.path);
    if !is_visible(&access, &object) {
        access.require_possible_at(Action::DescribeSecret, Subject::Secrets, &object)?;
    }
    let all = everyone(&mut db, &access).await?;
    drop(db);
    let members = page(&all, query.offset, query.limit).iter().map(|member| {
        let given = counted(&member.given, app.now());
        let set = permissions(&given);
        let extent = |right: &Right| (*right, Extent::of(&set, *right, &object));
        let rights = PLACE_RIGHTS.iter().map(extent).filter(|(_, extent)| *extent != Extent::None);
        MemberAccess {
            who: member.who.clone(),
            name: member.name.clone(),
            rights: rights.collect(),
            given: given.into_iter().cloned().collect(),
        }
    });
    let answer = MembersAt { total: all.len(), members: members.collect() };
    let event = Event::new(app, caller, "get-access-list")
        .project(&access.project.id)
        .with("environment", query.environment.as_str())
        .with("secretPath", query.path.as_str());
    app.audit.record(event)?;
    Ok(answer)
}
