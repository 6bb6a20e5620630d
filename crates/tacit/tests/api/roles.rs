//! Custom roles of projects and organizations.

use serde_json::{Value, json};

use crate::{
    harness::each_engine,
    harness_projects::{Actor, id, organization},
};

/// Rules that read secrets of `dev`, but not those below `/private`.
fn reads_dev() -> Value {
    json!([
        { "subject": "secrets", "action": ["describeSecret", "readValue"],
            "conditions": { "environment": "dev" } },
        { "subject": "secrets", "action": "readValue", "inverted": true,
            "conditions": { "secretPath": { "$glob": "/private/**" } } },
    ])
}

/// Makes a role of a project.
pub async fn make_role(by: &Actor<'_>, project: &str, slug: &str, permissions: Value) -> Value {
    let body = json!({ "slug": slug, "name": slug, "permissions": permissions });
    by.ok("POST", &format!("/api/v1/projects/{project}/roles"), Some(body)).await["role"].clone()
}

/// Makes a secret with the value `v`.
pub async fn make_secret(by: &Actor<'_>, project: &str, environment: &str, path: &str, name: &str) {
    let body = json!({ "projectId": project, "environment": environment, "secretPath": path,
        "secretValue": "v" });
    by.ok("POST", &format!("/api/v4/secrets/{name}"), Some(body)).await;
}

/// The status of reading a secret with its value.
pub async fn read_status(by: &Actor<'_>, project: &str, environment: &str, path: &str, name: &str) -> u16 {
    let query = format!("projectId={project}&environment={environment}&secretPath={path}");
    by.status("GET", &format!("/api/v4/secrets/{name}?{query}"), None).await
}

#[tokio::test]
async fn a_project_role_is_made_read_changed_and_deleted_by_every_name_of_the_route() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let project = ada.project("Shop").await;
        let (project_id, project_slug) = (id(&project), project["slug"].as_str().unwrap().to_owned());
        for base in [
            format!("/api/v1/projects/{project_id}/roles"),
            format!("/api/v2/workspace/{project_id}/roles"),
            format!("/api/v1/workspace/{project_slug}/roles"),
        ] {
            let body = json!({ "slug": "Reader", "name": " Reader ", "description": "Reads dev",
                "permissions": reads_dev() });
            let made = ada.ok("POST", &base, Some(body.clone())).await["role"].clone();
            assert_eq!(
                made,
                json!({ "id": made["id"], "slug": "reader", "name": "Reader", "description": "Reads dev",
                    "permissions": reads_dev(), "projectId": project_id, "version": 1,
                    "createdAt": "2026-01-31T12:00:00.000Z", "updatedAt": "2026-01-31T12:00:00.000Z" })
            );
            assert_eq!(ada.status("POST", &base, Some(body)).await, 400);
            assert_eq!(ada.read(&format!("{base}/slug/reader")).await["role"], made);
            let by_id = format!("/api/v1/projects/roles/{}", id(&made));
            assert_eq!(ada.read(&by_id).await["role"], made);
            let list = ada.read(&base).await["roles"].clone();
            let slugs: Vec<_> = list.as_array().unwrap().iter().map(|role| role["slug"].clone()).collect();
            assert_eq!(json!(slugs), json!(["admin", "member", "viewer", "no-access", "reader"]));
            assert_eq!(list[4].get("permissions"), None);

            let path = format!("{base}/{}", id(&made));
            let change = json!({ "name": "Other", "description": null, "permissions": [] });
            let changed = ada.ok("PATCH", &path, Some(change)).await["role"].clone();
            assert_eq!(changed["name"], "Other");
            assert_eq!(changed["slug"], "reader");
            assert_eq!(changed["description"], json!(null));
            assert_eq!(changed["permissions"], json!([]));

            assert_eq!(ada.ok("DELETE", &path, None).await["role"], changed);
            for method in ["PATCH", "DELETE"] {
                assert_eq!(ada.status(method, &path, Some(json!({}))).await, 404, "{method}");
            }
            assert_eq!(ada.status("GET", &format!("{base}/slug/reader"), None).await, 404);
            assert_eq!(ada.status("GET", &by_id, None).await, 404);
        }
        let log = acme.events(&project_id).await;
        assert_eq!(log[1..4], ["create-project-role", "update-project-role", "delete-project-role"]);
    })
    .await;
}

#[tokio::test]
async fn an_organization_role_is_made_given_and_deleted_when_nobody_has_it() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        for base in
            ["/api/v1/organization/roles".to_owned(), format!("/api/v1/organization/{}/roles", acme.id)]
        {
            let body = json!({ "slug": "auditor", "name": "Auditor",
                "permissions": [{ "subject": "role", "action": "read" }] });
            let role = ada.ok("POST", &base, Some(body)).await["role"].clone();
            assert_eq!(role["orgId"], json!(acme.id));
            assert_eq!(role["permissions"], json!([{ "subject": "role", "action": "read" }]));
            let path = format!("{base}/{}", id(&role));
            assert_eq!(ada.read(&path).await["role"], role);

            let new = json!({ "name": "bot", "organizationId": acme.id, "role": "auditor" });
            let identity = ada.ok("POST", "/api/v1/identities", Some(new)).await["identity"].clone();
            let identity_path = format!("/api/v1/identities/{}", id(&identity));
            let read = ada.read(&identity_path).await["identity"].clone();
            assert_eq!(read["role"], "custom");
            assert_eq!(read["roleId"], role["id"]);
            assert_eq!(read["customRole"]["slug"], "auditor");

            let search = Some(json!({ "search": { "role": "auditor" } }));
            let found = ada.ok("POST", "/api/v1/identities/search", search).await;
            assert_eq!(found["identities"][0]["identity"]["id"], identity["id"]);

            let refused = ada.call("DELETE", &path, None).await;
            assert_eq!(refused.status, 400);
            assert!(refused.text.contains("1 member still has this role"), "{}", refused.text);
            ada.ok("PATCH", &identity_path, Some(json!({ "role": "no-access" }))).await;
            ada.ok("DELETE", &path, None).await;
            assert_eq!(ada.status("DELETE", &path, None).await, 404);
        }
    })
    .await;
}

#[tokio::test]
async fn what_a_custom_role_of_the_organization_allows_counts_at_once() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let bot = acme.machine("bot", "no-access").await;
        let body = json!({ "slug": "auditor", "name": "Auditor", "permissions": [] });
        let role = ada.ok("POST", "/api/v1/organization/roles", Some(body)).await["role"].clone();
        ada.ok("PATCH", &format!("/api/v1/identities/{}", bot.id), Some(json!({ "role": "auditor" }))).await;
        let roles = "/api/v1/organization/roles";
        assert_eq!(bot.status("GET", roles, None).await, 403);

        let change = json!({ "permissions": [{ "subject": "role", "action": ["read"] }] });
        ada.ok("PATCH", &format!("{roles}/{}", id(&role)), Some(change)).await;

        assert_eq!(bot.status("GET", roles, None).await, 200);
        assert_eq!(
            bot.status("POST", roles, Some(json!({ "slug": "x", "name": "x", "permissions": [] }))).await,
            403
        );
    })
    .await;
}

#[tokio::test]
async fn permissions_and_slugs_have_a_form() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let project = ada.project_id("Shop").await;
        let base = format!("/api/v1/projects/{project}/roles");
        let secrets = |conditions: Value| json!([{ "subject": "secrets", "action": "read", "conditions": conditions }]);
        for (permissions, place) in [
            (json!([{ "subject": "kittens", "action": "read" }]), json!(["permissions", 0, "subject"])),
            (json!([{ "subject": "tags", "action": "lease" }]), json!(["permissions", 0, "action"])),
            (json!([{ "subject": "tags", "action": "read" }, { "subject": "tags", "action": ["read", 1] }]),
                json!(["permissions", 1, "action", 1])),
            (json!([{ "subject": "tags", "action": "read", "inverted": true }]),
                json!(["permissions", 0, "inverted"])),
            (secrets(json!({ "userEmail": "x" })), json!(["permissions", 0, "conditions", "userEmail"])),
            (secrets(json!({ "environment": { "$regex": "x" } })),
                json!(["permissions", 0, "conditions", "environment", "$regex"])),
            (secrets(json!({ "environment": { "$glob": "{dev,prod}" } })),
                json!(["permissions", 0, "conditions", "environment", "$glob"])),
            (secrets(json!({ "secretPath": { "$glob": "/[ab]/**" } })),
                json!(["permissions", 0, "conditions", "secretPath", "$glob"])),
            (secrets(json!({ "secretName": { "$glob": "!DB_*" } })),
                json!(["permissions", 0, "conditions", "secretName", "$glob"])),
            (json!([{ "subject": "billing", "action": "read" }]), json!(["permissions", 0, "subject"])),
        ] {
            let body = json!({ "slug": "x", "name": "x", "permissions": permissions });
            let answer = ada.call("POST", &base, Some(body)).await;
            assert_eq!(answer.status, 422, "{permissions}: {}", answer.text);
            assert_eq!(answer.body["message"][0]["path"], place, "{permissions}");
        }
        for slug in ["admin", "member", "viewer", "no-access", "custom", "", "a b", "-a"] {
            let body = json!({ "slug": slug, "name": "x", "permissions": [] });
            assert_eq!(ada.status("POST", &base, Some(body)).await, 422, "{slug}");
        }
        let every = json!([
            { "subject": "secrets", "action": ["read", "edit"], "conditions": {
                "environment": { "$in": ["dev", "qa"] }, "secretPath": { "$glob": "/a/**/b*" },
                "secretName": { "$ne": "X" }, "secretTags": { "$all": ["one", "two"] } } },
            { "subject": "dynamic-secrets", "action": "lease", "inverted": true, "conditions": {
                "metadata": { "$elemMatch": { "key": { "$eq": "k" }, "value": { "$in": ["v"] } } } } },
            { "subject": "identity", "action": "assign-role", "conditions": {
                "identityId": { "$eq": "i" }, "assignableRole": { "$in": ["viewer"] },
                "assignableSubject": "secrets", "assignableAction": { "$glob": "read*" } } },
            { "subject": "member", "action": "edit", "conditions": { "userEmail": { "$glob": "*@example.test" } } },
            { "subject": "groups", "action": "edit", "conditions": { "groupName": "Ops" } },
            { "subject": "secret-syncs", "action": "read", "conditions": { "connectionId": "c" } },
        ]);
        let role = make_role(&ada, &project, "every", every.clone()).await;
        assert_eq!(role["permissions"], every);
        assert_eq!(ada.read(&format!("{base}/slug/every")).await["role"]["permissions"], every);
    })
    .await;
}

#[tokio::test]
async fn a_custom_role_decides_by_its_conditions() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let bot = acme.machine("bot", "no-access").await;
        let project = ada.project_id("Shop").await;
        make_secret(&ada, &project, "dev", "/", "FOO").await;
        make_secret(&ada, &project, "prod", "/", "FOO").await;
        let folder = json!({ "projectId": project, "environment": "dev", "name": "private" });
        ada.ok("POST", "/api/v2/folders", Some(folder)).await;
        make_secret(&ada, &project, "dev", "/private", "FOO").await;
        make_role(&ada, &project, "reader", reads_dev()).await;

        ada.add_machine(&project, &bot, "reader").await;

        assert_eq!(read_status(&bot, &project, "dev", "/", "FOO").await, 200);
        assert_eq!(read_status(&bot, &project, "prod", "/", "FOO").await, 403);
        assert_eq!(read_status(&bot, &project, "dev", "/private", "FOO").await, 403);
        let path = format!("/api/v1/projects/{project}/memberships/identities/{}", bot.id);
        let role = ada.read(&path).await["identityMembership"]["roles"][0].clone();
        assert_eq!(role["role"], "custom");
        assert_eq!(role["customRoleSlug"], "reader");
        assert_eq!(role["customRoleName"], "reader");
        let found =
            ada.read(&format!("/api/v1/projects/{project}/memberships/identities?roles=reader")).await;
        assert_eq!(found["totalCount"], 1);
        let roles = format!("/api/v1/projects/{project}/roles");
        let refused =
            ada.call("DELETE", &format!("{roles}/{}", role["customRoleId"].as_str().unwrap()), None).await;
        assert_eq!(refused.status, 400, "{}", refused.text);
    })
    .await;
}

#[tokio::test]
async fn several_roles_are_a_union_and_temporary_ones_end_by_themselves() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let bob = acme.user("bob@example.test", "member").await;
        let project = ada.project_id("Shop").await;
        make_secret(&ada, &project, "dev", "/", "FOO").await;
        make_secret(&ada, &project, "prod", "/", "FOO").await;
        let reads = |slug: &str| json!([{ "subject": "secrets", "action": "read", "conditions": { "environment": slug } }]);
        make_role(&ada, &project, "dev-reader", reads("dev")).await;
        make_role(&ada, &project, "prod-reader", reads("prod")).await;
        let membership = ada.add_user(&project, &bob, "dev-reader").await;
        let roles = json!([{ "role": "dev-reader" },
            { "role": "prod-reader", "isTemporary": true, "temporaryMode": "relative", "temporaryRange": "1h",
                "temporaryAccessStartTime": "2026-01-31T12:00:00Z" }]);
        let path = format!("/api/v1/workspace/{project}/memberships/{membership}");
        let given = ada.ok("PATCH", &path, Some(json!({ "roles": roles }))).await["roles"].clone();
        assert_eq!(given[1]["temporaryAccessEndTime"], "2026-01-31T13:00:00.000Z");

        for (seconds, prod) in [(0, 200), (3599, 200), (1, 403)] {
            server.clock.advance_seconds(seconds);
            assert_eq!(read_status(&bob, &project, "dev", "/", "FOO").await, 200);
            assert_eq!(read_status(&bob, &project, "prod", "/", "FOO").await, prod, "{seconds}");
        }
        let own = bob.read(&format!("/api/v1/projects/{project}/permissions")).await["data"].clone();
        assert_eq!(own["membership"]["roles"], json!([{ "role": "custom", "customRoleSlug": "dev-reader" }]));
    })
    .await;
}

#[tokio::test]
async fn names_that_rules_ask_for_stay() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let project = ada.project("Shop").await;
        let environment = format!("/api/v1/projects/{}/environments/{}", id(&project), id(&project["environments"][0]));
        let project = id(&project);
        let tags = format!("/api/v1/projects/{project}/tags");
        let tag = ada.ok("POST", &tags, Some(json!({ "slug": "secret", "color": "" }))).await["tag"].clone();
        let tag = format!("{tags}/{}", id(&tag));
        let rules = json!([{ "subject": "secrets", "action": "read" },
            { "subject": "secrets", "action": "read", "inverted": true,
                "conditions": { "environment": { "$in": ["dev", "qa"] }, "secretTags": { "$all": ["secret"] } } }]);
        let role = make_role(&ada, &project, "reader", rules).await;

        let refused = ada.call("PATCH", &environment, Some(json!({ "slug": "development" }))).await;
        assert_eq!(refused.status, 400, "{}", refused.text);
        assert!(refused.text.contains("1 role or privilege"), "{}", refused.text);
        ada.ok("PATCH", &environment, Some(json!({ "slug": "qa" }))).await;
        ada.ok("PATCH", &environment, Some(json!({ "name": "Other" }))).await;
        assert_eq!(ada.status("PATCH", &tag, Some(json!({ "slug": "other", "color": "" }))).await, 400);
        assert_eq!(ada.status("DELETE", &tag, None).await, 400);
        ada.ok("PATCH", &tag, Some(json!({ "slug": "secret", "color": "#fff" }))).await;

        ada.ok("DELETE", &format!("/api/v1/projects/{project}/roles/{}", id(&role)), None).await;
        ada.ok("PATCH", &environment, Some(json!({ "slug": "development" }))).await;
        ada.ok("DELETE", &tag, None).await;
    })
    .await;
}
