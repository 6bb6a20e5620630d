//! Passkeys. The wire has no routes for them, so these are our own.

use crate::http::{
    route::{
        Access::{InstanceAdmin, Public, UserWithoutOrganization},
        Route, delete, get, patch, post,
    },
    ui::{passkey_sign_in, passkeys},
    v3::auth::LoginResponse,
    wire::{
        passkey::{CreationOptions, RequestOptions},
        user::MessageResponse,
    },
};

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    let mut all = own();
    all.extend(sign_in());
    all
}

fn own() -> Vec<Route> {
    vec![
        get("/api/ui/v1/me/passkeys", UserWithoutOrganization, passkeys::list)
            .summary("Lists the caller's passkeys")
            .event("get-user-passkeys")
            .answer::<passkeys::PasskeysResponse>(),
        post("/api/ui/v1/me/passkeys/options", UserWithoutOrganization, passkeys::options)
            .summary("Begins to add a passkey: what the browser is told to make")
            .event("create-user-passkey")
            .body::<passkeys::Proof>()
            .answer::<CreationOptions>(),
        post("/api/ui/v1/me/passkeys", UserWithoutOrganization, passkeys::create)
            .summary("Adds the passkey that the browser made")
            .event("create-user-passkey")
            .body::<passkeys::CreateRequest>()
            .answer::<passkeys::CreateResponse>(),
        patch("/api/ui/v1/me/passkeys/{passkey}", UserWithoutOrganization, passkeys::rename)
            .summary("Gives a passkey of the caller another name")
            .event("update-user-passkey")
            .body::<passkeys::RenameRequest>()
            .answer::<passkeys::RenameResponse>(),
        delete("/api/ui/v1/me/passkeys/{passkey}", UserWithoutOrganization, passkeys::delete)
            .summary("Removes a passkey of the caller")
            .event("delete-user-passkey")
            .body::<passkeys::Proof>()
            .answer::<MessageResponse>(),
    ]
}

fn sign_in() -> Vec<Route> {
    vec![
        post("/api/ui/v1/sign-in/passkey/options", Public, passkey_sign_in::options)
            .summary("Begins a sign-in with a passkey and without a password")
            .answer::<RequestOptions>(),
        post("/api/ui/v1/sign-in/passkey", Public, passkey_sign_in::sign_in)
            .summary("Signs somebody in with a passkey")
            .event("user-login")
            .body::<passkey_sign_in::ShowRequest>()
            .answer::<LoginResponse>(),
        post("/api/ui/v1/mfa/passkey/options", Public, passkey_sign_in::second_step_options)
            .summary("Begins to give a passkey after the password; the token of the sign-in is the bearer")
            .answer::<RequestOptions>(),
        post("/api/ui/v1/mfa/passkey", Public, passkey_sign_in::second_step)
            .summary("Gives a passkey after the password; the token of the sign-in is the bearer")
            .event("verify-mfa")
            .body::<passkey_sign_in::ShowRequest>()
            .answer::<passkey_sign_in::SecondStepResponse>(),
        delete("/api/ui/v1/admin/users/{user}/second-factor", InstanceAdmin, passkey_sign_in::reset)
            .summary("Removes the second factor of somebody who lost it, and ends their sessions")
            .event("reset-user-second-factor")
            .answer::<MessageResponse>(),
    ]
}
