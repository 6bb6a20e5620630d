//! Webhooks on the wire (wire-contract 13.2).

use schemars::JsonSchema;
use serde::Serialize;
use tacit_core::{
    id::{EnvironmentId, ProjectId, WebhookDeliveryId, WebhookId},
    time::Timestamp,
};
use tacit_store::{webhook_deliveries::WebhookDeliveryRow, webhooks::WebhookRow};

use crate::app::webhooks::ShownWebhook;

/// A webhook.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    /// Its id.
    id: WebhookId,
    /// Where it goes; for those who may not change webhooks without what is behind the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// The path or pattern of paths it is about.
    secret_path: String,
    /// The environment it is about.
    environment: WebhookEnvironment,
    /// The id of the environment.
    env_id: EnvironmentId,
    /// The project it belongs to.
    project_id: ProjectId,
    /// Whether nothing is sent.
    is_disabled: bool,
    /// `success` or `failed`, of the last attempt.
    last_status: Option<String>,
    /// Why the last attempt failed.
    last_run_error_message: Option<String>,
    /// `general`, `slack` or `microsoft-teams`.
    r#type: String,
    /// When it was made.
    created_at: Timestamp,
    /// When it last changed or was sent to.
    updated_at: Timestamp,
}

/// The environment of a webhook.
#[derive(Serialize, JsonSchema)]
pub struct WebhookEnvironment {
    /// Its id.
    id: EnvironmentId,
    /// For people.
    name: String,
    /// Unique in the project.
    slug: String,
}

impl From<WebhookRow> for Webhook {
    fn from(row: WebhookRow) -> Self {
        Self {
            id: row.id,
            url: None,
            secret_path: row.secret_path,
            env_id: row.environment_id.clone(),
            environment: WebhookEnvironment {
                id: row.environment_id,
                name: row.environment_name,
                slug: row.environment_slug,
            },
            project_id: row.project_id,
            is_disabled: row.is_disabled,
            last_status: row.last_status,
            last_run_error_message: row.last_error,
            r#type: row.r#type,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

impl From<ShownWebhook> for Webhook {
    fn from(shown: ShownWebhook) -> Self {
        Self { url: Some(shown.url.as_str().to_owned()), ..shown.row.into() }
    }
}

/// One webhook, and what was done.
#[derive(Serialize, JsonSchema)]
pub struct WebhookAnswer {
    /// What was done, for people.
    message: &'static str,
    /// The webhook.
    webhook: Webhook,
}

impl WebhookAnswer {
    /// Puts the answer together.
    pub(crate) fn new(message: &'static str, webhook: impl Into<Webhook>) -> Self {
        Self { message, webhook: webhook.into() }
    }

    /// As [`Self::new`], of a webhook that is gone: its address is empty.
    pub(crate) fn gone(message: &'static str, row: WebhookRow) -> Self {
        Self { message, webhook: Webhook { url: Some(String::new()), ..row.into() } }
    }
}

/// Webhooks of a project.
#[derive(Serialize, JsonSchema)]
pub struct WebhooksAnswer {
    /// What was done, for people.
    pub(crate) message: &'static str,
    /// The webhooks, the oldest first.
    pub(crate) webhooks: Vec<Webhook>,
}

/// A notice to a webhook.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// Its id.
    id: WebhookDeliveryId,
    /// The folder that changed.
    secret_path: String,
    /// The newest commit it tells of.
    revision: i64,
    /// `pending`, `delivered` or `dead`: given up after too many attempts.
    status: String,
    /// How often it was sent since the last change it tells of.
    attempts: i64,
    /// When it is sent next, if it is pending.
    next_attempt_at: Option<Timestamp>,
    /// Why the last attempt failed.
    error_message: Option<String>,
    /// When it was made.
    created_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
}

impl From<WebhookDeliveryRow> for Delivery {
    fn from(row: WebhookDeliveryRow) -> Self {
        Self {
            id: row.id,
            secret_path: row.secret_path,
            revision: row.revision,
            next_attempt_at: (row.state == "pending").then_some(row.next_attempt_at),
            status: row.state,
            attempts: row.attempts,
            error_message: row.last_error,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// Notices to a webhook.
#[derive(Serialize, JsonSchema)]
pub struct DeliveriesAnswer {
    /// The newest first.
    pub(crate) deliveries: Vec<Delivery>,
}

/// One notice to a webhook.
#[derive(Serialize, JsonSchema)]
pub struct DeliveryAnswer {
    /// The notice.
    pub(crate) delivery: Delivery,
}
