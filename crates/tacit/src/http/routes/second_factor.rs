//! The second factor of people.

use crate::http::{
    route::{
        Access::{Public, UserWithoutOrganization},
        Route, delete, get, patch, post,
    },
    v1::user_totp,
    v2::mfa,
    wire::user::{MessageResponse, UserResponse},
};

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    let mut all = sign_in();
    all.extend(settings());
    all
}

fn sign_in() -> Vec<Route> {
    vec![
        post("/api/v2/auth/mfa/verify", Public, mfa::verify)
            .summary("Gives the second factor of a sign-in; its token is the bearer")
            .event("verify-mfa")
            .body::<mfa::VerifyRequest>()
            .answer::<mfa::VerifyResponse>(),
        post("/api/v2/auth/mfa/send", Public, mfa::send).summary("Refuses to send a code by e-mail"),
        get("/api/v2/auth/mfa/check/totp", Public, mfa::check)
            .summary("Says whether a sign-in waits for a code of an authenticator app")
            .answer::<mfa::CheckResponse>(),
    ]
}

fn settings() -> Vec<Route> {
    vec![
        patch("/api/v2/users/me/mfa", UserWithoutOrganization, mfa::update)
            .summary("Says whether sign-in asks the caller for the second factor")
            .event("update-user-mfa")
            .body::<mfa::SettingsRequest>()
            .answer::<UserResponse>(),
        get("/api/v1/user/me/totp", UserWithoutOrganization, user_totp::get)
            .summary("Says whether the caller has an authenticator app")
            .event("get-user-totp")
            .answer::<user_totp::TotpResponse>(),
        post("/api/v1/user/me/totp/register", UserWithoutOrganization, user_totp::register)
            .summary("Begins to set up an authenticator app for the caller")
            .event("register-user-totp")
            .answer::<user_totp::RegisterResponse>(),
        post("/api/v1/user/me/totp/verify", UserWithoutOrganization, user_totp::verify)
            .summary("Shows a first code of the app that is being set up")
            .event("verify-user-totp")
            .body::<user_totp::VerifyRequest>()
            .answer::<MessageResponse>(),
        delete("/api/v1/user/me/totp", UserWithoutOrganization, user_totp::delete)
            .summary("Removes the caller's authenticator app")
            .event("delete-user-totp")
            .answer::<MessageResponse>(),
        post("/api/v1/user/me/totp/recovery-codes", UserWithoutOrganization, user_totp::recovery_codes)
            .summary("Makes new recovery codes for the caller")
            .event("create-user-recovery-codes")
            .answer::<user_totp::RecoveryCodesResponse>(),
    ]
}
