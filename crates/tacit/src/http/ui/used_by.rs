//! `/api/ui/v1/projects/{project}/used-by` and `…/secrets/{secret}/used-by`.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::{
    id::SecretId,
    name::{SecretName, SecretPath},
};

use crate::{
    app::{
        App, Caller, Error,
        access::ProjectName,
        secrets::{self, SecretUse, Uses},
    },
    http::{
        extract::{Body, Path},
        problem::Problem,
        wire::{
            place::secret_path,
            text::{Required, Trimmed},
        },
    },
};

/// The secrets that refer to a secret.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UsedByResponse<'a> {
    /// By environment, path and name, up to 1,000. Those you may not see are left out.
    secrets: Vec<Use<'a>>,
    /// False if there were more secrets or importing folders than are looked at.
    is_complete: bool,
}

/// A secret that refers to the one asked about.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Use<'a> {
    id: &'a SecretId,
    /// The slug of its environment.
    environment: &'a str,
    /// The path of its folder.
    secret_path: &'a str,
    /// Its name.
    secret_key: &'a str,
}

/// What `POST …/used-by` takes.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct UsedByRequest {
    /// 1 to 100 secrets.
    secrets: Vec<NamedSecret>,
}

/// A secret by where it is and its name.
#[derive(Debug, Deserialize, JsonSchema)]
struct NamedSecret {
    /// The slug of its environment.
    environment: Required,
    /// The path of its folder, `/` if it is left out.
    #[serde(default)]
    path: Trimmed,
    /// Its name.
    key: Required,
}

/// What refers to each of the secrets, in the order of the request.
#[derive(Serialize, JsonSchema)]
pub(crate) struct UsesResponse<'a> {
    uses: Vec<UsedByResponse<'a>>,
}

/// `POST /api/ui/v1/projects/{project}/used-by` lists the secrets that refer to each of several.
pub(crate) async fn used_by_names(
    State(app): State<App>,
    caller: Caller,
    Path(project): Path<String>,
    Body(request): Body<UsedByRequest>,
) -> Result<Response, Problem> {
    let names = request.secrets.into_iter().map(NamedSecret::name).collect::<Result<Vec<_>, Error>>()?;
    let uses = secrets::used_by_names(&app, &caller, &ProjectName::IdOrSlug(project), &names).await?;
    Ok(Json(UsesResponse { uses: uses.iter().map(UsedByResponse::from).collect() }).into_response())
}

impl NamedSecret {
    fn name(self) -> Result<(String, SecretPath, SecretName), Error> {
        let name = SecretName::parse(&self.key.0).map_err(Error::name("key"))?;
        Ok((self.environment.0, secret_path(&self.path)?, name))
    }
}

impl<'a> From<&'a Uses> for UsedByResponse<'a> {
    fn from(uses: &'a Uses) -> Self {
        Self { secrets: uses.secrets.iter().map(Use::from).collect(), is_complete: uses.is_complete }
    }
}

/// `GET /api/ui/v1/projects/{project}/secrets/{secret}/used-by` lists the secrets that refer to a secret.
pub(crate) async fn used_by(
    State(app): State<App>,
    caller: Caller,
    Path((project, secret)): Path<(String, SecretId)>,
) -> Result<Response, Problem> {
    let uses = secrets::used_by(&app, &caller, &ProjectName::IdOrSlug(project), &secret).await?;
    Ok(Json(UsedByResponse::from(&uses)).into_response())
}

impl<'a> From<&'a SecretUse> for Use<'a> {
    fn from(found: &'a SecretUse) -> Self {
        Self {
            id: &found.id,
            environment: &found.place.environment,
            secret_path: &found.place.path,
            secret_key: &found.name,
        }
    }
}
