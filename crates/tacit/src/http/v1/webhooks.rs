//! `/api/v1/webhooks` (wire-contract 13.2).

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;
use tacit_core::{id::WebhookId, webhook::FolderPattern};
use zeroize::Zeroizing;

use crate::{
    app::{
        App, Caller, Error,
        webhooks::{self, Filter, Kind, NewWebhook, SECRET_KEY_BYTES_MAX, Target},
    },
    http::{
        extract::{Body, Path, Query},
        problem::Problem,
        wire::{
            place::{self, ProjectFields},
            text::{Required, Trimmed},
            webhook::{WebhookAnswer, WebhooksAnswer},
        },
    },
};

/// A webhook to be made.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateRequest {
    /// The project.
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    project: ProjectFields,
    /// What the receiver understands.
    #[serde(default)]
    r#type: Kind,
    /// The slug of the environment it is about.
    environment: Required,
    /// The path or pattern of paths it is about, `/` if it is left out.
    secret_path: Option<Trimmed>,
    /// Where to send, up to 2048 bytes.
    webhook_url: Required,
    /// What to sign with, up to 1024 bytes.
    webhook_secret_key: Option<Trimmed>,
}

impl CreateRequest {
    fn webhook(self) -> Result<NewWebhook, Error> {
        let invalid = |error: &dyn std::fmt::Display| Error::form("webhookUrl", error.to_string());
        let url = Zeroizing::new(self.webhook_url.0);
        Ok(NewWebhook {
            kind: self.r#type,
            environment: self.environment.0,
            folders: pattern(&self.secret_path.unwrap_or_default())?,
            target: Target::parse(self.r#type, &url).map_err(|error| invalid(&error))?,
            secret_key: self.webhook_secret_key.and_then(Trimmed::filled).map(secret_key).transpose()?,
        })
    }
}

fn pattern(text: &Trimmed) -> Result<FolderPattern, Error> {
    FolderPattern::parse(text.as_str()).map_err(|error| Error::form("secretPath", error.to_string()))
}

fn secret_key(text: String) -> Result<Zeroizing<String>, Error> {
    let text = Zeroizing::new(text);
    if text.len() > SECRET_KEY_BYTES_MAX {
        let message = format!("Must not have more than {SECRET_KEY_BYTES_MAX} bytes");
        return Err(Error::form("webhookSecretKey", message));
    }
    Ok(text)
}

/// `POST /api/v1/webhooks` makes a webhook.
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(mut request): Body<CreateRequest>,
) -> Result<Json<WebhookAnswer>, Problem> {
    let project = place::project(std::mem::take(&mut request.project))?;
    let row = webhooks::create(&app, &caller, project, request.webhook()?).await?;
    Ok(Json(WebhookAnswer::new("The webhook was created", row)))
}

/// Which webhooks to list.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListQuery {
    /// The project.
    #[serde(flatten, deserialize_with = "crate::http::extract::located")]
    project: ProjectFields,
    /// Only of the environment with this slug.
    environment: Option<Trimmed>,
    /// Only with this path or pattern.
    secret_path: Option<Trimmed>,
}

/// `GET /api/v1/webhooks` lists the webhooks of a project.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<WebhooksAnswer>, Problem> {
    let path = query.secret_path.and_then(Trimmed::filled).map(|path| pattern(&Trimmed(path))).transpose()?;
    let filter = Filter {
        environment: query.environment.and_then(Trimmed::filled),
        secret_path: path.map(|path| path.as_str().to_owned()),
    };
    let found = webhooks::list(&app, &caller, &place::project(query.project)?, &filter).await?;
    let webhooks = found.into_iter().map(Into::into).collect();
    Ok(Json(WebhooksAnswer { message: "The webhooks of the project", webhooks }))
}

/// `GET /api/v1/webhooks/{webhook}` reads a webhook.
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<WebhookId>,
) -> Result<Json<WebhookAnswer>, Problem> {
    Ok(Json(WebhookAnswer::new("The webhook", webhooks::get(&app, &caller, &id).await?)))
}

/// `POST /api/v1/webhooks/{webhook}/test` sends a test.
pub(crate) async fn test(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<WebhookId>,
) -> Result<Json<WebhookAnswer>, Problem> {
    let row = webhooks::test(&app, &caller, &id).await?;
    Ok(Json(WebhookAnswer::new("A test was sent; lastStatus says how it went", row)))
}

/// What is to be changed of a webhook.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UpdateRequest {
    /// Whether nothing is to be sent.
    is_disabled: bool,
}

/// `PATCH /api/v1/webhooks/{webhook}` turns a webhook off or on.
pub(crate) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<WebhookId>,
    Body(request): Body<UpdateRequest>,
) -> Result<Json<WebhookAnswer>, Problem> {
    let row = webhooks::set_disabled(&app, &caller, id, request.is_disabled).await?;
    Ok(Json(WebhookAnswer::new("The webhook was changed", row)))
}

/// `DELETE /api/v1/webhooks/{webhook}` deletes a webhook.
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<WebhookId>,
) -> Result<Json<WebhookAnswer>, Problem> {
    let row = webhooks::delete(&app, &caller, id).await?;
    Ok(Json(WebhookAnswer::gone("The webhook was deleted", row)))
}
