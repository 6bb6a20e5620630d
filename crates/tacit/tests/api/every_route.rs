//! Rules that hold on every route, present and future. The routes come from the route table.

use axum::{body::Body, http::Method};
use serde_json::{Value, json};
use tacit::http::{
    route::{Access, Route},
    routes,
};

use crate::harness::{Admin, Answer, TestServer, each_engine};

const UNKNOWN_ID: &str = "00000000-0000-4000-8000-000000000000";

/// Puts ids into the path's parameters: `{project}` becomes `ids["project"]`, or else an unknown id.
fn path(route: &Route, ids: &Value) -> String {
    let mut path = String::new();
    for part in route.path.split('/').skip(1) {
        path.push('/');
        match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            None => path.push_str(part),
            Some(name) => path.push_str(ids[name.trim_start_matches('*')].as_str().unwrap_or(UNKNOWN_ID)),
        }
    }
    path
}

fn takes_body(route: &Route) -> bool {
    route.method != Method::GET
}

/// A body with every common field, so that most routes get past their form.
fn body(ids: &Value) -> Value {
    let project = &ids["project"];
    json!({
        "projectId": project, "workspaceId": project, "environment": "dev", "secretPath": "/", "path": "/",
        "secretValue": "v", "name": "changed", "slug": "changed-slug", "color": "", "role": "viewer",
        "roles": [{ "role": "viewer" }], "organizationId": ids["organization"], "emails": ["nobody@example.test"],
        "secrets": [{ "secretKey": "A", "secretValue": "b" }], "folders": [], "secretIds": [UNKNOWN_ID],
        "sourceEnvironment": "dev", "destinationEnvironment": "prod", "projectName": "Changed",
        "hasDeleteProtection": false, "pitVersionLimit": 5, "auditLogsRetentionDays": 5,
        "autoCapitalization": true, "tagSlugs": ["a"], "username": "nobody@example.test",
        "webhookUrl": "http://127.0.0.2:9/x", "url": "http://127.0.0.2:9/x", "isDisabled": true,
        "oldPassword": "not the password", "newPassword": "another password", "firstName": "A", "lastName": "B",
    })
}

fn query(ids: &Value) -> String {
    let project = ids["project"].as_str().unwrap_or(UNKNOWN_ID);
    let organization = ids["organization"].as_str().unwrap_or(UNKNOWN_ID);
    format!("?projectId={project}&workspaceId={project}&environment=dev&path=/&orgId={organization}")
}

pub async fn send(server: &TestServer, route: &Route, token: Option<&str>, ids: &Value) -> Answer {
    let body = takes_body(route).then(|| body(ids));
    let target = format!("{}{}", path(route, ids), query(ids));
    server.call(route.method.as_str(), &target, token, body).await
}

async fn send_text(server: &TestServer, route: &Route, token: &str, ids: &Value, text: String) -> Answer {
    let request = axum::http::Request::builder()
        .method(route.method.clone())
        .uri(path(route, ids))
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .body(Body::from(text))
        .unwrap();
    server.send(request).await
}

fn guarded() -> impl Iterator<Item = Route> {
    routes::all().into_iter().filter(|route| route.access != Access::Public)
}

/// Routes that end the session they are called with; tests that go on afterwards leave them out.
pub fn ends_session(route: &Route) -> bool {
    ["/me/sessions", "/logout", "/second-factor"].iter().any(|end| route.path.ends_with(end))
        || (route.method == Method::DELETE
            && ["/api/v2/users/me", "/api/v2/organizations/{organization}"].contains(&route.path))
}

pub fn assert_envelope(route: &Route, answer: &Answer) {
    let label = format!("{} {}: {} {}", route.method, route.path, answer.status, answer.text);
    assert_eq!(answer.body["statusCode"], answer.status, "{label}");
    assert!(answer.body["reqId"].as_str().is_some_and(|id| id.starts_with("req-")), "{label}");
    assert!(answer.body["error"].is_string(), "{label}");
    assert!(answer.body["message"].is_string() || answer.body["message"].is_array(), "{label}");
}

#[test]
fn every_guarded_route_names_its_audit_event_and_every_route_says_what_it_does() {
    for route in routes::all() {
        let label = format!("{} {}", route.method, route.path);
        assert!(!route.summary.is_empty() || !route.path.starts_with("/api/v"), "{label} has no summary");
        assert!(route.access == Access::Public || !route.event.is_empty(), "{label} names no audit event");
    }
}

#[test]
fn no_route_is_there_twice() {
    let mut seen = std::collections::HashSet::new();
    for route in routes::all() {
        assert!(seen.insert((route.method.clone(), route.path)), "{} {}", route.method, route.path);
    }
}

#[tokio::test]
async fn without_a_token_every_guarded_route_answers_401() {
    each_engine(async |server| {
        for route in guarded() {
            let answer = send(server, &route, None, &Value::Null).await;
            assert_eq!(answer.status, 401, "{} {}: {}", route.method, route.path, answer.text);
            assert_envelope(&route, &answer);
        }
    })
    .await;
}

#[tokio::test]
async fn with_a_token_that_is_not_ours_every_guarded_route_answers_403() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let forged = format!("{}AAAA", &admin.token[..admin.token.len() - 4]);
        for route in guarded() {
            for token in ["abc", "a.b.c", &forged] {
                let answer = send(server, &route, Some(token), &Value::Null).await;
                assert_eq!(answer.status, 403, "{} {}: {}", route.method, route.path, answer.text);
                assert_eq!(answer.body["error"], "TokenError");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_wrong_kind_of_actor_is_refused_on_every_route_of_one_kind() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Shop").await;
        let (_, machine) = admin.member(&project, "viewer").await;
        for route in guarded() {
            let token = match route.access {
                Access::User | Access::UserWithoutOrganization | Access::InstanceAdmin => &machine,
                Access::Identity | Access::ServiceToken => &admin.token,
                Access::Caller | Access::Public => continue,
            };
            let answer = send(server, &route, Some(token), &Value::Null).await;
            assert_eq!(answer.status, 403, "{} {}: {}", route.method, route.path, answer.text);
            assert_envelope(&route, &answer);
        }
    })
    .await;
}

#[tokio::test]
async fn a_user_who_chose_no_organization_gets_401_on_routes_that_need_one() {
    each_engine(async |server| {
        server.with_admin().await;
        let body = json!({ "email": "ada@example.test", "password": "correct horse battery" });
        let answer = server.call("POST", "/api/v3/auth/login", None, Some(body)).await;
        let token = answer.body["accessToken"].as_str().unwrap().to_owned();
        for route in guarded().filter(|route| matches!(route.access, Access::User | Access::Caller)) {
            let answer = send(server, &route, Some(&token), &Value::Null).await;
            assert_eq!(answer.status, 401, "{} {}: {}", route.method, route.path, answer.text);
        }
    })
    .await;
}

#[tokio::test]
async fn a_project_member_without_rights_can_do_nothing_in_the_project() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let ids = known_ids(&admin).await;
        let (_, nobody) = admin.member(ids["project"].as_str().unwrap(), "no-access").await;
        for route in guarded().filter(|route| route.access == Access::Caller && is_about_a_project(route)) {
            let answer = send(server, &route, Some(&nobody), &ids).await;
            let label = format!("{} {}: {} {}", route.method, route.path, answer.status, answer.text);
            assert!((400..500).contains(&answer.status), "{label}");
            assert!(!answer.text.contains("canary-value"), "{label}");
        }
    })
    .await;
}

/// Routes about the inside of a project. Seeing the project one is in, and one's own rights, is free.
fn is_about_a_project(route: &Route) -> bool {
    let inside = [
        "/secrets",
        "/folders",
        "/environments",
        "/tags",
        "/memberships",
        "identity-memberships",
        "/webhooks",
    ];
    inside.iter().any(|part| route.path.contains(part))
        && !route.path.contains("/organizations/")
        && !route.path.starts_with("/api/v1/identities/")
}

#[tokio::test]
async fn unknown_ids_are_refused_on_every_route_and_never_break_the_server() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        for route in guarded().filter(|route| !ends_session(route)) {
            let token = if route.access == Access::Identity { &admin.identity_token } else { &admin.token };
            let answer = send(server, &route, Some(token), &Value::Null).await;
            let label = format!("{} {}: {} {}", route.method, route.path, answer.status, answer.text);
            assert!(answer.status < 500, "{label}");
            if route.path.contains('{') {
                assert!((400..500).contains(&answer.status), "{label}");
                assert_envelope(&route, &answer);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn ids_of_another_organization_answer_like_unknown_ones() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let ids = known_ids(&admin).await;
        let stranger = server.second_organization().await;
        for route in guarded().filter(|route| route.path.contains('{') && !ends_session(route)) {
            if !matches!(route.access, Access::User | Access::Caller) {
                continue;
            }
            let theirs = send(server, &route, Some(&stranger.token), &ids).await;
            let unknown = send(server, &route, Some(&stranger.token), &unknown_like(&ids)).await;
            let label = format!("{} {}: {} / {}", route.method, route.path, theirs.text, unknown.text);
            assert_eq!(theirs.status, unknown.status, "{label}");
            assert!((400..500).contains(&theirs.status), "{label}");
            assert_eq!(anonymous(&theirs, &ids), anonymous(&unknown, &unknown_like(&ids)), "{label}");
        }
    })
    .await;
}

/// The same ids with other, unknown values.
fn unknown_like(ids: &Value) -> Value {
    let mut unknown = ids.clone();
    for (position, (name, id)) in unknown.as_object_mut().unwrap().iter_mut().enumerate() {
        if name != "environment" && name != "name" {
            *id = format!("00000000-0000-4000-8000-{position:012}").into();
        }
    }
    unknown
}

/// The answer's message without the ids it was asked for.
fn anonymous(answer: &Answer, ids: &Value) -> String {
    let mut text = answer.body["message"].to_string().replace(UNKNOWN_ID, "<id>");
    for id in ids.as_object().unwrap().values().filter_map(Value::as_str) {
        text = text.replace(id, "<id>");
    }
    text
}

#[tokio::test]
async fn a_body_that_is_not_an_object_is_400_or_422() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        // The organization comes before the form (decisions 1), so it must be the right one.
        let own = json!({ "organization": admin.organization_id });
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let deep_object = format!("{}1{}", "{\"a\":".repeat(5_000), "}".repeat(5_000));
        for route in routes::all().iter().filter(|route| route.body.is_some()) {
            let token = if route.access == Access::Identity { &admin.identity_token } else { &admin.token };
            for text in ["{\"a\": ", "nonsense", "\u{0}", &deep, &deep_object] {
                let answer = send_text(server, route, token, &own, text.to_owned()).await;
                assert!(
                    matches!(answer.status, 400 | 413),
                    "{} {}: {}",
                    route.method,
                    route.path,
                    answer.text
                );
                assert_envelope(route, &answer);
            }
            for text in ["[]", "null", "1", "\"text\""] {
                let answer = send_text(server, route, token, &own, text.to_owned()).await;
                assert_eq!(answer.status, 422, "{} {}: {}", route.method, route.path, answer.text);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn fields_of_the_wrong_type_never_break_the_server() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let own = json!({ "organization": admin.organization_id });
        for route in routes::all().iter().filter(|route| route.body.is_some() && !ends_session(route)) {
            let token = if route.access == Access::Identity { &admin.identity_token } else { &admin.token };
            for wrong in
                [json!(null), json!(-1), json!(1e300), json!([]), json!({}), json!(true), json!("\u{0}")]
            {
                let mut fields = body(&Value::Null);
                for value in fields.as_object_mut().unwrap().values_mut() {
                    *value = wrong.clone();
                }
                let answer = send_text(server, route, token, &own, fields.to_string()).await;
                assert!(answer.status < 500, "{} {} {wrong}: {}", route.method, route.path, answer.text);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_body_above_the_limit_is_413_before_anything_else() {
    each_engine(async |server| {
        for route in routes::all().iter().filter(|route| takes_body(route)) {
            let text = format!("{{\"a\":\"{}\"}}", "x".repeat(route.body_bytes_max));
            let answer = send_text(server, route, "not a token", &Value::Null, text).await;
            assert_eq!(answer.status, 413, "{} {}", route.method, route.path);
            assert_eq!(answer.body["error"], "PayloadTooLarge");
        }
    })
    .await;
}

#[tokio::test]
async fn a_refusal_of_a_known_caller_is_in_the_audit_log() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Shop").await;
        let (id, nobody) = admin.member(&project, "no-access").await;
        let target = format!("/api/v3/secrets/raw?workspaceId={project}&environment=dev");

        assert_eq!(server.call("GET", &target, Some(&nobody), None).await.status, 403);

        server.app.audit.flush().await.unwrap();
        let mut db = server.app.database.read().await.unwrap();
        let organization = tacit_core::id::OrganizationId::new(&admin.organization_id);
        let events = tacit_store::audit_events::list(&mut db, &organization, 1, 1000).await.unwrap();
        let denied: Vec<_> = events.iter().filter(|event| event.result == "denied").collect();
        assert_eq!(denied.len(), 1);
        assert_eq!(denied[0].actor_id.as_deref(), Some(id.as_str()));
        assert_eq!(denied[0].event_type, "get-secrets");
        assert_eq!(denied[0].project_id.as_ref().map(ToString::to_string), Some(project));
    })
    .await;
}

/// An audit stream of the organization, which may have a few only.
async fn stream(admin: &Admin<'_>) -> Value {
    const PATH: &str = "/api/v1/audit-log-streams";
    let listed = admin.ok("GET", PATH, None).await["auditLogStreams"].clone();
    if listed[0]["id"].is_string() {
        return listed[0]["id"].clone();
    }
    let body = json!({ "url": "http://127.0.0.2:9/canary-value" });
    admin.ok("POST", PATH, Some(body)).await["auditLogStream"]["id"].clone()
}

/// One thing of each kind, in a project of the administrator.
pub async fn known_ids(admin: &Admin<'_>) -> Value {
    let project = admin.project("Shop").await;
    admin.secret(&project, "FOO", "canary-value").await;
    let (identity, _) = admin.member(&project, "viewer").await;
    let list = format!("/api/v3/secrets/raw?workspaceId={project}&environment=dev");
    let secret = admin.ok("GET", &list, None).await["secrets"][0]["id"].clone();
    let body = json!({ "workspaceId": project, "environment": "dev", "name": "folder" });
    let folder = admin.ok("POST", "/api/v1/folders", Some(body)).await["folder"]["id"].clone();
    let tags = format!("/api/v1/projects/{project}/tags");
    let tag = admin.ok("POST", &tags, Some(json!({ "slug": "a", "color": "" }))).await["tag"]["id"].clone();
    let shown = admin.ok("GET", &format!("/api/v1/projects/{project}"), None).await;
    let environment = shown["project"]["environments"][0]["id"].clone();
    let secrets = format!("/api/v1/auth/universal-auth/identities/{identity}/client-secrets");
    let client_secret = admin.ok("GET", &secrets, None).await["clientSecretData"][0]["id"].clone();
    let body = json!({ "projectId": project, "environment": "dev", "webhookUrl": "http://127.0.0.2:9/canary-value" });
    let webhook = admin.ok("POST", "/api/v1/webhooks", Some(body)).await["webhook"]["id"].clone();
    let stream = stream(admin).await;
    json!({
        "webhook": webhook, "stream": stream,
        "project": project, "identity": identity, "secret": secret, "folder": folder, "tag": tag,
        "environment": environment, "client_secret": client_secret, "user": admin.user_id,
        "organization": admin.organization_id, "name": "FOO",
    })
}
