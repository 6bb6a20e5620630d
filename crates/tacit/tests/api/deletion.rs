//! Deleting one's own account, and an organization with everything in it.

use serde_json::{Value, json};

use crate::{
    administration::{colleague, own},
    harness::each_engine,
    harness_projects::{Actor, Organization, id, organization},
    roles::{make_role, make_secret, read_status},
};

const ME: &str = "/api/v2/users/me";

fn path(organization: &Organization<'_>) -> String {
    format!("/api/v2/organizations/{}", organization.id)
}

#[tokio::test]
async fn a_person_deletes_their_own_account_and_is_signed_out() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let (bob, token) = colleague(&admin, "bob@example.test", "member").await;

        let answer = server.call("DELETE", ME, Some(&token), None).await;

        assert_eq!((answer.status, &answer.body["user"]["id"]), (200, &json!(bob)));
        assert_eq!(answer.cookie().unwrap(), "jid=");
        assert_eq!(server.call("GET", ME, Some(&token), None).await.status, 401);
        let body = json!({ "email": "bob@example.test", "password": "correct horse battery" });
        assert_eq!(server.call("POST", "/api/v3/auth/login", None, Some(body)).await.status, 401);
        assert!(server.has_event(&admin.organization_id, "delete-user").await);
    })
    .await;
}

#[tokio::test]
async fn nobody_leaves_an_organization_or_the_instance_without_an_admin() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let globex = organization(server, "globex").await;
        let boss = globex.user("boss@globex.test", "admin").await;

        let answer = boss.call("DELETE", ME, None).await;
        assert_eq!(answer.status, 400);
        assert!(answer.text.contains("globex"), "{}", answer.text);
        globex.user("other@globex.test", "admin").await;
        assert_eq!(boss.status("DELETE", ME, None).await, 200);
        // The first administrator of the instance has another admin in the organization, but not of the instance.
        colleague(&admin, "bob@example.test", "admin").await;
        let answer = admin.call("DELETE", ME, None).await;
        assert!(answer.status == 400 && answer.text.contains("server"), "{}", answer.text);
    })
    .await;
}

/// Makes a custom role that somebody has, a group that has one, a machine and a secret.
async fn furnish<'a>(acme: &Organization<'a>, admin: &Actor<'a>) -> (String, Actor<'a>) {
    let project = admin.project_id("Shop").await;
    make_secret(admin, &project, "dev", "/", "FOO").await;
    make_role(admin, &project, "reader", json!([{ "subject": "secrets", "action": "read" }])).await;
    let people = json!([{ "subject": "member", "action": "read" }]);
    let role = json!({ "slug": "people", "name": "People", "permissions": people });
    admin.ok("POST", "/api/v1/organization/roles", Some(role)).await;
    let group = json!({ "name": "Everyone here", "role": "people" });
    let group = admin.ok("POST", "/api/v1/groups", Some(group)).await;
    let place = format!("/api/v1/projects/{project}/groups/{}", id(&group));
    admin.ok("POST", &place, Some(json!({ "role": "reader" }))).await;
    let machine = acme.machine("robot", "no-access").await;
    admin.add_machine(&project, &machine, "reader").await;
    (project, machine)
}

#[tokio::test]
async fn an_organization_is_deleted_with_everything_in_it_and_with_nothing_of_others() {
    each_engine(async |server| {
        let root = server.with_admin().await;
        let (globex, initech) = (organization(server, "globex").await, organization(server, "initech").await);
        let boss = globex.user("boss@globex.test", "admin").await;
        let bob = globex.user("bob@globex.test", "member").await;
        let (project, machine) = furnish(&globex, &boss).await;
        let chief = initech.user("chief@initech.test", "admin").await;
        let (shop, machine_there) = furnish(&initech, &chief).await;
        // Somebody who is in both keeps the other place.
        server.add_to_organization(initech.id.as_str(), &bob.id, "member").await;
        let before = [
            chief.read(&format!("/api/v1/organization/{}/roles", initech.id)).await,
            chief.read("/api/v1/groups").await,
            chief.read(&format!("{}/memberships", path(&initech))).await,
            chief.read(&format!("/api/ui/v1/projects/{shop}/commits")).await,
        ];

        let answer = boss.ok("DELETE", &path(&globex), None).await;

        assert_eq!(answer["organization"]["id"], json!(globex.id));
        let token = answer["accessToken"].as_str().unwrap();
        assert_eq!(server.call("GET", ME, Some(token), None).await.status, 200);
        let list = server.call("GET", "/api/v1/organization", Some(token), None).await;
        assert_eq!(list.body["organizations"], json!([]));
        for actor in [&boss, &bob, &machine] {
            assert_eq!(read_status(actor, &project, "dev", "/", "FOO").await, 401, "{}", actor.name);
        }
        let after = [
            chief.read(&format!("/api/v1/organization/{}/roles", initech.id)).await,
            chief.read("/api/v1/groups").await,
            chief.read(&format!("{}/memberships", path(&initech))).await,
            chief.read(&format!("/api/ui/v1/projects/{shop}/commits")).await,
        ];
        assert_eq!(before, after);
        for actor in [&chief, &machine_there] {
            assert_eq!(read_status(actor, &shop, "dev", "/", "FOO").await, 200, "{}", actor.name);
        }
        // The logs stay: its own, and that of the instance.
        assert!(server.has_event(globex.id.as_str(), "create-project").await);
        for log in [globex.id.as_str(), ""] {
            assert!(server.has_event(log, "delete-organization").await, "{log}");
        }
        let listed = root.ok("GET", "/api/v1/admin/organization-management/organizations", None).await;
        assert!(!listed.to_string().contains(globex.id.as_str()), "{listed}");
    })
    .await;
}

#[tokio::test]
async fn only_an_admin_of_the_organization_deletes_it() {
    each_engine(async |server| {
        server.with_admin().await;
        let globex = organization(server, "globex").await;
        let boss = globex.user("boss@globex.test", "admin").await;
        let member = globex.user("bob@globex.test", "member").await;
        let settler = globex.user("settler@globex.test", "no-access").await;
        let permissions = json!([{ "subject": "settings", "action": ["read", "delete"] }]);
        let role = json!({ "slug": "settler", "name": "Settler", "permissions": permissions });
        boss.ok("POST", "/api/v1/organization/roles", Some(role)).await;
        let members = boss.read(&format!("{}/memberships", path(&globex))).await;
        let is_settler = |member: &&Value| member["userId"] == json!(settler.id);
        let place = id(members["users"].as_array().unwrap().iter().find(is_settler).unwrap());
        let change = Some(json!({ "role": "settler" }));
        boss.ok("PATCH", &format!("{}/memberships/{place}", path(&globex)), change).await;

        assert_eq!(member.status("DELETE", &path(&globex), None).await, 403);
        let refused = settler.call("DELETE", &path(&globex), None).await;
        assert_eq!((refused.status, &refused.body["error"]), (403, &json!("PermissionBoundaryError")));
        let machine = globex.machine("robot", "admin").await;
        assert_eq!(machine.status("DELETE", &path(&globex), None).await, 403);
        assert_eq!(boss.status("DELETE", "/api/v2/organizations/other", None).await, 403);
        let project = boss.project_id("Shop").await;
        let protection = format!("/api/v1/projects/{project}");
        boss.ok("PATCH", &protection, Some(json!({ "hasDeleteProtection": true }))).await;
        let answer = boss.call("DELETE", &path(&globex), None).await;
        assert!(answer.status == 400 && answer.text.contains("Shop"), "{}", answer.text);
        boss.ok("PATCH", &protection, Some(json!({ "hasDeleteProtection": false }))).await;
        boss.ok("DELETE", &path(&globex), None).await;
    })
    .await;
}

#[tokio::test]
async fn the_last_organization_of_who_manages_the_instance_stays() {
    each_engine(async |server| {
        let root = server.with_admin().await;
        let globex = organization(server, "globex").await;
        globex.user("boss@globex.test", "admin").await;

        let refused = root.call("DELETE", &path(&own(&root)), None).await;
        assert!(refused.status == 400 && refused.text.contains("server"), "{}", refused.text);
        server.add_to_organization(globex.id.as_str(), &root.user_id, "member").await;
        root.ok("DELETE", &path(&own(&root)), None).await;
        let token = server.sign_in("ada@example.test", "correct horse battery", globex.id.as_str()).await;
        let users = "/api/v1/admin/user-management/users";
        assert_eq!(server.call("GET", users, Some(&token), None).await.status, 200);
    })
    .await;
}
