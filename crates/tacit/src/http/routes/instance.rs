//! The instance: status, set-up, what everybody may know of it.

use crate::http::{
    route::{
        Access::{InstanceAdmin, Public},
        Route, get, post,
    },
    ui::mail,
    v1::{admin, admin_config, status},
};

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/api/status", Public, status::get)
            .summary("Says that the server is up")
            .answer::<status::StatusResponse>(),
        get("/api/v1/admin/config", Public, admin_config::get)
            .summary("Says whether the instance is set up, and what it has")
            .answer::<admin_config::ConfigResponse>(),
        post("/api/v1/admin/bootstrap", Public, admin::bootstrap)
            .summary("Sets the instance up, once: first user, organization and machine identity")
            .event("bootstrap-instance")
            .body::<admin::BootstrapRequest>()
            .answer::<admin::BootstrapResponse>(),
        post("/api/v1/admin/signup", Public, admin::sign_up)
            .summary("Sets the instance up, once, and signs the first user in")
            .event("bootstrap-instance")
            .body::<admin::SignUpRequest>()
            .answer::<admin::SignUpResponse>(),
        post("/api/ui/v1/mail/test", InstanceAdmin, mail::test)
            .summary("Sends a mail to the caller, to see whether mails arrive")
            .event("send-test-mail")
            .answer::<mail::TestResponse>(),
    ]
}
