//! Why somebody may do something, and who may.

use serde_json::{Value, json};

use crate::{
    groups::make_group,
    harness::each_engine,
    harness_projects::{Actor, id, organization},
    roles::{make_role, make_secret},
};

const PRIVILEGES: &str = "/api/v2/identity-project-additional-privilege";

fn explain_path(project: &str) -> String {
    format!("/api/ui/v1/projects/{project}/explain")
}

/// Asks about a secret of the root of `dev`.
async fn explain(by: &Actor<'_>, project: &str, who: Value, action: &str, name: &str) -> Value {
    let body = json!({ "who": who, "action": action, "environment": "dev", "secretPath": "/",
        "secretName": name });
    by.ok("POST", &explain_path(project), Some(body)).await
}

async fn who_can(by: &Actor<'_>, project: &str, body: Value) -> Value {
    by.ok("POST", &format!("/api/ui/v1/projects/{project}/who-can"), Some(body)).await
}

fn names(members: &Value) -> Vec<&str> {
    members.as_array().unwrap().iter().map(|member| member["name"].as_str().unwrap()).collect()
}

fn identity(id: &str) -> Value {
    json!({ "type": "identity", "id": id })
}

#[tokio::test]
async fn the_role_of_a_group_and_its_rule_are_named() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let bob = acme.user("bob@example.test", "no-access").await;
        let project = ada.project_id("Shop").await;
        make_secret(&ada, &project, "dev", "/", "FOO").await;
        let rule = json!({ "subject": "secrets", "action": "read", "conditions": { "environment": "dev" } });
        make_role(&ada, &project, "dev-reader", json!([rule])).await;
        ada.add_user(&project, &bob, "no-access").await;
        let group = make_group(&ada, "Ops", "no-access").await;
        let added = json!({ "role": "dev-reader" });
        ada.ok("POST", &format!("/api/v1/projects/{project}/groups/{group}"), Some(added)).await;
        ada.ok("POST", &format!("/api/v1/groups/{group}/users/{}", bob.name), None).await;
        let about_bob = json!({ "type": "user", "id": bob.id });

        let answer = explain(&ada, &project, about_bob.clone(), "read", "FOO").await;

        assert_eq!((&answer["who"], &answer["isAllowed"]), (&about_bob, &json!(true)), "{answer}");
        assert_eq!(answer["changes"], json!({ "deniedBy": [], "rolesThatAllow": [], "at": null }));
        assert_eq!(answer["parts"].as_array().unwrap().len(), 2);
        let decided = answer["parts"][0]["decidedBy"].as_u64().unwrap();
        let source = &answer["sources"][usize::try_from(decided).unwrap()];
        assert_eq!((&source["kind"], &source["role"]), (&json!("custom-role"), &json!("dev-reader")));
        assert_eq!(
            (&source["givenBy"], &source["group"]),
            (&json!("group"), &json!({ "id": group, "name": "Ops" }))
        );
        assert_eq!(
            source["verdicts"][0],
            json!({ "action": "describeSecret", "verdict": "allows", "ruleIndex": 0, "rule": rule })
        );
        let own = bob
            .ok("POST", &explain_path(&project), Some(json!({ "action": "edit", "environment": "prod" })))
            .await;
        assert_eq!((&own["who"], &own["isAllowed"]), (&about_bob, &json!(false)));
        assert_eq!(own["parts"][0], json!({ "action": "edit", "isAllowed": false, "decidedBy": null }));
        assert_eq!(own["changes"]["rolesThatAllow"], json!(["admin", "member"]));
        let of_group =
            explain(&ada, &project, json!({ "type": "group", "id": group }), "readValue", "FOO").await;
        assert_eq!(
            (&of_group["isAllowed"], of_group["sources"].as_array().unwrap().len()),
            (&json!(true), 1)
        );
        assert!(acme.events(&project).await.iter().any(|kind| kind == "explain-access"));
    })
    .await;
}

#[tokio::test]
async fn a_privilege_that_denies_is_named_with_when_it_ends() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let bot = acme.machine("bot", "no-access").await;
        let project = ada.project_id("Shop").await;
        make_secret(&ada, &project, "dev", "/", "FOO").await;
        let tags = format!("/api/v1/projects/{project}/tags");
        let tag = id(&ada.ok("POST", &tags, Some(json!({ "slug": "billing" }))).await["tag"]);
        let tagged =
            json!({ "projectId": project, "environment": "dev", "secretPath": "/", "tagIds": [tag] });
        ada.ok("PATCH", "/api/v4/secrets/FOO", Some(tagged)).await;
        make_secret(&ada, &project, "dev", "/", "BAR").await;
        ada.add_machine(&project, &bot, "viewer").await;
        let rule = json!({ "subject": "secrets", "action": ["readValue"], "inverted": true,
            "conditions": { "secretTags": { "$in": ["billing"] } } });
        let privilege = json!({ "identityId": bot.id, "projectId": project, "permissions": [rule],
            "slug": "no-billing", "type": { "isTemporary": true, "temporaryMode": "relative", "temporaryRange": "1h",
                "temporaryAccessStartTime": "2026-01-31T12:00:00Z" } });
        ada.ok("POST", PRIVILEGES, Some(privilege)).await;

        let answer = explain(&ada, &project, identity(&bot.id), "read", "FOO").await;

        assert_eq!((&answer["isAllowed"], &answer["takesTags"]), (&json!(false), &json!(true)), "{answer}");
        assert_eq!(
            answer["changes"],
            json!({ "deniedBy": [1], "rolesThatAllow": [], "at": "2026-01-31T13:00:00.000Z" })
        );
        assert_eq!(answer["parts"][1], json!({ "action": "readValue", "isAllowed": false, "decidedBy": 1 }));
        let source = &answer["sources"][1];
        assert_eq!((&source["kind"], &source["givenBy"]), (&json!("privilege"), &json!("own")));
        assert_eq!((&source["privilege"], &source["role"]), (&json!("no-billing"), &Value::Null));
        assert_eq!(answer["sources"][0]["privilege"], Value::Null);
        assert_eq!(
            (&source["isTemporary"], &source["endsAt"]),
            (&json!(true), &json!("2026-01-31T13:00:00.000Z"))
        );
        assert_eq!(source["verdicts"][1]["rule"], rule);
        assert_eq!(explain(&bot, &project, Value::Null, "read", "FOO").await["isAllowed"], false);
        assert_eq!(explain(&ada, &project, identity(&bot.id), "read", "BAR").await["isAllowed"], true);
        let place = json!({ "action": "readValue", "environment": "dev", "secretName": "FOO" });
        let able = who_can(&ada, &project, place.clone()).await;
        assert_eq!((names(&able["users"]), names(&able["identities"])), (vec!["ada@example.test"], vec![]));
        assert_eq!(able["users"][0]["sources"][0]["role"], "admin");
        server.clock.advance_seconds(3_601);
        let able = who_can(&ada, &project, place).await;
        assert_eq!(names(&able["identities"]), ["bot"]);
        assert_eq!(able["identities"][0]["sources"][0]["role"], "viewer");
        let folder = json!({ "action": "delete", "environment": "dev", "secretPath": "/" });
        assert_eq!(names(&who_can(&ada, &project, folder).await["identities"]), Vec::<&str>::new());
    })
    .await;
}

#[tokio::test]
async fn only_who_may_see_others_asks_about_them() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let (bot, nobody) = (acme.machine("bot", "no-access").await, acme.machine("no", "no-access").await);
        let outsider = acme.machine("outsider", "no-access").await;
        let project = ada.project_id("Shop").await;
        ada.add_machine(&project, &bot, "viewer").await;
        ada.add_machine(&project, &nobody, "no-access").await;
        let ask = async |by: &Actor<'_>, who: Value| {
            let body = json!({ "who": who, "action": "read", "environment": "dev", "secretName": "FOO" });
            by.status("POST", &explain_path(&project), Some(body)).await
        };
        let person = json!({ "type": "user", "id": ada.id });
        for who in
            [person, identity(&bot.id), identity("unknown"), json!({ "type": "group", "id": "unknown" })]
        {
            assert_eq!(ask(&nobody, who).await, 403);
        }
        for who in [Value::Null, identity(&nobody.id)] {
            assert_eq!(ask(&nobody, who).await, 200);
        }
        assert_eq!(ask(&outsider, Value::Null).await, 403);
        assert_eq!(ask(&ada, identity(&outsider.id)).await, 404);
        assert_eq!(ask(&ada, json!({ "type": "group", "id": "unknown" })).await, 404);
        let path = format!("/api/ui/v1/projects/{project}/who-can");
        let body = json!({ "action": "read", "environment": "dev" });
        assert_eq!(nobody.status("POST", &path, Some(body)).await, 403);
        for bad in [json!({ "action": "read" }), json!({ "action": "lease", "environment": "dev" })] {
            assert_eq!(ada.status("POST", &path, Some(bad)).await, 422);
        }
        for bad in [json!({ "action": "fly" }), json!({ "action": "read", "subject": "billing" })] {
            assert_eq!(ada.status("POST", &explain_path(&project), Some(bad)).await, 422);
        }
    })
    .await;
}

#[tokio::test]
async fn service_tokens_that_may_are_named_as_long_as_they_give_something() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let bob = acme.user("bob@example.test", "no-access").await;
        let project = ada.project_id("Shop").await;
        make_secret(&ada, &project, "dev", "/", "FOO").await;
        let membership = ada.add_user(&project, &bob, "admin").await;
        for (by, name, environment, permission) in
            [(&ada, "reader", "dev", "read"), (&bob, "of bob", "dev", "read"), (&ada, "writer", "dev", "write"), (&ada, "prod", "prod", "read")]
        {
            let body = json!({ "name": name, "workspaceId": project, "permissions": [permission], "expiresIn": 60,
                "scopes": [{ "environment": environment, "secretPath": "/**" }] });
            by.ok("POST", "/api/v2/service-token", Some(body)).await;
            server.clock.advance_seconds(1);
        }
        let ask = async |action: &str| {
            let body = json!({ "action": action, "environment": "dev", "secretName": "FOO" });
            who_can(&ada, &project, body).await["serviceTokens"].clone()
        };

        assert_eq!(names(&ask("readValue").await), ["reader", "of bob"]);
        assert_eq!(names(&ask("edit").await), ["writer"]);
        ada.ok("DELETE", &format!("/api/v1/workspace/{project}/memberships/{membership}"), None).await;
        assert_eq!(names(&ask("readValue").await), ["reader"], "who made it holds nothing any more");
        server.clock.advance_seconds(60);
        assert_eq!(ask("readValue").await, json!([]));
    })
    .await;
}

#[tokio::test]
async fn tags_of_a_secret_that_the_caller_may_not_see_stay_unknown() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let (clerk, bot) = (acme.machine("clerk", "no-access").await, acme.machine("bot", "no-access").await);
        let project = ada.project_id("Shop").await;
        make_secret(&ada, &project, "dev", "/", "FOO").await;
        let rules = json!([{ "subject": "identity", "action": "read" }, { "subject": "role", "action": "read" },
            { "subject": "member", "action": "read" }]);
        make_role(&ada, &project, "clerk", rules).await;
        ada.add_machine(&project, &clerk, "clerk").await;
        ada.add_machine(&project, &bot, "viewer").await;

        let answer = explain(&clerk, &project, identity(&bot.id), "read", "FOO").await;

        assert_eq!((&answer["isAllowed"], &answer["takesTags"]), (&json!(true), &json!(false)));
        let path = format!("/api/ui/v1/projects/{project}/who-can");
        for name in ["FOO", "NOPE"] {
            let body = json!({ "action": "read", "environment": "dev", "secretName": name });
            assert_eq!(clerk.status("POST", &path, Some(body)).await, 403, "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn roles_in_the_organization_are_explained_with_those_of_groups() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let ada = acme.user("ada@example.test", "admin").await;
        let bob = acme.user("bob@example.test", "no-access").await;
        let body = json!({ "slug": "biller", "name": "Biller",
            "permissions": [{ "subject": "billing", "action": ["read", "edit"] }] });
        ada.ok("POST", "/api/v1/organization/roles", Some(body)).await;
        let group = make_group(&ada, "Money", "biller").await;
        let ask = async |by: &Actor<'_>, who: Value, action: &str| {
            let body = json!({ "who": who, "action": action, "subject": "billing" });
            by.call("POST", "/api/ui/v1/explain", Some(body)).await
        };
        let about_bob = json!({ "type": "user", "id": bob.id });

        let before = ask(&ada, about_bob.clone(), "edit").await;

        assert_eq!((before.status, &before.body["isAllowed"]), (200, &json!(false)), "{}", before.text);
        assert_eq!(before.body["changes"]["rolesThatAllow"], json!(["admin"]));
        ada.ok("POST", &format!("/api/v1/groups/{group}/users/{}", bob.name), None).await;
        let after = ask(&ada, about_bob.clone(), "edit").await.body;
        assert_eq!(after["isAllowed"], true, "{after}");
        let source =
            &after["sources"][usize::try_from(after["parts"][0]["decidedBy"].as_u64().unwrap()).unwrap()];
        assert_eq!((&source["kind"], &source["role"]), (&json!("custom-role"), &json!("biller")));
        assert_eq!(source["group"], json!({ "id": group, "name": "Money" }));
        assert_eq!(source["verdicts"][0]["rule"]["subject"], "billing");
        assert_eq!(ask(&ada, json!({ "type": "group", "id": group }), "edit").await.body["isAllowed"], true);
        assert_eq!(ask(&bob, Value::Null, "read").await.body["isAllowed"], true);
        assert_eq!(ask(&bob, json!({ "type": "user", "id": ada.id }), "read").await.status, 403);
        assert_eq!(ask(&ada, json!({ "type": "user", "id": "unknown" }), "read").await.status, 404);
        assert_eq!(ask(&ada, Value::Null, "lease").await.status, 422);
        let project = ada.project_id("Shop").await;
        let body = json!({ "project": project, "action": "read", "environment": "dev" });
        assert_eq!(ada.ok("POST", "/api/ui/v1/explain", Some(body)).await["isAllowed"], true);
    })
    .await;
}
