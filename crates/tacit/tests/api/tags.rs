//! Tags of projects.

use serde_json::{Value, json};

use crate::{
    harness::each_engine,
    harness_projects::{id, organization},
};

#[tokio::test]
async fn both_generations_show_the_same_tag_under_their_own_key() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let robot = acme.machine("robot", "no-access").await;
        let project = ada.project_id("Shop").await;
        ada.add_machine(&project, &robot, "member").await;
        let current = format!("/api/v1/projects/{project}/tags");
        let legacy = format!("/api/v1/workspace/{project}/tags");

        let created = ada.ok("POST", &current, Some(json!({ "slug": "Billing", "color": "#ff0000" }))).await;
        let by_robot = robot.ok("POST", &legacy, Some(json!({ "slug": "plain", "color": "" }))).await;

        let tag = created["tag"].clone();
        assert_eq!(
            tag,
            json!({ "id": tag["id"], "slug": "billing", "color": "#ff0000", "createdAt": "2026-01-31T12:00:00.000Z",
                "updatedAt": "2026-01-31T12:00:00.000Z", "createdBy": ada.id, "createdByActorType": "user",
                "projectId": project })
        );
        let other = by_robot["workspaceTag"].clone();
        assert_eq!((&other["color"], &other["createdByActorType"]), (&json!(""), &json!("identity")));
        assert_eq!(ada.read(&current).await, json!({ "tags": [tag, other] }));
        assert_eq!(ada.read(&legacy).await, json!({ "workspaceTags": [tag, other] }));
        let mut named = tag.clone();
        named["name"] = json!("billing");
        for path in [id(&tag), "slug/billing".to_owned()] {
            assert_eq!(ada.read(&format!("{current}/{path}")).await, json!({ "tag": named }));
            assert_eq!(ada.read(&format!("{legacy}/{path}")).await, json!({ "workspaceTag": named }));
        }
    })
    .await;
}

#[tokio::test]
async fn a_tag_changes_and_goes_in_one_commit_each() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let project = ada.project_id("Shop").await;
        let base = format!("/api/v1/workspace/{project}/tags");
        let tag = ada.ok("POST", &base, Some(json!({ "slug": "one", "color": "red" }))).await["workspaceTag"]
            .clone();
        let path = format!("{base}/{}", id(&tag));
        server.clock.advance_seconds(5);

        let same = ada.ok("PATCH", &path, Some(json!({ "slug": "one" }))).await;
        assert_eq!(same["workspaceTag"], tag);
        let changed = ada.ok("PATCH", &path, Some(json!({ "slug": "two", "color": "" }))).await;
        assert_eq!(changed["workspaceTag"]["slug"], "two");
        assert_eq!(changed["workspaceTag"]["color"], "");
        assert_eq!(changed["workspaceTag"]["updatedAt"], "2026-01-31T12:00:05.000Z");
        let deleted = ada.ok("DELETE", &path, None).await;
        assert_eq!(deleted, changed);

        for (method, body) in [("GET", None), ("PATCH", Some(json!({ "slug": "x" }))), ("DELETE", None)] {
            assert_eq!(ada.status(method, &path, body).await, 404, "{method}");
        }
        assert_eq!(ada.status("GET", &format!("{base}/slug/two"), None).await, 404);
        assert_eq!(acme.revision(&project).await, 4);
        let log = acme.events(&project).await;
        assert_eq!(log, ["create-project", "create-tag", "update-tag", "update-tag", "delete-tag"]);
    })
    .await;
}

#[tokio::test]
async fn a_tag_of_the_wrong_form_or_with_a_taken_slug_is_refused() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let project = ada.project_id("Shop").await;
        let base = format!("/api/v1/projects/{project}/tags");
        ada.ok("POST", &base, Some(json!({ "slug": "one", "color": "" }))).await;
        let two = ada.ok("POST", &base, Some(json!({ "slug": "two" }))).await["tag"].clone();

        for (body, status) in [
            (json!({}), 422),
            (json!({ "slug": "", "color": "" }), 422),
            (json!({ "slug": "a b", "color": "" }), 422),
            (json!({ "slug": "x".repeat(65), "color": "" }), 422),
            (json!({ "slug": "three", "color": "x".repeat(65) }), 422),
            (json!({ "slug": "one", "color": "" }), 400),
        ] {
            assert_eq!(ada.status("POST", &base, Some(body.clone())).await, status, "{body}");
        }
        let path = format!("{base}/{}", id(&two));
        assert_eq!(ada.status("PATCH", &path, Some(json!({ "slug": "one" }))).await, 400);
    })
    .await;
}

#[tokio::test]
async fn only_those_with_the_right_touch_tags() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let globex = organization(server, "globex").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let eve = globex.user("eve@example.test", "admin").await;
        let viewer = acme.machine("viewer", "no-access").await;
        let nobody = acme.machine("nobody", "no-access").await;
        let project = ada.project_id("Shop").await;
        ada.add_machine(&project, &viewer, "viewer").await;
        ada.add_machine(&project, &nobody, "no-access").await;
        let base = format!("/api/v1/projects/{project}/tags");
        let tag = ada.ok("POST", &base, Some(json!({ "slug": "one", "color": "" }))).await["tag"].clone();
        let path = format!("{base}/{}", id(&tag));

        for (actor, writes, reads) in [(&viewer, 403, 200), (&nobody, 403, 403), (&eve, 404, 404)] {
            assert_eq!(actor.status("POST", &base, Some(json!({ "slug": "two" }))).await, writes);
            assert_eq!(actor.status("PATCH", &path, Some(json!({ "slug": "two" }))).await, writes);
            assert_eq!(actor.status("DELETE", &path, None).await, writes);
            for read in [&base, &path, &format!("{base}/slug/one")] {
                assert_eq!(actor.status("GET", read, None).await, reads, "{} {read}", actor.name);
            }
        }
        let own = eve.project_id("Own").await;
        let path = format!("/api/v1/projects/{own}/tags/{}", id(&tag));
        assert_eq!(eve.status("GET", &path, None).await, 404);
    })
    .await;
}

#[tokio::test]
async fn a_color_can_be_cleared_and_a_slug_is_lowered_and_trimmed() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let project = ada.project_id("Shop").await;
        let base = format!("/api/v1/projects/{project}/tags");
        let longest = "x".repeat(64);
        let body = json!({ "slug": format!(" {} ", longest.to_uppercase()), "color": "x".repeat(64) });

        let tag = ada.ok("POST", &base, Some(body)).await["tag"].clone();
        let path = format!("{base}/{}", id(&tag));
        assert_eq!(tag["slug"], longest);
        let kept = ada.ok("PATCH", &path, Some(json!({ "slug": " A-b " }))).await["tag"].clone();
        assert_eq!((&kept["slug"], &kept["color"]), (&json!("a-b"), &tag["color"]));
        let cleared = ada.ok("PATCH", &path, Some(json!({ "color": null }))).await["tag"].clone();
        assert_eq!((&cleared["slug"], &cleared["color"]), (&json!("a-b"), &Value::Null));
        let made = ada.ok("POST", &base, Some(json!({ "slug": "none", "color": null }))).await["tag"].clone();
        assert_eq!(made["color"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn clients_that_make_missing_tags_read_the_refusals() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let project = ada.project_id("Shop").await;
        for prefix in ["projects", "workspace"] {
            let base = format!("/api/v1/{prefix}/{project}/tags");
            let unknown = ada.call("GET", &format!("{base}/slug/{prefix}"), None).await;
            assert_eq!((unknown.status, &unknown.body["error"]), (404, &json!("NotFound")));
            let body = json!({ "slug": prefix, "color": "" });
            ada.ok("POST", &base, Some(body.clone())).await;
            let taken = ada.call("POST", &base, Some(body)).await;
            assert_eq!((taken.status, &taken.body["error"]), (400, &json!("BadRequest")));
            assert!(
                taken.body["message"].as_str().unwrap().starts_with("Tag already exist"),
                "{}",
                taken.text
            );
        }
    })
    .await;
}
