//! Groups, and what their members may do by them.

use serde_json::{Value, json};

use crate::{
    harness::each_engine,
    harness_projects::{Actor, id, organization},
    roles::{make_role, make_secret, read_status},
};

/// Makes a group and returns its id.
pub async fn make_group(by: &Actor<'_>, name: &str, role: &str) -> String {
    id(&by.ok("POST", "/api/v1/groups", Some(json!({ "name": name, "role": role }))).await)
}

#[tokio::test]
async fn a_group_is_made_read_changed_and_deleted() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let body = json!({ "name": "Ops", "slug": "ops-team" });

        let made = ada.ok("POST", "/api/v1/groups", Some(body.clone())).await;

        assert_eq!(
            made,
            json!({ "id": made["id"], "orgId": acme.id, "name": "Ops", "slug": "ops-team", "role": "no-access",
                "roleId": null, "createdAt": "2026-01-31T12:00:00.000Z", "updatedAt": "2026-01-31T12:00:00.000Z" })
        );
        assert_eq!(ada.status("POST", "/api/v1/groups", Some(body)).await, 400);
        let one = format!("/api/v1/groups/{}", id(&made));
        assert_eq!(ada.read(&one).await, made);
        assert_eq!(ada.read("/api/v1/groups").await, json!([made]));
        let named = format!("/api/v1/organization/{}/groups", acme.id);
        assert_eq!(ada.read(&named).await, json!({ "groups": [made] }));
        let changed = ada.ok("PATCH", &one, Some(json!({ "name": "Operations", "role": "member" }))).await;
        assert_eq!((&changed["name"], &changed["role"]), (&json!("Operations"), &json!("member")));
        for bad in [json!({ "name": "" }), json!({ "name": "x".repeat(51) }), json!({ "slug": "abc" })] {
            assert_eq!(ada.status("PATCH", &one, Some(bad)).await, 422);
        }
        assert_eq!(ada.status("PATCH", &one, Some(json!({ "role": "nothing" }))).await, 404);
        ada.ok("DELETE", &one, None).await;
        for method in ["GET", "PATCH", "DELETE"] {
            assert_eq!(ada.status(method, &one, Some(json!({}))).await, 404, "{method}");
        }
        for kind in ["create-group", "get-group", "get-groups", "update-group", "delete-group"] {
            assert!(server.has_event(acme.id.as_str(), kind).await, "{kind}");
        }
    })
    .await;
}

#[tokio::test]
async fn people_and_identities_have_what_their_group_has_until_they_leave_it() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let bob = acme.user("bob@example.test", "no-access").await;
        let bot = acme.machine("bot", "no-access").await;
        let project = ada.project_id("Shop").await;
        make_secret(&ada, &project, "dev", "/", "FOO").await;
        let group = make_group(&ada, "Ops", "member").await;
        let path = format!("/api/v1/projects/{project}/groups/{group}");
        let added = ada.ok("POST", &path, Some(json!({ "role": "viewer" }))).await["groupMembership"].clone();
        assert_eq!((&added["groupId"], &added["projectId"]), (&json!(group), &json!(project)));
        let of_bob = format!("/api/v1/groups/{group}/users/{}", bob.name);
        let of_machine = format!("/api/v1/groups/{group}/machine-identities/{}", bot.id);
        assert_eq!(read_status(&bob, &project, "dev", "/", "FOO").await, 403);
        assert_eq!(bob.status("GET", "/api/v1/groups", None).await, 403);

        let joined = ada.ok("POST", &of_bob, None).await;
        ada.ok("POST", &of_machine, None).await;

        assert_eq!((&joined["username"], &joined["isPartOfGroup"]), (&json!(bob.name), &json!(true)));
        assert_eq!(ada.status("POST", &of_bob, None).await, 400);
        assert_eq!(ada.status("POST", &of_machine, None).await, 400);
        for actor in [&bob, &bot] {
            assert_eq!(read_status(actor, &project, "dev", "/", "FOO").await, 200);
            assert_eq!(actor.status("GET", "/api/v1/groups", None).await, 200);
            let projects = actor.read("/api/v1/projects").await["projects"].clone();
            assert_eq!(projects.as_array().unwrap().len(), 1);
            assert_eq!(projects[0]["environments"].as_array().unwrap().len(), 3);
        }
        let own = bob.read(&format!("/api/v1/projects/{project}/permissions")).await["data"].clone();
        assert_eq!(own["membership"]["groupId"], json!(group));
        assert_eq!(own["membership"]["roles"], json!([{ "role": "viewer" }]));
        let users = ada.read(&format!("/api/v1/groups/{group}/users?filter=existingMembers")).await;
        assert_eq!(users["totalCount"], 1);
        assert_eq!(users["users"][0]["email"], json!(bob.name));
        let others = ada.read(&format!("/api/v1/groups/{group}/users?filter=nonMembers&search=ADA")).await;
        assert_eq!(others["users"][0]["isPartOfGroup"], false);
        let machines = ada.read(&format!("/api/v1/groups/{group}/machine-identities")).await;
        assert_eq!(machines["machineIdentities"][0]["id"], json!(bot.id));

        ada.ok("DELETE", &of_bob, None).await;
        assert_eq!(ada.status("DELETE", &of_bob, None).await, 404);
        assert_eq!(read_status(&bob, &project, "dev", "/", "FOO").await, 403);
        assert_eq!(bob.status("GET", "/api/v1/groups", None).await, 403);
        assert_eq!(read_status(&bot, &project, "dev", "/", "FOO").await, 200);
        ada.ok("DELETE", &format!("/api/v1/groups/{group}"), None).await;
        assert_eq!(read_status(&bot, &project, "dev", "/", "FOO").await, 403);
        assert_eq!(bot.status("GET", "/api/v1/groups", None).await, 403);
    })
    .await;
}

#[tokio::test]
async fn a_group_in_a_project_has_roles_like_everybody_else() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let bob = acme.user("bob@example.test", "no-access").await;
        let project = ada.project_id("Shop").await;
        make_secret(&ada, &project, "dev", "/", "FOO").await;
        let group = make_group(&ada, "Ops", "no-access").await;
        ada.ok("POST", &format!("/api/v1/groups/{group}/users/{}", bob.name), None).await;
        let rules = json!([{ "subject": "secrets", "action": "read" }]);
        make_role(&ada, &project, "reader", rules).await;
        for base in
            [format!("/api/v1/projects/{project}/groups"), format!("/api/v2/workspace/{project}/groups")]
        {
            let path = format!("{base}/Ops");
            let temporary = json!({ "role": "reader", "isTemporary": true, "temporaryMode": "relative",
                "temporaryRange": "1h", "temporaryAccessStartTime": "2026-01-31T12:00:00Z" });
            ada.ok("POST", &path, Some(json!({ "roles": [{ "role": "no-access" }, temporary] }))).await;
            assert_eq!(ada.status("POST", &path, Some(json!({ "role": "viewer" }))).await, 400);
            let read = ada.read(&path).await["groupMembership"].clone();
            assert_eq!(read["group"]["id"], json!(group));
            assert_eq!(read["roles"][1]["customRoleSlug"], "reader");
            assert_eq!(ada.read(&base).await["groupMemberships"], json!([read]));
            assert_eq!(read_status(&bob, &project, "dev", "/", "FOO").await, 200);

            let changed = ada.ok("PATCH", &path, Some(json!({ "roles": [{ "role": "no-access" }] }))).await;
            assert_eq!(changed["roles"][0]["role"], "no-access");
            assert_eq!(read_status(&bob, &project, "dev", "/", "FOO").await, 403);
            ada.ok("DELETE", &path, None).await;
            for method in ["GET", "PATCH", "DELETE"] {
                let body = json!({ "roles": [{ "role": "viewer" }] });
                assert_eq!(ada.status(method, &path, Some(body)).await, 404, "{method}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_denial_of_one_group_wins_over_what_another_allows() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let bob = acme.user("bob@example.test", "no-access").await;
        let project = ada.project_id("Shop").await;
        make_secret(&ada, &project, "prod", "/", "FOO").await;
        let rules: Value = json!([{ "subject": "secrets", "action": "readValue", "inverted": true,
            "conditions": { "environment": "prod" } }]);
        make_role(&ada, &project, "not-prod", rules).await;
        for (name, role) in [("Readers", "viewer"), ("Interns", "not-prod")] {
            let group = make_group(&ada, name, "no-access").await;
            let path = format!("/api/v1/projects/{project}/groups/{group}");
            ada.ok("POST", &path, Some(json!({ "role": role }))).await;
            ada.ok("POST", &format!("/api/v1/groups/{group}/users/{}", bob.name), None).await;
        }

        assert_eq!(read_status(&bob, &project, "prod", "/", "FOO").await, 403);
        let interns = ada.read("/api/v1/groups").await[0]["id"].as_str().unwrap().to_owned();
        ada.ok("DELETE", &format!("/api/v1/groups/{interns}/users/{}", bob.name), None).await;
        assert_eq!(read_status(&bob, &project, "prod", "/", "FOO").await, 200);
    })
    .await;
}
