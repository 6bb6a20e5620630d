//! The instance, as its administrators see and change it.

use serde_json::{Value, json};
use tacit::http::{route::Access, routes};
use tacit_core::id::OrganizationId;

use crate::{
    every_route::send,
    harness::{Admin, TestServer, each_engine},
    harness_projects::{Actor, Organization, id, organization},
    roles::{make_secret, read_status},
};

const USERS: &str = "/api/v1/admin/user-management/users";
const ORGANIZATIONS: &str = "/api/v1/admin/organization-management/organizations";
const IDENTITIES: &str = "/api/v1/admin/identity-management/identities";
const PASSWORD: &str = "correct horse battery";

/// The administrator's own organization.
pub fn own<'a>(admin: &Admin<'a>) -> Organization<'a> {
    Organization { server: admin.server, id: OrganizationId::new(&admin.organization_id) }
}

/// Another person with a password in the administrator's organization; returns id and token.
pub async fn colleague(admin: &Admin<'_>, email: &str, role: &str) -> (String, String) {
    let id = admin.server.add_user(email, PASSWORD).await;
    admin.server.add_to_organization(&admin.organization_id, &id, role).await;
    let token = admin.server.sign_in(email, PASSWORD, &admin.organization_id).await;
    (id, token)
}

fn admin_access(user: &str) -> String {
    format!("{USERS}/{user}/admin-access")
}

async fn status(server: &TestServer, token: &str, method: &str, path: &str) -> u16 {
    server.call(method, path, Some(token), None).await.status
}

fn emails(listed: &Value) -> Vec<&str> {
    listed["users"].as_array().unwrap().iter().map(|user| user["email"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn administrators_see_people_organizations_and_identities_of_all_tenants() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        // Accounts are listed in the order of their age.
        server.clock.advance_seconds(1);
        let globex = organization(server, "globex").await;
        let eve = globex.user("eve@globex.test", "admin").await;
        let project = eve.project("Plans").await;
        globex.machine("robot", "no-access").await;

        let users = admin.ok("GET", USERS, None).await;
        assert_eq!(
            (emails(&users), &users["total"]),
            (vec!["ada@example.test", eve.name.as_str()], &json!(2))
        );
        for field in ["id", "username", "firstName", "lastName", "email", "superAdmin"] {
            assert!(users["users"][0].get(field).is_some(), "{field}");
        }
        assert!(!users.to_string().contains("argon2"), "{users}");
        let listed = admin.ok("GET", ORGANIZATIONS, None).await;
        assert_eq!(listed["total"], 2);
        let all = listed["organizations"].as_array().unwrap();
        let theirs = all.iter().find(|organization| organization["slug"] == "globex").unwrap();
        assert_eq!(theirs["members"][0]["user"]["id"], json!(eve.id));
        assert_eq!(theirs["projects"][0]["id"], project["id"]);
        let identities = admin.ok("GET", IDENTITIES, None).await;
        assert_eq!(identities["total"], 2);
        let all = identities["identities"].as_array().unwrap();
        let robot = all.iter().find(|identity| identity["name"] == "robot").unwrap();
        assert_eq!(robot["isInstanceAdmin"], false);
        let overview = admin.ok("GET", "/api/ui/v1/admin/overview", None).await;
        assert_eq!((&overview["users"], &overview["projects"]), (&json!(2), &json!(1)));
        assert!(["SQLite", "PostgreSQL"].contains(&overview["database"].as_str().unwrap()));
    })
    .await;
}

#[tokio::test]
async fn the_lists_are_searched_in_any_case_and_cut_into_pages() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        for email in ["bob@example.test", "carol@example.test", "dora@example.test"] {
            server.add_user(email, "a password of theirs").await;
        }

        let page = admin.ok("GET", &format!("{USERS}?offset=1&limit=2"), None).await;
        assert_eq!((emails(&page).len(), &page["total"]), (2, &json!(4)));
        let found = admin.ok("GET", &format!("{USERS}?searchTerm=ARO"), None).await;
        assert_eq!((emails(&found), &found["total"]), (vec!["carol@example.test"], &json!(1)));
        let admins = admin.ok("GET", &format!("{USERS}?adminsOnly=true"), None).await;
        assert_eq!(emails(&admins), ["ada@example.test"]);
        let none = admin.ok("GET", &format!("{ORGANIZATIONS}?searchTerm=nothing"), None).await;
        assert_eq!((&none["organizations"], &none["total"]), (&json!([]), &json!(0)));
        for bad in ["limit=0", "limit=101", "offset=-1", "adminsOnly=perhaps"] {
            assert_eq!(admin.call("GET", &format!("{USERS}?{bad}"), None).await.status, 422, "{bad}");
        }
    })
    .await;
}

#[tokio::test]
async fn nobody_but_an_administrator_of_the_instance_may_call_any_of_its_routes() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let globex = organization(server, "globex").await;
        let eve = globex.user("eve@globex.test", "admin").await;
        let robot = globex.machine("robot", "admin").await;
        let (_, bob) = colleague(&admin, "bob@example.test", "admin").await;

        let guarded = routes::all().into_iter().filter(|route| route.access == Access::InstanceAdmin);
        for route in guarded {
            for token in [&eve.token, &robot.token, &bob] {
                let answer = send(server, &route, Some(token), &Value::Null).await;
                assert_eq!(answer.status, 403, "{} {}: {}", route.method, route.path, answer.text);
            }
        }
        assert_eq!(status(server, &admin.identity_token, "GET", USERS).await, 200);
    })
    .await;
}

#[tokio::test]
async fn somebody_is_made_administrator_and_one_no_more_with_the_next_request() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let (bob, token) = colleague(&admin, "bob@example.test", "member").await;
        let invited = own(&admin).user("carol@example.test", "member").await;

        admin.ok("PATCH", &admin_access(&bob), None).await;
        assert_eq!(status(server, &token, "GET", USERS).await, 200);
        let user = admin.ok("DELETE", &admin_access(&bob), None).await["user"].clone();
        assert_eq!((&user["id"], &user["superAdmin"]), (&json!(bob), &json!(false)));
        assert_eq!(status(server, &token, "GET", USERS).await, 403);

        // An account without a password belongs to whoever has the code of its invitation.
        assert_eq!(admin.call("PATCH", &admin_access(&invited.id), None).await.status, 400);
        assert_eq!(admin.call("PATCH", &admin_access("nobody"), None).await.status, 404);
        let own_place = admin_access(&admin.user_id);
        assert_eq!(admin.call("DELETE", &own_place, None).await.status, 400);
        // Machines manage the instance too, but it needs a person.
        assert_eq!(status(server, &admin.identity_token, "DELETE", &own_place).await, 400);
        assert_eq!(
            status(server, &admin.identity_token, "DELETE", &format!("{USERS}/{}", admin.user_id)).await,
            400
        );
        for kind in ["grant-instance-admin", "revoke-instance-admin"] {
            assert!(server.has_event(&admin.organization_id, kind).await, "{kind}");
        }
    })
    .await;
}

/// What somebody has beside their account.
struct Life<'a> {
    acme: Organization<'a>,
    admin: Actor<'a>,
    user: Actor<'a>,
    project: String,
}

/// A person with a project role, a privilege, a place in a group, an own value and a commit.
async fn life<'a>(server: &'a TestServer, slug: &str, email: &str) -> Life<'a> {
    let acme = organization(server, slug).await;
    let admin = acme.user(&format!("boss@{slug}.test"), "admin").await;
    let user = acme.user(email, "member").await;
    let project = admin.project_id("Shop").await;
    let membership = admin.add_user(&project, &user, "member").await;
    make_secret(&user, &project, "dev", "/", "FOO").await;
    let own =
        json!({ "projectId": project, "environment": "dev", "secretValue": "mine", "type": "personal" });
    user.ok("POST", "/api/v4/secrets/FOO", Some(own)).await;
    let privilege = json!({ "projectMembershipId": membership, "type": { "isTemporary": false },
        "permissions": [{ "subject": "secrets", "action": "read" }] });
    admin.ok("POST", "/api/v1/user-project-additional-privilege", Some(privilege)).await;
    let group = admin.ok("POST", "/api/v1/groups", Some(json!({ "name": "Everyone here" }))).await;
    admin.ok("POST", &format!("/api/v1/groups/{}/users/{email}", id(&group)), None).await;
    Life { acme, admin, user, project }
}

impl Life<'_> {
    async fn own_value(&self) -> Value {
        let query = format!("projectId={}&environment=dev&type=personal", self.project);
        self.user.call("GET", &format!("/api/v4/secrets/FOO?{query}"), None).await.body["secret"].clone()
    }

    async fn commits(&self) -> Value {
        self.admin.read(&format!("/api/ui/v1/projects/{}/commits", self.project)).await["commits"].clone()
    }

    async fn members(&self) -> usize {
        let path = format!("/api/v2/organizations/{}/memberships", self.acme.id);
        self.admin.read(&path).await["users"].as_array().unwrap().len()
    }
}

#[tokio::test]
async fn a_deleted_person_is_out_of_everything_at_once_and_what_they_did_stays_readable() {
    each_engine(async |server| {
        let root = server.with_admin().await;
        let life = life(server, "globex", "bob@globex.test").await;
        let other = self::life(server, "initech", "carl@initech.test").await;
        assert_eq!(life.own_value().await["secretValue"], "mine");
        let before = (life.commits().await, other.commits().await, other.members().await);

        let deleted = root.ok("DELETE", &format!("{USERS}/{}", life.user.id), None).await["users"].clone();

        assert_eq!((&deleted["id"], &deleted["email"]), (&json!(life.user.id), &json!("bob@globex.test")));
        assert_eq!(life.user.status("GET", "/api/v2/users/me", None).await, 401);
        assert_eq!(read_status(&life.user, &life.project, "dev", "/", "FOO").await, 401);
        assert_eq!(read_status(&life.admin, &life.project, "dev", "/", "FOO").await, 200);
        let commits = life.commits().await;
        assert_eq!(commits.as_array().unwrap().len(), before.0.as_array().unwrap().len());
        let theirs = commits
            .as_array()
            .unwrap()
            .iter()
            .find(|commit| commit["actorMetadata"]["name"] == "bob@globex.test");
        assert_eq!(theirs.unwrap()["actorMetadata"]["isDeleted"], true);
        assert_eq!(before.1[0]["actorMetadata"]["isDeleted"], false);
        assert_eq!(life.members().await, 1);
        let owned: i64 = {
            let mut db = server.app.database.read().await.unwrap();
            tacit_store::secret_overrides::count(
                &mut db,
                &tacit_core::id::ProjectId::new(&life.project),
                &tacit_core::id::UserId::new(&life.user.id),
            )
            .await
            .unwrap()
        };
        assert_eq!(owned, 0);
        // The organization that lost a member reads it in its own log, with what the person did before.
        let log = server.events(life.acme.id.as_str()).await;
        assert!(log.iter().any(|event| event.event_type == "delete-user"));
        assert!(log.iter().any(|event| event.actor_name.as_deref() == Some("bob@globex.test")));
        assert!(server.has_event(&root.organization_id, "delete-user").await);
        // Nobody else lost anything.
        assert_eq!((other.commits().await, other.members().await), (before.1, before.2));
        assert_eq!(other.own_value().await["secretValue"], "mine");
        assert!(!server.has_event(other.acme.id.as_str(), "delete-user").await);
    })
    .await;
}

#[tokio::test]
async fn several_accounts_are_deleted_all_or_none() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let acme = own(&admin);
        let (bob, carl) = (acme.user("bob@a.test", "member").await, acme.user("carl@a.test", "member").await);
        let delete =
            async |ids: Value| admin.call("DELETE", USERS, Some(json!({ "userIds": ids }))).await.status;

        assert_eq!(delete(json!([bob.id, "nobody"])).await, 404);
        assert_eq!(delete(json!([bob.id, admin.user_id])).await, 400);
        assert_eq!(delete(json!([])).await, 422);
        assert_eq!(delete(json!(vec![bob.id.clone(); 101])).await, 422);
        assert_eq!(bob.status("GET", "/api/v2/users/me", None).await, 200);
        assert_eq!(delete(json!([bob.id, carl.id, bob.id])).await, 200);
        for gone in [&bob, &carl] {
            assert_eq!(gone.status("GET", "/api/v2/users/me", None).await, 401);
        }
    })
    .await;
}

#[tokio::test]
async fn a_machine_manages_the_instance_until_that_is_taken_from_it() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let listed = admin.ok("GET", IDENTITIES, None).await["identities"][0].clone();
        assert_eq!(listed["isInstanceAdmin"], true);
        let path = format!("{IDENTITIES}/{}/super-admin-access", id(&listed));
        assert_eq!(status(server, &admin.identity_token, "GET", USERS).await, 200);

        let identity = admin.ok("DELETE", &path, None).await["identity"].clone();

        assert_eq!(identity["id"], listed["id"]);
        assert_eq!(status(server, &admin.identity_token, "GET", USERS).await, 403);
        assert_eq!(
            admin.call("DELETE", &format!("{IDENTITIES}/none/super-admin-access"), None).await.status,
            404
        );
        assert!(server.has_event(&admin.organization_id, "revoke-identity-instance-admin").await);
    })
    .await;
}

#[tokio::test]
async fn an_organization_without_an_admin_can_be_taken_over_and_no_other() {
    each_engine(async |server| {
        let root = server.with_admin().await;
        let globex = organization(server, "globex").await;
        let boss = globex.user("boss@globex.test", "admin").await;
        let bob = globex.user("bob@globex.test", "member").await;
        let path = format!("/api/ui/v1/admin/organizations/{}/take-over", globex.id);
        assert_eq!(root.call("POST", &path, None).await.status, 400);
        root.ok("DELETE", &format!("{USERS}/{}", boss.id), None).await;
        assert_eq!(bob.status("POST", &path, None).await, 403);

        root.ok("POST", &path, None).await;

        let token = server.sign_in("ada@example.test", PASSWORD, globex.id.as_str()).await;
        let members = format!("/api/v2/organizations/{}/memberships", globex.id);
        assert_eq!(status(server, &token, "GET", &members).await, 200);
        assert_eq!(root.call("POST", &path, None).await.status, 400);
        assert!(server.has_event(globex.id.as_str(), "take-over-organization").await);
    })
    .await;
}

#[tokio::test]
async fn who_takes_over_keeps_what_they_have_in_projects_or_accepts_by_it() {
    each_engine(async |server| {
        let root = server.with_admin().await;
        for (slug, is_member) in [("globex", true), ("initech", false)] {
            let organization = organization(server, slug).await;
            let boss = organization.user(&format!("boss@{slug}.test"), "admin").await;
            let project = boss.project_id("Shop").await;
            if is_member {
                server.add_to_organization(organization.id.as_str(), &root.user_id, "member").await;
                let body = json!({ "emails": ["ada@example.test"], "roleSlugs": ["viewer"] });
                boss.ok("POST", &format!("/api/v1/projects/{project}/memberships"), Some(body)).await;
            } else {
                let body =
                    json!({ "inviteeEmails": ["ada@example.test"], "organizationId": organization.id });
                boss.ok("POST", "/api/v1/invite-org/signup", Some(body)).await;
            }
            root.ok("DELETE", &format!("{USERS}/{}", boss.id), None).await;

            let path = format!("/api/ui/v1/admin/organizations/{}/take-over", organization.id);
            root.ok("POST", &path, None).await;

            let token = server.sign_in("ada@example.test", PASSWORD, organization.id.as_str()).await;
            let roles = format!("/api/v1/organization/{}/roles", organization.id);
            assert_eq!(status(server, &token, "GET", &roles).await, 200, "{slug}");
            let secrets = format!("/api/v4/secrets?projectId={project}&environment=dev");
            assert_eq!(status(server, &token, "GET", &secrets).await, if is_member { 200 } else { 403 });
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_administrators_who_demote_each_other_at_once_leave_one() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let (bob, token) = colleague(&admin, "bob@example.test", "member").await;
        for _ in 0..5 {
            admin.ok("PATCH", &admin_access(&bob), None).await;
            let (of_bob, of_ada) = (admin_access(&bob), admin_access(&admin.user_id));
            let (by_ada, by_bob) = tokio::join!(
                status(server, &admin.token, "DELETE", &of_bob),
                status(server, &token, "DELETE", &of_ada)
            );

            // Whoever comes second manages the instance no more, or would take its last administrator.
            assert!((by_ada == 200) != (by_bob == 200), "{by_ada} {by_bob}");
            let left = [&admin.token, &token];
            let mut able = Vec::new();
            for one in left {
                able.push(status(server, one, "GET", USERS).await == 200);
            }
            assert_eq!(able.iter().filter(|is_able| **is_able).count(), 1);
            if able[1] {
                // Bob gives Ada her place back, for the next round.
                assert_eq!(status(server, &token, "PATCH", &of_ada).await, 200);
            }
        }
    })
    .await;
}
