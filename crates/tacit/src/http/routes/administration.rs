//! The instance, for its administrators.

use crate::http::{
    route::{Access::InstanceAdmin, Route, delete, get, patch, post},
    ui::administration,
    v1::{admin_config, admin_lists},
    wire::organization::OrganizationResponse,
};

/// The routes, in the order of the API reference.
pub(super) fn routes() -> Vec<Route> {
    let mut all = settings();
    all.extend(people());
    all.extend(others());
    all
}

fn settings() -> Vec<Route> {
    vec![
        get("/api/ui/v1/admin/overview", InstanceAdmin, administration::overview)
            .summary("Shows release, database engine and counts")
            .event("get-instance-overview")
            .answer::<administration::OverviewResponse>(),
        patch("/api/v1/admin/config", InstanceAdmin, admin_config::update)
            .summary("Changes settings of the instance")
            .event("update-instance-settings")
            .body::<admin_config::UpdateRequest>()
            .answer::<admin_config::ConfigResponse>(),
        get("/api/v1/admin/encryption-strategies", InstanceAdmin, admin_config::strategies)
            .summary("Says how the root key is kept")
            .event("get-encryption-strategies")
            .answer::<admin_config::StrategiesResponse>(),
        patch("/api/v1/admin/encryption-strategies", InstanceAdmin, admin_config::set_strategy)
            .summary("Takes the one way to keep the root key that there is")
            .event("update-encryption-strategy")
            .body::<admin_config::StrategyRequest>()
            .answer::<admin_config::StrategiesResponse>(),
    ]
}

fn people() -> Vec<Route> {
    vec![
        get("/api/v1/admin/user-management/users", InstanceAdmin, admin_lists::users)
            .summary("Lists the people of the instance")
            .event("get-instance-users")
            .query::<admin_lists::ListQuery>()
            .answer::<admin_lists::UsersResponse>(),
        delete("/api/v1/admin/user-management/users", InstanceAdmin, admin_lists::delete_users)
            .summary("Deletes accounts, all or none")
            .event("delete-user")
            .body::<admin_lists::DeleteUsersRequest>()
            .answer::<admin_lists::DeletedUsersResponse>(),
        delete("/api/v1/admin/user-management/users/{user}", InstanceAdmin, admin_lists::delete_user)
            .summary("Deletes an account")
            .event("delete-user")
            .answer::<admin_lists::DeletedUserResponse>(),
        patch(
            "/api/v1/admin/user-management/users/{user}/admin-access",
            InstanceAdmin,
            admin_lists::grant_admin,
        )
        .summary("Makes somebody an administrator of the instance")
        .event("grant-instance-admin")
        .answer::<admin_lists::UserResponse>(),
        delete(
            "/api/v1/admin/user-management/users/{user}/admin-access",
            InstanceAdmin,
            admin_lists::revoke_admin,
        )
        .summary("Makes somebody an administrator of the instance no more")
        .event("revoke-instance-admin")
        .answer::<admin_lists::UserResponse>(),
    ]
}

fn others() -> Vec<Route> {
    vec![
        get("/api/v1/admin/organization-management/organizations", InstanceAdmin, admin_lists::organizations)
            .summary("Lists the organizations of the instance with their members and projects")
            .event("get-instance-organizations")
            .query::<admin_lists::ListQuery>()
            .answer::<admin_lists::OrganizationsResponse>(),
        post(
            "/api/ui/v1/admin/organizations/{organization}/take-over",
            InstanceAdmin,
            administration::take_over,
        )
        .summary("Makes the caller an admin of an organization that has none any more")
        .event("take-over-organization")
        .answer::<OrganizationResponse>(),
        get("/api/v1/admin/identity-management/identities", InstanceAdmin, admin_lists::identities)
            .summary("Lists the machine identities of the instance")
            .event("get-instance-identities")
            .query::<admin_lists::ListQuery>()
            .answer::<admin_lists::IdentitiesResponse>(),
        delete(
            "/api/v1/admin/identity-management/identities/{identity}/super-admin-access",
            InstanceAdmin,
            admin_lists::revoke_identity,
        )
        .summary("Takes the right to manage the instance from a machine identity")
        .event("revoke-identity-instance-admin")
        .answer::<admin_lists::IdentityResponse>(),
    ]
}
