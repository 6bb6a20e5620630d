//! Nobody gives what they do not hold, by whatever way.

use serde_json::{Value, json};

use crate::{
    groups::make_group,
    harness::{Answer, each_engine},
    harness_projects::{Actor, Organization, id, organization},
    roles::make_role,
};

/// A project in which `lead` manages roles, people, identities and groups, but reads `dev` alone.
struct Shop<'a> {
    acme: Organization<'a>,
    ada: Actor<'a>,
    lead: Actor<'a>,
    project: String,
}

async fn shop(server: &crate::harness::TestServer) -> Shop<'_> {
    let acme = organization(server, "acme").await;
    let ada = acme.user("ada@example.test", "admin").await;
    let lead = acme.user("lead@example.test", "member").await;
    let project = ada.project_id("Shop").await;
    let manages = ["role", "member", "identity", "groups"].map(|subject| {
        let actions = match subject {
            "role" => json!(["read", "create", "edit", "delete"]),
            "groups" => json!(["read", "create", "edit", "delete", "assign-role"]),
            _ => json!(["read", "create", "edit", "delete", "assign-role", "assign-additional-privileges"]),
        };
        json!({ "subject": subject, "action": actions })
    });
    let mut rules = manages.to_vec();
    rules.push(reads("dev"));
    make_role(&ada, &project, "lead", json!(rules)).await;
    ada.add_user(&project, &lead, "lead").await;
    Shop { acme, ada, lead, project }
}

fn reads(environment: &str) -> Value {
    json!({ "subject": "secrets", "action": "read", "conditions": { "environment": environment } })
}

/// Denies reading in an environment.
fn but_not(environment: &str) -> Value {
    json!({ "subject": "secrets", "action": "read", "inverted": true,
        "conditions": { "environment": environment } })
}

fn is_boundary(answer: &Answer) {
    assert_eq!(answer.status, 403, "{}", answer.text);
    assert_eq!(answer.body["error"], "PermissionBoundaryError", "{}", answer.text);
    assert!(!answer.body["details"]["missingPermissions"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn a_role_is_made_and_changed_within_ones_own_rights() {
    each_engine(async |server| {
        let Shop { lead, ada, project, .. } = shop(server).await;
        let roles = format!("/api/v1/projects/{project}/roles");
        let body = |permissions: Value| json!({ "slug": "x", "name": "x", "permissions": permissions });

        is_boundary(&lead.call("POST", &roles, Some(body(json!([reads("prod")])))).await);
        let role = lead.ok("POST", &roles, Some(body(json!([reads("dev")])))).await["role"].clone();
        let path = format!("{roles}/{}", id(&role));
        is_boundary(&lead.call("PATCH", &path, Some(json!({ "permissions": [reads("prod")] }))).await);
        lead.ok("PATCH", &path, Some(json!({ "permissions": [] }))).await;
        // What the role denies to others is not the lead's to allow again.
        let denies = make_role(&ada, &project, "no-prod", json!([but_not("prod"), reads("dev")])).await;
        let path = format!("{roles}/{}", id(&denies));
        is_boundary(&lead.call("PATCH", &path, Some(json!({ "permissions": [reads("dev")] }))).await);
        let own = ada.read(&format!("{roles}/slug/lead")).await["role"].clone();
        let mut more = own["permissions"].as_array().unwrap().clone();
        more.push(reads("prod"));
        is_boundary(
            &lead.call("PATCH", &format!("{roles}/{}", id(&own)), Some(json!({ "permissions": more }))).await,
        );
    })
    .await;
}

#[tokio::test]
async fn a_member_is_given_roles_within_ones_own_rights() {
    each_engine(async |server| {
        let Shop { acme, ada, lead, project } = shop(server).await;
        let bob = acme.user("bob@example.test", "no-access").await;
        let bot = acme.machine("bot", "no-access").await;
        make_role(&ada, &project, "prod", json!([reads("prod")])).await;
        make_role(&ada, &project, "dev", json!([reads("dev")])).await;
        make_role(&ada, &project, "no-prod", json!([but_not("prod")])).await;
        let users = format!("/api/v1/projects/{project}/memberships");
        let machine = format!("/api/v1/projects/{project}/memberships/identities/{}", bot.id);
        let add = |role: &str| Some(json!({ "emails": [bob.name], "roleSlugs": [role] }));

        is_boundary(&lead.call("POST", &users, add("prod")).await);
        is_boundary(&lead.call("POST", &machine, Some(json!({ "role": "prod" }))).await);
        let membership = id(&lead.ok("POST", &users, add("dev")).await["memberships"][0]);
        lead.ok("POST", &machine, Some(json!({ "role": "dev" }))).await;
        let user = format!("{users}/{membership}");
        let roles = |roles: &[&str]| {
            Some(json!({ "roles": roles.iter().map(|role| json!({ "role": role })).collect::<Vec<_>>() }))
        };
        for path in [&user, &machine] {
            is_boundary(&lead.call("PATCH", path, roles(&["dev", "prod"])).await);
            lead.ok("PATCH", path, roles(&["dev", "no-prod"])).await;
            // Without that role prod would be allowed again, should another role allow it.
            is_boundary(&lead.call("PATCH", path, roles(&["dev"])).await);
        }
        // A denial that ends by itself does not cover what is allowed beside it.
        make_role(&ada, &project, "all", json!([{ "subject": "secrets", "action": "read" }])).await;
        let ending = json!({ "role": "no-prod", "isTemporary": true, "temporaryMode": "relative",
            "temporaryRange": "1h", "temporaryAccessStartTime": "2026-01-31T12:00:00Z" });
        let body = json!({ "roles": [{ "role": "all" }, { "role": "no-prod" }, ending] });
        assert_eq!(lead.call("PATCH", &user, Some(body)).await.status, 422);
        let body = json!({ "roles": [{ "role": "all" }, ending] });
        is_boundary(&lead.call("PATCH", &user, Some(body)).await);
        // Who has nothing left in the project is given nothing; by a group they would have more than before.
        lead.ok("DELETE", &machine, None).await;
        let group = make_group(&ada, "Ops", "no-access").await;
        let in_project = format!("/api/v1/projects/{project}/groups/{group}");
        ada.ok("POST", &in_project, Some(json!({ "role": "viewer" }))).await;
        ada.ok("POST", &format!("/api/v1/groups/{group}/users/{}", bob.name), None).await;
        is_boundary(&lead.call("DELETE", &user, None).await);
        ada.ok("DELETE", &format!("/api/v1/groups/{group}"), None).await;
        lead.ok("DELETE", &user, None).await;
    })
    .await;
}

#[tokio::test]
async fn the_credentials_of_an_identity_are_made_by_those_who_hold_its_rights() {
    each_engine(async |server| {
        let Shop { acme, ada, lead, project } = shop(server).await;
        let bot = acme.machine("bot", "no-access").await;
        ada.add_machine(&project, &bot, "no-access").await;
        let tokens = format!("/api/v1/auth/token-auth/identities/{}/tokens", bot.id);
        lead.ok("POST", &tokens, Some(json!({}))).await;
        let body = json!({ "identityId": bot.id, "projectId": project, "permissions": [reads("prod")] });
        let privileges = "/api/v2/identity-project-additional-privilege";
        let privilege = ada.ok("POST", privileges, Some(body)).await["privilege"].clone();

        is_boundary(&lead.call("POST", &tokens, Some(json!({}))).await);
        let universal = format!("/api/v1/auth/universal-auth/identities/{}", bot.id);
        is_boundary(&lead.call("POST", &universal, Some(json!({}))).await);
        is_boundary(
            &lead
                .call("PATCH", &format!("/api/v1/identities/{}", bot.id), Some(json!({ "name": "x" })))
                .await,
        );
        // Taking it away leaves nothing that the lead does not have.
        lead.ok("DELETE", &format!("{privileges}/{}", id(&privilege)), None).await;
        lead.ok("POST", &tokens, Some(json!({}))).await;

        let group = make_group(&ada, "Ops", "no-access").await;
        ada.ok(
            "POST",
            &format!("/api/v1/projects/{project}/groups/{group}"),
            Some(json!({ "role": "viewer" })),
        )
        .await;
        ada.ok("POST", &format!("/api/v1/groups/{group}/machine-identities/{}", bot.id), None).await;
        is_boundary(&lead.call("POST", &tokens, Some(json!({}))).await);
        ada.ok("DELETE", &format!("/api/v1/groups/{group}"), None).await;
        lead.ok("POST", &tokens, Some(json!({}))).await;
    })
    .await;
}

#[tokio::test]
async fn a_group_is_joined_left_and_deleted_within_ones_own_rights() {
    each_engine(async |server| {
        let Shop { acme, ada, lead, project } = shop(server).await;
        let bob = acme.user("bob@example.test", "no-access").await;
        let body = json!({ "slug": "groups", "name": "Groups", "permissions": [
            { "subject": "groups", "action": ["read", "create", "edit", "delete"] }] });
        ada.ok("POST", "/api/v1/organization/roles", Some(body)).await;
        is_boundary(
            &lead_with(&ada, &acme, &lead, "groups", async || {
                lead.call("POST", "/api/v1/groups", Some(json!({ "name": "Mine", "role": "admin" }))).await
            })
            .await,
        );
        let group = make_group(&lead, "Ops", "no-access").await;
        let in_project = format!("/api/v1/projects/{project}/groups/{group}");
        let join = format!("/api/v1/groups/{group}/users/{}", bob.name);
        let own = format!("/api/v1/groups/{group}");
        is_boundary(&lead.call("POST", &in_project, Some(json!({ "role": "viewer" }))).await);
        is_boundary(&lead.call("PATCH", &own, Some(json!({ "role": "admin" }))).await);
        ada.ok("POST", &in_project, Some(json!({ "role": "viewer" }))).await;
        is_boundary(&lead.call("POST", &join, None).await);
        make_role(&ada, &project, "no-prod", json!([but_not("prod")])).await;
        ada.ok("PATCH", &in_project, Some(json!({ "roles": [{ "role": "no-prod" }] }))).await;
        lead.ok("POST", &join, None).await;
        for (method, path) in [("DELETE", &join), ("DELETE", &own), ("DELETE", &in_project)] {
            is_boundary(&lead.call(method, path, None).await);
        }
        let roles = json!({ "roles": [{ "role": "no-access" }] });
        is_boundary(&lead.call("PATCH", &in_project, Some(roles)).await);
        ada.ok("DELETE", &own, None).await;
    })
    .await;
}

/// Gives somebody an organization role, then asks.
async fn lead_with(
    ada: &Actor<'_>,
    acme: &Organization<'_>,
    lead: &Actor<'_>,
    role: &str,
    ask: impl AsyncFnOnce() -> Answer,
) -> Answer {
    let members = ada.read(&format!("/api/v2/organizations/{}/memberships", acme.id)).await["users"].clone();
    let member =
        members.as_array().unwrap().iter().find(|member| member["userId"] == json!(lead.id)).unwrap();
    let path = format!("/api/v2/organizations/{}/memberships/{}", acme.id, id(member));
    ada.ok("PATCH", &path, Some(json!({ "role": role }))).await;
    ask().await
}
