//! Routes of secrets, in two generations with the same requests.

use axum::handler::Handler;

use crate::{
    app::App,
    http::{
        route::{
            Access::{Caller, Identity},
            Route, delete, get, patch, post,
        },
        v1::secret_access,
        v3,
        v4::{secret_references, secrets, secrets_batch, secrets_move},
        wire::secret::{ListSecretsResponse, SecretResponse, SecretsResponse},
    },
};

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    let mut routes = Vec::new();
    routes.extend([list("/api/v4/secrets", secrets::list), get_by_id("/api/v4/secrets/id/{secret}")]);
    routes.extend(batch("/api/v4/secrets/batch"));
    routes.extend([move_secrets("/api/v4/secrets/move")]);
    routes.push(get_one("/api/v4/secrets/{name}", secrets::get));
    routes.extend(secret("/api/v4/secrets/{name}"));
    // Secrets that are called like a route.
    routes.push(get_one("/api/v4/secrets/batch", secrets::get));
    routes.push(get_one("/api/v4/secrets/move", secrets::get));
    routes.extend([update_one("/api/v4/secrets/move"), delete_one("/api/v4/secrets/move")]);
    routes.push(list("/api/v3/secrets/raw", v3::secrets::list).api_keys());
    routes.push(get_by_id("/api/v3/secrets/raw/id/{secret}"));
    routes.extend(batch("/api/v3/secrets/batch/raw"));
    routes.extend([move_secrets("/api/v3/secrets/move")]);
    routes.push(get_one("/api/v3/secrets/raw/{name}", v3::secrets::get).api_keys());
    routes.extend(secret("/api/v3/secrets/raw/{name}").map(Route::api_keys));
    routes.push(tree("/api/v4/secrets/{name}/secret-reference-tree"));
    routes.push(tree("/api/v3/secrets/raw/{name}/secret-reference-tree"));
    routes.push(access_list("/api/v1/secrets/{name}/access-list"));
    routes.extend(tags("/api/v3/secrets/tags/{name}"));
    routes.push(index_references("/api/v3/secrets/backfill-secret-references"));
    routes.extend(encrypted("/api/v3/secrets"));
    routes.extend(encrypted("/api/v3/secrets/batch"));
    routes.extend(encrypted("/api/v3/secrets/{name}"));
    routes
}

fn list<T: 'static>(path: &'static str, handler: impl Handler<T, App>) -> Route {
    get(path, Caller, handler)
        .summary("Lists the secrets of a folder")
        .event("get-secrets")
        .service_tokens()
        .query::<secrets::ListQuery>()
        .answer::<ListSecretsResponse<'static>>()
}

fn get_by_id(path: &'static str) -> Route {
    get(path, Caller, secrets::get_by_id)
        .summary("Reads the secret with an id")
        .event("get-secret")
        .query::<secrets::GetByIdQuery>()
        .answer::<SecretResponse<'static>>()
}

fn secret(path: &'static str) -> [Route; 3] {
    let create = post(path, Caller, secrets::create)
        .summary("Makes a secret")
        .event("create-secret")
        .service_tokens()
        .large_body()
        .body::<secrets::CreateRequest>()
        .answer::<SecretResponse<'static>>();
    [create, update_one(path), delete_one(path)]
}

fn get_one<T: 'static>(path: &'static str, handler: impl Handler<T, App>) -> Route {
    get(path, Caller, handler)
        .summary("Reads a secret")
        .event("get-secret")
        .service_tokens()
        .query::<secrets::GetQuery>()
        .answer::<SecretResponse<'static>>()
}

fn tree(path: &'static str) -> Route {
    get(path, Caller, secret_references::tree)
        .summary("Shows which secrets go into a value")
        .event("get-secret")
        .query::<secret_references::TreeQuery>()
        .answer::<secret_references::TreeResponse<'static>>()
}

fn access_list(path: &'static str) -> Route {
    get(path, Caller, secret_access::access_list)
        .summary("Lists who may do what with a secret")
        .event("get-secret-access-list")
        .query::<secret_access::AccessListQuery>()
        .answer::<secret_access::AccessListResponse>()
}

fn update_one(path: &'static str) -> Route {
    patch(path, Caller, secrets::update)
        .summary("Changes a secret")
        .event("update-secret")
        .service_tokens()
        .large_body()
        .body::<secrets::UpdateRequest>()
        .answer::<SecretResponse<'static>>()
}

fn delete_one(path: &'static str) -> Route {
    delete(path, Caller, secrets::delete)
        .summary("Deletes a secret")
        .event("delete-secret")
        .service_tokens()
        .body::<secrets::DeleteRequest>()
        .answer::<SecretResponse<'static>>()
}

fn batch(path: &'static str) -> [Route; 3] {
    [
        post(path, Caller, secrets_batch::create)
            .summary("Makes secrets, all or none")
            .event("create-secrets")
            .service_tokens()
            .large_body()
            .body::<secrets_batch::CreateRequest>()
            .answer::<SecretsResponse<'static>>(),
        patch(path, Caller, secrets_batch::update)
            .summary("Changes secrets, all or none")
            .event("update-secrets")
            .service_tokens()
            .large_body()
            .body::<secrets_batch::UpdateRequest>()
            .answer::<SecretsResponse<'static>>(),
        delete(path, Caller, secrets_batch::delete)
            .summary("Deletes secrets, all or none")
            .event("delete-secrets")
            .service_tokens()
            .large_body()
            .body::<secrets_batch::DeleteRequest>()
            .answer::<SecretsResponse<'static>>(),
    ]
}

fn move_secrets(path: &'static str) -> Route {
    post(path, Caller, secrets_move::move_secrets)
        .summary("Moves secrets to another folder or environment, all or none")
        .event("move-secrets")
        .body::<secrets_move::MoveRequest>()
        .answer::<secrets_move::MoveResponse>()
}

fn tags(path: &'static str) -> [Route; 2] {
    [
        post(path, Identity, v3::secrets::add_tags)
            .summary("Puts tags on a secret")
            .event("update-secret")
            .body::<v3::secrets::TagsRequest>()
            .answer::<SecretResponse<'static>>(),
        delete(path, Identity, v3::secrets::remove_tags)
            .summary("Takes tags off a secret")
            .event("update-secret")
            .body::<v3::secrets::TagsRequest>()
            .answer::<SecretResponse<'static>>(),
    ]
}

fn index_references(path: &'static str) -> Route {
    post(path, Caller, v3::secrets::index_references)
        .summary("Makes the index of references of a project that is older than the index")
        .event("index-secret-references")
        .body::<v3::secrets::IndexRequest>()
        .answer::<v3::secrets::IndexResponse>()
}

/// What clients encrypt themselves is refused, whatever the method.
fn encrypted(path: &'static str) -> [Route; 4] {
    let refuse = "Refused: secrets encrypted by the client are not supported";
    [
        get(path, Caller, v3::secrets::encrypted).summary(refuse).event("get-secrets").service_tokens(),
        post(path, Caller, v3::secrets::encrypted).summary(refuse).event("create-secret").service_tokens(),
        patch(path, Caller, v3::secrets::encrypted).summary(refuse).event("update-secret").service_tokens(),
        delete(path, Caller, v3::secrets::encrypted).summary(refuse).event("delete-secret").service_tokens(),
    ]
}
