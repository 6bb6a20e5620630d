//! Organizations: their settings, members and roles, and the way into their projects.

use serde_json::{Value, json};
use tacit_core::id::{ProjectId, UserId};
use tacit_store::{organizations, project_grants, project_memberships::Member};

use crate::harness::{Admin, TestServer, each_engine};

/// A user of the admin's organization with this role: id and access token.
async fn colleague(admin: &Admin<'_>, role: &str) -> (String, String) {
    let email = format!("{role}@example.test");
    let id = admin.server.add_user(&email, "a colleague's password").await;
    admin.server.add_to_organization(&admin.organization_id, &id, role).await;
    let token = admin.server.sign_in(&email, "a colleague's password", &admin.organization_id).await;
    (id, token)
}

async fn access_revision(admin: &Admin<'_>) -> i64 {
    let mut db = admin.server.app.database.read().await.unwrap();
    let id = tacit_core::id::OrganizationId::new(&admin.organization_id);
    organizations::find(&mut db, &id).await.unwrap().unwrap().access_revision
}

#[tokio::test]
async fn the_own_organizations_are_listed_in_three_shapes() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        server.second_organization().await;

        let list = admin.ok("GET", "/api/v1/organization", None).await;
        let list = list["organizations"].as_array().unwrap();
        assert_eq!(list.len(), 1);
        assert_eq!(list[0]["id"], admin.organization_id);
        assert_eq!((&list[0]["orgAuthMethod"], &list[0]["userRole"]), (&json!(""), &json!("admin")));
        assert_eq!(list[0]["authEnforced"], false);
        let tree = admin.ok("GET", "/api/v1/organization/accessible-with-sub-orgs", None).await;
        assert_eq!(tree["organizations"][0]["subOrganizations"], json!([]));
        assert_eq!(tree["organizations"][0]["name"], "Acme");
        let list = admin.ok("GET", "/api/v2/users/me/organizations", None).await;
        assert_eq!(list["organizations"][0]["defaultMembershipRole"], "member");
    })
    .await;
}

#[tokio::test]
async fn an_organization_is_read_and_changed_by_people_and_machines() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let path = format!("/api/v1/organization/{}", admin.organization_id);

        let body =
            json!({ "name": " New name ", "slug": "New-Slug", "defaultMembershipRoleSlug": "no-access" });
        let changed = admin.ok("PATCH", &path, Some(body)).await;
        assert!(changed["message"].is_string());
        let seen = server.call("GET", &path, Some(&admin.identity_token), None).await;

        assert_eq!(seen.body["organization"], changed["organization"]);
        assert_eq!(seen.body["organization"]["name"], "New name");
        assert_eq!(seen.body["organization"]["slug"], "new-slug");
        assert_eq!(seen.body["organization"]["defaultMembershipRole"], "no-access");
        let kept = admin.ok("PATCH", &path, Some(json!({}))).await;
        assert_eq!(kept["organization"]["name"], "New name");
        assert!(server.has_event(&admin.organization_id, "update-organization").await);
    })
    .await;
}

#[tokio::test]
async fn a_bad_change_is_refused() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        server.second_organization().await;
        let path = format!("/api/v1/organization/{}", admin.organization_id);
        for (body, status) in [
            (json!({ "name": "" }), 422),
            (json!({ "name": "x".repeat(65) }), 422),
            (json!({ "name": 1 }), 422),
            (json!({ "slug": "a b" }), 422),
            (json!({ "slug": "evil" }), 400),
            (json!({ "defaultMembershipRoleSlug": "owner" }), 400),
            (json!({ "enforceMfa": true }), 400),
            (json!({ "authEnforced": true }), 400),
        ] {
            let answer = admin.call("PATCH", &path, Some(body.clone())).await;
            assert_eq!(answer.status, status, "{body}: {}", answer.text);
        }
        assert_eq!(admin.ok("GET", &path, None).await["organization"]["name"], "Acme");
    })
    .await;
}

#[tokio::test]
async fn another_organization_cannot_be_told_from_none() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let other = server.second_organization().await;
        for (method, prefix, suffix) in [
            ("GET", "/api/v1/organization", ""),
            ("PATCH", "/api/v1/organization", ""),
            ("GET", "/api/v1/organization", "/permissions"),
            ("GET", "/api/v1/organization", "/users"),
            ("GET", "/api/v1/organization", "/roles"),
            ("GET", "/api/v2/organizations", "/memberships"),
        ] {
            let body = (method == "PATCH").then(|| json!({ "name": 5 }));
            let foreign = format!("{prefix}/{}{suffix}", other.organization_id);
            let foreign = admin.call(method, &foreign, body.clone()).await;
            let unknown = admin.call(method, &format!("{prefix}/nothing{suffix}"), body).await;
            assert_eq!(foreign.status, 403, "{method} {prefix}{suffix}");
            assert_eq!(foreign.without_request_id(), unknown.without_request_id());
        }
    })
    .await;
}

#[tokio::test]
async fn a_role_decides_what_members_see_and_change() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let path = format!("/api/v1/organization/{}", admin.organization_id);
        let (_, member) = colleague(&admin, "member").await;
        let (_, guest) = colleague(&admin, "no-access").await;

        let status = async |method: &str, suffix: &str, token: &str, body: Option<Value>| {
            server.call(method, &format!("{path}{suffix}"), Some(token), body).await.status
        };
        let name = Some(json!({ "name": "Mine" }));
        assert_eq!(status("PATCH", "", &member, name.clone()).await, 403);
        assert_eq!(status("PATCH", "", &guest, name).await, 403);
        assert_eq!(status("GET", "/users", &member, None).await, 200);
        assert_eq!(status("GET", "/users", &guest, None).await, 403);
        assert_eq!(status("GET", "/roles", &guest, None).await, 403);
        assert_eq!(status("GET", "", &guest, None).await, 200);
        assert_eq!(status("GET", "/permissions", &guest, None).await, 200);
    })
    .await;
}

#[tokio::test]
async fn members_are_listed_with_what_others_may_know() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        colleague(&admin, "member").await;

        for path in ["/api/v1/organization/{}/users", "/api/v2/organizations/{}/memberships"] {
            let body = admin.ok("GET", &path.replace("{}", &admin.organization_id), None).await;
            let users = body["users"].as_array().unwrap();
            assert_eq!(users.len(), 2);
            let first = users.iter().find(|user| user["role"] == "admin").unwrap();
            assert_eq!(first["user"]["email"], "ada@example.test");
            assert_eq!(first["user"]["publicKey"], "");
            assert_eq!((&first["status"], &first["isActive"]), (&json!("accepted"), &json!(true)));
            assert_eq!(first["orgId"], admin.organization_id);
            assert!(!body.to_string().contains("argon2"));
        }
    })
    .await;
}

#[tokio::test]
async fn roles_and_own_permissions_are_packed() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let path = format!("/api/v1/organization/{}", admin.organization_id);

        let body = admin.ok("GET", &format!("{path}/permissions"), None).await;
        assert_eq!(body["membership"]["role"], "admin");
        assert!(
            body["permissions"].as_array().unwrap().contains(&json!(["read,create,edit,delete", "settings"]))
        );
        let roles = admin.ok("GET", &format!("{path}/roles"), None).await;
        let slugs: Vec<&str> = roles["data"]["roles"]
            .as_array()
            .unwrap()
            .iter()
            .map(|role| role["slug"].as_str().unwrap())
            .collect();
        assert_eq!(slugs, ["admin", "member", "no-access"]);
        let roles = admin.ok("GET", "/api/v1/organization/roles", None).await;
        assert_eq!(roles["roles"][1]["permissions"][0]["subject"], "workspace");
    })
    .await;
}

#[tokio::test]
async fn who_makes_an_organization_is_its_admin() {
    each_engine(async |server| {
        let admin = server.with_admin().await;

        let made = admin.ok("POST", "/api/v2/organizations", Some(json!({ "name": "Second" }))).await;
        let id = made["organization"]["id"].as_str().unwrap();
        assert!(made["organization"]["slug"].as_str().unwrap().starts_with("second-"));
        let token = server.sign_in("ada@example.test", "correct horse battery", id).await;

        let path = format!("/api/v1/organization/{id}");
        let body = json!({ "name": "Renamed" });
        assert_eq!(server.call("PATCH", &path, Some(&token), Some(body)).await.status, 200);
        assert_eq!(admin.call("GET", &path, None).await.status, 403);
        assert!(server.has_event(id, "create-organization").await);
        for name in [json!(""), json!(null), json!("x".repeat(65))] {
            let answer = admin.call("POST", "/api/v2/organizations", Some(json!({ "name": name }))).await;
            assert_eq!(answer.status, 422);
        }
        let machine = Some(admin.identity_token.as_str());
        let body = Some(json!({ "name": "By a machine" }));
        assert_eq!(server.call("POST", "/api/v2/organizations", machine, body).await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn an_admin_takes_access_to_a_project_in_the_open() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Private").await;
        let (id, token) = colleague(&admin, "admin").await;
        let secrets = format!("/api/v3/secrets/raw?workspaceId={project}&environment=dev");
        assert_eq!(server.call("GET", &secrets, Some(&token), None).await.status, 403);
        let path = format!("/api/v1/organization-admin/projects/{project}/grant-admin-access");
        let revision = access_revision(&admin).await;

        let first = server.call("POST", &path, Some(&token), None).await;
        let second = server.call("POST", &path, Some(&token), None).await;

        assert_eq!(first.status, 200, "{}", first.text);
        assert_eq!(first.body["membership"]["userId"], id);
        assert_eq!(first.body["membership"]["projectId"], project);
        assert_eq!(first.body, second.body);
        assert_eq!(roles(server, &project, &id).await, ["admin"]);
        assert_eq!(server.call("GET", &secrets, Some(&token), None).await.status, 200);
        assert!(access_revision(&admin).await > revision);
        let events = server.events(&admin.organization_id).await;
        let event = events.iter().find(|event| event.event_type == "grant-project-admin-access").unwrap();
        assert_eq!(event.project_id, Some(ProjectId::new(&project)));
    })
    .await;
}

async fn roles(server: &TestServer, project: &str, user: &str) -> Vec<String> {
    let mut db = server.app.database.read().await.unwrap();
    let user = UserId::new(user);
    let project = ProjectId::new(project);
    let roles = project_grants::of_member(&mut db, &project, Member::User(&user)).await.unwrap();
    roles.into_iter().map(|role| role.role).collect()
}

#[tokio::test]
async fn nobody_else_takes_access_to_a_project() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let other = server.second_organization().await;
        let own = admin.project("Own").await;
        let foreign = other.project("Foreign").await;
        let (_, member) = colleague(&admin, "member").await;
        let take = async |project: &str, token: &str| {
            let path = format!("/api/v1/organization-admin/projects/{project}/grant-admin-access");
            server.call("POST", &path, Some(token), None).await
        };

        let answer = take(&own, &member).await;
        assert_eq!((answer.status, &answer.body["error"]), (403, &json!("PermissionDenied")));
        let strange = take(&foreign, &admin.token).await.without_request_id();
        let unknown = take("nothing", &admin.token).await.without_request_id();
        assert_eq!(strange["statusCode"], 404);
        assert_eq!(strange.to_string().replace(&foreign, "nothing"), unknown.to_string());
    })
    .await;
}
