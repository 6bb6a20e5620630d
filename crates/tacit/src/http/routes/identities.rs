//! Machine identities of an organization.

use crate::http::{
    route::{
        Access::{Caller, Identity},
        Route, delete, get, patch, post,
    },
    v1::{identities, identity_search},
    v2::organization_identities,
    wire::identity::IdentityResponse,
};

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    vec![
        post("/api/v1/identities", Caller, identities::create)
            .summary("Makes a machine identity")
            .event("create-identity")
            .body::<identities::CreateIdentityRequest>()
            .answer::<IdentityResponse>(),
        get("/api/v1/identities", Caller, identity_search::list)
            .summary("Lists the machine identities of the organization")
            .event("list-identities")
            .query::<identity_search::ListIdentitiesQuery>()
            .answer::<identity_search::ListIdentitiesResponse>(),
        post("/api/v1/identities/search", Caller, identity_search::search)
            .reads()
            .summary("Searches the machine identities of the organization")
            .event("search-identities")
            .body::<identity_search::SearchIdentitiesRequest>()
            .answer::<identity_search::ListIdentitiesResponse>(),
        get("/api/v1/identities/details", Identity, identities::details)
            .summary("Shows the organization of the machine identity that asks")
            .event("get-identity-details")
            .answer::<identities::IdentityDetailsResponse>(),
        get("/api/v1/identities/{identity}", Caller, identities::get)
            .summary("Shows a machine identity")
            .event("get-identity")
            .answer::<identities::IdentityMembershipResponse>(),
        patch("/api/v1/identities/{identity}", Caller, identities::update)
            .summary("Changes a machine identity")
            .event("update-identity")
            .body::<identities::UpdateIdentityRequest>()
            .answer::<IdentityResponse>(),
        delete("/api/v1/identities/{identity}", Caller, identities::delete)
            .summary("Deletes a machine identity and ends its tokens")
            .event("delete-identity")
            .answer::<IdentityResponse>(),
        get("/api/v1/identities/{identity}/identity-memberships", Caller, identity_search::projects)
            .summary("Lists the projects of a machine identity")
            .event("get-identity")
            .answer::<identity_search::IdentityProjectsResponse>(),
        get(
            "/api/v2/organizations/{organization}/identity-memberships",
            Caller,
            organization_identities::list,
        )
        .summary("Lists the machine identities of the organization, page by page")
        .event("list-identities")
        .query::<organization_identities::OrganizationIdentitiesQuery>()
        .answer::<organization_identities::OrganizationIdentitiesResponse>(),
    ]
}
