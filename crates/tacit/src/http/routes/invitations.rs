//! Invitations of people into organizations.

use crate::http::{
    route::{
        Access::{Caller, Public},
        Route, post,
    },
    v1::invitations,
    v3::signup,
};

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    vec![
        post("/api/v1/invite-org/signup", Caller, invitations::invite)
            .summary("Invites people into the organization")
            .event("invite-organization-member")
            .body::<invitations::InviteRequest>()
            .answer::<invitations::InviteResponse>(),
        post("/api/v1/invite-org/signup-resend", Caller, invitations::resend)
            .summary("Makes a new link for an invited person")
            .event("invite-organization-member")
            .body::<invitations::ResendRequest>()
            .answer::<invitations::ResendResponse>(),
        post("/api/v1/invite-org/verify", Public, invitations::verify)
            .summary("Checks the code of an invitation, and accepts it for a person who has an account")
            .event("accept-organization-invitation")
            .body::<invitations::VerifyRequest>()
            .answer::<invitations::VerifyResponse>(),
        post("/api/v3/signup/complete-account/invite", Public, signup::complete_invited)
            .summary("Makes the account of an invited person and signs them in")
            .event("accept-organization-invitation")
            .body::<signup::CompleteRequest>()
            .answer::<signup::CompleteResponse>(),
    ]
}
