//! Environments of projects.

use serde_json::{Value, json};
use tacit_core::{id::ProjectId, name::SecretPath};
use tacit_store::folders;

use crate::{
    harness::each_engine,
    harness_projects::{Actor, id, organization},
};

/// The slugs of a project's environments in their order.
async fn slugs(actor: &Actor<'_>, project: &str) -> Vec<String> {
    let body = actor.read(&format!("/api/v1/workspace/{project}")).await;
    let environments = body["workspace"]["environments"].as_array().unwrap();
    environments.iter().map(|environment| environment["slug"].as_str().unwrap().to_owned()).collect()
}

/// The id of an environment.
async fn id_of(actor: &Actor<'_>, project: &str, slug: &str) -> String {
    id(&actor.read(&format!("/api/v1/projects/{project}/environments/slug/{slug}")).await["environment"])
}

#[tokio::test]
async fn a_new_environment_is_the_last_and_has_all_fields() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let project = ada.project_id("Shop").await;
        for (prefix, slug) in [("projects", "qa"), ("workspace", "load")] {
            let path = format!("/api/v1/{prefix}/{project}/environments");

            let answer = ada.ok("POST", &path, Some(json!({ "name": " Checks ", "slug": slug }))).await;

            assert_eq!(answer["workspace"], project.as_str());
            assert_eq!(answer["projectId"], project.as_str());
            assert!(answer["message"].is_string());
            let environment = &answer["environment"];
            assert_eq!(
                *environment,
                json!({ "id": environment["id"], "name": "Checks", "slug": slug,
                    "position": if slug == "qa" { 4 } else { 5 }, "projectId": project,
                    "createdAt": "2026-01-31T12:00:00.000Z", "updatedAt": "2026-01-31T12:00:00.000Z" })
            );
            for read in [
                format!("{path}/{}", id(environment)),
                format!("{path}/slug/{slug}"),
                format!("/api/v1/workspace/environments/{}", id(environment)),
            ] {
                assert_eq!(ada.read(&read).await["environment"], *environment, "{read}");
            }
        }
        assert_eq!(acme.revision(&project).await, 3);
        let log = acme.events(&project).await;
        assert_eq!(log, ["create-project", "create-environment", "create-environment"]);
    })
    .await;
}

#[tokio::test]
async fn environments_make_room_for_each_other() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let project = ada.project_id("Shop").await;
        let path = format!("/api/v1/workspace/{project}/environments");
        let create = async |slug: &str, position: Value| {
            let body = json!({ "name": slug, "slug": slug, "position": position });
            id(&ada.ok("POST", &path, Some(body)).await["environment"])
        };
        let position = async |id: &str| {
            ada.read(&format!("{path}/{id}")).await["environment"]["position"].as_i64().unwrap()
        };

        let qa = create("qa", json!(null)).await;
        let local = create("local", json!(1)).await;
        create("far", json!(1000)).await;
        assert_eq!(slugs(&ada, &project).await, ["local", "dev", "staging", "prod", "qa", "far"]);
        assert_eq!((position(&local).await, position(&qa).await), (1, 5));

        for (to, order) in [
            (2, ["local", "qa", "dev", "staging", "prod", "far"]),
            (4, ["local", "dev", "staging", "qa", "prod", "far"]),
            (99, ["local", "dev", "staging", "prod", "far", "qa"]),
            (1, ["qa", "local", "dev", "staging", "prod", "far"]),
        ] {
            ada.ok("PATCH", &format!("{path}/{qa}"), Some(json!({ "position": to }))).await;
            assert_eq!(slugs(&ada, &project).await, order);
            assert_eq!(position(&qa).await, to.min(6));
        }

        ada.ok("DELETE", &format!("{path}/{local}"), None).await;
        assert_eq!(slugs(&ada, &project).await, ["qa", "dev", "staging", "prod", "far"]);
        let last = id_of(&ada, &project, "far").await;
        assert_eq!(position(&last).await, 5);
    })
    .await;
}

#[tokio::test]
async fn an_environment_is_renamed_in_one_commit() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let project = ada.project_id("Shop").await;
        let dev = id_of(&ada, &project, "dev").await;
        let path = format!("/api/v1/projects/{project}/environments/{dev}");
        server.clock.advance_seconds(5);

        let body = json!({ "name": "Quality", "slug": "quality", "position": 2 });
        let answer = ada.ok("PATCH", &path, Some(body.clone())).await;
        let again = ada.ok("PATCH", &path, Some(body)).await;

        assert_eq!(answer["environment"]["slug"], "quality");
        assert_eq!(answer["environment"]["updatedAt"], "2026-01-31T12:00:05.000Z");
        assert_eq!(again["environment"], answer["environment"]);
        assert_eq!(acme.revision(&project).await, 2);
        let changes = acme.newest_changes(&project).await;
        assert_eq!(changes.len(), 1);
        assert_eq!((changes[0].resource_type.as_str(), changes[0].name.as_str()), ("environment", "quality"));
        assert_eq!((changes[0].resource_id.as_str(), changes[0].version_after), (dev.as_str(), Some(1)));
    })
    .await;
}

#[tokio::test]
async fn a_deleted_environment_is_gone_with_its_folders() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let project = ada.project_id("Shop").await;
        let dev = id_of(&ada, &project, "dev").await;
        let path = format!("/api/v1/workspace/{project}/environments/{dev}");

        let answer = ada.ok("DELETE", &path, None).await;

        assert_eq!(answer["environment"]["slug"], "dev");
        for method in ["GET", "DELETE"] {
            assert_eq!(ada.status(method, &path, None).await, 404);
        }
        assert_eq!(ada.status("PATCH", &path, Some(json!({ "name": "x" }))).await, 404);
        assert_eq!(ada.status("GET", &format!("/api/v1/workspace/environments/{dev}"), None).await, 404);
        let root = folders::find(&mut acme.db().await, &ProjectId::new(&project), "dev", &SecretPath::root())
            .await
            .unwrap();
        assert_eq!(root, None);
        let changes = acme.newest_changes(&project).await;
        assert_eq!((changes[0].version_before, changes[0].version_after), (Some(1), None));
        assert_eq!(acme.revision(&project).await, 2);
    })
    .await;
}

#[tokio::test]
async fn an_environment_of_the_wrong_form_or_with_a_taken_slug_is_refused() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let project = ada.project_id("Shop").await;
        let dev = id_of(&ada, &project, "dev").await;
        let base = format!("/api/v1/projects/{project}/environments");

        for (body, status) in [
            (json!({ "name": "QA" }), 422),
            (json!({ "slug": "qa" }), 422),
            (json!({ "name": "", "slug": "qa" }), 422),
            (json!({ "name": "QA", "slug": "Q A" }), 422),
            (json!({ "name": "QA", "slug": "x".repeat(65) }), 422),
            (json!({ "name": "QA", "slug": "qa", "position": 0 }), 422),
            (json!({ "name": "QA", "slug": "qa", "position": "first" }), 422),
            (json!({ "name": "QA", "slug": "dev" }), 400),
            (json!({ "name": "QA", "slug": "DEV" }), 400),
        ] {
            let answer = ada.call("POST", &base, Some(body.clone())).await;
            assert_eq!(answer.status, status, "{body}: {}", answer.text);
        }
        let path = format!("{base}/{dev}");
        assert_eq!(ada.status("PATCH", &path, Some(json!({ "slug": "prod", "position": 3 }))).await, 400);
        assert_eq!(ada.status("PATCH", &path, Some(json!({ "slug": "" }))).await, 422);
        assert_eq!(slugs(&ada, &project).await, ["dev", "staging", "prod"]);
        assert_eq!(acme.revision(&project).await, 1);
    })
    .await;
}

#[tokio::test]
async fn only_those_with_the_right_touch_environments() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let globex = organization(server, "globex").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let eve = globex.user("eve@example.test", "admin").await;
        let viewer = acme.machine("viewer", "no-access").await;
        let nobody = acme.machine("nobody", "no-access").await;
        let stranger = acme.machine("stranger", "admin").await;
        let project = ada.project_id("Shop").await;
        ada.add_machine(&project, &viewer, "viewer").await;
        ada.add_machine(&project, &nobody, "no-access").await;
        let dev = id_of(&ada, &project, "dev").await;
        let base = format!("/api/v1/workspace/{project}/environments");
        let flat = format!("/api/v1/workspace/environments/{dev}");
        let body = json!({ "name": "QA", "slug": "qa" });

        for (actor, writes, reads) in
            [(&viewer, 403, 200), (&nobody, 403, 403), (&stranger, 403, 403), (&eve, 404, 404)]
        {
            assert_eq!(actor.status("POST", &base, Some(body.clone())).await, writes, "{}", actor.name);
            for id in [&*dev, "unknown"] {
                let path = format!("{base}/{id}");
                assert_eq!(actor.status("PATCH", &path, Some(json!({ "name": "x" }))).await, writes);
                assert_eq!(actor.status("DELETE", &path, None).await, writes);
            }
            assert_eq!(actor.status("GET", &format!("{base}/{dev}"), None).await, reads);
            assert_eq!(actor.status("GET", &format!("{base}/slug/dev"), None).await, reads);
            assert_eq!(actor.status("GET", &flat, None).await, reads);
        }
        let own = eve.project_id("Own").await;
        let path = format!("/api/v1/projects/{own}/environments/{dev}");
        assert_eq!(eve.status("GET", &path, None).await, 404);
        assert_eq!(eve.status("DELETE", &path, None).await, 404);
    })
    .await;
}
