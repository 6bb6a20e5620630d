//! How machine identities prove who they are: Universal Auth, Token Auth, their access tokens.

use crate::http::{
    route::{
        Access::{Caller, Public},
        Route, delete, get, patch, post,
    },
    v1::{auth_method, auth_token, auth_token_auth, auth_universal, client_secrets, identity_tokens},
    wire::access_token::{MessageResponse, TokenResponse},
};

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    [tokens(), universal(), secrets(), token_auth(), identity_token_routes()].into_iter().flatten().collect()
}

fn tokens() -> Vec<Route> {
    vec![
        post("/api/v1/auth/token/renew", Public, auth_token::renew)
            .summary("Renews an access token of a machine")
            .body::<auth_token::TokenRequest>()
            .answer::<TokenResponse>(),
        post("/api/v1/auth/token/revoke", Public, auth_token::revoke)
            .summary("Revokes an access token of a machine")
            .body::<auth_token::TokenRequest>()
            .answer::<MessageResponse>(),
    ]
}

fn universal() -> Vec<Route> {
    const PATH: &str = "/api/v1/auth/universal-auth/identities/{identity}";
    vec![
        post("/api/v1/auth/universal-auth/login", Public, auth_universal::login)
            .summary("Exchanges a client secret for an access token")
            .body::<auth_universal::UniversalAuthLoginRequest>()
            .answer::<TokenResponse>(),
        post(PATH, Caller, auth_universal::attach)
            .summary("Attaches Universal Auth to a machine identity")
            .event("add-identity-universal-auth")
            .body::<auth_universal::UniversalAuthRequest>()
            .answer::<auth_universal::UniversalAuthResponse>(),
        get(PATH, Caller, auth_universal::get)
            .summary("Shows the Universal Auth of a machine identity")
            .event("get-identity-universal-auth")
            .answer::<auth_universal::UniversalAuthResponse>(),
        patch(PATH, Caller, auth_universal::update)
            .summary("Changes the Universal Auth of a machine identity")
            .event("update-identity-universal-auth")
            .body::<auth_universal::UniversalAuthRequest>()
            .answer::<auth_universal::UniversalAuthResponse>(),
        delete(PATH, Caller, auth_universal::delete)
            .summary("Detaches Universal Auth and ends its tokens")
            .event("revoke-identity-universal-auth")
            .answer::<auth_universal::UniversalAuthResponse>(),
        post(
            "/api/v1/auth/universal-auth/identities/{identity}/clear-lockouts",
            Caller,
            auth_universal::clear_lockouts,
        )
        .summary("Ends a lockout after wrong client secrets")
        .event("clear-identity-universal-auth-lockouts")
        .answer::<auth_universal::ClearLockoutsResponse>(),
    ]
}

fn secrets() -> Vec<Route> {
    const PATH: &str = "/api/v1/auth/universal-auth/identities/{identity}/client-secrets";
    vec![
        post(PATH, Caller, client_secrets::create)
            .summary("Makes a client secret, which is shown this once")
            .event("create-identity-universal-auth-client-secret")
            .body::<client_secrets::CreateClientSecretRequest>()
            .answer::<client_secrets::CreateClientSecretResponse>(),
        get(PATH, Caller, client_secrets::list)
            .summary("Lists the client secrets of a machine identity")
            .event("get-identity-universal-auth-client-secrets")
            .answer::<client_secrets::ListClientSecretsResponse>(),
        get(
            "/api/v1/auth/universal-auth/identities/{identity}/client-secrets/{client_secret}",
            Caller,
            client_secrets::get,
        )
        .summary("Shows what is known of a client secret")
        .event("get-identity-universal-auth-client-secret-by-id")
        .answer::<client_secrets::ClientSecretResponse>(),
        post(
            "/api/v1/auth/universal-auth/identities/{identity}/client-secrets/{client_secret}/revoke",
            Caller,
            client_secrets::revoke,
        )
        .summary("Revokes a client secret and ends its tokens")
        .event("revoke-identity-universal-auth-client-secret")
        .answer::<client_secrets::ClientSecretResponse>(),
    ]
}

fn token_auth() -> Vec<Route> {
    const PATH: &str = "/api/v1/auth/token-auth/identities/{identity}";
    vec![
        post(PATH, Caller, auth_token_auth::attach)
            .summary("Attaches Token Auth to a machine identity")
            .event("add-identity-token-auth")
            .body::<auth_method::TokenSettingsRequest>()
            .answer::<auth_token_auth::TokenAuthResponse>(),
        get(PATH, Caller, auth_token_auth::get)
            .summary("Shows the Token Auth of a machine identity")
            .event("get-identity-token-auth")
            .answer::<auth_token_auth::TokenAuthResponse>(),
        patch(PATH, Caller, auth_token_auth::update)
            .summary("Changes the Token Auth of a machine identity")
            .event("update-identity-token-auth")
            .body::<auth_method::TokenSettingsRequest>()
            .answer::<auth_token_auth::TokenAuthResponse>(),
        delete(PATH, Caller, auth_token_auth::delete)
            .summary("Detaches Token Auth and ends its tokens")
            .event("revoke-identity-token-auth")
            .answer::<auth_token_auth::TokenAuthResponse>(),
    ]
}

fn identity_token_routes() -> Vec<Route> {
    const OF_IDENTITY: &str = "/api/v1/auth/token-auth/identities/{identity}/tokens";
    const TOKEN: &str = "/api/v1/auth/token-auth/tokens/{token}";
    vec![
        post(OF_IDENTITY, Caller, identity_tokens::create)
            .summary("Makes an access token for a machine identity, which is shown this once")
            .event("create-token-identity-token-auth")
            .body::<identity_tokens::CreateTokenRequest>()
            .answer::<identity_tokens::CreateTokenResponse>(),
        get(OF_IDENTITY, Caller, identity_tokens::list)
            .summary("Lists the tokens made for a machine identity")
            .event("get-tokens-identity-token-auth")
            .query::<identity_tokens::ListTokensQuery>()
            .answer::<identity_tokens::ListTokensResponse>(),
        get(
            "/api/v1/auth/token-auth/identities/{identity}/tokens/{token}",
            Caller,
            identity_tokens::get_of_identity,
        )
        .summary("Shows what is known of a token of a machine identity")
        .event("get-token-identity-token-auth")
        .answer::<identity_tokens::AccessTokenResponse>(),
        get(TOKEN, Caller, identity_tokens::get)
            .summary("Shows what is known of a token")
            .event("get-token-identity-token-auth")
            .answer::<identity_tokens::AccessTokenResponse>(),
        patch(TOKEN, Caller, identity_tokens::update)
            .summary("Changes the name of a token")
            .event("update-token-identity-token-auth")
            .body::<identity_tokens::UpdateTokenRequest>()
            .answer::<identity_tokens::AccessTokenResponse>(),
        post("/api/v1/auth/token-auth/tokens/{token}/revoke", Caller, identity_tokens::revoke)
            .summary("Revokes a token")
            .event("revoke-token-identity-token-auth")
            .answer::<MessageResponse>(),
    ]
}
