//! What tests of identities need: an organization with an administrator, made without the routes
//! of people, and requests from other addresses.

use std::net::SocketAddr;

use axum::{body::Body, extract::ConnectInfo};
use serde_json::{Value, json};
use tacit_core::{
    id::{IdentityId, OrganizationId},
    token::{Claims, IdentityClaims},
};
use tacit_store::{
    Value as Parameter,
    access_tokens::{self, AccessTokenRow},
    auth_methods::{self, AuthMethodRow, TOKEN_AUTH},
    identities::{self, IdentityRow},
};

use crate::harness::{Admin, Answer, TestServer};

const ANYWHERE: &str = r#"[{"ipAddress":"0.0.0.0","prefix":0},{"ipAddress":"::","prefix":0}]"#;

/// An organization whose administrator is a machine that also manages the instance.
pub async fn with_admin(server: &TestServer) -> Admin<'_> {
    organization(server, "acme", true).await
}

/// Another organization, whose administrator manages nothing else.
pub async fn second_organization(server: &TestServer) -> Admin<'_> {
    organization(server, "evil", false).await
}

async fn organization<'a>(server: &'a TestServer, slug: &str, is_instance_admin: bool) -> Admin<'a> {
    let (app, now) = (&server.app, server.app.now());
    let id: OrganizationId = app.new_id();
    let key = app.keys.new_organization_key(&id, &app.random);
    let identity = IdentityRow {
        id: app.new_id(),
        organization_id: id.clone(),
        membership_id: app.new_id(),
        name: format!("admin of {slug}"),
        role: "admin".to_owned(),
        is_instance_admin,
        has_delete_protection: false,
        metadata: "[]".to_owned(),
        last_login_auth_method: None,
        last_login_at: None,
        created_at: now,
        updated_at: now,
    };
    let mut tx = app.database.begin().await.unwrap();
    let sql = "INSERT INTO organizations (id, name, slug, data_key_ciphertext, created_at, updated_at)
               VALUES ($1, $2, $2, $3, $4, $4)";
    let row =
        [Parameter::from(id.as_str()), Parameter::from(slug), Parameter::from(&key), Parameter::from(now)];
    tx.execute(sql, &row).await.unwrap();
    identities::insert(&mut tx, &identity).await.unwrap();
    let method = method_of(server, &identity.id);
    auth_methods::insert(&mut tx, &method).await.unwrap();
    let token = token_of(server, &method);
    access_tokens::insert(&mut tx, &token).await.unwrap();
    tx.commit().await.unwrap();
    let token = sign(server, &identity, &token);
    Admin {
        server,
        identity_token: token.clone(),
        token,
        organization_id: id.to_string(),
        user_id: String::new(),
    }
}

fn method_of(server: &TestServer, identity: &IdentityId) -> AuthMethodRow {
    AuthMethodRow {
        id: server.app.new_id(),
        identity_id: identity.clone(),
        method: TOKEN_AUTH.to_owned(),
        access_token_ttl: 0,
        access_token_max_ttl: 0,
        access_token_num_uses_limit: 0,
        access_token_period: 0,
        access_token_trusted_ips: ANYWHERE.to_owned(),
        created_at: server.app.now(),
        updated_at: server.app.now(),
    }
}

fn token_of(server: &TestServer, method: &AuthMethodRow) -> AccessTokenRow {
    AccessTokenRow {
        id: server.app.new_id(),
        identity_id: method.identity_id.clone(),
        auth_method_id: method.id.clone(),
        client_secret_id: None,
        method: method.method.clone(),
        name: None,
        ttl_seconds: 0,
        max_ttl_seconds: 0,
        period_seconds: 0,
        num_uses: 0,
        num_uses_limit: 0,
        is_revoked: false,
        last_used_at: None,
        last_renewed_at: None,
        created_at: method.created_at,
        updated_at: method.created_at,
    }
}

fn sign(server: &TestServer, identity: &IdentityRow, token: &AccessTokenRow) -> String {
    server.app.keys.tokens.sign(&Claims::Identity(IdentityClaims {
        identity_id: identity.id.clone(),
        client_secret_id: None,
        access_token_id: token.id.clone(),
        identity_name: identity.name.clone(),
        auth_method: token.method.clone(),
        organization_id: identity.organization_id.clone(),
        issued_at: token.created_at.seconds(),
        expires_at: None,
    }))
}

/// Puts an identity into a new project with a role; returns the project's id.
pub async fn put_into_project(admin: &Admin<'_>, identity: &str, role: &str) -> String {
    let app = &admin.server.app;
    let project: String = app.new_id();
    let mut tx = app.database.begin().await.unwrap();
    let sql = "INSERT INTO projects
                   (id, organization_id, name, slug, type, data_key_ciphertext, created_at, updated_at)
               VALUES ($1, $2, 'Shop', $1, 'secret-manager', $3, $4, $4)";
    let row = [
        Parameter::from(&project),
        Parameter::from(&admin.organization_id),
        Parameter::Bytes(b"key"),
        Parameter::from(app.now()),
    ];
    tx.execute(sql, &row).await.unwrap();
    tx.commit().await.unwrap();
    add_to_project(admin, &project, identity, role).await;
    project
}

/// Puts an identity into a project with a role.
pub async fn add_to_project(admin: &Admin<'_>, project: &str, identity: &str, role: &str) {
    let app = &admin.server.app;
    let membership: String = app.new_id();
    let mut tx = app.database.begin().await.unwrap();
    let now = Parameter::from(app.now());
    tx.execute(
        "INSERT INTO project_memberships (id, project_id, identity_id, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $4)",
        &[Parameter::from(&membership), Parameter::from(project), Parameter::from(identity), now],
    )
    .await
    .unwrap();
    tx.execute(
        "INSERT INTO membership_roles (id, membership_id, role, created_at, updated_at)
         VALUES ($1, $1, $2, $3, $3)",
        &[Parameter::from(&membership), Parameter::from(role), now],
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
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

/// An error without what differs between two requests.
pub fn comparable(answer: &Answer) -> (u16, Value) {
    let mut body = answer.body.clone();
    body.as_object_mut().unwrap().remove("reqId");
    (answer.status, body)
}

/// Everything the audit log holds, as text.
pub async fn audit_text(admin: &Admin<'_>) -> String {
    let app = &admin.server.app;
    app.audit.flush().await.unwrap();
    let organization = OrganizationId::new(&admin.organization_id);
    let mut db = app.database.read().await.unwrap();
    let rows = tacit_store::audit_events::list(&mut db, &organization, 0, 10_000).await.unwrap();
    format!("{rows:?}")
}
