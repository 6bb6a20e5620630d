//! Making, finding and deleting projects.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tacit_core::{id::ProjectId, name::SecretPath};
use tacit_store::{commits, environments, folders, project_memberships};

use crate::{
    harness::each_engine,
    harness_projects::{id, organization},
};

/// The project without what differs on every run; each of those must be there.
fn without_ids(project: &Value) -> Value {
    let mut shown = project.clone();
    let fields = shown.as_object_mut().unwrap();
    for name in ["id", "_id", "orgId", "slug"] {
        assert!(fields.remove(name).unwrap().is_string(), "{name}");
    }
    for environment in fields["environments"].as_array_mut().unwrap() {
        assert!(environment.as_object_mut().unwrap().remove("id").unwrap().is_string());
    }
    shown
}

#[tokio::test]
async fn a_new_project_has_three_environments_and_all_fields() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;

        let project = ada.project("Web Shop").await;

        assert_eq!(
            without_ids(&project),
            json!({
                "name": "Web Shop",
                "description": null,
                "type": "secret-manager",
                "autoCapitalization": true,
                "createdAt": "2026-01-31T12:00:00.000Z",
                "updatedAt": "2026-01-31T12:00:00.000Z",
                "version": 3,
                "upgradeStatus": null,
                "pitVersionLimit": 10,
                "kmsCertificateKeyId": null,
                "auditLogsRetentionDays": null,
                "hasDeleteProtection": false,
                "secretSharing": true,
                "showSnapshotsLegacy": false,
                "plaintextReads": true,
                "secretDetectionIgnoreValues": null,
                "defaultProduct": null,
                "enforceEncryptedSecretManagerSecretMetadata": null,
                "environments": [
                    { "name": "Development", "slug": "dev" },
                    { "name": "Staging", "slug": "staging" },
                    { "name": "Production", "slug": "prod" },
                ],
            })
        );
        assert!(project["slug"].as_str().unwrap().starts_with("web-shop-"));
        assert_eq!(acme.events(&id(&project)).await, ["create-project"]);
        for slug in ["dev", "staging", "prod"] {
            let project = ProjectId::new(id(&project));
            let root = folders::find(&mut acme.db().await, &project, slug, &SecretPath::root())
                .await
                .unwrap()
                .unwrap();
            assert_eq!((root.name.as_str(), root.parent_id), ("root", None));
        }
    })
    .await;
}

#[tokio::test]
async fn a_project_may_begin_empty_and_described() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let robot = acme.machine("robot", "member").await;
        let body = json!({ "projectName": "Plain", "projectDescription": " all of it ", "slug": "plain-one",
            "type": "kms", "template": "default", "shouldCreateDefaultEnvs": false, "hasDeleteProtection": true });

        let project = robot.ok("POST", "/api/v2/workspace", Some(body)).await["project"].clone();

        assert_eq!(project["slug"], "plain-one");
        assert_eq!(project["description"], "all of it");
        assert_eq!(project["type"], "kms");
        assert_eq!(project["environments"], json!([]));
        assert_eq!(project["hasDeleteProtection"], true);
    })
    .await;
}

#[tokio::test]
async fn a_project_of_the_wrong_form_is_refused() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        for (body, status, field) in [
            (json!({}), 422, "projectName"),
            (json!({ "projectName": "  " }), 422, "projectName"),
            (json!({ "projectName": "x".repeat(65) }), 422, "projectName"),
            (json!({ "projectName": "Shop", "slug": "Bad Slug!" }), 422, "slug"),
            (json!({ "projectName": "Shop", "slug": "abc" }), 422, "slug"),
            (
                json!({ "projectName": "Shop", "projectDescription": "x".repeat(1025) }),
                422,
                "projectDescription",
            ),
            (json!({ "projectName": "Shop", "type": "toys" }), 422, "type"),
            (json!({ "projectName": "Shop", "hasDeleteProtection": "yes" }), 422, "hasDeleteProtection"),
            (json!({ "projectName": "Shop", "kmsKeyId": "key" }), 400, ""),
            (json!({ "projectName": "Shop", "template": "other" }), 404, ""),
        ] {
            for path in ["/api/v1/projects", "/api/v2/workspace"] {
                let answer = ada.call("POST", path, Some(body.clone())).await;

                assert_eq!(answer.status, status, "{body}: {}", answer.text);
                if status == 422 {
                    assert_eq!(answer.body["error"], "ValidationFailure");
                    assert_eq!(answer.body["message"][0]["path"], json!([field]), "{}", answer.text);
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn of_many_at_once_one_gets_the_slug() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let body = json!({ "projectName": "Race", "slug": "the-race" });

        let attempts = (0..32).map(|_| ada.status("POST", "/api/v1/projects", Some(body.clone())));
        let statuses = join_all(attempts).await;

        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 400).count(), 31, "{statuses:?}");
        let listed = ada.read("/api/v1/projects").await;
        assert_eq!(listed["projects"].as_array().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn two_organizations_may_use_the_same_slug() {
    each_engine(async |server| {
        let body = Some(json!({ "projectName": "Shop", "slug": "the-shop" }));
        for slug in ["acme", "globex"] {
            let organization = organization(server, slug).await;
            let user = organization.user(&format!("ada@{slug}.test"), "admin").await;

            assert_eq!(user.status("POST", "/api/v1/projects", body.clone()).await, 200);
            let again = user.call("POST", "/api/v1/projects", body.clone()).await;
            assert_eq!(again.status, 400, "{}", again.text);
            assert_eq!(again.body["error"], "BadRequest");
        }
    })
    .await;
}

#[tokio::test]
async fn every_generation_reads_the_same_project() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let project = ada.project("Shop").await;
        let (id, slug) = (id(&project), project["slug"].as_str().unwrap());

        for name in [&id, slug] {
            assert_eq!(ada.read(&format!("/api/v1/projects/{name}")).await, json!({ "project": project }));
            assert_eq!(ada.read(&format!("/api/v1/workspace/{name}")).await, json!({ "workspace": project }));
            assert_eq!(ada.read(&format!("/api/v2/workspace/{name}")).await, project);
        }
        assert_eq!(ada.read(&format!("/api/v1/projects/slug/{slug}")).await, project);
        assert_eq!(ada.read(&format!("/api/v1/workspace/slug/{slug}")).await, project);
        assert_eq!(ada.status("GET", &format!("/api/v1/projects/slug/{id}"), None).await, 404);
        assert_eq!(
            ada.read(&format!("/api/v2/workspace/{id}/upgrade/status")).await,
            json!({ "status": null })
        );
        assert_eq!(ada.status("GET", &format!("/api/v2/workspace/{id}/encrypted-key"), None).await, 400);
    })
    .await;
}

#[tokio::test]
async fn a_list_holds_the_projects_the_caller_is_in_by_name() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let bob = acme.user("bob@example.test", "admin").await;
        for name in ["zoo", "Alpha", "mid"] {
            ada.project(name).await;
        }
        let kms = json!({ "projectName": "keys", "type": "kms" });
        ada.ok("POST", "/api/v1/projects", Some(kms)).await;
        let names = |list: &Value| -> Vec<String> {
            list.as_array()
                .unwrap()
                .iter()
                .map(|project| project["name"].as_str().unwrap().to_owned())
                .collect()
        };

        let current = ada.read("/api/v1/projects").await["projects"].clone();
        assert_eq!(names(&current), ["Alpha", "keys", "mid", "zoo"]);
        assert_eq!(ada.read("/api/v1/workspace").await["workspaces"], current);
        assert_eq!(current[0]["_id"], current[0]["id"]);
        assert_eq!(current[0]["environments"][2]["slug"], "prod");
        assert_eq!(names(&ada.read("/api/v1/projects?type=kms").await["projects"]), ["keys"]);
        assert_eq!(names(&ada.read("/api/v1/projects?type=unknown").await["projects"]), [""; 0]);
        assert_eq!(names(&ada.read("/api/v1/workspace?type=").await["workspaces"]).len(), 4);
        assert_eq!(names(&bob.read("/api/v1/projects").await["projects"]), [""; 0]);

        assert_eq!(current[0].get("roles"), None);
        let with_roles = ada.read("/api/v1/workspace?includeRoles=true").await;
        assert_eq!(with_roles["workspaces"][0]["roles"][0]["slug"], "admin");
    })
    .await;
}

#[tokio::test]
async fn the_list_of_an_organization_is_for_its_own_tokens() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let globex = organization(server, "globex").await;
        let ada = acme.user("ada@example.test", "admin").await;
        ada.project("Shop").await;

        let own = ada.read(&format!("/api/v2/organizations/{}/workspaces", acme.id)).await;

        assert_eq!(own["workspaces"][0]["name"], "Shop");
        assert_eq!(own["workspaces"][0]["organization"], acme.id.as_str());
        assert_eq!(own["workspaces"][0]["environments"][0], json!({ "name": "Development", "slug": "dev" }));
        for id in [globex.id.as_str(), "unknown"] {
            assert_eq!(ada.status("GET", &format!("/api/v2/organizations/{id}/workspaces"), None).await, 403);
        }
    })
    .await;
}

#[tokio::test]
async fn a_search_sees_the_organization_and_says_who_is_in() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let bob = acme.user("bob@example.test", "member").await;
        let nobody = acme.machine("nobody", "no-access").await;
        ada.project("Web shop").await;
        bob.project("Shopping list").await;
        ada.project("Garden").await;
        let path = "/api/v1/projects/search";

        let found = bob.ok("POST", path, Some(json!({ "name": "SHOP", "orderDirection": "desc" }))).await;

        assert_eq!(found["totalCount"], 2);
        assert_eq!(found["projects"][0]["name"], "Web shop");
        assert_eq!(found["projects"][0]["isMember"], false);
        assert_eq!(found["projects"][1]["isMember"], true);
        let page = bob.ok("POST", path, Some(json!({ "limit": 1, "offset": 1 }))).await;
        assert_eq!(page["totalCount"], 3);
        assert_eq!(page["projects"].as_array().unwrap().len(), 1);
        assert_eq!(bob.status("POST", path, Some(json!({ "limit": 101 }))).await, 422);
        assert_eq!(bob.status("POST", path, Some(json!({ "orderBy": "size" }))).await, 422);
        assert_eq!(nobody.status("POST", path, Some(json!({}))).await, 403);
    })
    .await;
}

#[tokio::test]
async fn an_organization_role_without_the_right_creates_no_project() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let nobody = acme.machine("nobody", "no-access").await;

        let answer = nobody.call("POST", "/api/v1/projects", Some(json!({ "projectName": "Shop" }))).await;

        assert_eq!(answer.status, 403);
        assert_eq!(answer.body["error"], "PermissionDenied");
    })
    .await;
}

#[tokio::test]
async fn projects_of_others_are_closed() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let globex = organization(server, "globex").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let colleague = acme.user("colleague@example.test", "admin").await;
        let robot = acme.machine("robot", "admin").await;
        let stranger = globex.user("eve@example.test", "admin").await;
        let project = ada.project("Shop").await;
        let (id, slug) = (id(&project), project["slug"].as_str().unwrap());

        for (method, path) in [
            ("GET", format!("/api/v1/projects/{id}")),
            ("GET", format!("/api/v1/workspace/{id}")),
            ("GET", format!("/api/v2/workspace/{slug}")),
            ("GET", format!("/api/v1/projects/slug/{slug}")),
            ("PATCH", format!("/api/v1/projects/{id}")),
            ("DELETE", format!("/api/v1/workspace/{id}")),
            ("GET", format!("/api/v1/projects/{id}/tags")),
            ("GET", format!("/api/v1/projects/{id}/roles")),
            ("GET", format!("/api/v1/projects/{id}/memberships")),
            ("GET", format!("/api/v2/workspace/{id}/identity-memberships")),
            ("GET", format!("/api/v2/workspace/{id}/encrypted-key")),
        ] {
            assert_eq!(colleague.status(method, &path, None).await, 403, "{method} {path}");
            assert_eq!(robot.status(method, &path, None).await, 403, "{method} {path}");
            let refused = stranger.call(method, &path, None).await;
            assert_eq!(refused.status, 404, "{method} {path}: {}", refused.text);
            assert_eq!(server.call(method, &path, None, None).await.status, 401, "{method} {path}");
        }
        let unknown = stranger.call("GET", "/api/v1/projects/0", None).await;
        let of_others = stranger.call("GET", &format!("/api/v1/projects/{id}"), None).await;
        assert_eq!(
            unknown.body["message"].to_string().replace('0', &id),
            of_others.body["message"].to_string()
        );
    })
    .await;
}

#[tokio::test]
async fn a_deleted_project_is_gone_at_once_with_everything_in_it() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let robot = acme.machine("robot", "no-access").await;
        for path in ["/api/v1/projects/{id}", "/api/v1/workspace/{id}", "/api/v2/workspace/{slug}"] {
            let body = json!({ "projectName": "Shop", "slug": "the-shop" });
            let project = ada.ok("POST", "/api/v1/projects", Some(body)).await["project"].clone();
            let id = id(&project);
            ada.add_machine(&id, &robot, "viewer").await;
            assert_eq!(robot.status("GET", &format!("/api/v1/projects/{id}"), None).await, 200);

            let path = path.replace("{id}", &id).replace("{slug}", "the-shop");
            let answer = ada.ok("DELETE", &path, None).await;

            let deleted = answer.get("project").or_else(|| answer.get("workspace")).unwrap_or(&answer);
            assert_eq!(deleted["id"], id.as_str());
            assert_eq!(robot.status("GET", &format!("/api/v1/projects/{id}"), None).await, 404);
            assert_eq!(ada.status("DELETE", &path, None).await, 404);
            assert_eq!(ada.read("/api/v1/projects").await["projects"], json!([]));
            let gone = ProjectId::new(id.as_str());
            let mut db = acme.db().await;
            assert_eq!(environments::list(&mut db, &gone).await.unwrap(), []);
            assert_eq!(commits::list(&mut db, &gone, 10).await.unwrap(), []);
            assert_eq!(project_memberships::list_identities(&mut db, &gone).await.unwrap(), []);
            assert_eq!(project_memberships::list_users(&mut db, &gone).await.unwrap(), []);
            assert_eq!(acme.events(&id).await.last().unwrap(), "delete-project");
        }
    })
    .await;
}

#[tokio::test]
async fn a_protected_project_is_not_deleted() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let project = ada.project_id("Shop").await;
        let route = format!("/api/v1/projects/{project}/delete-protection");
        ada.ok("POST", &route, Some(json!({ "hasDeleteProtection": true }))).await;

        let refused = ada.call("DELETE", &format!("/api/v1/projects/{project}"), None).await;

        assert_eq!(refused.status, 400);
        ada.ok("POST", &route, Some(json!({ "hasDeleteProtection": false }))).await;
        ada.ok("DELETE", &format!("/api/v1/projects/{project}"), None).await;
    })
    .await;
}

#[tokio::test]
async fn who_has_nothing_to_do_with_environments_does_not_learn_of_them() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let robot = acme.machine("robot", "no-access").await;
        let project = ada.project_id("Shop").await;
        ada.add_machine(&project, &robot, "no-access").await;

        let seen = robot.read(&format!("/api/v1/projects/{project}")).await;
        let listed = robot.read("/api/v1/projects").await;

        assert_eq!(seen["project"]["environments"], json!([]));
        assert_eq!(listed["projects"][0]["environments"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn odd_characters_in_paths_and_queries_are_unknown_names() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let project = ada.project_id("Shop").await;
        for odd in ["%00", "%FF", "..", "%2F", "a%00b", "%F0%9F%A6%80"] {
            for path in [
                format!("/api/v1/projects/{odd}"),
                format!("/api/v1/projects/slug/{odd}"),
                format!("/api/v2/workspace/{odd}"),
                format!("/api/v1/workspace/environments/{odd}"),
                format!("/api/v1/projects/{project}/environments/{odd}"),
                format!("/api/v1/projects/{project}/tags/slug/{odd}"),
                format!("/api/v1/projects/{project}/memberships/{odd}"),
                format!("/api/v1/projects/{project}/memberships/identities/{odd}"),
                format!("/api/v1/projects/{project}/user/{odd}/membership"),
                format!("/api/v2/workspace/identity-memberships/{odd}"),
                format!("/api/v1/projects/{project}/roles/slug/{odd}"),
            ] {
                let answer = ada.call("GET", &path, None).await;
                assert!((400..500).contains(&answer.status), "{path}: {}", answer.text);
            }
        }
        let names = json!({ "username": "a\u{0}b" });
        let path = format!("/api/v1/projects/{project}/memberships/details");
        assert_eq!(ada.status("POST", &path, Some(names)).await, 422);
    })
    .await;
}
