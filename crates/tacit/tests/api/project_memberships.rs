//! People and machine identities in projects.

use axum::response::IntoResponse;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tacit::{
    app::{
        Client,
        authentication::authenticate,
        projects::{self, NewProject},
    },
    http::problem::Problem,
};
use tacit_core::{
    id::{IdentityId, ProjectId},
    name::ProjectName,
};
use tacit_store::project_memberships;

use crate::{
    harness::each_engine,
    harness_projects::{id, organization},
};

/// A role that ends, as a request gives it.
fn temporary(role: &str, range: &str, start: &str) -> Value {
    json!({ "role": role, "isTemporary": true, "temporaryMode": "relative", "temporaryRange": range,
        "temporaryAccessStartTime": start })
}

#[tokio::test]
async fn an_identity_is_added_read_changed_and_removed_by_every_name_of_the_route() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let robot = acme.machine("robot", "no-access").await;
        let project = ada.project_id("Shop").await;
        let robot_id = &robot.id;
        for base in [
            format!("/api/v1/projects/{project}/memberships/identities"),
            format!("/api/v1/projects/{project}/identity-memberships"),
            format!("/api/v2/workspace/{project}/identity-memberships"),
        ] {
            let path = format!("{base}/{robot_id}");

            let added =
                ada.ok("POST", &path, Some(json!({ "role": "viewer" }))).await["identityMembership"].clone();

            assert_eq!(
                added,
                json!({ "id": added["id"], "projectId": project, "identityId": robot_id,
                    "createdAt": "2026-01-31T12:00:00.000Z", "updatedAt": "2026-01-31T12:00:00.000Z" })
            );
            assert_eq!(ada.status("POST", &path, Some(json!({ "role": "viewer" }))).await, 400);
            let read = ada.read(&path).await["identityMembership"].clone();
            assert_eq!(read["identity"]["name"], "robot");
            assert_eq!(read["identity"]["authMethods"], json!(["token-auth"]));
            assert_eq!(read["identity"]["hasDeleteProtection"], false);
            assert_eq!(read["project"], json!({ "id": project, "name": "Shop", "type": "secret-manager" }));
            let membership = format!("/api/v2/workspace/identity-memberships/{}", id(&added));
            assert_eq!(ada.read(&membership).await["identityMembership"], read);
            let list = ada.read(&base).await;
            assert_eq!(list, json!({ "identityMemberships": [read], "totalCount": 1 }));

            let changed = ada.ok("PATCH", &path, Some(json!({ "roles": [{ "role": "member" }] }))).await;
            let roles = changed["identityMembership"].get("roles").unwrap_or(&changed["roles"]);
            assert_eq!(roles[0]["role"], "member");
            assert_eq!(roles[0]["projectMembershipId"], added["id"]);
            assert_eq!(ada.read(&path).await["identityMembership"]["roles"][0]["role"], "member");

            let removed = ada.ok("DELETE", &path, None).await["identityMembership"].clone();
            assert_eq!(removed["id"], added["id"]);
            for method in ["GET", "DELETE"] {
                assert_eq!(ada.status(method, &path, None).await, 404, "{method} {path}");
            }
            assert_eq!(ada.status("GET", &membership, None).await, 404);
            assert_eq!(robot.status("GET", &format!("/api/v1/projects/{project}"), None).await, 403);
        }
        let log = acme.events(&project).await;
        assert_eq!(
            log[1..4],
            ["add-identity-to-project", "update-identity-project-roles", "remove-identity-from-project"]
        );
    })
    .await;
}

#[tokio::test]
async fn the_shape_of_a_member_role_is_complete() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let robot = acme.machine("robot", "no-access").await;
        let project = ada.project_id("Shop").await;
        let path = format!("/api/v1/projects/{project}/memberships/identities/{}", robot.id);
        let roles = json!([{ "role": "viewer", "isTemporary": false },
            temporary("admin", "1h", "2026-01-31T12:00:00.000Z")]);
        ada.ok("POST", &path, Some(json!({ "roles": roles }))).await;

        let roles = ada.read(&path).await["identityMembership"]["roles"].clone();

        assert_eq!(
            roles[1],
            json!({ "id": roles[1]["id"], "role": "admin", "customRoleId": null, "customRoleName": null,
                "customRoleSlug": null, "isTemporary": true, "temporaryMode": "relative", "temporaryRange": "1h",
                "temporaryAccessStartTime": "2026-01-31T12:00:00.000Z",
                "temporaryAccessEndTime": "2026-01-31T13:00:00.000Z" })
        );
        assert_eq!(roles[0]["temporaryMode"], json!(null));
    })
    .await;
}

#[tokio::test]
async fn an_identity_without_a_named_role_may_do_nothing() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let robot = acme.machine("robot", "admin").await;
        let project = ada.project_id("Shop").await;
        let path = format!("/api/v2/workspace/{project}/identity-memberships/{}", robot.id);

        ada.ok("POST", &path, None).await;

        assert_eq!(ada.read(&path).await["identityMembership"]["roles"][0]["role"], "no-access");
        assert_eq!(robot.status("GET", &format!("/api/v1/projects/{project}/tags"), None).await, 403);
    })
    .await;
}

#[tokio::test]
async fn a_temporary_role_counts_from_its_start_to_its_end() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let robot = acme.machine("robot", "no-access").await;
        let project = ada.project_id("Shop").await;
        ada.add_machine(&project, &robot, "no-access").await;
        let path = format!("/api/v1/projects/{project}/memberships/identities/{}", robot.id);
        let roles = json!([{ "role": "no-access" }, temporary("viewer", "30m", "2026-01-31T12:10:00Z")]);
        ada.ok("PATCH", &path, Some(json!({ "roles": roles }))).await;
        let tags = format!("/api/v1/projects/{project}/tags");

        let mut seen = Vec::new();
        for seconds in [0, 600, 1799, 1] {
            server.clock.advance_seconds(seconds);
            seen.push(robot.status("GET", &tags, None).await);
        }

        assert_eq!(seen, [403, 200, 200, 403]);
    })
    .await;
}

#[tokio::test]
async fn roles_of_the_wrong_form_are_refused() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let robot = acme.machine("robot", "no-access").await;
        let project = ada.project_id("Shop").await;
        ada.add_machine(&project, &robot, "viewer").await;
        let path = format!("/api/v2/workspace/{project}/identity-memberships/{}", robot.id);
        let start = "2026-01-31T12:00:00Z";
        let viewer = json!({ "role": "viewer" });

        for (roles, status) in [
            (json!([]), 422),
            (json!([temporary("admin", "1h", start)]), 422),
            (json!([viewer, viewer]), 422),
            (json!([viewer, temporary("viewer", "1h", start)]), 422),
            (json!([viewer, temporary("admin", "0h", start)]), 422),
            (json!([viewer, temporary("admin", "soon", start)]), 422),
            (json!([viewer, temporary("admin", "1h", "today")]), 422),
            (json!([viewer, { "role": "admin", "isTemporary": true }]), 422),
            (json!([{ "role": "" }]), 422),
            (json!([{ "isTemporary": false }]), 422),
            (json!("viewer"), 422),
            (json!([{ "role": "chief" }]), 400),
        ] {
            let answer = ada.call("PATCH", &path, Some(json!({ "roles": roles }))).await;
            assert_eq!(answer.status, status, "{roles}: {}", answer.text);
        }
        assert_eq!(ada.read(&path).await["identityMembership"]["roles"][0]["role"], "viewer");
    })
    .await;
}

#[tokio::test]
async fn a_list_of_identities_is_filtered_and_cut_into_pages() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let project = ada.project_id("Shop").await;
        for (name, role) in [("ci-b", "viewer"), ("CI-a", "member"), ("deploy", "viewer")] {
            let machine = acme.machine(name, "no-access").await;
            ada.add_machine(&project, &machine, role).await;
        }
        let current = format!("/api/v1/projects/{project}/memberships/identities");
        let legacy = format!("/api/v2/workspace/{project}/identity-memberships");
        let names = async |path: &str| -> (Vec<String>, u64) {
            let list = ada.read(path).await;
            let members = list["identityMemberships"].as_array().unwrap();
            let name = |member: &Value| member["identity"]["name"].as_str().unwrap().to_owned();
            (members.iter().map(name).collect(), list["totalCount"].as_u64().unwrap())
        };

        assert_eq!(names(&current).await.0, ["CI-a", "ci-b", "deploy"]);
        let page = names(&format!("{current}?limit=1&offset=1")).await;
        assert_eq!(page, (vec!["ci-b".to_owned()], 3));
        assert_eq!(names(&format!("{current}?identityName=ci")).await.1, 2);
        assert_eq!(names(&format!("{current}?roles=viewer,admin")).await.0, ["ci-b", "deploy"]);
        assert_eq!(
            names(&format!("{legacy}?search=CI&orderDirection=desc&orderBy=name")).await.0,
            ["ci-b", "CI-a"]
        );
        for query in ["limit=0", "limit=1001", "limit=many", "offset=-1"] {
            assert_eq!(ada.status("GET", &format!("{current}?{query}"), None).await, 422, "{query}");
        }
    })
    .await;
}

#[tokio::test]
async fn identities_of_other_organizations_cannot_be_added() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let globex = organization(server, "globex").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let spy = globex.machine("spy", "admin").await;
        let eve = globex.user("eve@example.test", "admin").await;
        let project = ada.project_id("Shop").await;
        let base = format!("/api/v1/projects/{project}/memberships");

        for identity in [&*spy.id, "unknown"] {
            let path = format!("{base}/identities/{identity}");
            assert_eq!(ada.status("POST", &path, Some(json!({ "role": "viewer" }))).await, 404);
        }
        for email in ["eve@example.test", "ghost@example.test"] {
            let answer = ada.call("POST", &base, Some(json!({ "emails": [email] }))).await;
            assert_eq!(answer.status, 404, "{}", answer.text);
        }
        let robot = acme.machine("robot", "no-access").await;
        ada.add_machine(&project, &robot, "viewer").await;
        let path = format!("{base}/identities/{}", robot.id);
        let membership = id(&ada.read(&path).await["identityMembership"]);
        let path = format!("/api/v2/workspace/identity-memberships/{membership}");
        assert_eq!(eve.status("GET", &path, None).await, 404);
    })
    .await;
}

#[tokio::test]
async fn only_admins_change_memberships() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let bob = acme.user("bob@example.test", "admin").await;
        let other = acme.machine("other", "no-access").await;
        let project = ada.project_id("Shop").await;
        let membership = ada.add_user(&project, &bob, "viewer").await;
        let base = format!("/api/v1/projects/{project}/memberships");
        let roles = json!({ "roles": [{ "role": "no-access" }] });

        for (role, reads) in [("member", 200), ("viewer", 200), ("no-access", 403)] {
            let robot = acme.machine(role, "admin").await;
            ada.add_machine(&project, &robot, role).await;
            for (method, path, body) in [
                ("POST", format!("{base}/identities/{}", other.id), json!({ "role": "no-access" })),
                ("PATCH", format!("{base}/identities/{}", robot.id), roles.clone()),
                ("DELETE", format!("{base}/identities/{}", robot.id), json!({})),
                ("DELETE", format!("{base}/identities/unknown"), json!({})),
                ("POST", base.clone(), json!({ "emails": [bob.name], "roleSlugs": ["no-access"] })),
                ("DELETE", base.clone(), json!({ "emails": [bob.name] })),
                ("PATCH", format!("{base}/{membership}"), roles.clone()),
                ("DELETE", format!("{base}/{membership}"), json!({})),
                ("DELETE", format!("{base}/unknown"), json!({})),
            ] {
                let answer = robot.call(method, &path, Some(body)).await;
                assert_eq!(answer.status, 403, "{role} {method} {path}: {}", answer.text);
            }
            for path in [base.clone(), format!("{base}/identities"), format!("{base}/{membership}")] {
                assert_eq!(robot.status("GET", &path, None).await, reads, "{role} {path}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_last_admin_stays() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let robot = acme.machine("robot", "no-access").await;
        let project = ada.project_id("Shop").await;
        let base = format!("/api/v1/projects/{project}/memberships");
        let path = format!("{base}/{}", id(&ada.read(&base).await["memberships"][0]));
        let viewer = json!({ "role": "viewer" });
        let soon_gone = json!({ "roles": [viewer, temporary("admin", "1h", "2026-01-31T12:00:00Z")] });
        let refused = async |method, path: &str, body| {
            let answer = ada.call(method, path, Some(body)).await;
            assert_eq!(answer.status, 400, "{method} {path}: {}", answer.text);
        };

        refused("DELETE", &path, json!({})).await;
        refused("DELETE", &base, json!({ "emails": [ada.name] })).await;
        refused("PATCH", &path, json!({ "roles": [viewer] })).await;
        refused("PATCH", &path, soon_gone).await;
        ada.ok("PATCH", &path, Some(json!({ "roles": [{ "role": "admin" }, viewer] }))).await;
        ada.add_machine(&project, &robot, "admin").await;
        ada.ok("DELETE", &path, None).await;

        assert_eq!(ada.status("GET", &base, None).await, 403);
        let own = format!("{base}/identities/{}", robot.id);
        assert_eq!(robot.status("DELETE", &own, None).await, 400);
    })
    .await;
}

#[tokio::test]
async fn two_admins_cannot_remove_each_other_at_once() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let project = ada.project_id("Shop").await;
        let mut admins = Vec::new();
        for name in ["one", "two", "three"] {
            let machine = acme.machine(name, "no-access").await;
            ada.add_machine(&project, &machine, "admin").await;
            admins.push(machine);
        }
        ada.ok(
            "DELETE",
            &format!("/api/v1/projects/{project}/memberships"),
            Some(json!({ "emails": [ada.name] })),
        )
        .await;

        let removals = admins.iter().map(async |machine| {
            let path = format!("/api/v1/projects/{project}/memberships/identities/{}", machine.id);
            machine.status("DELETE", &path, None).await
        });
        let mut statuses = join_all(removals).await;

        statuses.sort_unstable();
        assert_eq!(statuses, [200, 200, 400]);
        let left = project_memberships::list_identities(&mut acme.db().await, &ProjectId::new(&project))
            .await
            .unwrap();
        assert_eq!(left.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn people_are_added_read_changed_and_removed_by_every_name_of_the_route() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let bob = acme.user("bob@example.test", "member").await;
        let project = ada.project_id("Shop").await;
        let current = format!("/api/v1/projects/{project}");
        let legacy = format!("/api/v1/workspace/{project}");
        let second = format!("/api/v2/workspace/{project}");
        for (add, base) in [(&current, &current), (&second, &legacy), (&legacy, &legacy)] {
            let body = json!({ "emails": ["Bob@Example.test"], "usernames": ["bob@example.test"] });
            let path = format!("{add}/memberships");

            let added = ada.ok("POST", &path, Some(body.clone())).await["memberships"].clone();

            assert_eq!(
                added,
                json!([{ "id": added[0]["id"], "projectId": project, "userId": bob.id,
                    "createdAt": "2026-01-31T12:00:00.000Z", "updatedAt": "2026-01-31T12:00:00.000Z" }])
            );
            assert_eq!(ada.ok("POST", &path, Some(body.clone())).await, json!({ "memberships": [] }));
            let one = format!("{base}/memberships/{}", id(&added[0]));
            let read = ada.read(&one).await["membership"].clone();
            assert_eq!(read["roles"][0]["role"], "member");
            assert_eq!(read["user"]["username"], "bob@example.test");
            assert_eq!(read["project"]["name"], "Shop");
            let username = Some(json!({ "username": "BOB@example.test" }));
            assert_eq!(
                ada.ok("POST", &format!("{base}/memberships/details"), username).await["membership"],
                read
            );
            assert_eq!(ada.read(&format!("{base}/user/{}/membership", bob.id)).await["membership"], read);
            let list = ada.read(&format!("{base}/memberships")).await["memberships"].clone();
            assert_eq!(list[1], read);
            assert_eq!(ada.read(&format!("{base}/users")).await["users"], list);

            let changed = ada.ok("PATCH", &one, Some(json!({ "roles": [{ "role": "viewer" }] }))).await;
            assert_eq!(changed["roles"][0]["role"], "viewer");
            assert_eq!(changed["roles"][0]["projectMembershipId"], added[0]["id"]);
            assert_eq!(bob.status("GET", &current, None).await, 200);

            let removed = if add == base {
                ada.ok("DELETE", &one, None).await["membership"].clone()
            } else {
                ada.ok("DELETE", &path, Some(body)).await["memberships"][0].clone()
            };
            assert_eq!(removed["id"], added[0]["id"]);
            assert_eq!(bob.status("GET", &current, None).await, 403);
            assert_eq!(ada.status("GET", &one, None).await, 404);
            assert_eq!(ada.status("DELETE", &one, None).await, 404);
            assert_eq!(ada.status("GET", &format!("{base}/user/{}/membership", bob.id), None).await, 404);
        }
        let log = acme.events(&project).await;
        assert_eq!(
            log[1..4],
            ["add-user-to-project", "update-user-project-roles", "remove-user-from-project"]
        );
    })
    .await;
}

#[tokio::test]
async fn people_are_added_all_or_none() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        acme.user("bob@example.test", "member").await;
        let project = ada.project_id("Shop").await;
        let path = format!("/api/v2/workspace/{project}/memberships");

        for (body, status) in [
            (json!({}), 422),
            (json!({ "emails": ["no address"] }), 422),
            (json!({ "emails": ["bob@example.test"], "roleSlugs": [] }), 422),
            (json!({ "emails": ["bob@example.test"], "roleSlugs": ["chief"] }), 400),
            (json!({ "emails": ["bob@example.test", "ghost@example.test"] }), 404),
        ] {
            let answer = ada.call("POST", &path, Some(body.clone())).await;
            assert_eq!(answer.status, status, "{body}: {}", answer.text);
        }
        let members = ada.read(&format!("/api/v1/projects/{project}/memberships")).await;
        assert_eq!(members["memberships"].as_array().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn every_change_of_memberships_moves_the_access_revision() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let robot = acme.machine("robot", "no-access").await;
        let project = ada.project_id("Shop").await;
        let path = format!("/api/v1/projects/{project}/memberships/identities/{}", robot.id);

        let mut before = acme.access_revision().await;
        for (method, path, body) in [
            ("POST", path.clone(), json!({ "role": "viewer" })),
            ("PATCH", path.clone(), json!({ "roles": [{ "role": "member" }] })),
            ("DELETE", path, json!({})),
            ("DELETE", format!("/api/v1/projects/{project}"), json!({})),
        ] {
            ada.ok(method, &path, Some(body)).await;
            let after = acme.access_revision().await;
            assert!(after > before, "{method} {path}");
            before = after;
        }
    })
    .await;
}

#[tokio::test]
async fn a_membership_of_an_identity_that_was_deleted_meanwhile_is_no_failure_of_the_server() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let bot = acme.machine("bot", "admin").await;
        let client = Client { ip: std::net::Ipv4Addr::LOCALHOST.into(), user_agent: "".into() };
        let caller = authenticate(&server.app, &bot.token, client).await.unwrap();
        let mut tx = server.app.database.begin().await.unwrap();
        tacit_store::identities::delete(&mut tx, &IdentityId::new(&bot.id)).await.unwrap();
        tx.commit().await.unwrap();

        let new = NewProject {
            name: ProjectName::parse("Shop").unwrap(),
            slug: None,
            description: None,
            kind: "secret-manager".to_owned(),
            has_first_environments: true,
            has_delete_protection: false,
        };
        let error = projects::create(&server.app, &caller, new).await.unwrap_err();

        let answer = Problem(error).into_response();
        assert_eq!(answer.status(), 404);
    })
    .await;
}
