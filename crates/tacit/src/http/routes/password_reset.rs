//! Forgotten passwords, and e-mails that are to be verified.

use crate::http::{
    route::{
        Access::{Public, UserWithoutOrganization},
        Route, post,
    },
    v1::passwords,
    v2::emails,
    wire::user::MessageResponse,
};

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    vec![
        post("/api/v1/password/email/password-reset", Public, passwords::mail)
            .summary("Mails a link to set a forgotten password anew")
            .event("request-password-reset")
            .body::<passwords::MailRequest>()
            .answer::<MessageResponse>(),
        post("/api/v1/password/email/password-reset-verify", Public, passwords::verify)
            .summary("Changes the code of such a link for a token, once")
            .event("verify-password-reset")
            .body::<passwords::VerifyRequest>()
            .answer::<passwords::VerifyResponse>(),
        post("/api/v2/password/password-reset", Public, passwords::reset)
            .summary("Sets a new password and ends all sessions; the token is the bearer")
            .event("reset-password")
            .body::<passwords::ResetRequest>()
            .answer::<MessageResponse>(),
        post("/api/v1/password/password-reset", Public, passwords::reset_of_old)
            .summary("Sets a new password, as old web pages send it")
            .event("reset-password")
            .body::<passwords::OldResetRequest>()
            .answer::<MessageResponse>(),
        post("/api/v2/users/me/emails/code", UserWithoutOrganization, emails::send_code)
            .summary("Mails the caller a code that shows that they read mail to their address")
            .event("send-email-verification-code")
            .body::<emails::CodeRequest>()
            .answer::<MessageResponse>(),
        post("/api/v2/users/me/emails/verify", UserWithoutOrganization, emails::verify)
            .summary("Verifies the caller's e-mail by that code")
            .event("verify-email")
            .body::<emails::VerifyRequest>()
            .answer::<MessageResponse>(),
    ]
}
