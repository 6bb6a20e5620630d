//! The place of one person in an organization.

use serde_json::{Value, json};
use tacit::http::{route::Access, routes};

use crate::{
    administration::colleague,
    every_route::send,
    harness::each_engine,
    harness_projects::{Actor, Organization, id, organization},
    roles::{make_secret, read_status},
};

/// The path of somebody's membership.
async fn membership(by: &Actor<'_>, acme: &Organization<'_>, of: &Actor<'_>) -> String {
    let base = format!("/api/v2/organizations/{}/memberships", acme.id);
    let members = by.read(&base).await["users"].clone();
    let member = members.as_array().unwrap().iter().find(|member| member["userId"] == json!(of.id)).unwrap();
    format!("{base}/{}", id(member))
}

async fn make_organization_role(by: &Actor<'_>, slug: &str, permissions: Value) -> Value {
    let body = json!({ "slug": slug, "name": slug, "permissions": permissions });
    by.ok("POST", "/api/v1/organization/roles", Some(body)).await["role"].clone()
}

#[tokio::test]
async fn a_person_is_given_another_role() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let bob = acme.user("bob@example.test", "no-access").await;
        let path = membership(&ada, &acme, &bob).await;
        let role =
            make_organization_role(&ada, "auditor", json!([{ "subject": "role", "action": "read" }])).await;
        assert_eq!(bob.status("GET", "/api/v1/organization/roles", None).await, 403);

        let changed = ada.ok("PATCH", &path, Some(json!({ "role": "auditor" }))).await["membership"].clone();

        assert_eq!((&changed["role"], &changed["roleId"]), (&json!("custom"), &role["id"]));
        assert_eq!(bob.status("GET", "/api/v1/organization/roles", None).await, 200);
        let read = ada.read(&path).await["membership"].clone();
        assert_eq!((&read["roleId"], &read["user"]["email"]), (&role["id"], &json!(bob.name)));
        assert_eq!(ada.status("PATCH", &path, Some(json!({ "role": "nope" }))).await, 400);
        assert_eq!(ada.status("PATCH", &path.replace(acme.id.as_str(), "other"), None).await, 403);
        let unknown = format!("/api/v2/organizations/{}/memberships/nothing", acme.id);
        for method in ["GET", "PATCH"] {
            assert_eq!(ada.status(method, &unknown, Some(json!({}))).await, 404, "{method}");
            assert_eq!(bob.status(method, &unknown, Some(json!({}))).await, 403, "{method}");
        }
        assert!(server.has_event(acme.id.as_str(), "update-organization-membership").await);
    })
    .await;
}

#[tokio::test]
async fn who_manages_people_gives_only_roles_within_their_own() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let lead = acme.user("lead@example.test", "no-access").await;
        let bob = acme.user("bob@example.test", "no-access").await;
        make_organization_role(&ada, "people", json!([{ "subject": "member", "action": ["read", "edit"] }]))
            .await;
        let of_lead = membership(&ada, &acme, &lead).await;
        ada.ok("PATCH", &of_lead, Some(json!({ "role": "people" }))).await;
        let of_bob = membership(&ada, &acme, &bob).await;

        for path in [&of_bob, &of_lead] {
            let refused = lead.call("PATCH", path, Some(json!({ "role": "admin" }))).await;
            assert_eq!((refused.status, &refused.body["error"]), (403, &json!("PermissionBoundaryError")));
        }
        lead.ok("PATCH", &of_bob, Some(json!({ "role": "people" }))).await;
        let settings = json!([{ "subject": "settings", "action": ["read", "edit"] }]);
        make_organization_role(&ada, "settings", settings).await;
        ada.ok("PATCH", &of_lead, Some(json!({ "role": "settings" }))).await;
        let path = format!("/api/v1/organization/{}", acme.id);
        let default = |role: &str| Some(json!({ "defaultMembershipRoleSlug": role }));
        assert_eq!(
            lead.call("PATCH", &path, default("admin")).await.body["error"],
            "PermissionBoundaryError"
        );
        lead.ok("PATCH", &path, default("no-access")).await;
    })
    .await;
}

#[tokio::test]
async fn a_place_counts_or_not_and_the_last_admin_stays() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let bob = acme.user("bob@example.test", "member").await;
        let project = ada.project_id("Shop").await;
        make_secret(&ada, &project, "dev", "/", "FOO").await;
        ada.add_user(&project, &bob, "viewer").await;
        let of_bob = membership(&ada, &acme, &bob).await;

        let off = ada.ok("PATCH", &of_bob, Some(json!({ "isActive": false }))).await["membership"].clone();
        assert_eq!(off["isActive"], false);
        assert_eq!(read_status(&bob, &project, "dev", "/", "FOO").await, 401);
        ada.ok("PATCH", &of_bob, Some(json!({ "isActive": true }))).await;
        assert_eq!(read_status(&bob, &project, "dev", "/", "FOO").await, 200);
        let own = membership(&ada, &acme, &ada).await;
        for change in [json!({ "role": "member" }), json!({ "isActive": false })] {
            assert_eq!(ada.status("PATCH", &own, Some(change)).await, 400);
        }
    })
    .await;
}

#[tokio::test]
async fn a_person_is_described_by_keys_and_values() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let bob = acme.user("bob@example.test", "member").await;
        let path = membership(&ada, &acme, &bob).await;
        assert_eq!(ada.read(&path).await["membership"]["metadata"], json!([]));
        let describe = |pairs: Value| Some(json!({ "metadata": pairs }));

        let first = json!([{ "key": "team", "value": "shop" }, { "key": "floor", "value": "" }]);
        ada.ok("PATCH", &path, describe(first)).await;

        let read = ada.read(&path).await["membership"]["metadata"].clone();
        assert_eq!((&read[0]["key"], &read[0]["value"]), (&json!("team"), &json!("shop")));
        ada.ok("PATCH", &path, Some(json!({ "role": "member" }))).await;
        assert_eq!(ada.read(&path).await["membership"]["metadata"], read);
        ada.ok("PATCH", &path, describe(json!([{ "key": "team", "value": "shop" }]))).await;
        assert_eq!(ada.read(&path).await["membership"]["metadata"], json!([read[0]]));
        assert_eq!(bob.status("PATCH", &path, describe(json!([]))).await, 403);
        let many: Vec<Value> = (0..101).map(|_| json!({ "key": "k", "value": "" })).collect();
        let long = json!([{ "key": "k".repeat(256), "value": "" }]);
        for bad in [json!(many), long, json!([{ "key": "", "value": "" }]), json!("team")] {
            assert_eq!(ada.status("PATCH", &path, describe(bad.clone())).await, 422, "{bad}");
        }
    })
    .await;
}

#[tokio::test]
async fn somebody_suspended_may_do_nothing_on_any_route_until_they_are_let_in_again() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let (bob, token) = colleague(&admin, "bob@example.test", "admin").await;
        let base = format!("/api/v2/organizations/{}/memberships", admin.organization_id);
        let members = admin.ok("GET", &base, None).await["users"].clone();
        let place = members.as_array().unwrap().iter().find(|member| member["userId"] == json!(bob)).unwrap();
        let path = format!("{base}/{}", id(place));
        let set = async |is_active: bool| {
            admin.ok("PATCH", &path, Some(json!({ "isActive": is_active }))).await;
        };
        let own = json!({ "organization": admin.organization_id });

        set(false).await;

        for route in routes::all().iter().filter(|route| route.access != Access::Public) {
            let answer = send(server, route, Some(&token), &own).await;
            assert_eq!(answer.status, 401, "{} {}: {}", route.method, route.path, answer.text);
        }
        let body = json!({ "email": "bob@example.test", "password": "correct horse battery" });
        let signed_in = server.call("POST", "/api/v3/auth/login", None, Some(body)).await;
        let fresh = signed_in.body["accessToken"].as_str().unwrap().to_owned();
        let choose = json!({ "organizationId": admin.organization_id });
        let path = "/api/v3/auth/select-organization";
        assert_eq!(server.call("POST", path, Some(&fresh), Some(choose.clone())).await.status, 403);
        let listed = server.call("GET", "/api/v1/organization", Some(&fresh), None).await;
        assert_eq!(listed.body["organizations"], json!([]));
        set(true).await;
        assert_eq!(server.call("GET", &base, Some(&token), None).await.status, 200);
        assert_eq!(server.call("POST", path, Some(&fresh), Some(choose)).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_custom_role_can_be_that_of_people_who_are_invited_without_one() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let role =
            make_organization_role(&ada, "guest", json!([{ "subject": "role", "action": "read" }])).await;
        let path = format!("/api/v1/organization/{}", acme.id);
        let default = |role: &str| Some(json!({ "defaultMembershipRoleSlug": role }));
        assert_eq!(ada.status("PATCH", &path, default("nope")).await, 400);
        let set = ada.ok("PATCH", &path, default("guest")).await;
        assert_eq!(set["organization"]["defaultMembershipRole"], "guest");
        let own_path = format!("/api/v1/organization/roles/{}", id(&role));

        assert_eq!(ada.status("DELETE", &own_path, None).await, 400);
        ada.ok("PATCH", &own_path, Some(json!({ "slug": "visitor" }))).await;

        assert_eq!(ada.read(&path).await["organization"]["defaultMembershipRole"], "visitor");
        let offer = json!({ "inviteeEmails": ["bob@example.test"], "organizationId": acme.id });
        ada.ok("POST", "/api/v1/invite-org/signup", Some(offer)).await;
        ada.ok("PATCH", &path, default("member")).await;
        let members = ada.read(&format!("/api/v2/organizations/{}/memberships", acme.id)).await;
        let bob = members["users"].as_array().unwrap().iter().find(|one| one["status"] == "invited").unwrap();
        let at = format!("/api/v2/organizations/{}/memberships/{}", acme.id, id(bob));
        ada.ok("DELETE", &at, None).await;
        ada.ok("DELETE", &own_path, None).await;
    })
    .await;
}
