//! The keys of the instance, of organizations and of projects.

use crate::http::{
    route::{
        Access::{Caller, InstanceAdmin},
        Route, get, post,
    },
    ui::encryption,
};

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/api/ui/v1/admin/encryption", InstanceAdmin, encryption::overview)
            .summary("Shows the keys of the instance and how far their replacing has come")
            .event("get-instance-encryption")
            .answer::<encryption::EncryptionResponse>(),
        post("/api/ui/v1/admin/encryption/rotate-data-keys", InstanceAdmin, encryption::rotate_any)
            .summary("Begins to replace the data key of a project, an organization, or all")
            .event("rotate-project-key")
            .body::<encryption::RotateRequest>()
            .answer::<encryption::RotateResponse>(),
        get("/api/ui/v1/projects/{project}/data-key", Caller, encryption::get)
            .summary("Shows the number of a project's data key and how far its replacing has come")
            .event("get-project-key")
            .answer::<encryption::DataKeyResponse>(),
        post("/api/ui/v1/projects/{project}/data-key/rotate", Caller, encryption::rotate)
            .summary("Begins to replace the data key of a project")
            .event("rotate-project-key")
            .body::<encryption::RotateOwnRequest>()
            .answer::<encryption::RotateResponse>(),
        get("/api/ui/v1/organization/data-key", Caller, encryption::get_of_organization)
            .summary("Shows the number of the organization's data key and how far its replacing has come")
            .event("get-organization-key")
            .answer::<encryption::DataKeyOfOrganizationResponse>(),
        post("/api/ui/v1/organization/data-key/rotate", Caller, encryption::rotate_of_organization)
            .summary("Begins to replace the data key of the organization")
            .event("rotate-organization-key")
            .body::<encryption::RotateOwnRequest>()
            .answer::<encryption::RotateResponse>(),
    ]
}
