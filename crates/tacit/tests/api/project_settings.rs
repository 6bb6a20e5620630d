//! Settings and roles of projects.

use serde_json::json;

use crate::{
    harness::each_engine,
    harness_projects::{id, organization},
};

#[tokio::test]
async fn settings_change_and_what_is_absent_stays() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let project = ada.project("Shop").await;
        let path = format!("/api/v1/projects/{}", id(&project));
        server.clock.advance_seconds(60);
        let body = json!({ "name": "Store", "description": "ours", "slug": "our_store", "autoCapitalization": false,
            "secretSharing": false, "showSnapshotsLegacy": true, "pitVersionLimit": 25, "hasDeleteProtection": true });

        let updated = ada.ok("PATCH", &path, Some(body.clone())).await["project"].clone();

        for (field, value) in body.as_object().unwrap() {
            assert_eq!(updated[field], *value, "{field}");
        }
        assert_eq!(updated["createdAt"], project["createdAt"]);
        assert_eq!(updated["updatedAt"], "2026-01-31T12:01:00.000Z");
        assert_eq!(updated.get("environments"), None);
        let updated = ada.ok("PATCH", &path, Some(json!({ "description": null }))).await["project"].clone();
        assert_eq!((&updated["description"], &updated["name"]), (&json!(null), &json!("Store")));
        assert_eq!(ada.read("/api/v1/projects/slug/our_store").await["name"], "Store");
    })
    .await;
}

#[tokio::test]
async fn a_change_to_what_is_there_changes_nothing() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let project = ada.project("Shop").await;
        server.clock.advance_seconds(60);

        for body in [json!({}), json!({ "name": "Shop", "unknown": 1 })] {
            let path = format!("/api/v1/workspace/{}", id(&project));
            let same = ada.ok("PATCH", &path, Some(body)).await;
            assert_eq!(same["workspace"]["updatedAt"], project["updatedAt"]);
        }
        assert_eq!(acme.revision(&id(&project)).await, 1);
    })
    .await;
}

#[tokio::test]
async fn settings_of_the_wrong_form_are_refused() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let project = ada.project_id("Shop").await;
        let body = json!({ "projectName": "Other", "slug": "taken-one" });
        ada.ok("POST", "/api/v1/projects", Some(body)).await;
        let base = format!("/api/v1/projects/{project}");

        for (method, route, body, status) in [
            ("PATCH", "", json!({ "name": "" }), 422),
            ("PATCH", "", json!({ "slug": "No Slug" }), 422),
            ("PATCH", "", json!({ "pitVersionLimit": 0 }), 422),
            ("PATCH", "", json!({ "pitVersionLimit": 101 }), 422),
            ("PATCH", "", json!({ "pitVersionLimit": 1.5 }), 422),
            ("PATCH", "", json!({ "description": "x".repeat(1025) }), 422),
            ("PATCH", "", json!({ "slug": "taken-one" }), 400),
            ("PUT", "/version-limit", json!({ "pitVersionLimit": 101 }), 422),
            ("PUT", "/version-limit", json!({}), 422),
            ("PUT", "/audit-logs-retention", json!({ "auditLogsRetentionDays": -1 }), 422),
            ("POST", "/delete-protection", json!({}), 422),
        ] {
            let answer = ada.call(method, &format!("{base}{route}"), Some(body.clone())).await;
            assert_eq!(answer.status, status, "{method} {route} {body}: {}", answer.text);
        }
    })
    .await;
}

#[tokio::test]
async fn the_older_routes_change_one_setting_each() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let project = ada.project("Shop").await;
        let (id, slug) = (id(&project), project["slug"].as_str().unwrap());

        for (method, route, name, body) in [
            ("POST", "name", &*id, json!({ "name": "Store" })),
            ("POST", "auto-capitalization", &id, json!({ "autoCapitalization": false })),
            ("POST", "delete-protection", &id, json!({ "hasDeleteProtection": true })),
            ("PUT", "version-limit", slug, json!({ "pitVersionLimit": 20 })),
            ("PUT", "version-limit", &id, json!({ "pitVersionLimit": 30 })),
            ("PUT", "audit-logs-retention", slug, json!({ "auditLogsRetentionDays": 7 })),
        ] {
            let path = format!("/api/v1/workspace/{name}/{route}");
            let answer = ada.ok(method, &path, Some(body.clone())).await;
            assert!(answer["message"].is_string(), "{path}");
            for (field, value) in body.as_object().unwrap() {
                assert_eq!(answer["workspace"][field], *value, "{path}");
            }
        }
        for (method, route, body) in [
            ("POST", "delete-protection", json!({ "hasDeleteProtection": false })),
            ("PUT", "version-limit", json!({ "pitVersionLimit": 40 })),
            ("PUT", "audit-logs-retention", json!({ "auditLogsRetentionDays": 8 })),
        ] {
            let answer =
                ada.ok(method, &format!("/api/v1/projects/{slug}/{route}"), Some(body.clone())).await;
            for (field, value) in body.as_object().unwrap() {
                assert_eq!(answer["project"][field], *value, "{route}");
            }
        }
        let flat =
            ada.ok("PATCH", &format!("/api/v2/workspace/{slug}"), Some(json!({ "name": "Kiosk" }))).await;
        assert_eq!(flat["name"], "Kiosk");
        assert!(
            acme.events(&id).await.ends_with(&["update-project".to_owned(), "update-project".to_owned()])
        );
    })
    .await;
}

#[tokio::test]
async fn roles_below_admin_change_no_guards_and_delete_nothing() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let project = ada.project_id("Shop").await;
        let base = format!("/api/v1/projects/{project}");
        let member = acme.machine("member", "no-access").await;
        ada.add_machine(&project, &member, "member").await;

        assert_eq!(member.status("PATCH", &base, Some(json!({ "name": "Store" }))).await, 200);
        for role in ["member", "viewer", "no-access"] {
            let robot = acme.machine(&format!("a {role}"), "no-access").await;
            ada.add_machine(&project, &robot, role).await;
            for (method, route, body) in [
                ("DELETE", "", json!({})),
                ("PATCH", "", json!({ "hasDeleteProtection": true })),
                ("PATCH", "", json!({ "pitVersionLimit": 1 })),
                ("PUT", "/version-limit", json!({ "pitVersionLimit": 1 })),
                ("PUT", "/audit-logs-retention", json!({ "auditLogsRetentionDays": 1 })),
                ("POST", "/delete-protection", json!({ "hasDeleteProtection": true })),
            ] {
                let answer = robot.call(method, &format!("{base}{route}"), Some(body)).await;
                assert_eq!(answer.status, 403, "{role} {method} {route}: {}", answer.text);
                assert_eq!(answer.body["error"], "PermissionDenied");
            }
            let renamed = robot.status("PATCH", &base, Some(json!({ "name": "Mine" }))).await;
            assert_eq!(renamed, if role == "member" { 200 } else { 403 }, "{role}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_built_in_roles_can_be_looked_at() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let robot = acme.machine("robot", "no-access").await;
        let project = ada.project_id("Shop").await;
        ada.add_machine(&project, &robot, "no-access").await;

        let roles = ada.read(&format!("/api/v1/projects/{project}/roles")).await;
        let role = ada.read(&format!("/api/v2/workspace/{project}/roles/slug/viewer")).await;

        assert_eq!(ada.read(&format!("/api/v2/workspace/{project}/roles")).await, roles);
        let slugs: Vec<&str> =
            roles["roles"].as_array().unwrap().iter().map(|role| role["slug"].as_str().unwrap()).collect();
        assert_eq!(slugs, ["admin", "member", "viewer", "no-access"]);
        assert_eq!(roles["roles"][0].get("permissions"), None);
        assert_eq!(role["role"]["projectId"], project.as_str());
        assert_eq!(role["role"]["permissions"][0]["subject"], "secrets");
        let path = format!("/api/v1/projects/{project}/roles/slug/chief");
        assert_eq!(ada.status("GET", &path, None).await, 404);
        assert_eq!(robot.status("GET", &path, None).await, 403);
    })
    .await;
}

#[tokio::test]
async fn people_see_what_they_may_do() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let bob = acme.user("bob@example.test", "member").await;
        let robot = acme.machine("robot", "no-access").await;
        let project = ada.project_id("Shop").await;
        let membership = ada.add_user(&project, &bob, "viewer").await;
        ada.add_machine(&project, &robot, "admin").await;
        let path = format!("/api/v1/workspace/{project}/permissions");

        let data = bob.read(&path).await["data"].clone();

        assert_eq!(bob.read(&format!("/api/v1/projects/{project}/permissions")).await["data"], data);
        assert_eq!(data["membership"]["id"], membership.as_str());
        assert_eq!(data["membership"]["userId"], bob.id.as_str());
        assert_eq!(data["membership"]["projectId"], project.as_str());
        assert_eq!(data["membership"]["roles"], json!([{ "role": "viewer" }]));
        assert_eq!(data["memberships"], json!([data["membership"]]));
        assert_eq!(data["permissions"][0], json!(["read,describeSecret,readValue", "secrets"]));
        let refused = robot.call("GET", &path, None).await;
        assert_eq!(refused.status, 403);
        assert_eq!(refused.body["error"], format!("Forbidden access to {path}"));
    })
    .await;
}
