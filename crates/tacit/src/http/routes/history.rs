//! Routes of history: versions of secrets, the commit log, going back.

use crate::http::{
    route::{
        Access::{Caller, User},
        Route, get, post,
    },
    v1::secret_versions,
    wire::secret::SecretResponse,
};

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    versions().into()
}

fn versions() -> [Route; 3] {
    [
        get("/api/v1/secret/{secret}/secret-versions", User, secret_versions::list)
            .summary("Lists the versions of a secret, newest first")
            .event("get-secret-versions")
            .query::<secret_versions::ListQuery>()
            .answer::<secret_versions::ListResponse<'static>>(),
        get("/api/v1/dashboard/secret-versions/{version}/value", Caller, secret_versions::value)
            .summary("Reads the value of a version of a secret")
            .event("get-secret-version")
            .answer::<secret_versions::ValueResponse<'static>>(),
        post("/api/ui/v1/secret-versions/{version}/restore", Caller, secret_versions::restore)
            .summary("Makes an old version of a secret the present one, or brings a deleted secret back")
            .event("restore-secret-version")
            .body::<secret_versions::RestoreRequest>()
            .answer::<SecretResponse<'static>>(),
    ]
}
