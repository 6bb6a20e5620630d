//! The one place where errors become HTTP (wire-contract 2).

use std::sync::Arc;

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use tacit_core::permission::Missing;
use tacit_store::StoreError;

use super::arrival::RequestId;
use crate::app::{
    Error, Issue,
    error::PathPart,
    refusal::Refusal,
    secrets::{Conflict, ConflictReason},
};

/// An error on its way to the client.
#[derive(Debug)]
pub struct Problem(pub Error);

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self(error.into())
    }
}

/// Marks a refusal, which the gate puts into the audit log if the caller is known.
#[derive(Clone, Debug)]
pub(super) struct Denied(pub(super) Arc<Refusal>);

/// The id under which a refusal was recorded, for the body of the answer.
#[derive(Clone, Debug)]
pub(super) struct DecisionId(pub(super) String);

/// The body of an error, before the shell adds the request's id.
#[derive(Clone, Debug)]
pub(super) struct ErrorBody {
    error: &'static str,
    message: Value,
    details: Option<Value>,
    context: Option<Value>,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, error) = kind(&self.0);
        if status.is_server_error() {
            tracing::error!(error = &self.0 as &dyn std::error::Error, "request failed");
        }
        let mut response = status.into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert("retry-after", axum::http::HeaderValue::from_static("1"));
        }
        if status == StatusCode::TOO_MANY_REQUESTS {
            response.headers_mut().insert("retry-after", axum::http::HeaderValue::from_static("30"));
        }
        if status == StatusCode::FORBIDDEN {
            response.extensions_mut().insert(Denied(Arc::new(Refusal::of(&self.0))));
        }
        response.extensions_mut().insert(ErrorBody {
            error,
            message: message(&self.0, status),
            details: details(&self.0),
            context: context(&self.0),
        });
        response
    }
}

/// Status and the wire's name of the error. A new variant does not compile until it has both.
fn kind(error: &Error) -> (StatusCode, &'static str) {
    match error {
        Error::Unauthenticated(_) | Error::SecondFactor { .. } => {
            (StatusCode::UNAUTHORIZED, "UnauthorizedError")
        }
        Error::Token(_) => (StatusCode::FORBIDDEN, "TokenError"),
        Error::Forbidden(_) => (StatusCode::FORBIDDEN, "PermissionDenied"),
        Error::Refused(_) | Error::SecondFactorMissing { .. } | Error::PasswordNeeded => {
            (StatusCode::FORBIDDEN, "ForbiddenError")
        }
        Error::Boundary { .. } => (StatusCode::FORBIDDEN, "PermissionBoundaryError"),
        Error::NotFound(_) | Error::Store(StoreError::Related) => (StatusCode::NOT_FOUND, "NotFound"),
        Error::Invalid(_)
        | Error::References(_)
        | Error::Store(StoreError::AlreadyExists | StoreError::TooLong) => {
            (StatusCode::BAD_REQUEST, "BadRequest")
        }
        Error::Form(_) => (StatusCode::UNPROCESSABLE_ENTITY, "ValidationFailure"),
        Error::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "PayloadTooLarge"),
        Error::TooMany(_) => (StatusCode::TOO_MANY_REQUESTS, "RateLimitExceeded"),
        Error::Conflict(_) | Error::Conflicts(_) => (StatusCode::CONFLICT, "Conflict"),
        Error::Store(StoreError::Unavailable(_) | StoreError::Held)
        | Error::AuditUnavailable
        | Error::Sealed
        | Error::Busy => (StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable"),
        Error::Damaged(_) | Error::Store(_) | Error::Decrypt(_) | Error::Internal(_) => {
            (StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError")
        }
    }
}

fn message(error: &Error, status: StatusCode) -> Value {
    match error {
        Error::Form(issues) => issues.iter().map(issue).collect(),
        Error::Store(StoreError::AlreadyExists) => "It exists already".into(),
        Error::Store(StoreError::Related) => "Something that this belongs to is gone".into(),
        Error::Store(StoreError::TooLong) => "A name or path is too long".into(),
        Error::Damaged(damaged) => sentence(&damaged.to_string()).into(),
        _ if status == StatusCode::SERVICE_UNAVAILABLE => {
            "Tacit cannot do this right now. Please try again.".into()
        }
        _ if status.is_server_error() => {
            "The server failed. Its log names the cause under this request id.".into()
        }
        _ => sentence(&error.to_string()).into(),
    }
}

/// Errors below the wire begin with a small letter, so that they can stand inside others.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn details(error: &Error) -> Option<Value> {
    match error {
        Error::Forbidden(denial) => serde_json::to_value(&denial.rules).ok(),
        Error::Boundary { missing, .. } => {
            let missing: Vec<Value> = missing.iter().map(missing_permission).collect();
            Some(json!({ "missingPermissions": missing }))
        }
        Error::Conflicts(conflicts) => {
            Some(json!({ "conflicts": conflicts.iter().map(conflict).collect::<Vec<_>>() }))
        }
        _ => None,
    }
}

/// What the command line reads of a second factor (wire-contract 5.6), and the dashboard of what is missing.
fn context(error: &Error) -> Option<Value> {
    match error {
        Error::SecondFactor { is_ended: true, .. } => Some(json!({ "code": "mfa_expired" })),
        Error::SecondFactor { is_ended: false, tries_left } => {
            Some(json!({ "code": "mfa_invalid", "triesLeft": tries_left }))
        }
        Error::SecondFactorMissing { methods } => {
            let methods: Vec<_> = methods.iter().map(|method| method.as_str()).collect();
            Some(json!({ "code": "mfa_setup_required", "mfaMethods": methods }))
        }
        Error::PasswordNeeded => Some(json!({ "code": "password_required" })),
        _ => None,
    }
}

fn conflict(conflict: &Conflict) -> Value {
    let reason = match conflict.reason {
        ConflictReason::Changed => "changed",
        ConflictReason::Deleted => "deleted",
        ConflictReason::Exists => "exists",
    };
    let present = conflict.present.as_ref();
    json!({
        "index": conflict.index,
        "environment": conflict.environment,
        "path": conflict.path,
        "key": conflict.name,
        "reason": reason,
        "version": present.map(|present| present.version),
        "updatedAt": present.map(|present| present.updated_at.millis()),
        "updatedBy": present.map(|present| json!({
            "type": present.actor_type,
            "id": present.actor_id,
            "name": present.actor_name,
        })),
    })
}

fn missing_permission(missing: &Missing) -> Value {
    json!({
        "action": missing.action,
        "subject": missing.subject,
        "conditions": missing.conditions,
    })
}

fn issue(issue: &Issue) -> Value {
    let path: Vec<Value> = issue
        .path
        .iter()
        .map(|part| match part {
            PathPart::Field(name) => name.as_str().into(),
            PathPart::Position(position) => (*position).into(),
        })
        .collect();
    let mut value = json!({ "code": issue.code, "path": path, "message": sentence(&issue.message) });
    if let (Some(expected), Some(received)) = (&issue.expected, &issue.received) {
        value["expected"] = expected.as_str().into();
        value["received"] = received.as_str().into();
    }
    value
}

/// Writes the envelope of wire-contract 2.1 into a response that carries an error.
pub(super) fn write_body(response: Response, id: &RequestId) -> Response {
    let Some(body) = response.extensions().get::<ErrorBody>().cloned() else { return response };
    let mut envelope = json!({
        "reqId": id.as_str(),
        "statusCode": response.status().as_u16(),
        "message": body.message,
        "error": body.error,
    });
    if let Some(details) = body.details {
        envelope["details"] = details;
    }
    if let Some(context) = body.context {
        envelope["context"] = context;
    }
    if let Some(DecisionId(decision)) = response.extensions().get() {
        envelope["decisionId"] = decision.as_str().into();
    }
    let (parts, _) = response.into_parts();
    let mut written = (parts.status, Json(envelope)).into_response();
    for (name, value) in &parts.headers {
        if name != "content-length" {
            written.headers_mut().insert(name.clone(), value.clone());
        }
    }
    written
}

/// An error that is only about HTTP: an unknown route.
pub(super) fn plain(
    status: StatusCode,
    error: impl Into<String>,
    message: impl Into<String>,
    id: &RequestId,
) -> Response {
    (status, Json(plain_envelope(status, &error.into(), &message.into(), id))).into_response()
}

/// The refusal of the wrong kind of actor, which was recorded.
pub(super) fn refused(error: &str, message: &str, decision: &str, id: &RequestId) -> Response {
    let mut envelope = plain_envelope(StatusCode::FORBIDDEN, error, message, id);
    envelope["decisionId"] = decision.into();
    (StatusCode::FORBIDDEN, Json(envelope)).into_response()
}

fn plain_envelope(status: StatusCode, error: &str, message: &str, id: &RequestId) -> Value {
    json!({ "reqId": id.as_str(), "statusCode": status.as_u16(), "message": message, "error": error })
}
