//! The last part of a path as a name.

use axum::{extract::FromRequestParts, http::request::Parts};

use crate::{
    app::App,
    http::{extract::Path, problem::Problem},
};

/// The last part of the path, percent-decoded.
///
/// Unlike a path parameter it is also there on a route such as `/api/v4/secrets/batch`, which has to
/// take a secret called `batch` on the methods that mean no batch.
#[derive(Debug)]
pub(crate) struct Named(pub(crate) String);

impl FromRequestParts<App> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Path(parameters) = Path::<Vec<String>>::from_request_parts(parts, app).await?;
        // Only one parameter is there, or none on a route without.
        let name = parameters.into_iter().next();
        Ok(Self(name.unwrap_or_else(|| parts.uri.path().rsplit('/').next().unwrap_or("").to_owned())))
    }
}
