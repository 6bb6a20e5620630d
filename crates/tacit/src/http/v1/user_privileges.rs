//! `/api/v1/user-project-additional-privilege` (wire-contract 12.6).

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use tacit_core::{
    id::{MembershipId, PrivilegeId},
    permission::Rule,
};

use crate::{
    app::{
        App, Caller,
        privileges::{self, Holder, Kind, NewPrivilege, PrivilegeChange, PrivilegeName},
    },
    http::{
        extract::{Body, Path, Query},
        problem::Problem,
        wire::{
            envelope::{InPrivilege, InPrivileges},
            privilege::{Privilege, time},
            temporary::TemporaryInput,
            text::{Required, Trimmed},
        },
    },
};

/// A new privilege of a person.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateRequest {
    /// The membership of the person in the project.
    project_membership_id: Trimmed,
    /// 1 to 64 characters; made up if absent.
    #[serde(default)]
    slug: Option<Required>,
    /// What it allows and denies.
    #[schemars(with = "Vec<Rule>")]
    permissions: Vec<Value>,
    /// When it counts; always if absent.
    #[serde(default)]
    r#type: TemporaryInput,
}

/// A change of a privilege. What is absent stays.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct UpdateRequest {
    /// 1 to 64 characters.
    #[serde(default)]
    slug: Option<Required>,
    /// What it allows and denies, in place of what it did.
    #[serde(default)]
    #[schemars(with = "Option<Vec<Rule>>")]
    permissions: Option<Vec<Value>>,
    /// When it counts.
    #[serde(default)]
    r#type: Option<TemporaryInput>,
}

impl UpdateRequest {
    /// The change.
    pub(in crate::http) fn read(self) -> Result<PrivilegeChange, crate::app::Error> {
        Ok(PrivilegeChange {
            slug: self.slug.map(|Required(slug)| slug),
            permissions: self.permissions,
            temporary: self.r#type.map(time).transpose()?,
        })
    }
}

/// Whose privileges are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListQuery {
    /// The membership of the person in the project.
    project_membership_id: Trimmed,
}

/// `POST …` gives a person a privilege.
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<CreateRequest>,
) -> Result<Json<InPrivilege<Privilege>>, Problem> {
    let holder = Holder::User(MembershipId::new(request.project_membership_id.0));
    let new = NewPrivilege {
        slug: request.slug.map(|Required(slug)| slug),
        permissions: request.permissions,
        temporary: time(request.r#type)?,
    };
    Ok(Json(Privilege::from(privileges::create(&app, &caller, holder, new).await?).into()))
}

/// `GET …` lists the privileges of a person.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<InPrivileges<Vec<Privilege>>>, Problem> {
    let holder = Holder::User(MembershipId::new(query.project_membership_id.0));
    let privileges = privileges::list(&app, &caller, &holder).await?;
    Ok(Json(privileges.into_iter().map(Privilege::from).collect::<Vec<_>>().into()))
}

/// `GET …/{privilege}` reads one.
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PrivilegeId>,
) -> Result<Json<InPrivilege<Privilege>>, Problem> {
    Ok(Json(Privilege::from(privileges::get(&app, &caller, &name(id)).await?).into()))
}

/// `PATCH …/{privilege}` changes one.
pub(crate) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PrivilegeId>,
    Body(request): Body<UpdateRequest>,
) -> Result<Json<InPrivilege<Privilege>>, Problem> {
    Ok(Json(Privilege::from(privileges::update(&app, &caller, name(id), request.read()?).await?).into()))
}

/// `DELETE …/{privilege}` takes one away.
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<PrivilegeId>,
) -> Result<Json<InPrivilege<Privilege>>, Problem> {
    Ok(Json(Privilege::from(privileges::delete(&app, &caller, name(id)).await?).into()))
}

fn name(id: PrivilegeId) -> PrivilegeName {
    PrivilegeName::Id(id, Kind::User)
}
