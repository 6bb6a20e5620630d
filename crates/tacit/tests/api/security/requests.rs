//! For each route a request that makes sense: it names what exists and works for those who may.

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::{Map, Value, json};
use tacit::http::{
    route::{Access, Route},
    routes,
};

use crate::{
    fuzz,
    harness::{Answer, TestServer},
    harness_auth_methods::sample_for,
    harness_passkeys::HOST,
};

/// An id that nothing has.
pub const UNKNOWN_ID: &str = "00000000-0000-4000-8000-000000000000";

/// Marks a name that stands in a path as it is, without being encoded.
pub const RAW: &str = "raw:";

/// A request on one route.
#[derive(Clone, Debug)]
pub struct Call {
    pub method: Method,
    /// With the query.
    pub target: String,
    pub body: Option<Value>,
}

/// All routes but the public ones.
pub fn guarded() -> impl Iterator<Item = Route> {
    routes::all().into_iter().filter(|route| route.access != Access::Public)
}

/// How a route is called in messages of failed tests.
pub fn label(route: &Route) -> String {
    format!("{} {}", route.method, route.path)
}

/// Whether a route shows addresses of receivers to those who may change them, which has nothing to do with secrets.
pub fn shows_addresses(route: &Route) -> bool {
    route.path.contains("webhook") || route.path.contains("/audit-log-streams")
}

/// The request on a route about what `ids` names.
pub fn call(route: &Route, ids: &Value) -> Call {
    let target = format!("{}{}", path(route, ids), query(route, ids));
    let body = (route.method != Method::GET).then(|| body(route, ids));
    Call { method: route.method.clone(), target, body }
}

impl Call {
    /// Sends it, if it is a request that can be sent at all.
    pub async fn try_send(&self, server: &TestServer, token: &str) -> Option<Answer> {
        self.target.parse::<axum::http::Uri>().ok()?;
        Some(self.send(server, Some(token)).await)
    }

    /// Sends it. Of a stream only the head is read.
    pub async fn send(&self, server: &TestServer, token: Option<&str>) -> Answer {
        let mut request = axum::http::Request::builder()
            .method(self.method.clone())
            .uri(&self.target)
            // Passkeys are for a host name, and need TLS anywhere else.
            .header("host", HOST)
            .header("content-type", "application/json");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = self.body.as_ref().map(Value::to_string).unwrap_or_default();
        let response = server.respond(request.body(body.into()).unwrap()).await;
        if response.headers().get("content-type").is_some_and(|kind| kind == "text/event-stream") {
            let (parts, _) = response.into_parts();
            return Answer {
                status: parts.status.as_u16(),
                headers: parts.headers,
                body: Value::Null,
                text: String::new(),
            };
        }
        Answer::read(response).await
    }
}

/// What a parameter of a route's path is called in the ids.
fn parameter_key<'r>(route: &Route, name: &'r str) -> &'r str {
    let path = route.path;
    let adds = route.method == Method::POST;
    match name.trim_start_matches('*') {
        "slug" if path.contains("/environments/") => "environment_slug",
        "slug" if path.contains("/tags/") => "tag_slug",
        "slug" if path.contains("privilege") => "privilege_slug",
        "slug" if path.starts_with("/api/v1/organization/") => "org_role_slug",
        "slug" if path.contains("/roles/") => "role_slug",
        "slug" => "project_slug",
        "role" if path.starts_with("/api/v1/organization/") => "org_role",
        "membership" if path.contains("/organizations/") => "org_membership",
        "membership" if path.contains("/identity-memberships/") => "identity_membership",
        "membership" => "user_membership",
        "privilege" if path.contains("/user-project") => "user_privilege",
        "privilege" => "identity_privilege",
        "folder" if path.ends_with("{*path}") => "project",
        "environment" if path.ends_with("{*path}") => "environment_slug",
        "path" => "folder_path",
        "folder" if path.starts_with("/api/v1/folders") && route.method != Method::GET => "folder",
        "group" if adds && path.contains("/{project}/groups/") => "free_group",
        "identity" if adds && gets_an_identity(path) => "free_identity",
        "organization" if path.ends_with("/take-over") => "abandoned_organization",
        "username" if adds => "free_email",
        "username" => "member_email",
        "user" => "member_user",
        "name" if adds && !path.contains("/tags/") => "new_name",
        "commit" if path.ends_with("/rollback") => "first_commit",
        other => other,
    }
}

/// Routes that add an identity, or give it what it does not have yet.
fn gets_an_identity(path: &str) -> bool {
    path.ends_with("/{identity}")
}

fn path(route: &Route, ids: &Value) -> String {
    let mut path = String::new();
    for part in route.path.split('/').skip(1) {
        path.push('/');
        match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            None => path.push_str(part),
            Some(name) => {
                let key = parameter_key(route, name);
                let text = if key == "new_name" { "NEW" } else { ids[key].as_str().unwrap_or(UNKNOWN_ID) };
                path.push_str(&encoded(text));
            }
        }
    }
    path
}

/// A part of a path, with all that could end it as `%..`.
pub fn encoded(text: &str) -> String {
    if let Some(raw) = text.strip_prefix(RAW) {
        return raw.to_owned();
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~@".contains(&byte);
    text.bytes().fold(String::new(), |text, byte| {
        if is_plain(byte) { text + &char::from(byte).to_string() } else { text + &format!("%{byte:02X}") }
    })
}

fn query(route: &Route, ids: &Value) -> String {
    let mut names = BTreeSet::new();
    fuzz::names(route.query, &mut names);
    let mut query = form_urlencoded::Serializer::new(String::new());
    for name in names {
        let value = match name.as_str() {
            "projectId" | "workspaceId" => ids["project"].clone(),
            "projectSlug" if route.path.contains("privilege") => ids["project_slug"].clone(),
            "environment" => ids["environment_slug"].clone(),
            "secretPath" | "path" if !route.path.contains("audit-logs") => secret_path(ids),
            "orgId" => ids["organization"].clone(),
            "identityId" => ids["identity"].clone(),
            "projectMembershipId" => ids["user_membership"].clone(),
            "type" if route.path.ends_with("/access-tree") => json!("user"),
            "id" if route.path.ends_with("/access-tree") => ids["member_user"].clone(),
            "to" => json!("1"),
            "offset" => json!("0"),
            "limit" => json!("10"),
            _ => continue,
        };
        let value = value.as_str().unwrap_or(UNKNOWN_ID);
        query.append_pair(&name, value.strip_prefix(RAW).unwrap_or(value));
    }
    format!("?{}", query.finish())
}

fn body(route: &Route, ids: &Value) -> Value {
    if let Some(settings) = sample_for(route.path) {
        return settings;
    }
    let mut names = BTreeSet::new();
    fuzz::names(route.body, &mut names);
    let mut body = Map::new();
    for name in names {
        if let Some(value) = field(route, &name, ids) {
            body.insert(name, value);
        }
    }
    Value::Object(body)
}

/// The path of the folder that a request is about: the root, unless something else is said.
fn secret_path(ids: &Value) -> Value {
    ids.get("secret_path").cloned().unwrap_or_else(|| json!("/"))
}

/// What a field of a body says; nothing if it is left out.
fn field(route: &Route, name: &str, ids: &Value) -> Option<Value> {
    let path = route.path;
    let id = |name: &str| ids.get(name).cloned().unwrap_or_else(|| json!(UNKNOWN_ID));
    Some(match name {
        "projectId" | "workspaceId" | "project" => id("project"),
        "projectSlug" if path.contains("privilege") => id("project_slug"),
        // Of one or the other.
        "organizationId" if path.ends_with("/rotate-data-keys") => return None,
        "organizationId" => id("organization"),
        "environment" | "sourceEnvironment" => id("environment_slug"),
        "destinationEnvironment" => json!("prod"),
        "secretPath" | "path" | "sourceSecretPath" | "destinationSecretPath" => secret_path(ids),
        "name" => json!("changed"),
        "slug" => json!("changed-slug"),
        "projectName" | "firstName" => json!("Changed"),
        "key" | "secretName" => id("name"),
        "secretValue" | "value" => json!("v"),
        "secretIds" => json!([id("secret")]),
        "tagSlugs" => json!(["b"]),
        "emails" if route.method == Method::POST => json!([id("free_email")]),
        "emails" => json!([id("member_email")]),
        "username" if path.contains("/me/emails/") => id("own_email"),
        "username" => id("member_email"),
        "userIds" => json!([id("member_user")]),
        "inviteeEmails" => json!(["somebody-new@example.test"]),
        "membershipId" => id("invited_membership"),
        "identityId" => id("identity"),
        "projectMembershipId" => id("user_membership"),
        "privilegeSlug" => id("privilege_slug"),
        "clientId" => id("client_id"),
        "clientSecret" => id("client_secret_text"),
        "oldPassword" => json!(super::world::PASSWORD),
        "newPassword" => json!("another horse battery"),
        "pitVersionLimit" | "auditLogsRetentionDays" => json!(5),
        "autoCapitalization" | "isDisabled" | "forceDelete" => json!(true),
        "hasDeleteProtection" | "isActive" => json!(false),
        "jwt" | "clientCertificate" => json!("x"),
        "url" if path.contains("/audit-log-streams") => json!("http://127.0.0.2:9/"),
        "webhookUrl" => json!("http://127.0.0.2:9/"),
        "preferences" => json!({ "theme": "dark" }),
        "privilegeDetails" => json!({ "slug": "changed-slug" }),
        "who" => json!({ "type": "user", "id": id("member_user") }),
        "register" => json!([{ "event": "secret:update" }]),
        "folders" => {
            json!([{ "id": id("folder"), "environment": id("environment_slug"), "path": secret_path(ids),
                "name": "changed" }])
        }
        "strategy" => json!("SOFTWARE"),
        "action" => json!("readValue"),
        "subject" => json!("secrets"),
        _ => return shaped_field(route, name, ids),
    })
}

/// How paths of routes about the caller's organization begin.
const OF_ORGANIZATION: [&str; 2] = ["/api/v1/organization", "/api/ui/v1/organization/"];

/// Fields whose form depends on the route.
fn shaped_field(route: &Route, name: &str, ids: &Value) -> Option<Value> {
    let path = route.path;
    let in_organization =
        path.contains("/organizations/") || OF_ORGANIZATION.iter().any(|start| path.starts_with(start));
    Some(match name {
        "role" if path.contains("/projects/") || path.contains("/workspace/") => json!("viewer"),
        "role" | "organizationRoleSlug" => json!("member"),
        "roles" if route.method == Method::PATCH => json!([{ "role": "member" }]),
        "roleSlugs" => json!(["viewer"]),
        "permissions" if path.contains("/service-token") => json!(["read"]),
        "scopes" => json!([{ "environment": ids["environment_slug"], "secretPath": secret_path(ids) }]),
        "permissions" if in_organization => json!([{ "subject": "groups", "action": ["read"] }]),
        "permissions" => json!([{ "subject": "secrets", "action": ["read"] }]),
        "temporaryMode" if path.ends_with("/temporary") => json!("relative"),
        "temporaryRange" if path.ends_with("/temporary") => json!("1h"),
        "temporaryAccessStartTime" if path.ends_with("/temporary") => json!("2026-01-31T12:00:00.000Z"),
        "import" if route.method == Method::POST => {
            json!({ "environment": "staging", "path": secret_path(ids) })
        }
        "import" => json!({ "position": 1 }),
        "secrets" if path.contains("/ui/") => {
            json!([{ "environment": ids["environment_slug"], "path": secret_path(ids), "key": ids["name"] }])
        }
        "secrets" if route.method == Method::POST => json!([{ "secretKey": "NEW", "secretValue": "v" }]),
        "secrets" if route.method == Method::PATCH => {
            json!([{ "secretKey": ids["name"], "secretValue": "v" }])
        }
        "secrets" => json!([{ "secretKey": ids["name"] }]),
        "changes" => {
            json!([{ "op": "create", "environment": ids["environment_slug"], "path": secret_path(ids), "key": "NEW",
                "value": "v" }])
        }
        _ => return None,
    })
}
