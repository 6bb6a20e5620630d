//! People in a project: added for a while, and there by a group.

use serde_json::{Value, json};

use crate::{
    harness::each_engine,
    harness_projects::{Actor, id, organization},
    roles::{make_role, make_secret, read_status},
};

/// The people of a project, with those of its groups or without.
async fn people(by: &Actor<'_>, project: &str, with_groups: bool) -> Vec<Value> {
    let path = format!("/api/v1/workspace/{project}/users?includeGroupMembers={with_groups}");
    by.read(&path).await["users"].as_array().unwrap().clone()
}

#[tokio::test]
async fn people_are_added_with_roles_that_end_by_themselves() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let bob = acme.user("bob@example.test", "member").await;
        let project = ada.project_id("Shop").await;
        make_secret(&ada, &project, "dev", "/", "FOO").await;
        let path = format!("/api/v1/projects/{project}/memberships");
        let viewer = json!({ "role": "viewer", "isTemporary": true, "temporaryMode": "relative",
            "temporaryRange": "1h", "temporaryAccessStartTime": "2026-01-31T12:00:00Z" });
        let body = json!({ "emails": [bob.name], "roles": [{ "role": "no-access" }, viewer] });
        let above = json!({ "emails": [bob.name], "roles": [{ "role": "admin" }] });

        ada.ok("POST", &path, Some(body)).await;

        assert_eq!(read_status(&bob, &project, "dev", "/", "FOO").await, 200);
        assert_eq!(bob.status("POST", &path, Some(above)).await, 403);
        server.clock.advance_seconds(3600);
        assert_eq!(read_status(&bob, &project, "dev", "/", "FOO").await, 403);
    })
    .await;
}

#[tokio::test]
async fn people_who_are_in_a_project_by_a_group_are_listed_with_it_on_demand() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let bob = acme.user("bob@example.test", "member").await;
        let project = ada.project_id("Shop").await;
        let group = ada.ok("POST", "/api/v1/groups", Some(json!({ "name": "Readers" }))).await;
        ada.ok("POST", &format!("/api/v1/groups/{}/users/{}", id(&group), bob.name), None).await;
        let place = format!("/api/v1/projects/{project}/groups/{}", id(&group));
        ada.ok("POST", &place, Some(json!({ "role": "viewer" }))).await;

        assert_eq!(people(&ada, &project, false).await.len(), 1);
        let listed = people(&ada, &project, true).await;
        assert_eq!((listed.len(), &listed[0]["isGroupMember"]), (2, &json!(false)));
        let by_group = &listed[1];
        assert_eq!((&by_group["userId"], &by_group["isGroupMember"]), (&json!(bob.id), &json!(true)));
        assert_eq!(by_group["group"], json!({ "id": group["id"], "name": "Readers" }));
        assert_eq!(by_group["roles"][0]["role"], "viewer");
        // Who is there by themselves too is there twice.
        ada.add_user(&project, &bob, "member").await;
        let listed = people(&ada, &project, true).await;
        let ways: Vec<_> = listed[1..].iter().map(|one| one["isGroupMember"].clone()).collect();
        assert_eq!(ways, [json!(false), json!(true)]);
    })
    .await;
}

#[tokio::test]
async fn a_group_is_named_to_those_only_who_may_see_groups() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let bob = acme.user("bob@example.test", "member").await;
        let project = ada.project_id("Shop").await;
        let group = ada.ok("POST", "/api/v1/groups", Some(json!({ "name": "Readers" }))).await;
        ada.ok("POST", &format!("/api/v1/groups/{}/users/{}", id(&group), ada.name), None).await;
        let place = format!("/api/v1/projects/{project}/groups/{}", id(&group));
        ada.ok("POST", &place, Some(json!({ "role": "viewer" }))).await;
        let permissions = json!([{ "subject": "member", "action": "read" }]);
        let role = json!({ "slug": "people", "name": "People", "permissions": permissions });
        ada.ok("POST", &format!("/api/v1/projects/{project}/roles"), Some(role)).await;
        ada.add_user(&project, &bob, "people").await;

        let listed = people(&bob, &project, true).await;

        let by_group = listed.iter().find(|one| one["isGroupMember"] == json!(true)).unwrap();
        assert!(by_group.get("group").is_none(), "{by_group}");
    })
    .await;
}

#[tokio::test]
async fn the_projects_of_an_identity_name_its_custom_roles() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let robot = acme.machine("robot", "no-access").await;
        let project = ada.project_id("Shop").await;
        let permissions = json!([{ "subject": "secrets", "action": "read" }]);
        let role = make_role(&ada, &project, "reader", permissions).await;
        ada.add_machine(&project, &robot, "reader").await;

        let listed = ada.read(&format!("/api/v1/identities/{}/identity-memberships", robot.id)).await;

        let given = &listed["identityMemberships"][0]["roles"][0];
        assert_eq!((&given["customRoleId"], &given["customRoleSlug"]), (&role["id"], &json!("reader")));
        assert_eq!((&given["role"], &given["customRoleName"]), (&json!("custom"), &json!("reader")));
    })
    .await;
}
