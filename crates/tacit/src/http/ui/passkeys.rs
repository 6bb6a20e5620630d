//! `/api/ui/v1/me/passkeys`: the caller's passkeys.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::{id::PasskeyId, passkey::RelyingParty, time::Timestamp};
use tacit_store::passkeys::PasskeyRow;

use crate::{
    app::{App, Caller, passkeys, passwords::Password},
    http::{
        extract::{Body, Path},
        problem::Problem,
        site::{OptionalSite, Site},
        wire::{
            passkey::{CreationOptions, NewCredential},
            text::Required,
            user::MessageResponse,
        },
    },
};

/// A passkey.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Passkey {
    id: PasskeyId,
    /// What the person calls it.
    name: String,
    /// The host name it was made under.
    relying_party: String,
    /// Whether it works at the address that is open now.
    works_here: bool,
    /// Whether it is on several devices.
    is_synchronized: bool,
    created_at: Timestamp,
    last_used_at: Option<Timestamp>,
}

impl Passkey {
    fn new(site: Option<&RelyingParty>, row: PasskeyRow) -> Self {
        Self {
            works_here: site.is_some_and(|site| site.id() == row.relying_party),
            id: row.id,
            name: row.name,
            relying_party: row.relying_party,
            is_synchronized: row.is_backed_up,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
        }
    }
}

/// The passkeys of a person.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PasskeysResponse {
    /// The host name that new ones are for; null where browsers offer none.
    site: Option<String>,
    /// Oldest first.
    passkeys: Vec<Passkey>,
}

/// `GET /api/ui/v1/me/passkeys` lists them.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    OptionalSite(site): OptionalSite,
) -> Result<Json<PasskeysResponse>, Problem> {
    let rows = passkeys::list(&app, &caller).await?;
    Ok(Json(PasskeysResponse {
        passkeys: rows.into_iter().map(|row| Passkey::new(site.as_ref(), row)).collect(),
        site: site.map(|site| site.id().to_owned()),
    }))
}

/// The password, which is needed if the sign-in is older than ten minutes.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Proof {
    #[serde(default)]
    password: Option<Password>,
}

/// `POST /api/ui/v1/me/passkeys/options` begins to add one.
pub(crate) async fn options(
    State(app): State<App>,
    caller: Caller,
    site: Result<Site, Problem>,
    Body(proof): Body<Proof>,
) -> Result<Json<CreationOptions>, Problem> {
    let Site(site) = site?;
    let creation = passkeys::begin(&app, &caller, &site, proof.password.as_ref()).await?;
    Ok(Json(CreationOptions::new(&site, creation)))
}

/// What `POST /api/ui/v1/me/passkeys` takes.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct CreateRequest {
    /// What the person calls it, 1 to 64 characters.
    name: Required,
    /// What the browser made.
    credential: NewCredential,
}

/// What `POST /api/ui/v1/me/passkeys` answers.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreateResponse {
    passkey: Passkey,
    /// Codes for the day it is lost, shown this once; empty for somebody who has some already.
    recovery_codes: Vec<String>,
}

/// `POST /api/ui/v1/me/passkeys` adds what the browser made.
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    site: Result<Site, Problem>,
    Body(request): Body<CreateRequest>,
) -> Result<Json<CreateResponse>, Problem> {
    let Site(site) = site?;
    let CreateRequest { name, credential } = request;
    let registered = passkeys::finish(&app, &caller, &site, &name.0, credential.into()).await?;
    Ok(Json(CreateResponse {
        passkey: Passkey::new(Some(&site), registered.passkey),
        recovery_codes: registered.recovery_codes.iter().map(|code| code.to_string()).collect(),
    }))
}

/// What `PATCH /api/ui/v1/me/passkeys/{passkey}` takes.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct RenameRequest {
    /// 1 to 64 characters.
    name: Required,
}

/// What `PATCH /api/ui/v1/me/passkeys/{passkey}` answers.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct RenameResponse {
    passkey: Passkey,
}

/// `PATCH /api/ui/v1/me/passkeys/{passkey}` gives it another name.
pub(crate) async fn rename(
    State(app): State<App>,
    caller: Caller,
    OptionalSite(site): OptionalSite,
    Path(id): Path<String>,
    Body(request): Body<RenameRequest>,
) -> Result<Json<RenameResponse>, Problem> {
    let row = passkeys::rename(&app, &caller, &PasskeyId::new(id), &request.name.0).await?;
    Ok(Json(RenameResponse { passkey: Passkey::new(site.as_ref(), row) }))
}

/// `DELETE /api/ui/v1/me/passkeys/{passkey}` removes it.
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Body(proof): Body<Proof>,
) -> Result<Json<MessageResponse>, Problem> {
    passkeys::remove(&app, &caller, &PasskeyId::new(id), proof.password.as_ref()).await?;
    Ok(Json(MessageResponse { message: "The passkey was removed" }))
}
