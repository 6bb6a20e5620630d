//! `/api/v1/secrets/{name}/access-list`: who may do what with a secret (appendix A).

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::id::MembershipId;

use crate::{
    app::{
        App, Caller,
        secrets::{self, SecretMember, SecretMembers},
    },
    http::{
        extract::Query,
        problem::Problem,
        wire::{named::Named, place::SecretPlace},
    },
};

/// Where the secret is.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct AccessListQuery {
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    place: SecretPlace,
}

/// Who may do something with a secret, by name.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct AccessListResponse {
    /// People.
    users: Vec<Member>,
    /// Machine identities.
    identities: Vec<Member>,
    /// Groups.
    groups: Vec<Member>,
}

/// Somebody who may do something with a secret.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Member {
    /// The id of the person, the identity or the group.
    id: String,
    /// The id of the membership in the project.
    membership_id: MembershipId,
    /// The name of an identity or group, the e-mail of a person.
    name: String,
    /// What they may do: `read`, `describeSecret`, `readValue`, `create`, `edit`, `delete`.
    allowed_actions: Vec<&'static str>,
}

/// `GET /api/v1/secrets/{name}/access-list` lists who may do what with a secret.
pub(crate) async fn access_list(
    State(app): State<App>,
    caller: Caller,
    Named(name): Named,
    Query(query): Query<AccessListQuery>,
) -> Result<Json<AccessListResponse>, Problem> {
    Ok(Json(secrets::access_list(&app, &caller, &query.place.location()?, &name).await?.into()))
}

impl From<SecretMembers> for AccessListResponse {
    fn from(members: SecretMembers) -> Self {
        let wire = |members: Vec<SecretMember>| members.into_iter().map(Member::from).collect();
        Self {
            users: wire(members.users),
            identities: wire(members.identities),
            groups: wire(members.groups),
        }
    }
}

impl From<SecretMember> for Member {
    fn from(member: SecretMember) -> Self {
        Self {
            id: member.id,
            membership_id: member.membership_id,
            name: member.name,
            allowed_actions: member.actions.into_iter().map(tacit_core::permission::Action::as_str).collect(),
        }
    }
}
