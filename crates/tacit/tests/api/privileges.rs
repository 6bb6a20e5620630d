//! Privileges beside roles, of people and of identities.

use serde_json::{Value, json};

use crate::{
    harness::each_engine,
    harness_projects::{id, organization},
    roles::{make_role, make_secret, read_status},
};

const IDENTITIES: &str = "/api/v2/identity-project-additional-privilege";
const OLDER: &str = "/api/v1/additional-privilege/identity";
const USERS: &str = "/api/v1/user-project-additional-privilege";

/// Rules that read all secrets.
fn reads() -> Value {
    json!([{ "subject": "secrets", "action": ["describeSecret", "readValue"] }])
}

/// A type that ends after an hour.
fn for_an_hour() -> Value {
    json!({ "isTemporary": true, "temporaryMode": "relative", "temporaryRange": "1h",
        "temporaryAccessStartTime": "2026-01-31T12:00:00.000Z" })
}

#[tokio::test]
async fn an_identity_is_given_a_privilege_that_changes_and_goes() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let bot = acme.machine("bot", "no-access").await;
        let project = ada.project("Shop").await;
        let (project, slug) = (id(&project), project["slug"].as_str().unwrap().to_owned());
        make_secret(&ada, &project, "dev", "/", "FOO").await;
        ada.add_machine(&project, &bot, "no-access").await;
        assert_eq!(read_status(&bot, &project, "dev", "/", "FOO").await, 403);

        let body = json!({ "identityId": bot.id, "projectId": project, "slug": "break-glass",
            "permissions": reads(), "type": for_an_hour() });
        let made = ada.ok("POST", IDENTITIES, Some(body.clone())).await["privilege"].clone();

        assert_eq!(
            made,
            json!({ "id": made["id"], "slug": "break-glass", "projectMembershipId": made["projectMembershipId"],
                "projectId": project, "identityId": bot.id, "isTemporary": true, "temporaryMode": "relative",
                "temporaryRange": "1h", "temporaryAccessStartTime": "2026-01-31T12:00:00.000Z",
                "temporaryAccessEndTime": "2026-01-31T13:00:00.000Z", "permissions": reads(),
                "createdAt": "2026-01-31T12:00:00.000Z", "updatedAt": "2026-01-31T12:00:00.000Z" })
        );
        assert_eq!(ada.status("POST", IDENTITIES, Some(body)).await, 400);
        let one = format!("{IDENTITIES}/{}", id(&made));
        let query = format!("identityId={}&projectId={project}", bot.id);
        let by_slug = format!("identityId={}&projectSlug={slug}", bot.id);
        assert_eq!(ada.read(&one).await["privilege"], made);
        assert_eq!(ada.read(&format!("{IDENTITIES}?{query}")).await["privileges"], json!([made]));
        assert_eq!(ada.read(&format!("{IDENTITIES}/slug/break-glass?{by_slug}")).await["privilege"], made);
        assert_eq!(ada.read(&format!("{OLDER}?{by_slug}")).await["privileges"], json!([made]));
        assert_eq!(ada.read(&format!("{OLDER}/break-glass?{by_slug}")).await["privilege"], made);

        assert_eq!(read_status(&bot, &project, "dev", "/", "FOO").await, 200);
        server.clock.advance_seconds(3600);
        assert_eq!(read_status(&bot, &project, "dev", "/", "FOO").await, 403);
        let always = json!({ "slug": "kept", "type": { "isTemporary": false } });
        let changed = ada.ok("PATCH", &one, Some(always)).await["privilege"].clone();
        assert_eq!((&changed["slug"], &changed["isTemporary"]), (&json!("kept"), &json!(false)));
        assert_eq!(changed["temporaryAccessEndTime"], json!(null));
        assert_eq!(read_status(&bot, &project, "dev", "/", "FOO").await, 200);
        ada.ok("DELETE", &one, None).await;
        assert_eq!(read_status(&bot, &project, "dev", "/", "FOO").await, 403);
        for method in ["GET", "PATCH", "DELETE"] {
            assert_eq!(ada.status(method, &one, Some(json!({}))).await, 404, "{method}");
        }
        let log = acme.events(&project).await;
        let named = |kind: &str| log.iter().filter(|event| *event == kind).count();
        assert_eq!(named("create-additional-privilege"), 1);
        assert_eq!(named("update-additional-privilege"), 1);
        assert_eq!(named("delete-additional-privilege"), 1);
    })
    .await;
}

#[tokio::test]
async fn the_older_routes_name_privileges_by_slug() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let bot = acme.machine("bot", "no-access").await;
        let project = ada.project("Shop").await;
        let (project, slug) = (id(&project), project["slug"].as_str().unwrap().to_owned());
        make_secret(&ada, &project, "dev", "/", "FOO").await;
        ada.add_machine(&project, &bot, "no-access").await;
        let place = json!({ "identityId": bot.id, "projectSlug": slug });
        let with = |more: Value| {
            let mut body = place.clone();
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            Some(body)
        };

        let single = json!({ "privilegePermission": { "actions": ["read"], "subject": "secrets",
            "conditions": { "environment": "dev", "secretPath": { "$glob": "/**" } } }, "slug": "one" });
        let made = ada.ok("POST", &format!("{OLDER}/permanent"), with(single)).await["privilege"].clone();
        assert_eq!(
            made["permissions"],
            json!([{ "action": "read", "subject": "secrets",
                "conditions": { "environment": "dev", "secretPath": { "$glob": "/**" } } }])
        );
        assert_eq!(read_status(&bot, &project, "dev", "/", "FOO").await, 200);
        let ending = json!({ "permissions": reads(), "temporaryMode": "relative", "temporaryRange": "1m",
            "temporaryAccessStartTime": "2026-01-31T12:00:00Z" });
        let second = ada.ok("POST", &format!("{OLDER}/temporary"), with(ending)).await["privilege"].clone();
        assert!(second["slug"].as_str().unwrap().starts_with("privilege-"));

        let change = json!({ "privilegeSlug": "one", "privilegeDetails": { "permissions": [] } });
        ada.ok("PATCH", OLDER, with(change)).await;
        assert_eq!(read_status(&bot, &project, "dev", "/", "FOO").await, 200);
        server.clock.advance_seconds(60);
        assert_eq!(read_status(&bot, &project, "dev", "/", "FOO").await, 403);
        ada.ok("DELETE", OLDER, with(json!({ "privilegeSlug": "one" }))).await;
        assert_eq!(ada.status("DELETE", OLDER, with(json!({ "privilegeSlug": "one" }))).await, 404);
        for bad in [
            json!({}),
            json!({ "permissions": reads(), "privilegePermission": { "actions": ["read"],
            "subject": "secrets" } }),
            json!({ "privilegePermission": { "actions": [], "subject": "secrets" } }),
        ] {
            assert_eq!(ada.status("POST", &format!("{OLDER}/permanent"), with(bad)).await, 422);
        }
        assert_eq!(
            ada.status("POST", &format!("{OLDER}/temporary"), with(json!({ "permissions": [] }))).await,
            422
        );
    })
    .await;
}

#[tokio::test]
async fn a_person_is_given_a_privilege_by_the_membership() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let bob = acme.user("bob@example.test", "member").await;
        let project = ada.project_id("Shop").await;
        make_secret(&ada, &project, "dev", "/", "FOO").await;
        let membership = ada.add_user(&project, &bob, "no-access").await;
        let body = json!({ "projectMembershipId": membership, "permissions": reads(),
            "type": { "isTemporary": false } });

        let made = ada.ok("POST", USERS, Some(body.clone())).await["privilege"].clone();

        assert_eq!((&made["userId"], &made["projectId"]), (&json!(bob.id), &json!(project)));
        assert_eq!(read_status(&bob, &project, "dev", "/", "FOO").await, 200);
        let one = format!("{USERS}/{}", id(&made));
        assert_eq!(ada.read(&one).await["privilege"], made);
        let list = format!("{USERS}?projectMembershipId={membership}");
        assert_eq!(ada.read(&list).await["privileges"], json!([made]));
        assert_eq!(ada.status("GET", &format!("{IDENTITIES}/{}", id(&made)), None).await, 404);
        let denies = json!({ "permissions": [{ "subject": "secrets", "action": "readValue", "inverted": true,
            "conditions": { "environment": "dev" } }] });
        ada.ok("PATCH", &one, Some(denies)).await;
        assert_eq!(read_status(&bob, &project, "dev", "/", "FOO").await, 403);
        assert_eq!(bob.status("DELETE", &one, None).await, 403);
        ada.ok("DELETE", &one, None).await;
        for unknown in ["nothing", made["id"].as_str().unwrap()] {
            assert_eq!(ada.status("GET", &format!("{USERS}/{unknown}"), None).await, 404);
        }
        let mut other = body;
        other["projectMembershipId"] = json!("nothing");
        assert_eq!(ada.status("POST", USERS, Some(other)).await, 404);
    })
    .await;
}

#[tokio::test]
async fn a_privilege_of_another_organization_is_unknown() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let other = organization(server, "other").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let eve = other.user("eve@example.test", "admin").await;
        let bot = acme.machine("bot", "no-access").await;
        let project = ada.project_id("Shop").await;
        ada.add_machine(&project, &bot, "no-access").await;
        let body = json!({ "identityId": bot.id, "projectId": project, "permissions": reads() });
        let made = ada.ok("POST", IDENTITIES, Some(body.clone())).await["privilege"].clone();

        for path in [format!("{IDENTITIES}/{}", id(&made)), format!("{IDENTITIES}/nothing")] {
            for method in ["GET", "PATCH", "DELETE"] {
                assert_eq!(eve.status(method, &path, Some(json!({}))).await, 404, "{method} {path}");
            }
        }
        assert_eq!(eve.status("POST", IDENTITIES, Some(body)).await, 404);
    })
    .await;
}

#[tokio::test]
async fn privileges_are_assigned_by_those_who_may_and_within_their_own_rights() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let lead = acme.user("lead@example.test", "member").await;
        let bot = acme.machine("bot", "no-access").await;
        let project = ada.project_id("Shop").await;
        let rules = json!([
            { "subject": "secrets", "action": "read", "conditions": { "environment": "dev" } },
            { "subject": "identity", "action": ["read", "edit"] },
            { "subject": "identity", "action": "assign-additional-privileges",
                "conditions": { "assignableSubject": "secrets" } },
        ]);
        make_role(&ada, &project, "lead", rules).await;
        ada.add_user(&project, &lead, "lead").await;
        ada.add_machine(&project, &bot, "no-access").await;
        let give = async |permissions: Value| {
            let body = json!({ "identityId": bot.id, "projectId": project, "permissions": permissions });
            lead.call("POST", IDENTITIES, Some(body)).await
        };
        let read = |environment: &str| {
            json!([{ "subject": "secrets", "action": "readValue",
            "conditions": { "environment": environment } }])
        };

        let beyond = give(read("prod")).await;
        assert_eq!((beyond.status, &beyond.body["error"]), (403, &json!("PermissionBoundaryError")));
        assert_eq!(
            beyond.body["details"]["missingPermissions"],
            json!([{ "action": "readValue", "subject": "secrets", "conditions": { "environment": "prod" } }])
        );
        let unassignable = give(json!([{ "subject": "identity", "action": "read" }])).await;
        assert_eq!((unassignable.status, &unassignable.body["error"]), (403, &json!("PermissionDenied")));
        assert_eq!(give(read("dev")).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn all_privileges_of_a_project_are_listed_with_their_holders() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let bob = acme.user("bob@example.test", "no-access").await;
        let bot = acme.machine("bot", "no-access").await;
        let project = ada.project_id("Shop").await;
        let membership = ada.add_user(&project, &bob, "viewer").await;
        ada.add_machine(&project, &bot, "viewer").await;
        let person = json!({ "projectMembershipId": membership, "slug": "of-bob", "permissions": reads() });
        ada.ok("POST", USERS, Some(person)).await;
        let machine = json!({ "identityId": bot.id, "projectId": project, "slug": "of-bot",
            "permissions": reads(), "type": for_an_hour() });
        ada.ok("POST", IDENTITIES, Some(machine)).await;
        let path = format!("/api/ui/v1/projects/{project}/privileges");

        let found = ada.read(&path).await;

        assert_eq!(found["total"], 2, "{found}");
        let (first, second) = (&found["privileges"][0], &found["privileges"][1]);
        assert_eq!(first["holder"], json!({ "type": "user", "id": bob.id, "name": bob.name }));
        assert_eq!((&first["slug"], &first["permissions"]), (&json!("of-bob"), &reads()));
        assert_eq!(second["holder"]["name"], "bot");
        assert_eq!(second["endsAt"], "2026-01-31T13:00:00.000Z");
        let nobody = acme.machine("nobody", "no-access").await;
        ada.add_machine(&project, &nobody, "no-access").await;
        assert_eq!(nobody.status("GET", &path, None).await, 403);
    })
    .await;
}
