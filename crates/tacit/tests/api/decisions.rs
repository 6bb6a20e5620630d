//! Refusals and their ids, which those who look after access can open.

use serde_json::{Value, json};
use tacit::http::{
    route::{Access, Route},
    routes,
};

use crate::{
    every_route::{ends_session, known_ids, send},
    harness::{Admin, Answer, each_engine},
    harness_projects::{Actor, Organization, organization},
    roles::{make_role, make_secret},
};

fn path(id: &str) -> String {
    format!("/api/ui/v1/decisions/{id}")
}

fn decision_id(answer: &Answer) -> String {
    assert!(answer.body["decisionId"].is_string(), "{}", answer.text);
    answer.body["decisionId"].as_str().unwrap().to_owned()
}

async fn open(by: &Actor<'_>, answer: &Answer) -> Value {
    by.read(&path(&decision_id(answer))).await["decision"].clone()
}

/// What is in the way of everybody: nothing but permissions.
fn routes_for(is_user: bool) -> impl Iterator<Item = Route> {
    routes::all().into_iter().filter(move |route| match route.access {
        Access::Caller => !ends_session(route),
        Access::User | Access::UserWithoutOrganization => is_user && !ends_session(route),
        Access::Identity => !is_user,
        Access::Public | Access::InstanceAdmin | Access::ServiceToken => false,
    })
}

/// Opens the decision of a refusal and compares it with what the caller read.
async fn check(admin: &Admin<'_>, route: &Route, answer: &Answer, actor: &str) {
    let label = format!("{} {}: {}", route.method, route.path, answer.text);
    let decision = admin.ok("GET", &path(&decision_id(answer)), None).await["decision"].clone();
    assert_eq!(decision["actor"]["id"], actor, "{label} {decision}");
    assert_eq!(decision["eventType"], route.event, "{label} {decision}");
    assert_eq!(decision["message"].as_str(), answer.body["message"].as_str(), "{label} {decision}");
    if answer.body["error"] != "PermissionDenied" {
        return;
    }
    assert_eq!(decision["kind"], "permission", "{label} {decision}");
    let question = &decision["question"];
    let asked = format!(
        "You are not allowed to {} on {}",
        question["action"].as_str().unwrap(),
        question["subject"].as_str().unwrap()
    );
    assert_eq!(answer.body["message"], asked, "{label}");
    assert!(!decision["reasons"].as_array().unwrap().is_empty(), "{label} {decision}");
    assert_eq!(decision["now"]["isAllowed"], false, "{label} {decision}");
    assert_eq!(decision["now"]["who"]["id"], actor, "{label} {decision}");
}

#[tokio::test]
async fn every_refusal_by_permission_has_a_decision_that_opens() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let ids = known_ids(&admin).await;
        let project = ids["project"].as_str().unwrap();
        let (machine, machine_token) = admin.member(project, "no-access").await;
        let person = server.add_user("eve@example.test", "correct horse battery").await;
        server.add_to_organization(&admin.organization_id, &person, "no-access").await;
        let members = format!("/api/v1/projects/{project}/memberships");
        let body = json!({ "emails": ["eve@example.test"], "roleSlugs": ["no-access"] });
        admin.ok("POST", &members, Some(body)).await;
        let token = server.sign_in("eve@example.test", "correct horse battery", &admin.organization_id).await;
        for (actor, token, is_user) in [(&person, &token, true), (&machine, &machine_token, false)] {
            let mut refused = 0;
            for route in routes_for(is_user) {
                let answer = send(server, &route, Some(token), &ids).await;
                let is_refusal = answer.status == 403 && answer.body["error"] != "TokenError";
                if is_refusal {
                    check(&admin, &route, &answer, actor).await;
                    refused += usize::from(answer.body["error"] == "PermissionDenied");
                }
            }
            assert!(refused >= 60, "{refused}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_wrong_kind_of_caller_and_the_boundary_have_decisions_too() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Shop").await;
        let (_, machine) = admin.member(&project, "viewer").await;
        let answer = server.call("GET", "/api/v2/users/me", Some(&machine), None).await;
        assert_eq!(answer.status, 403);
        let decision = admin.ok("GET", &path(&decision_id(&answer)), None).await["decision"].clone();
        assert_eq!((&decision["kind"], &decision["question"]), (&json!("other"), &Value::Null));

        let acme = organization(server, "acme").await;
        let ada = acme.user("ann@example.test", "admin").await;
        let bob = acme.user("bob@example.test", "no-access").await;
        let shop = ada.project_id("Shop").await;
        let rules = json!([{ "subject": "role", "action": ["read", "create"] }]);
        make_role(&ada, &shop, "maker", rules).await;
        ada.add_user(&shop, &bob, "maker").await;
        let body = json!({ "slug": "more", "name": "More",
            "permissions": [{ "subject": "tags", "action": "delete" }] });
        let answer = bob.call("POST", &format!("/api/v1/projects/{shop}/roles"), Some(body)).await;
        assert_eq!((answer.status, &answer.body["error"]), (403, &json!("PermissionBoundaryError")));
        let decision = open(&ada, &answer).await;
        assert_eq!(decision["kind"], "boundary");
        assert_eq!(decision["missingPermissions"][0]["subject"], "tags");
    })
    .await;
}

async fn shop<'a>(acme: &Organization<'a>) -> (Actor<'a>, Actor<'a>, String) {
    let ada = acme.user("ada@example.test", "admin").await;
    let bob = acme.user("bob@example.test", "no-access").await;
    let project = ada.project_id("Shop").await;
    make_secret(&ada, &project, "dev", "/", "FOO").await;
    (ada, bob, project)
}

#[tokio::test]
async fn a_decision_shows_the_rule_of_then_and_the_answer_of_now() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let (ada, bob, project) = shop(&acme).await;
        let deny = json!({ "subject": "secrets", "action": "readValue", "inverted": true,
            "conditions": { "secretName": "FOO" } });
        let rules = json!([{ "subject": "secrets", "action": "read" }, deny]);
        let role = make_role(&ada, &project, "reader", rules).await;
        ada.add_user(&project, &bob, "reader").await;
        let target = format!("/api/v4/secrets/FOO?projectId={project}&environment=dev");

        let refused = bob.call("GET", &target, None).await;

        assert_eq!((refused.status, &refused.body["error"]), (403, &json!("PermissionDenied")));
        let decision = open(&ada, &refused).await;
        assert_eq!(decision["actor"], json!({ "type": "user", "id": bob.id, "name": bob.name }));
        assert_eq!(decision["project"], json!({ "id": project, "name": "Shop" }));
        assert_eq!(decision["reasons"], json!([{ "action": "readValue", "rule": deny }]));
        let question = &decision["question"];
        assert_eq!(
            (&question["environment"], &question["secretPath"], &question["secretName"]),
            (&json!("dev"), &json!("/"), &json!("FOO"))
        );
        assert_eq!(decision["now"]["isAllowed"], false);
        assert_eq!(decision["now"]["sources"][0]["role"], "reader");

        let id = role["id"].as_str().unwrap();
        let change = json!({ "permissions": [{ "subject": "secrets", "action": "read" }] });
        ada.ok("PATCH", &format!("/api/v1/projects/{project}/roles/{id}"), Some(change)).await;
        assert_eq!(bob.status("GET", &target, None).await, 200);
        let later = open(&ada, &refused).await;
        assert_eq!((&later["reasons"], &later["now"]["isAllowed"]), (&decision["reasons"], &json!(true)));
        assert!(!refused.text.contains("\"environment\""), "{}", refused.text);
        let event = server.events(acme.id.as_str()).await.into_iter().find(|row| row.result == "denied");
        let facts: Value = serde_json::from_str(&event.unwrap().metadata).unwrap();
        assert_eq!((&facts["secretKey"], &facts["environment"]), (&json!("FOO"), &json!("dev")));
    })
    .await;
}

#[tokio::test]
async fn a_refused_list_is_allowed_now_once_something_in_it_is() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let (ada, bob, project) = shop(&acme).await;
        let role = make_role(&ada, &project, "reader", json!([])).await;
        ada.add_user(&project, &bob, "reader").await;
        let target = format!("/api/v4/secrets?projectId={project}&environment=dev");
        let refused = bob.call("GET", &target, None).await;
        assert_eq!(refused.status, 403);
        let decision = open(&ada, &refused).await;
        assert_eq!(decision["question"]["isAboutAny"], true);
        assert_eq!(decision["reasons"], json!([{ "action": "describeSecret", "rule": null }]));

        let one = json!({ "subject": "secrets", "action": "read", "conditions": { "secretName": "FOO" } });
        let id = role["id"].as_str().unwrap();
        let change = json!({ "permissions": [one] });
        ada.ok("PATCH", &format!("/api/v1/projects/{project}/roles/{id}"), Some(change)).await;

        assert_eq!(bob.status("GET", &target, None).await, 200);
        assert_eq!(open(&ada, &refused).await["now"]["isAllowed"], true);
    })
    .await;
}

#[tokio::test]
async fn a_decision_is_not_there_for_those_who_may_not_see_it() {
    each_engine(async |server| {
        let acme = organization(server, "acme").await;
        let (ada, bob, project) = shop(&acme).await;
        ada.add_user(&project, &bob, "no-access").await;
        let target = format!("/api/v4/secrets/FOO?projectId={project}&environment=dev");
        let id = decision_id(&bob.call("GET", &target, None).await);
        let of_organization = decision_id(&bob.call("GET", "/api/v1/organization/roles", None).await);
        let auditor = acme.user("auditor@example.test", "member").await;
        let stranger = organization(server, "other").await.user("eve@example.test", "admin").await;
        let readers = json!([{ "subject": "audit-logs", "action": "read" }]);
        make_role(&ada, &project, "log-reader", readers).await;
        let clerk = acme.machine("clerk", "no-access").await;
        ada.add_machine(&project, &clerk, "log-reader").await;
        let unknown = path("00000000-0000-4000-8000-000000000000");
        let unseen = auditor.call("GET", &unknown, None).await;
        for (by, id) in
            [(&bob, &id), (&auditor, &id), (&stranger, &id), (&clerk, &id), (&bob, &of_organization)]
        {
            let answer = by.call("GET", &path(id), None).await;
            assert_eq!(answer.status, 404, "{} {}", by.name, answer.text);
            let text = answer.text.replace(id.as_str(), "00000000-0000-4000-8000-000000000000");
            assert_eq!(
                serde_json::from_str::<Value>(&text).unwrap()["message"],
                unseen.body["message"],
                "{}",
                by.name
            );
        }
        assert_eq!(
            auditor.read(&path(&of_organization)).await["decision"]["question"]["scope"],
            "organization"
        );
        let allowed = server.events(acme.id.as_str()).await.into_iter().find(|row| row.result == "allowed");
        assert_eq!(ada.status("GET", &path(&allowed.unwrap().id), None).await, 404);
        let delete = format!("/api/v1/projects/{project}");
        ada.ok("DELETE", &delete, None).await;
        let decision = ada.read(&path(&id)).await["decision"].clone();
        assert_eq!(decision["project"], json!({ "id": project, "name": null }));
        assert_eq!((&decision["kind"], &decision["now"]), (&json!("permission"), &Value::Null));
    })
    .await;
}
