//! Service tokens: making, using, listing and deleting them, and what is refused (wire-contract 15).

use serde_json::{Value, json};
use tacit::{http::routes, jobs::flush_uses};

use crate::{
    every_route::send,
    harness::{Admin, Answer, TestServer, each_engine},
};

pub const PATH: &str = "/api/v2/service-token";

/// A token that was made.
pub struct Token {
    pub id: String,
    pub text: String,
    /// What the answer says of it.
    pub data: Value,
}

/// Makes a token for folders of environments.
pub async fn make(admin: &Admin<'_>, project: &str, scopes: &[(&str, &str)], permissions: &[&str]) -> Token {
    made(&admin.ok("POST", PATH, Some(body(project, scopes, permissions))).await)
}

pub fn made(answer: &Value) -> Token {
    let data = answer["serviceTokenData"].clone();
    Token {
        id: data["id"].as_str().unwrap().to_owned(),
        text: answer["serviceToken"].as_str().unwrap().to_owned(),
        data,
    }
}

/// What the command line sends.
pub fn body(project: &str, scopes: &[(&str, &str)], permissions: &[&str]) -> Value {
    let scopes: Vec<Value> =
        scopes.iter().map(|(slug, path)| json!({ "environment": slug, "secretPath": path })).collect();
    json!({ "name": "deploy", "workspaceId": project, "scopes": scopes, "permissions": permissions,
        "expiresIn": null, "encryptedKey": "ENC", "iv": "IV", "tag": "TAG", "randomBytes": "00ff" })
}

/// Reads a secret of the project.
pub async fn read(server: &TestServer, token: &str, project: &str, at: &str, name: &str) -> Answer {
    let path = format!("/api/v3/secrets/raw/{name}?workspaceId={project}&{at}");
    server.call("GET", &path, Some(token), None).await
}

#[tokio::test]
async fn a_token_is_shown_once_reads_lists_writes_and_tells_about_itself() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Shop").await;
        admin.secret(&project, "FOO", "BAR").await;
        // The command line writes a slash at the end.
        let answer = admin
            .ok("POST", &format!("{PATH}/"), Some(body(&project, &[("dev", "/**")], &["read", "write"])))
            .await;
        let token = made(&answer);
        assert_eq!(
            token.data,
            json!({ "id": token.id, "name": "deploy", "scopes": [{ "environment": "dev", "secretPath": "/**" }],
                "permissions": ["read", "write"], "lastUsed": null, "expiresAt": null,
                "createdBy": admin.user_id, "projectId": project, "createdAt": "2026-01-31T12:00:00.000Z",
                "updatedAt": "2026-01-31T12:00:00.000Z" })
        );
        assert!(token.text.starts_with(&format!("st.{}.", token.id)), "{}", token.text);
        assert_eq!(token.text.split('.').count(), 3);

        let own = server.call("GET", PATH, Some(&token.text), None).await.body;
        assert_eq!(own["_id"], token.id.as_str());
        assert_eq!((&own["workspace"], &own["projectId"]), (&json!(project), &json!(project)));
        assert_eq!(own["scopes"], token.data["scopes"]);
        assert_eq!((&own["encryptedKey"], &own["iv"], &own["tag"]), (&json!("ENC"), &json!("IV"), &json!("TAG")));
        assert_eq!((&own["secretHash"], &own["__v"]), (&json!(""), &json!(0)));
        assert_eq!((&own["user"]["_id"], &own["user"]["email"]), (&json!(admin.user_id), &json!("ada@example.test")));

        for path in ["/api/v3/secrets/raw", "/api/v4/secrets"] {
            let path = format!("{path}?workspaceId={project}&environment=dev");
            let list = server.call("GET", &path, Some(&token.text), None).await;
            assert_eq!(list.body["secrets"][0]["secretValue"], "BAR", "{path}: {}", list.text);
        }
        let at = json!({ "workspaceId": project, "environment": "dev", "secretValue": "new" });
        let made = server.call("POST", "/api/v3/secrets/raw/MADE", Some(&token.text), Some(at.clone())).await;
        assert_eq!(made.status, 200, "{}", made.text);
        let changed = server.call("PATCH", "/api/v4/secrets/MADE", Some(&token.text), Some(json!({
            "projectId": project, "environment": "dev", "secretValue": "newer" }))).await;
        assert_eq!(changed.body["secret"]["actor"]["actorType"], "service", "{}", changed.text);
        let batch = json!({ "projectId": project, "environment": "dev",
            "secrets": [{ "secretKey": "A", "secretValue": "1" }] });
        let batch = server.call("POST", "/api/v4/secrets/batch", Some(&token.text), Some(batch)).await;
        assert_eq!(batch.status, 200, "{}", batch.text);
        let gone = server.call("DELETE", "/api/v3/secrets/raw/MADE", Some(&token.text), Some(at)).await;
        assert_eq!(gone.status, 200, "{}", gone.text);
    })
    .await;
}

#[tokio::test]
async fn folders_imports_and_the_project_are_there_for_a_token() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Shop").await;
        admin.secret(&project, "FOO", "BAR").await;
        let token = make(&admin, &project, &[("dev", "/**"), ("prod", "/**")], &["read", "write"]).await;
        let ok = async |method: &str, path: &str, body: Value| {
            let body = (method != "GET").then_some(body);
            let answer = server.call(method, path, Some(&token.text), body).await;
            assert_eq!(answer.status, 200, "{method} {path}: {}", answer.text);
            answer.body
        };
        let folder = json!({ "workspaceId": project, "environment": "prod", "name": "app", "path": "/" });
        let folder = ok("POST", "/api/v1/folders", folder).await;
        let id = folder["folder"]["id"].as_str().unwrap();
        ok("GET", &format!("/api/v2/folders/{id}"), Value::Null).await;
        let query = format!("workspaceId={project}&projectId={project}&environment=prod");
        let folders = ok("GET", &format!("/api/v1/folders?{query}&directory=/"), Value::Null).await;
        assert_eq!(folders["folders"][0]["name"], "app");
        let import = json!({ "projectId": project, "environment": "prod", "path": "/app",
            "import": { "environment": "dev", "path": "/" } });
        ok("POST", "/api/v2/secret-imports", import).await;
        let imports = ok("GET", &format!("/api/v1/secret-imports?{query}&path=/app"), Value::Null).await;
        assert_eq!(imports["secretImports"].as_array().unwrap().len(), 1);
        let list = format!("/api/v4/secrets?{query}&secretPath=/app&includeImports=true");
        assert_eq!(ok("GET", &list, Value::Null).await["imports"][0]["secrets"][0]["secretValue"], "BAR");
        let shown = ok("GET", &format!("/api/v1/workspace/{project}"), Value::Null).await;
        assert_eq!(shown["workspace"]["name"], "Shop");
        let slugs: Vec<_> = shown["workspace"]["environments"].as_array().unwrap().iter().collect();
        assert_eq!(slugs.len(), 2, "only those it is for: {slugs:?}");
        let delete = json!({ "workspaceId": project, "environment": "prod", "directory": "/" });
        ok("DELETE", "/api/v1/folders/app", delete).await;
    })
    .await;
}

#[tokio::test]
async fn what_is_appended_to_a_token_is_not_looked_at() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Shop").await;
        let token = make(&admin, &project, &[("dev", "/")], &["read"]).await;
        for more in [".", ".0123456789abcdef", ".a.b.c"] {
            let whole = format!("{}{more}", token.text);
            assert_eq!(server.call("GET", PATH, Some(&whole), None).await.status, 200, "{more}");
        }
        let head = token.text.rsplit_once('.').unwrap().0;
        for wrong in [format!("{}0", token.text), format!("{head}.{}", "0".repeat(64)), format!("{head}.x.y")]
        {
            let answer = server.call("GET", PATH, Some(&wrong), None).await;
            assert_eq!((answer.status, &answer.body["message"]), (401, &json!("Invalid service token")));
        }
    })
    .await;
}

#[tokio::test]
async fn unknown_and_malformed_tokens_are_404_and_say_nothing() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Shop").await;
        let token = make(&admin, &project, &[("dev", "/")], &["read"]).await;
        let secret = token.text.rsplit_once('.').unwrap().1;
        for text in [
            "st.",
            "st.abc",
            "st.abc.def",
            &format!("st..{secret}"),
            &format!("st.{}", token.id),
            &format!("st.{}.", token.id),
            &format!("st.00000000-0000-0000-0000-000000000000.{secret}"),
        ] {
            let answer = server.call("GET", PATH, Some(text), None).await;
            assert_eq!((answer.status, &answer.body["error"]), (404, &json!("NotFound")), "{text}");
            assert_eq!(answer.body["message"], "Service token not found");
        }
        let upper = server.call("GET", PATH, Some(&token.text.to_uppercase()), None).await;
        assert_eq!((upper.status, &upper.body["error"]), (403, &json!("TokenError")));
    })
    .await;
}

#[tokio::test]
async fn a_token_ends_to_the_second_and_stays_in_the_list() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Shop").await;
        admin.secret(&project, "FOO", "BAR").await;
        let mut body = body(&project, &[("dev", "/**"), ("prod", "/")], &["read"]);
        body["expiresIn"] = json!(60);
        let token = made(&admin.ok("POST", PATH, Some(body)).await);
        assert_eq!(token.data["expiresAt"], "2026-01-31T12:01:00.000Z");

        server.clock.advance_seconds(59);
        assert_eq!(read(server, &token.text, &project, "environment=dev", "FOO").await.status, 200);
        server.clock.advance_seconds(1);
        let answer = read(server, &token.text, &project, "environment=dev", "FOO").await;
        assert_eq!((answer.status, &answer.body["message"]), (403, &json!("Service token has expired")));

        let list = admin.ok("GET", &format!("/api/v1/workspace/{project}/service-token-data"), None).await;
        assert_eq!(list["serviceTokenData"][0]["id"], token.id.as_str());
    })
    .await;
}

#[tokio::test]
async fn a_deleted_token_is_refused_in_the_next_request_whatever_is_remembered() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Shop").await;
        admin.secret(&project, "FOO", "BAR").await;
        let token = make(&admin, &project, &[("dev", "/**"), ("prod", "/")], &["read"]).await;
        let other = make(&admin, &project, &[("dev", "/**"), ("prod", "/")], &["read"]).await;
        for _ in 0..3 {
            assert_eq!(read(server, &token.text, &project, "environment=dev", "FOO").await.status, 200);
        }

        let deleted = admin.ok("DELETE", &format!("{PATH}/{}", token.id), None).await;
        assert_eq!(deleted["serviceTokenData"], token.data);

        assert_eq!(read(server, &token.text, &project, "environment=dev", "FOO").await.status, 404);
        assert_eq!(read(server, &other.text, &project, "environment=dev", "FOO").await.status, 200);
        let again = admin.call("DELETE", &format!("{PATH}/{}", token.id), None).await;
        assert_eq!(again.status, 404, "{}", again.text);
        admin.ok("DELETE", &format!("/api/v1/projects/{project}"), None).await;
        let gone = read(server, &other.text, &project, "environment=dev", "FOO").await;
        assert_eq!((gone.status, &gone.body["message"]), (404, &json!("Service token not found")));
    })
    .await;
}

#[tokio::test]
async fn the_last_use_is_known_soon() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Shop").await;
        let token = make(&admin, &project, &[("dev", "/")], &["read"]).await;
        server.clock.advance_seconds(7);
        assert_eq!(server.call("GET", PATH, Some(&token.text), None).await.status, 200);
        assert_eq!(server.call("GET", PATH, Some(&format!("{}0", token.text)), None).await.status, 401);

        flush_uses::flush(&server.app).await;

        let list = admin.ok("GET", &format!("/api/v1/projects/{project}/service-token-data"), None).await;
        assert_eq!(list["serviceTokenData"][0]["lastUsed"], "2026-01-31T12:00:07.000Z");
        assert_eq!(list["serviceTokenData"][0]["updatedAt"], "2026-01-31T12:00:00.000Z");
    })
    .await;
}

#[tokio::test]
async fn the_audit_log_names_tokens_and_holds_nothing_of_them() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Shop").await;
        admin.secret(&project, "FOO", "BAR").await;
        let token = make(&admin, &project, &[("dev", "/**"), ("prod", "/")], &["read"]).await;
        read(server, &token.text, &project, "environment=dev", "FOO").await;
        let denied = read(server, &token.text, &project, "environment=staging", "FOO").await;
        assert_eq!(denied.status, 403);
        admin.ok("DELETE", &format!("{PATH}/{}", token.id), None).await;

        let path = format!("/api/v1/organization/audit-logs?projectId={project}&actorType=service");
        let logs = admin.ok("GET", &path, None).await;
        let events = logs["auditLogs"].as_array().unwrap();
        let kinds: Vec<_> = events.iter().map(|event| event["eventType"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["get-secret", "get-secret"], "{logs}");
        let actor = json!({ "type": "service", "metadata": { "serviceId": token.id, "name": "deploy" } });
        assert!(events.iter().all(|event| event["actor"] == actor), "{logs}");
        for kind in ["create-service-token", "delete-service-token"] {
            assert!(server.has_event(&admin.organization_id, kind).await, "{kind}");
        }
        let secret = token.text.rsplit_once('.').unwrap().1;
        for event in server.events(&admin.organization_id).await {
            assert!(!format!("{event:?}").contains(secret), "{event:?}");
        }
        let decision = denied.body["decisionId"].as_str().unwrap();
        let decision =
            admin.ok("GET", &format!("/api/ui/v1/decisions/{decision}"), None).await["decision"].clone();
        assert_eq!((&decision["actor"]["type"], &decision["now"]), (&json!("service"), &Value::Null));
    })
    .await;
}

#[tokio::test]
async fn a_token_gets_nothing_from_any_route_that_is_not_for_tokens() {
    each_engine(async |server| {
        let admin = server.with_admin().await;
        let project = admin.project("Shop").await;
        let token = make(&admin, &project, &[("dev", "/**")], &["read", "write"]).await;
        let ids = json!({ "project": project, "organization": admin.organization_id, "user": admin.user_id });
        let mut refused = 0;
        for route in routes::all().iter().filter(|route| route.access != tacit::http::route::Access::Public) {
            let answer = send(server, route, Some(&token.text), &ids).await;
            let label = format!("{} {}: {}", route.method, route.path, answer.text);
            let is_of_another_kind =
                answer.body["error"].as_str().is_some_and(|error| error.starts_with("Forbidden access to "));
            assert_eq!(is_of_another_kind, !route.takes_service_tokens, "{label}");
            assert!(answer.status < 500, "{label}");
            refused += usize::from(is_of_another_kind);
        }
        assert!(refused > 200, "{refused}");
        let all: Vec<_> = routes::all();
        for (method, path) in [("POST", PATH), ("DELETE", "/api/v2/service-token/{service_token}")] {
            let mut all = all.iter();
            let route = all.find(|route| route.method == method && route.path == path).unwrap();
            assert!(!route.takes_service_tokens, "tokens make and delete no tokens");
        }
    })
    .await;
}
