//! People in projects, under the current and the older names (wire-contract 11).

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use tacit_core::{
    id::{MembershipId, UserId},
    name::Email,
    permission::ProjectRole,
};

use super::identity_memberships::RolesRequest;
use crate::{
    app::{
        App, Caller, Error, Issue,
        access::ProjectName,
        error::PathPart,
        memberships::{
            RoleGrant,
            users::{self, UserName},
        },
    },
    http::{
        extract::{Body, Path, Query},
        problem::Problem,
        wire::{
            envelope::{InMembership, InMemberships, InRoles},
            membership::{UserMembership, UserMembershipRow},
            role::{MemberRoleRow, RoleInput, grants},
            text::{Lenient, Required},
        },
    },
};

/// The most people that one request adds or removes.
const PEOPLE_MAX: usize = 1000;

/// Whom a list of people holds.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListQuery {
    /// Whether to list people who are in the project by a group too, once for each group.
    #[serde(default)]
    include_group_members: Lenient,
}

/// `GET …/memberships` and `GET …/users` list the people in a project.
pub(crate) async fn list<R: From<Vec<UserMembership>>>(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Json<R>, Problem> {
    let with_groups = query.include_group_members.0;
    let members = users::list(&app, &caller, &ProjectName::IdOrSlug(project), with_groups).await?;
    Ok(Json(members.into_iter().map(UserMembership::from).collect::<Vec<_>>().into()))
}

/// People to be added.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AddRequest {
    /// Their e-mails.
    #[serde(default)]
    emails: Vec<String>,
    /// Their user names, which are e-mails too.
    #[serde(default)]
    usernames: Vec<String>,
    /// Their roles; `member` if absent.
    role_slugs: Option<Vec<Required>>,
    /// Their roles instead, where some end by themselves; at least one does not.
    roles: Option<Vec<RoleInput>>,
}

/// `POST …/memberships` adds people of the organization to a project.
pub(crate) async fn add(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Body(request): Body<AddRequest>,
) -> Result<Json<InMemberships<Vec<UserMembershipRow>>>, Problem> {
    let emails = emails(&request.emails, &request.usernames)?;
    let grants = match request.roles {
        Some(roles) => grants(roles)?,
        None => role_grants(request.role_slugs)?,
    };
    let rows = users::add(&app, &caller, ProjectName::IdOrSlug(project), emails, grants).await?;
    Ok(Json(rows.into_iter().map(UserMembershipRow::from).collect::<Vec<_>>().into()))
}

fn role_grants(slugs: Option<Vec<Required>>) -> Result<Vec<RoleGrant>, Error> {
    let Some(slugs) = slugs else {
        return Ok(vec![RoleGrant::permanent(ProjectRole::Member.slug())]);
    };
    let mut slugs: Vec<String> = slugs.into_iter().map(|Required(slug)| slug).collect();
    slugs.sort_unstable();
    slugs.dedup();
    if slugs.is_empty() {
        return Err(Error::form("roleSlugs", "Name at least one role"));
    }
    Ok(slugs.iter().map(|slug| RoleGrant::permanent(slug)).collect())
}

/// People to be removed.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct RemoveRequest {
    /// Their e-mails.
    #[serde(default)]
    emails: Vec<String>,
    /// Their user names, which are e-mails too.
    #[serde(default)]
    usernames: Vec<String>,
}

/// `DELETE …/memberships` takes people out of a project.
pub(crate) async fn remove_by_email(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Body(request): Body<RemoveRequest>,
) -> Result<Json<InMemberships<Vec<UserMembershipRow>>>, Problem> {
    let emails = emails(&request.emails, &request.usernames)?;
    let rows = users::remove_by_email(&app, &caller, ProjectName::IdOrSlug(project), emails).await?;
    Ok(Json(rows.into_iter().map(UserMembershipRow::from).collect::<Vec<_>>().into()))
}

/// `GET …/memberships/{membership}` reads one person in a project.
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path((project, membership)): Path<(String, MembershipId)>,
) -> Result<Json<InMembership<UserMembership>>, Problem> {
    read(&app, &caller, project, UserName::Membership(membership)).await
}

/// `GET …/user/{user}/membership` reads one person in a project by user id.
pub(crate) async fn get_by_user(
    State(app): State<App>,
    caller: Caller,
    Path((project, user)): Path<(String, UserId)>,
) -> Result<Json<InMembership<UserMembership>>, Problem> {
    read(&app, &caller, project, UserName::User(user)).await
}

/// Whose details are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct DetailsRequest {
    /// The user name, which is an e-mail.
    username: Required,
}

/// `POST …/memberships/details` reads one person in a project by user name.
pub(crate) async fn get_details(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Body(request): Body<DetailsRequest>,
) -> Result<Json<InMembership<UserMembership>>, Problem> {
    let Required(name) = request.username;
    read(&app, &caller, project, UserName::Email(name.to_lowercase())).await
}

async fn read(
    app: &App,
    caller: &Caller,
    project: String,
    name: UserName,
) -> Result<Json<InMembership<UserMembership>>, Problem> {
    let member = users::get(app, caller, &ProjectName::IdOrSlug(project), &name).await?;
    Ok(Json(UserMembership::from(member).into()))
}

/// `PATCH …/memberships/{membership}` gives a person other roles.
pub(crate) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path((project, membership)): Path<(String, MembershipId)>,
    Body(request): Body<RolesRequest>,
) -> Result<Json<InRoles<Vec<MemberRoleRow>>>, Problem> {
    let grants = grants(request.roles)?;
    let roles = users::update(&app, &caller, ProjectName::IdOrSlug(project), membership, grants).await?;
    Ok(Json(roles.into_iter().map(MemberRoleRow::from).collect::<Vec<_>>().into()))
}

/// `DELETE …/memberships/{membership}` takes a person out of a project.
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path((project, membership)): Path<(String, MembershipId)>,
) -> Result<Json<InMembership<UserMembershipRow>>, Problem> {
    let row = users::remove(&app, &caller, ProjectName::IdOrSlug(project), membership).await?;
    Ok(Json(UserMembershipRow::from(row).into()))
}

/// All e-mails of a request, each once.
fn emails(emails: &[String], usernames: &[String]) -> Result<Vec<Email>, Error> {
    let mut parsed = parse_emails("emails", emails)?;
    parsed.extend(parse_emails("usernames", usernames)?);
    parsed.sort_unstable();
    parsed.dedup();
    if parsed.is_empty() {
        return Err(Error::form("usernames", "Name at least one person"));
    }
    if parsed.len() > PEOPLE_MAX {
        return Err(Error::form("usernames", format!("Name at most {PEOPLE_MAX} people")));
    }
    Ok(parsed)
}

fn parse_emails(field: &'static str, texts: &[String]) -> Result<Vec<Email>, Error> {
    let parse = |(index, text): (usize, &String)| {
        Email::parse(text).map_err(|error| {
            let mut issue = Issue::at(field, error.to_string());
            issue.path.push(PathPart::Position(index));
            Error::Form(vec![issue])
        })
    };
    texts.iter().enumerate().map(parse).collect()
}
