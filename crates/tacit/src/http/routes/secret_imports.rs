//! Routes of imports, in two generations with the same requests (wire-contract 9).

use crate::http::{
    route::{Access::Caller, Route, delete, get, patch, post},
    v2::secret_imports,
    v3,
    wire::secret_import::{
        ImportedSecretsResponse, LocatedSecretImportResponse, SecretImportResponse, SecretImportsResponse,
    },
};

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    let mut routes = Vec::new();
    routes.extend(collection("/api/v2/secret-imports"));
    routes.push(secrets("/api/v2/secret-imports/secrets"));
    routes.extend(item("/api/v2/secret-imports/{import}"));
    routes.push(resync("/api/v2/secret-imports/{import}/replication-resync"));
    routes.extend(collection("/api/v1/secret-imports"));
    routes.push(secrets("/api/v1/secret-imports/secrets/raw"));
    routes.push(encrypted("/api/v1/secret-imports/secrets"));
    routes.extend(item("/api/v1/secret-imports/{import}"));
    routes.push(resync("/api/v1/secret-imports/{import}/replication-resync"));
    routes
}

fn collection(path: &'static str) -> [Route; 2] {
    [
        get(path, Caller, secret_imports::list)
            .summary("Lists the imports of a folder")
            .event("get-secret-imports")
            .service_tokens()
            .api_keys()
            .query::<secret_imports::PlaceRequest>()
            .answer::<SecretImportsResponse>(),
        post(path, Caller, secret_imports::create)
            .summary("Imports a folder into a folder")
            .event("create-secret-import")
            .service_tokens()
            .api_keys()
            .body::<secret_imports::CreateRequest>()
            .answer::<SecretImportResponse>(),
    ]
}

fn item(path: &'static str) -> [Route; 3] {
    [
        get(path, Caller, secret_imports::get)
            .summary("Finds the import with an id")
            .event("get-secret-import")
            .service_tokens()
            .api_keys()
            .answer::<LocatedSecretImportResponse>(),
        patch(path, Caller, secret_imports::update)
            .summary("Changes what an import includes, or its place among the others")
            .event("update-secret-import")
            .service_tokens()
            .api_keys()
            .body::<secret_imports::UpdateRequest>()
            .answer::<SecretImportResponse>(),
        delete(path, Caller, secret_imports::delete)
            .summary("Deletes an import")
            .event("delete-secret-import")
            .service_tokens()
            .api_keys()
            .body::<secret_imports::PlaceRequest>()
            .answer::<SecretImportResponse>(),
    ]
}

fn secrets(path: &'static str) -> Route {
    get(path, Caller, secret_imports::imported_secrets)
        .summary("Lists the secrets that the imports of a folder bring")
        .event("get-secrets")
        .service_tokens()
        .api_keys()
        .query::<secret_imports::PlaceRequest>()
        .answer::<ImportedSecretsResponse<'static>>()
}

fn resync(path: &'static str) -> Route {
    post(path, Caller, secret_imports::resync)
        .summary("Brings a replication up to date")
        .event("resync-secret-import")
        .service_tokens()
        .api_keys()
        .body::<secret_imports::PlaceRequest>()
        .answer::<secret_imports::MessageResponse>()
}

fn encrypted(path: &'static str) -> Route {
    get(path, Caller, v3::secrets::encrypted)
        .summary("Refused: secrets encrypted by the client are not supported")
        .event("get-secrets")
        .service_tokens()
        .api_keys()
}
