//! `/api/ui/v1/projects/{project}/reveal`: values of chosen secrets, for a person.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::{id::SecretId, name::SecretName};

use crate::{
    app::{
        App, Caller, Error,
        access::ProjectName,
        secrets::{self, Plaintext, Revealed, Wanted},
    },
    http::{
        extract::{Body, Path},
        problem::Problem,
        wire::{
            place::secret_path,
            secret_request::SecretType,
            text::{Required, Trimmed},
        },
    },
};

/// What `POST …/reveal` takes.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct RevealRequest {
    /// 1 to 500 secrets.
    secrets: Vec<WantedSecret>,
}

/// A secret whose value is wanted.
#[derive(Debug, Deserialize, JsonSchema)]
struct WantedSecret {
    /// The slug of its environment.
    environment: Required,
    /// The path of its folder, `/` if it is left out.
    #[serde(default)]
    path: Trimmed,
    /// Its name.
    key: Required,
    /// Whose value: `shared`, or `personal` for the caller's own. Shared if it is left out.
    #[serde(default)]
    r#type: SecretType,
    /// A version of it; the present one if it is left out. Personal values have none.
    version: Option<i64>,
}

/// The values, in the order of the request.
#[derive(Serialize, JsonSchema)]
pub(crate) struct RevealResponse<'a> {
    secrets: Vec<RevealedSecret<'a>>,
}

/// A secret with its value, or why there is none.
#[derive(Serialize, JsonSchema)]
struct RevealedSecret<'a> {
    environment: &'a str,
    path: &'a str,
    key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a SecretId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
    /// `not-found` or `denied`, in place of the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

/// `POST /api/ui/v1/projects/{project}/reveal` shows values to a person.
pub(crate) async fn reveal(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Body(request): Body<RevealRequest>,
) -> Result<Response, Problem> {
    let wanted = request.secrets.into_iter().map(WantedSecret::wanted).collect::<Result<Vec<_>, Error>>()?;
    let revealed = secrets::reveal(&app, &caller, &ProjectName::IdOrSlug(project), &wanted).await?;
    let secrets = wanted.iter().zip(&revealed).map(|(wanted, revealed)| shown(wanted, revealed)).collect();
    Ok(Json(RevealResponse { secrets }).into_response())
}

impl WantedSecret {
    fn wanted(self) -> Result<Wanted, Error> {
        Ok(Wanted {
            environment: self.environment.0,
            path: secret_path(&self.path)?,
            name: SecretName::parse(&self.key.0).map_err(Error::name("key"))?,
            kind: self.r#type.into(),
            version: self.version,
        })
    }
}

fn shown<'a>(wanted: &'a Wanted, revealed: &'a Revealed) -> RevealedSecret<'a> {
    let mut answer = RevealedSecret {
        environment: &wanted.environment,
        path: wanted.path.as_str(),
        key: wanted.name.as_str(),
        id: None,
        version: None,
        value: None,
        reason: None,
    };
    match revealed {
        Revealed::NotFound => answer.reason = Some("not-found"),
        Revealed::Denied => answer.reason = Some("denied"),
        Revealed::Shown(secret) => {
            answer.id = Some(&secret.row.id);
            answer.version = Some(secret.row.version);
            answer.value = secret.value.as_ref().map(Plaintext::as_str);
        }
    }
    answer
}
