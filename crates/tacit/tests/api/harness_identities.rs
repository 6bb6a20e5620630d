//! What tests of identities need: machines, and requests from other addresses.

use std::net::SocketAddr;

use axum::{body::Body, extract::ConnectInfo};
use serde_json::{Value, json};

use crate::harness::{Admin, Answer, TestServer};

/// Puts an identity into a new project with a role; returns the project's id.
pub async fn put_into_project(admin: &Admin<'_>, identity: &str, role: &str) -> String {
    let project = admin.project("Shop").await;
    add_to_project(admin, &project, identity, role).await;
    project
}

/// Puts an identity into a project with a role.
pub async fn add_to_project(admin: &Admin<'_>, project: &str, identity: &str, role: &str) {
    let path = format!("/api/v2/workspace/{project}/identity-memberships/{identity}");
    admin.ok("POST", &path, Some(json!({ "role": role }))).await;
}

/// The slug of the organization.
pub async fn slug(admin: &Admin<'_>) -> String {
    let id = tacit_core::id::OrganizationId::new(&admin.organization_id);
    let mut db = admin.server.app.database.read().await.unwrap();
    tacit_store::organizations::find(&mut db, &id).await.unwrap().unwrap().slug
}

/// A machine with Universal Auth.
pub struct Machine {
    pub id: String,
    pub client_id: String,
    pub client_secret: String,
}

impl Machine {
    /// Makes one with a role in the organization.
    pub async fn new(admin: &Admin<'_>, role: &str) -> Self {
        let (id, client_id, client_secret) = admin.machine("machine", role).await;
        Self { id, client_id, client_secret }
    }

    /// The path of its Universal Auth.
    pub fn path(&self) -> String {
        format!("/api/v1/auth/universal-auth/identities/{}", self.id)
    }

    /// Changes its Universal Auth.
    pub async fn configure(&self, admin: &Admin<'_>, settings: Value) -> Value {
        admin.ok("PATCH", &self.path(), Some(settings)).await
    }

    /// Makes another client secret; returns (id, client secret).
    pub async fn secret(&self, admin: &Admin<'_>, settings: Value) -> (String, String) {
        let body = admin.ok("POST", &format!("{}/client-secrets", self.path()), Some(settings)).await;
        let id = body["clientSecretData"]["id"].as_str().unwrap().to_owned();
        (id, body["clientSecret"].as_str().unwrap().to_owned())
    }

    /// Tries to log in with a client secret.
    pub async fn try_login(&self, server: &TestServer, client_secret: &str) -> Answer {
        let body = json!({ "clientId": self.client_id, "clientSecret": client_secret });
        server.call("POST", "/api/v1/auth/universal-auth/login", None, Some(body)).await
    }

    /// Logs in with its own client secret and returns the access token.
    pub async fn login(&self, server: &TestServer) -> String {
        server.machine_token(&self.client_id, &self.client_secret).await
    }
}

/// The status of a request that every machine may make.
pub async fn status_with(server: &TestServer, token: &str) -> u16 {
    server.call("GET", "/api/v1/identities/details", Some(token), None).await.status
}

/// Sends JSON from an address, claiming another in a forwarding header.
pub async fn call_from(
    server: &TestServer,
    ip: [u8; 4],
    (method, path): (&str, &str),
    token: Option<&str>,
    body: Value,
) -> Answer {
    let mut request = axum::http::Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", "application/json")
        .header("x-forwarded-for", "10.1.2.3")
        .extension(ConnectInfo(SocketAddr::from((ip, 40000))));
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    server.send(request.body(Body::from(body.to_string())).unwrap()).await
}

/// Status and body of an error, without what differs between any two requests.
pub fn comparable(answer: &Answer) -> (u16, Value) {
    (answer.status, answer.without_request_id())
}

/// Everything the audit log holds, as text.
pub async fn audit_text(admin: &Admin<'_>) -> String {
    format!("{:?}", admin.server.events(&admin.organization_id).await)
}
