//! `/api/v4/secrets/batch`: many secrets at once, all or none.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    app::{
        App, Caller, Error,
        secrets::{self, Missing, NewSecret, SecretChange},
    },
    http::{
        extract::Body,
        problem::Problem,
        wire::{
            place::SecretPlace,
            secret::SecretsResponse,
            secret_request::{NewSecretFields, SecretChangeFields, SecretType, SecretValue, item_path},
            text::{Required, Trimmed},
        },
    },
};

/// What `POST /api/v4/secrets/batch` takes.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct CreateRequest {
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    place: SecretPlace,
    /// The secrets, 1 to 1,000.
    secrets: Vec<CreateItem>,
}

/// A secret to be made.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct CreateItem {
    /// Its name.
    secret_key: Required,
    /// Its value.
    secret_value: SecretValue,
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    fields: NewSecretFields,
}

/// What `PATCH /api/v4/secrets/batch` takes.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct UpdateRequest {
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    place: SecretPlace,
    /// What to do about secrets that are not there.
    #[serde(default)]
    mode: Mode,
    /// The changes, 1 to 1,000.
    secrets: Vec<UpdateItem>,
}

/// What to do about secrets that are not there.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum Mode {
    /// Refuse the request.
    #[default]
    FailOnNotFound,
    /// Make them.
    Upsert,
    /// Leave them out.
    Ignore,
}

/// A change of one secret.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct UpdateItem {
    /// The name of the secret.
    secret_key: Required,
    /// Its folder, if it is another than the request's.
    secret_path: Option<Trimmed>,
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    fields: SecretChangeFields,
}

/// What `DELETE /api/v4/secrets/batch` takes.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct DeleteRequest {
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    place: SecretPlace,
    /// The secrets, 1 to 1,000.
    secrets: Vec<DeleteItem>,
}

/// A secret to be deleted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct DeleteItem {
    /// Its name.
    secret_key: Required,
    /// Whose secret.
    #[serde(default)]
    r#type: SecretType,
}

impl From<Mode> for Missing {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::FailOnNotFound => Self::Fail,
            Mode::Upsert => Self::Create,
            Mode::Ignore => Self::Ignore,
        }
    }
}

impl CreateItem {
    fn secret(self) -> Result<NewSecret, Error> {
        self.fields.secret("secretKey", &self.secret_key.0, self.secret_value.0, SecretType::Shared)
    }
}

impl UpdateItem {
    fn change(self) -> Result<SecretChange, Error> {
        let path = item_path(self.secret_path.as_ref())?;
        self.fields.change(self.secret_key.0, path, SecretType::Shared)
    }
}

/// `POST /api/v4/secrets/batch` makes secrets.
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<CreateRequest>,
) -> Result<Response, Problem> {
    let at = request.place.location()?;
    let secrets = request.secrets.into_iter().map(CreateItem::secret).collect::<Result<_, _>>()?;
    let created = secrets::create_many(&app, &caller, at, secrets).await?;
    Ok(Json(SecretsResponse::from(created.as_slice())).into_response())
}

/// `PATCH /api/v4/secrets/batch` changes secrets.
pub(crate) async fn update(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<UpdateRequest>,
) -> Result<Response, Problem> {
    let at = request.place.location()?;
    let changes = request.secrets.into_iter().map(UpdateItem::change).collect::<Result<_, _>>()?;
    let secrets = secrets::update_many(&app, &caller, at, request.mode.into(), changes).await?;
    Ok(Json(SecretsResponse::from(secrets.as_slice())).into_response())
}

/// `DELETE /api/v4/secrets/batch` deletes secrets.
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<DeleteRequest>,
) -> Result<Response, Problem> {
    let at = request.place.location()?;
    let names = request.secrets.into_iter().map(|item| (item.secret_key.0, item.r#type.into())).collect();
    let deleted = secrets::delete_many(&app, &caller, at, names).await?;
    Ok(Json(SecretsResponse::from(deleted.as_slice())).into_response())
}
