//! Routes of service tokens and API keys, credentials of an older kind (wire-contract 15).

use crate::http::{
    route::{
        Access::{Caller, ServiceToken, User, UserWithoutOrganization},
        Route, delete, get, post,
    },
    v2::{
        api_keys::{self, ApiKeyData, InApiKeyData},
        service_tokens,
    },
    v3,
    wire::service_token::OwnServiceToken,
};

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    let mut routes = vec![
        post("/api/v2/service-token", User, service_tokens::create)
            .summary("Makes a service token of a project")
            .event("create-service-token")
            .body::<service_tokens::CreateRequest>()
            .answer::<service_tokens::CreateResponse>(),
        get("/api/v2/service-token", ServiceToken, service_tokens::own)
            .summary("Tells a service token about itself")
            .event("get-service-token")
            .answer::<OwnServiceToken>(),
        delete("/api/v2/service-token/{service_token}", Caller, service_tokens::delete)
            .summary("Deletes a service token, which ends it at once")
            .event("delete-service-token")
            .answer::<service_tokens::ServiceTokenResponse>(),
        list("/api/v1/projects/{project}/service-token-data"),
        list("/api/v1/workspace/{project}/service-token-data"),
        get("/api/v3/service-token/me/key", ServiceToken, v3::secrets::encrypted)
            .summary("Refused: secrets encrypted by the client are not supported")
            .event("get-service-token"),
    ];
    routes.extend(api_keys());
    routes
}

fn list(path: &'static str) -> Route {
    get(path, Caller, service_tokens::list)
        .summary("Lists the service tokens of a project")
        .event("get-service-tokens")
        .answer::<service_tokens::ServiceTokensResponse>()
}

fn api_keys() -> [Route; 4] {
    [
        post("/api/v2/users/me/api-keys", UserWithoutOrganization, api_keys::create)
            .summary("Makes an API key of the caller")
            .event("create-api-key")
            .body::<api_keys::CreateRequest>()
            .answer::<api_keys::CreateResponse>(),
        get("/api/v2/users/me/api-keys", UserWithoutOrganization, api_keys::list)
            .summary("Lists the caller's API keys")
            .event("get-api-keys")
            .answer::<Vec<ApiKeyData>>(),
        get("/api/v3/users/me/api-keys", UserWithoutOrganization, api_keys::list_enveloped)
            .summary("Lists the caller's API keys, in an envelope")
            .event("get-api-keys")
            .answer::<InApiKeyData<Vec<ApiKeyData>>>(),
        delete("/api/v2/users/me/api-keys/{api_key}", UserWithoutOrganization, api_keys::delete)
            .summary("Deletes an API key of the caller, which ends it at once")
            .event("delete-api-key")
            .answer::<InApiKeyData<ApiKeyData>>(),
    ]
}
