//! Class 5: nobody gives, attaches, mints or edits into what they do not hold.
//!
//! The callers manage everybody and everything but read no secrets, and in the organization hold no more than
//! managing people, machines, groups and roles. What the requests would give holds more.

use serde_json::{Value, json};
use tacit::http::route::{Access, Route};

use super::{
    actors::{Actors, project_role},
    database,
    requests::{Call, call, guarded, label},
    world::{World, world},
};
use crate::harness::{Answer, each_engine};

/// The events of routes that give rights, or credentials of somebody who has them.
const GIVES: &[&str] = &[
    "add-group-to-project",
    "add-identity-azure-auth",
    "add-identity-gcp-auth",
    "add-identity-jwt-auth",
    "add-identity-oidc-auth",
    "add-identity-spiffe-auth",
    "add-identity-alicloud-auth",
    "add-identity-aws-auth",
    "add-identity-kubernetes-auth",
    "add-identity-oci-auth",
    "add-identity-ldap-auth",
    "add-identity-tls-cert-auth",
    "add-identity-to-group",
    "add-identity-to-project",
    "add-identity-token-auth",
    "add-identity-universal-auth",
    "add-user-to-group",
    "add-user-to-project",
    "clear-identity-ldap-auth-lockouts",
    "clear-identity-universal-auth-lockouts",
    "create-additional-privilege",
    "create-group",
    "create-identity",
    "create-identity-universal-auth-client-secret",
    "create-organization-role",
    "create-project-role",
    "create-service-token",
    "create-token-identity-token-auth",
    "invite-organization-member",
    "revoke-identity-universal-auth-client-secret",
    "test-identity-azure-auth",
    "test-identity-gcp-auth",
    "test-identity-jwt-auth",
    "test-identity-oidc-auth",
    "test-identity-spiffe-auth",
    "test-identity-alicloud-auth",
    "test-identity-aws-auth",
    "test-identity-kubernetes-auth",
    "test-identity-oci-auth",
    "test-identity-ldap-auth",
    "test-identity-tls-cert-auth",
    "update-additional-privilege",
    "update-group",
    "update-group-project-roles",
    "update-identity",
    "update-identity-azure-auth",
    "update-identity-gcp-auth",
    "update-identity-jwt-auth",
    "update-identity-oidc-auth",
    "update-identity-alicloud-auth",
    "update-identity-aws-auth",
    "update-identity-kubernetes-auth",
    "update-identity-oci-auth",
    "update-identity-project-roles",
    "update-identity-spiffe-auth",
    "update-identity-ldap-auth",
    "update-identity-tls-cert-auth",
    "update-identity-token-auth",
    "update-identity-universal-auth",
    "update-organization-membership",
    "update-organization-role",
    "update-project-role",
    "update-token-identity-token-auth",
    "update-user-project-roles",
];

const OWN: &str = "it is about the caller's own account";
const TAKES: &str = "it takes rights away that were given and denies nobody anything";

/// The events of routes on which the callers succeed, and why that gives nothing.
const GIVES_NOTHING: &[(&str, &str)] = &[
    ("select-organization", OWN),
    ("update-user", OWN),
    ("delete-user", OWN),
    ("create-user-passkey", OWN),
    ("create-api-key", OWN),
    ("end-user-sessions", OWN),
    ("change-password", OWN),
    ("register-user-totp", OWN),
    ("update-user-preferences", OWN),
    ("create-organization", "everybody may make an organization of their own"),
    ("test-application", "it logs in with the client secret that it is given"),
    ("delete-additional-privilege", TAKES),
    ("delete-group", TAKES),
    ("delete-organization-role", TAKES),
    ("delete-project-role", TAKES),
    ("delete-service-token", TAKES),
    ("remove-group-from-project", TAKES),
    ("remove-identity-from-group", TAKES),
    ("remove-identity-from-project", TAKES),
    ("remove-user-from-group", TAKES),
    ("remove-user-from-project", TAKES),
];

/// Everything about people and machines, and nothing else.
fn manages(actions_of_all: &[&str], subjects: &[(&str, &[&str])]) -> Value {
    let rule = |(subject, more): &(&str, &[&str])| {
        let actions: Vec<&str> = actions_of_all.iter().chain(more.iter()).copied().collect();
        json!({ "subject": subject, "action": actions })
    };
    subjects.iter().map(rule).collect()
}

async fn leads(world: &World<'_>) -> Actors {
    let crud = ["read", "create", "edit", "delete"];
    let assigns: &[&str] = &["assign-role", "assign-additional-privileges"];
    let tokens: &[&str] = &[
        "assign-role",
        "assign-additional-privileges",
        "create-token",
        "get-token",
        "delete-token",
        "revoke-auth",
    ];
    let rules = manages(
        &crud,
        &[
            ("role", &[]),
            ("member", assigns),
            ("identity", tokens),
            ("groups", &["assign-role"]),
            ("service-tokens", &[]),
        ],
    );
    project_role(world, "lead", rules).await;
    let rules = manages(&crud, &[("role", &[]), ("member", &[]), ("identity", &[]), ("groups", &[])]);
    let body = json!({ "slug": "keeper", "name": "Keeper", "permissions": rules });
    world.admin.ok("POST", "/api/v1/organization/roles", Some(body)).await;
    Actors::new(world, "lead", "keeper", &["lead"]).await
}

/// Another identity that may read secrets, without any way to log in.
async fn strong_identity(world: &World<'_>) -> Value {
    let body = json!({ "name": "strong", "role": "no-access", "organizationId": world.id("organization") });
    let made = world.admin.ok("POST", "/api/v1/identities", Some(body)).await["identity"]["id"].clone();
    let path =
        format!("/api/v1/projects/{}/memberships/identities/{}", world.id("project"), made.as_str().unwrap());
    world.admin.ok("POST", &path, Some(json!({ "role": "viewer" }))).await;
    made
}

fn is_boundary(answer: &Answer) -> bool {
    let missing = &answer.body["details"]["missingPermissions"];
    answer.status == 403
        && answer.body["error"] == "PermissionBoundaryError"
        && missing.as_array().is_some_and(|missing| !missing.is_empty())
}

fn gives(route: &Route) -> bool {
    GIVES.contains(&route.event)
}

/// The routes for the instance change nothing for the callers, who do not manage it.
fn gives_nothing(route: &Route) -> bool {
    route.access != Access::InstanceAdmin && GIVES_NOTHING.iter().any(|(event, _)| *event == route.event)
}

/// The request with more rules than the role or privilege has and the caller holds.
fn call_for_more(route: &Route, ids: &Value) -> Call {
    let mut call = call(route, ids);
    let subject = if route.event.contains("organization-role") { "settings" } else { "secrets" };
    let rules = json!([{ "subject": subject, "action": ["read", "edit", "delete"] }]);
    let Some(body) = call.body.as_mut() else { return call };
    if body.get("privilegeDetails").is_some() {
        body["privilegeDetails"] = json!({ "permissions": rules });
    } else if body.get("permissions").is_some() && body.get("scopes").is_none() {
        body["permissions"] = rules;
    }
    call
}

#[tokio::test]
async fn nobody_gives_or_mints_what_they_do_not_hold_on_any_route() {
    each_engine(async |server| {
        let world = world(server).await;
        let leads = leads(&world).await;
        let strong = strong_identity(&world).await;
        database::keep(server).await;
        let before = database::contents(server).await;
        let mut faults = Vec::new();
        for route in guarded().filter(|route| route.method != "GET") {
            let mut ids = world.ids.clone();
            if route.path.starts_with("/api/v1/auth/") {
                ids["free_identity"] = strong.clone();
            }
            let call = call_for_more(&route, &ids);
            for (kind, token) in leads.tokens(&route) {
                let answer = call.send(server, Some(token)).await;
                let changed = database::changes_by(server, &before, answer.status).await;
                let is_right = if gives(&route) {
                    is_boundary(&answer) && changed.is_empty()
                } else {
                    changed.is_empty() || gives_nothing(&route)
                };
                if !is_right {
                    faults.push(format!(
                        "{} {} by a {kind}: {changed:?} {}",
                        route.event,
                        label(&route),
                        answer.text
                    ));
                }
            }
        }
        assert!(faults.is_empty(), "{}\n{}", faults.len(), faults.join("\n"));
        let changed = database::differences(&before, &database::contents(server).await);
        assert!(changed.is_empty(), "{changed:?}");
    })
    .await;
}
