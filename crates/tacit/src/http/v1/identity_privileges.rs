//! `/api/v1/additional-privilege/identity`: privileges of identities by slug (wire-contract 12.6).

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use tacit_core::{id::IdentityId, permission::Rule};

use crate::{
    app::{
        App, Caller, Error,
        access::ProjectName,
        error::PathPart,
        memberships::Temporary,
        privileges::{self, Holder, NewPrivilege, PrivilegeChange, PrivilegeName},
    },
    http::{
        extract::{Body, Path, Query},
        problem::Problem,
        wire::{
            envelope::{InPrivilege, InPrivileges},
            privilege::{PermissionInput, Privilege, rules},
            temporary::TemporaryInput,
            text::{Required, Trimmed},
        },
    },
};

/// A new privilege of an identity.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateRequest {
    /// The identity.
    identity_id: Trimmed,
    /// The slug of the project.
    project_slug: Trimmed,
    /// 1 to 64 characters; made up if absent.
    #[serde(default)]
    slug: Option<Required>,
    /// What it allows and denies.
    #[serde(default)]
    #[schemars(with = "Option<Vec<Rule>>")]
    permissions: Option<Vec<Value>>,
    /// The same in another form.
    #[serde(default)]
    privilege_permission: Option<PermissionInput>,
    /// `relative`, if it is a temporary one.
    #[serde(default)]
    temporary_mode: Option<String>,
    /// How long a temporary one lasts, such as `1h` or `30d`.
    #[serde(default)]
    temporary_range: Option<String>,
    /// From when a temporary one counts.
    #[serde(default)]
    temporary_access_start_time: Option<String>,
}

/// `POST …/permanent` gives an identity a privilege.
pub(crate) async fn create_permanent(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<CreateRequest>,
) -> Result<Json<InPrivilege<Privilege>>, Problem> {
    create(&app, &caller, request, None).await
}

/// `POST …/temporary` gives an identity a privilege that ends by itself.
pub(crate) async fn create_temporary(
    State(app): State<App>,
    caller: Caller,
    Body(mut request): Body<CreateRequest>,
) -> Result<Json<InPrivilege<Privilege>>, Problem> {
    let time = TemporaryInput {
        is_temporary: true,
        temporary_mode: request.temporary_mode.take(),
        temporary_range: request.temporary_range.take(),
        temporary_access_start_time: request.temporary_access_start_time.take(),
    };
    let temporary = time.read().map_err(|issue| Error::Form(vec![issue]))?;
    create(&app, &caller, request, temporary).await
}

async fn create(
    app: &App,
    caller: &Caller,
    request: CreateRequest,
    temporary: Option<Temporary>,
) -> Result<Json<InPrivilege<Privilege>>, Problem> {
    let permissions = rules(request.permissions, request.privilege_permission)?
        .ok_or_else(|| Error::form("permissions", "Required"))?;
    let slug = request.slug.map(|Required(slug)| slug);
    let new = NewPrivilege { slug, permissions, temporary };
    let holder = holder(request.project_slug, request.identity_id);
    Ok(Json(Privilege::from(privileges::create(app, caller, holder, new).await?).into()))
}

/// Whose privileges are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IdentityQuery {
    /// The identity.
    identity_id: Trimmed,
    /// The slug of the project.
    project_slug: Trimmed,
}

/// `GET …` lists the privileges of an identity in a project.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<IdentityQuery>,
) -> Result<Json<InPrivileges<Vec<Privilege>>>, Problem> {
    let holder = holder(query.project_slug, query.identity_id);
    let privileges = privileges::list(&app, &caller, &holder).await?;
    Ok(Json(privileges.into_iter().map(Privilege::from).collect::<Vec<_>>().into()))
}

/// `GET …/{slug}` reads one.
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(slug): Path<String>,
    Query(query): Query<IdentityQuery>,
) -> Result<Json<InPrivilege<Privilege>>, Problem> {
    let name = PrivilegeName::Slug(slug, holder(query.project_slug, query.identity_id));
    Ok(Json(Privilege::from(privileges::get(&app, &caller, &name).await?).into()))
}

/// A change of a privilege.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UpdateRequest {
    /// The slug of the privilege.
    privilege_slug: Trimmed,
    /// The identity.
    identity_id: Trimmed,
    /// The slug of the project.
    project_slug: Trimmed,
    /// What is to be different. What is absent stays.
    #[serde(default)]
    privilege_details: Details,
}

/// What is to be different about a privilege.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Details {
    /// 1 to 64 characters.
    #[serde(default)]
    slug: Option<Required>,
    /// What it allows and denies.
    #[serde(default)]
    #[schemars(with = "Option<Vec<Rule>>")]
    permissions: Option<Vec<Value>>,
    /// The same in another form.
    #[serde(default)]
    privilege_permission: Option<PermissionInput>,
    /// Whether it ends by itself.
    #[serde(default)]
    is_temporary: Option<bool>,
    /// `relative`, if it does.
    #[serde(default)]
    temporary_mode: Option<String>,
    /// How long it lasts, such as `1h` or `30d`.
    #[serde(default)]
    temporary_range: Option<String>,
    /// From when it counts.
    #[serde(default)]
    temporary_access_start_time: Option<String>,
}

impl Details {
    fn read(self) -> Result<PrivilegeChange, Error> {
        let time = |is_temporary| {
            let time = TemporaryInput {
                is_temporary,
                temporary_mode: self.temporary_mode,
                temporary_range: self.temporary_range,
                temporary_access_start_time: self.temporary_access_start_time,
            };
            time.read().map_err(|mut issue| {
                issue.path.insert(0, PathPart::Field("privilegeDetails".to_owned()));
                Error::Form(vec![issue])
            })
        };
        Ok(PrivilegeChange {
            slug: self.slug.map(|Required(slug)| slug),
            permissions: rules(self.permissions, self.privilege_permission)?,
            temporary: self.is_temporary.map(time).transpose()?,
        })
    }
}

/// `PATCH …` changes one.
pub(crate) async fn update(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<UpdateRequest>,
) -> Result<Json<InPrivilege<Privilege>>, Problem> {
    let holder = holder(request.project_slug, request.identity_id);
    let name = PrivilegeName::Slug(request.privilege_slug.0, holder);
    let change = request.privilege_details.read()?;
    Ok(Json(Privilege::from(privileges::update(&app, &caller, name, change).await?).into()))
}

/// Which privilege is to be taken away.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeleteRequest {
    /// The slug of the privilege.
    privilege_slug: Trimmed,
    /// The identity.
    identity_id: Trimmed,
    /// The slug of the project.
    project_slug: Trimmed,
}

/// `DELETE …` takes one away.
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<DeleteRequest>,
) -> Result<Json<InPrivilege<Privilege>>, Problem> {
    let holder = holder(request.project_slug, request.identity_id);
    let name = PrivilegeName::Slug(request.privilege_slug.0, holder);
    Ok(Json(Privilege::from(privileges::delete(&app, &caller, name).await?).into()))
}

fn holder(project: Trimmed, identity: Trimmed) -> Holder {
    Holder::Identity(ProjectName::Slug(project.0), IdentityId::new(identity.0))
}
