//! People: signing in and out, and the own account.

use crate::http::{
    route::{
        Access::{Public, UserWithoutOrganization},
        Route, delete, get, patch, post,
    },
    v1, v2, v3,
    wire::user::{MessageResponse, Session, UserResponse},
};

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    let mut all = sign_in();
    all.extend(account());
    all
}

fn sign_in() -> Vec<Route> {
    vec![
        post("/api/v3/auth/login", Public, v3::auth::login)
            .summary("Signs somebody in with e-mail and password")
            .event("user-login")
            .body::<v3::auth::LoginRequest>()
            .answer::<v3::auth::LoginResponse>(),
        post("/api/v3/auth/login1", Public, v3::auth::login_of_old)
            .summary("Refuses the sign-in of old clients"),
        post("/api/v3/auth/login2", Public, v3::auth::login_of_old)
            .summary("Refuses the sign-in of old clients"),
        post("/api/v3/auth/select-organization", UserWithoutOrganization, v3::auth::select_organization)
            .summary("Chooses the organization that the session's tokens are for")
            .event("select-organization")
            .body::<v3::auth::SelectRequest>()
            .answer::<v3::auth::SelectResponse>(),
        post("/api/v1/auth/token", Public, v1::auth::refresh)
            .summary("Makes a new access token from the session's cookie")
            .event("refresh-session")
            .answer::<v1::auth::RefreshResponse>(),
        post("/api/v1/auth/checkAuth", UserWithoutOrganization, v1::auth::check)
            .reads()
            .summary("Confirms that the token is in force")
            .event("check-auth")
            .answer::<MessageResponse>(),
        post("/api/v1/auth/logout", Public, v1::auth::logout)
            .summary("Ends the session of the token and of the cookie")
            .event("user-logout")
            .answer::<MessageResponse>(),
    ]
}

fn account() -> Vec<Route> {
    vec![
        get("/api/v1/user", UserWithoutOrganization, v2::users::get)
            .summary("Gets the caller's account")
            .event("get-user")
            .api_keys()
            .answer::<UserResponse>(),
        get("/api/v2/users/me", UserWithoutOrganization, v2::users::get)
            .summary("Gets the caller's account")
            .event("get-user")
            .api_keys()
            .answer::<UserResponse>(),
        delete("/api/v2/users/me", UserWithoutOrganization, v2::users::delete)
            .summary("Deletes the caller's account")
            .event("delete-user")
            .answer::<UserResponse>(),
        patch("/api/v2/users/me/name", UserWithoutOrganization, v2::users::update_name)
            .summary("Changes the caller's name")
            .event("update-user")
            .body::<v2::users::NameRequest>()
            .answer::<UserResponse>(),
        get("/api/v2/users/me/organizations", UserWithoutOrganization, v2::users::organizations)
            .summary("Lists the caller's organizations")
            .event("get-organizations")
            .answer::<v2::users::OrganizationsResponse>(),
        get("/api/v2/users/me/sessions", UserWithoutOrganization, v2::users::sessions)
            .summary("Lists where the caller is signed in")
            .event("get-user-sessions")
            .answer::<Vec<Session>>(),
        delete("/api/v2/users/me/sessions", UserWithoutOrganization, v2::users::end_sessions)
            .summary("Signs the caller out everywhere")
            .event("end-user-sessions")
            .answer::<MessageResponse>(),
        delete("/api/v2/users/me/sessions/{session}", UserWithoutOrganization, v2::users::end_session)
            .summary("Ends one session of the caller")
            .event("end-user-session")
            .answer::<MessageResponse>(),
        password("/api/v2/password/user/password-reset"),
        password("/api/v2/password/user-password-reset"),
    ]
}

fn password(path: &'static str) -> Route {
    post(path, UserWithoutOrganization, v2::passwords::change)
        .summary("Changes the caller's password and ends all other sessions")
        .event("change-password")
        .body::<v2::passwords::ChangeRequest>()
        .answer::<MessageResponse>()
}
