//! `/api/v1/folders`: what generation 1 alone has; the rest is [`v2`](crate::http::v2::folders).

use axum::{Json, extract::State};

use crate::{
    app::{App, Caller, access::ProjectName, folders, secrets::Location},
    http::{
        extract::Path,
        problem::Problem,
        wire::{folder::FoundFolderResponse, place::secret_path, text::Trimmed},
    },
};

/// `GET /api/v1/folders/{folder}/{environment}/{path}` finds the folder at a path, where `folder`
/// is the id of the project.
pub(crate) async fn find_by_path(
    State(app): State<App>,
    caller: Caller,
    Path((project, environment, path)): Path<(String, String, String)>,
) -> Result<Json<FoundFolderResponse>, Problem> {
    let path = secret_path(&Trimmed(path))?;
    let at = Location { project: ProjectName::Id(project), environment, path };
    Ok(Json(folders::find_by_path(&app, &caller, &at).await?.into()))
}
