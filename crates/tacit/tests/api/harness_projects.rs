//! People, machines and organizations for tests of projects, put straight into the database.

use serde_json::{Value, json};
use tacit_core::{
    id::{AccessTokenId, IdentityId, OrganizationId, SessionId, UserId},
    token::{Claims, IdentityClaims, UserClaims},
};
use tacit_store::{Database, FromRow, Row, StoreError, Value as Sql};

use crate::harness::{Answer, TestServer};

/// An organization.
pub(crate) struct Organization<'a> {
    pub(crate) server: &'a TestServer,
    pub(crate) id: OrganizationId,
}

/// A person or a machine with a token for the organization.
pub(crate) struct Actor<'a> {
    pub(crate) server: &'a TestServer,
    pub(crate) id: String,
    /// E-mail or name.
    pub(crate) name: String,
    pub(crate) token: String,
}

/// Makes an organization.
pub(crate) async fn organization<'a>(server: &'a TestServer, slug: &str) -> Organization<'a> {
    let id: OrganizationId = server.app.new_id();
    let key = server.app.keys.new_organization_key(&id, &server.app.random);
    execute(
        &server.app.database,
        "INSERT INTO organizations (id, name, slug, data_key_ciphertext, created_at, updated_at)
         VALUES ($1, $2, $2, $3, 0, 0)",
        &[Sql::Text(id.as_str()), Sql::Text(slug), Sql::Bytes(&key.0)],
    )
    .await;
    Organization { server, id }
}

impl<'a> Organization<'a> {
    /// A person in the organization, signed in.
    pub(crate) async fn user(&self, email: &str, role: &str) -> Actor<'a> {
        let app = &self.server.app;
        let id: UserId = app.new_id();
        let session: SessionId = app.new_id();
        let membership: UserId = app.new_id();
        let text = Sql::Text;
        execute(
            &app.database,
            "INSERT INTO users (id, email, first_name, password_hash, created_at, updated_at)
             VALUES ($1, $2, 'Ada', '', 0, 0)",
            &[text(id.as_str()), text(email)],
        )
        .await;
        execute(
            &app.database,
            "INSERT INTO organization_memberships (id, organization_id, user_id, role, created_at, updated_at)
             VALUES ($1, $2, $3, $4, 0, 0)",
            &[text(membership.as_str()), text(self.id.as_str()), text(id.as_str()), text(role)],
        )
        .await;
        execute(
            &app.database,
            "INSERT INTO user_sessions (id, user_id, organization_id, refresh_token_hash, ip, user_agent,
                                        expires_at, created_at, last_used_at)
             VALUES ($1, $2, $3, $4, '', '', 9000000000000, 0, 0)",
            &[text(session.as_str()), text(id.as_str()), text(self.id.as_str()), Sql::Bytes(b"")],
        )
        .await;
        let token = app.keys.tokens.sign(&Claims::User(UserClaims {
            user_id: id.clone(),
            session_id: session,
            access_version: 1,
            organization_id: Some(self.id.clone()),
            auth_method: "email".to_owned(),
            issued_at: app.now().seconds(),
            expires_at: app.now().plus_seconds(30 * 86400).seconds(),
        }));
        Actor { server: self.server, id: id.to_string(), name: email.to_owned(), token }
    }

    /// A machine of the organization, logged in.
    pub(crate) async fn machine(&self, name: &str, role: &str) -> Actor<'a> {
        let app = &self.server.app;
        let id: IdentityId = app.new_id();
        let (method, token_id): (AccessTokenId, AccessTokenId) = (app.new_id(), app.new_id());
        let membership: IdentityId = app.new_id();
        let everywhere = everywhere();
        let text = Sql::Text;
        execute(
            &app.database,
            "INSERT INTO identities (id, organization_id, membership_id, name, role, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, 0, 0)",
            &[text(id.as_str()), text(self.id.as_str()), text(membership.as_str()), text(name), text(role)],
        )
        .await;
        execute(
            &app.database,
            "INSERT INTO auth_methods (id, identity_id, method, access_token_ttl, access_token_max_ttl,
                                       access_token_num_uses_limit, access_token_trusted_ips, created_at, updated_at)
             VALUES ($1, $2, 'token-auth', 0, 0, 0, $3, 0, 0)",
            &[text(method.as_str()), text(id.as_str()), text(&everywhere)],
        )
        .await;
        execute(
            &app.database,
            "INSERT INTO access_tokens (id, identity_id, auth_method_id, method, ttl_seconds, max_ttl_seconds,
                                        period_seconds, num_uses_limit, created_at, updated_at)
             VALUES ($1, $2, $3, 'token-auth', 0, 0, 0, 0, 0, 0)",
            &[text(token_id.as_str()), text(id.as_str()), text(method.as_str())],
        )
        .await;
        let token = app.keys.tokens.sign(&Claims::Identity(IdentityClaims {
            identity_id: id.clone(),
            client_secret_id: None,
            access_token_id: token_id,
            identity_name: name.to_owned(),
            auth_method: "token-auth".to_owned(),
            organization_id: self.id.clone(),
            issued_at: app.now().seconds(),
            expires_at: None,
        }));
        Actor { server: self.server, id: id.to_string(), name: name.to_owned(), token }
    }
}

fn everywhere() -> String {
    let everywhere = tacit_core::trusted_ip::TrustedIps::any();
    serde_json::to_string(&everywhere).unwrap()
}

impl Actor<'_> {
    /// Sends a request.
    pub(crate) async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.server.call(method, path, Some(&self.token), body).await
    }

    /// Sends a request without a body and returns the status.
    pub(crate) async fn status(&self, method: &str, path: &str, body: Option<Value>) -> u16 {
        self.call(method, path, body).await.status
    }

    /// Sends a request that must succeed and returns the body.
    pub(crate) async fn ok(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let answer = self.call(method, path, body).await;
        assert_eq!(answer.status, 200, "{method} {path}: {}", answer.text);
        answer.body
    }

    /// Reads something that must be there.
    pub(crate) async fn read(&self, path: &str) -> Value {
        self.ok("GET", path, None).await
    }

    /// Makes a project and returns it.
    pub(crate) async fn project(&self, name: &str) -> Value {
        self.ok("POST", "/api/v1/projects", Some(json!({ "projectName": name }))).await["project"].clone()
    }

    /// Makes a project and returns its id.
    pub(crate) async fn project_id(&self, name: &str) -> String {
        id(&self.project(name).await)
    }

    /// Adds a machine to a project.
    pub(crate) async fn add_machine(&self, project: &str, machine: &Actor<'_>, role: &str) {
        let path = format!("/api/v1/projects/{project}/memberships/identities/{}", machine.id);
        self.ok("POST", &path, Some(json!({ "role": role }))).await;
    }

    /// Adds a person to a project and returns the id of the membership.
    pub(crate) async fn add_user(&self, project: &str, user: &Actor<'_>, role: &str) -> String {
        let path = format!("/api/v1/projects/{project}/memberships");
        let body = json!({ "emails": [user.name], "roleSlugs": [role] });
        id(&self.ok("POST", &path, Some(body)).await["memberships"][0])
    }
}

/// The id of an object.
pub(crate) fn id(object: &Value) -> String {
    object["id"].as_str().unwrap().to_owned()
}

/// The number that a statement with one column called `number` returns.
pub(crate) async fn number(database: &Database, sql: &str, parameter: &str) -> i64 {
    let mut db = database.read().await.unwrap();
    db.fetch_one(sql, &[Sql::Text(parameter)]).await.unwrap()
}

/// The revision of a project: how many commits it has.
pub(crate) async fn revision(server: &TestServer, project: &str) -> i64 {
    number(&server.app.database, "SELECT revision AS number FROM projects WHERE id = $1", project).await
}

struct EventType(String);

impl FromRow for EventType {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        row.get("event_type").map(Self)
    }
}

/// The events about a project that stand in the log, in their order.
pub(crate) async fn events(server: &TestServer, project: &str) -> Vec<String> {
    let mut db = server.app.database.read().await.unwrap();
    let sql = "SELECT event_type FROM audit_events WHERE project_id = $1 ORDER BY sequence";
    let events: Vec<EventType> = db.fetch_all(sql, &[Sql::Text(project)]).await.unwrap();
    events.into_iter().map(|EventType(kind)| kind).collect()
}

async fn execute(database: &Database, sql: &str, parameters: &[Sql<'_>]) {
    let mut db = database.begin().await.unwrap();
    db.execute(sql, parameters).await.unwrap();
    db.commit().await.unwrap();
}
