//! People, machines and organizations for tests of projects, put straight into the database.

use serde_json::{Value, json};
use tacit::app::App;
use tacit_core::{
    id::{IdentityId, MembershipId, OrganizationId, ProjectId, SessionId, UserId},
    token::{Claims, IdentityClaims, UserClaims},
    trusted_ip::TrustedIps,
};
use tacit_store::{
    Connection, Transaction,
    access_tokens::{self, AccessTokenRow},
    audit_events::AuditEventRow,
    auth_methods::{self, AuthMethodRow, TOKEN_AUTH},
    commits::{self, CommitChangeRow},
    identities::{self, IdentityRow},
    organization_memberships::{self, OrganizationMembershipRow},
    organizations::{self, OrganizationRow},
    projects,
    user_sessions::{self, UserSessionRow},
    users::{self, UserRow},
};

use crate::harness::{Answer, TestServer, organization_key};

/// An organization.
pub struct Organization<'a> {
    pub server: &'a TestServer,
    pub id: OrganizationId,
}

/// A person or a machine with a token for the organization.
pub struct Actor<'a> {
    pub server: &'a TestServer,
    pub id: String,
    /// E-mail or name.
    pub name: String,
    pub token: String,
}

/// Makes an organization.
pub async fn organization<'a>(server: &'a TestServer, slug: &str) -> Organization<'a> {
    let app = &server.app;
    let id: OrganizationId = app.new_id();
    let row = OrganizationRow {
        id: id.clone(),
        name: slug.to_owned(),
        slug: slug.to_owned(),
        data_key_ciphertext: organization_key(app, &id),
        other_data_key_ciphertext: None,
        access_revision: 1,
        default_membership_role: "member".to_owned(),
        user_token_ttl_seconds: None,
        requires_second_factor: false,
        second_factor_method: None,
        created_at: app.now(),
        updated_at: app.now(),
    };
    let mut tx = app.database.begin().await.unwrap();
    organizations::insert(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
    Organization { server, id }
}

impl<'a> Organization<'a> {
    /// A person in the organization, signed in.
    pub async fn user(&self, email: &str, role: &str) -> Actor<'a> {
        let app = &self.server.app;
        let id: UserId = app.new_id();
        let mut tx = app.database.begin().await.unwrap();
        users::insert(&mut tx, &user_row(app, &id, email)).await.unwrap();
        self.add(&mut tx, &id, role).await;
        let session = session_row(app, &id, &self.id);
        user_sessions::insert(&mut tx, &session).await.unwrap();
        tx.commit().await.unwrap();
        let token = app.keys.tokens.sign(&Claims::User(UserClaims {
            user_id: id.clone(),
            session_id: session.id,
            access_version: 1,
            organization_id: Some(self.id.clone()),
            auth_method: "email".to_owned(),
            issued_at: app.now().seconds(),
            expires_at: session.expires_at.seconds(),
        }));
        Actor { server: self.server, id: id.to_string(), name: email.to_owned(), token }
    }

    async fn add(&self, tx: &mut Transaction, user: &UserId, role: &str) {
        let app = &self.server.app;
        let membership = OrganizationMembershipRow {
            invite_email: None,
            id: app.new_id(),
            organization_id: self.id.clone(),
            user_id: user.clone(),
            role: role.to_owned(),
            custom_role_id: None,
            is_active: true,
            accepted_at: Some(app.now()),
            created_at: app.now(),
            updated_at: app.now(),
        };
        organization_memberships::insert(tx, &membership).await.unwrap();
    }

    /// A machine of the organization, logged in.
    pub async fn machine(&self, name: &str, role: &str) -> Actor<'a> {
        let app = &self.server.app;
        let id: IdentityId = app.new_id();
        let method = method_row(app, &id);
        let token = token_row(app, &method);
        let mut tx = app.database.begin().await.unwrap();
        identities::insert(&mut tx, &self.identity_row(&id, name, role)).await.unwrap();
        auth_methods::insert(&mut tx, &method).await.unwrap();
        access_tokens::insert(&mut tx, &token).await.unwrap();
        tx.commit().await.unwrap();
        let token = app.keys.tokens.sign(&Claims::Identity(IdentityClaims {
            identity_id: id.clone(),
            client_secret_id: None,
            access_token_id: token.id,
            identity_name: name.to_owned(),
            auth_method: TOKEN_AUTH.to_owned(),
            organization_id: self.id.clone(),
            issued_at: app.now().seconds(),
            expires_at: None,
        }));
        Actor { server: self.server, id: id.to_string(), name: name.to_owned(), token }
    }

    fn identity_row(&self, id: &IdentityId, name: &str, role: &str) -> IdentityRow {
        let app = &self.server.app;
        IdentityRow {
            id: id.clone(),
            organization_id: self.id.clone(),
            membership_id: app.new_id::<MembershipId>(),
            name: name.to_owned(),
            role: role.to_owned(),
            custom_role_id: None,
            is_instance_admin: false,
            has_delete_protection: false,
            metadata: "[]".to_owned(),
            last_login_auth_method: None,
            last_login_at: None,
            created_at: app.now(),
            updated_at: app.now(),
        }
    }

    /// The project's revision: how many commits it has.
    pub async fn revision(&self, project: &str) -> i64 {
        let id = ProjectId::new(project);
        projects::find(&mut self.db().await, &self.id, &id).await.unwrap().unwrap().revision
    }

    /// What the newest commit of a project changed.
    pub async fn newest_changes(&self, project: &str) -> Vec<CommitChangeRow> {
        let mut db = self.db().await;
        let log = commits::list(&mut db, &ProjectId::new(project), 1).await.unwrap();
        commits::changes(&mut db, &log[0].id).await.unwrap()
    }

    /// The organization's access revision.
    pub async fn access_revision(&self) -> i64 {
        organizations::find(&mut self.db().await, &self.id).await.unwrap().unwrap().access_revision
    }

    /// The events about a project that were no reads, in their order.
    pub async fn events(&self, project: &str) -> Vec<String> {
        let events = self.server.events(self.id.as_str()).await;
        let is_here = |event: &AuditEventRow| event.project_id == Some(ProjectId::new(project));
        let events = events.into_iter().filter(is_here).map(|event| event.event_type);
        events.filter(|kind| !kind.starts_with("get-")).collect()
    }

    /// A connection for looking behind the wire.
    pub async fn db(&self) -> Connection {
        self.server.app.database.read().await.unwrap()
    }
}

fn user_row(app: &App, id: &UserId, email: &str) -> UserRow {
    UserRow {
        email_verified_at: None,
        id: id.clone(),
        email: email.to_owned(),
        first_name: Some("Ada".to_owned()),
        last_name: None,
        password_hash: String::new(),
        is_instance_admin: false,
        created_at: app.now(),
        updated_at: app.now(),
    }
}

fn session_row(app: &App, user: &UserId, organization: &OrganizationId) -> UserSessionRow {
    UserSessionRow {
        id: app.new_id::<SessionId>(),
        user_id: user.clone(),
        organization_id: Some(organization.clone()),
        refresh_token_hash: Vec::new(),
        previous_refresh_token_hash: None,
        refresh_version: 1,
        access_version: 1,
        ip: String::new(),
        user_agent: String::new(),
        expires_at: app.now().plus_seconds(30 * 86_400),
        created_at: app.now(),
        last_used_at: app.now(),
    }
}

fn method_row(app: &App, identity: &IdentityId) -> AuthMethodRow {
    AuthMethodRow {
        id: app.new_id(),
        identity_id: identity.clone(),
        method: TOKEN_AUTH.to_owned(),
        access_token_ttl: 0,
        access_token_max_ttl: 0,
        access_token_num_uses_limit: 0,
        access_token_period: 0,
        access_token_trusted_ips: serde_json::to_string(&TrustedIps::any()).unwrap(),
        created_at: app.now(),
        updated_at: app.now(),
    }
}

fn token_row(app: &App, method: &AuthMethodRow) -> AccessTokenRow {
    AccessTokenRow {
        id: app.new_id(),
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
        created_at: app.now(),
        updated_at: app.now(),
        attributes: None,
    }
}

impl Actor<'_> {
    /// Sends a request.
    pub async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.server.call(method, path, Some(&self.token), body).await
    }

    /// Sends a request without a body and returns the status.
    pub async fn status(&self, method: &str, path: &str, body: Option<Value>) -> u16 {
        self.call(method, path, body).await.status
    }

    /// Sends a request that must succeed and returns the body.
    pub async fn ok(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let answer = self.call(method, path, body).await;
        assert_eq!(answer.status, 200, "{method} {path}: {}", answer.text);
        answer.body
    }

    /// Reads something that must be there.
    pub async fn read(&self, path: &str) -> Value {
        self.ok("GET", path, None).await
    }

    /// Makes a project and returns it.
    pub async fn project(&self, name: &str) -> Value {
        self.ok("POST", "/api/v1/projects", Some(json!({ "projectName": name }))).await["project"].clone()
    }

    /// Makes a project and returns its id.
    pub async fn project_id(&self, name: &str) -> String {
        id(&self.project(name).await)
    }

    /// Adds a machine to a project.
    pub async fn add_machine(&self, project: &str, machine: &Actor<'_>, role: &str) {
        let path = format!("/api/v1/projects/{project}/memberships/identities/{}", machine.id);
        self.ok("POST", &path, Some(json!({ "role": role }))).await;
    }

    /// Adds a person to a project and returns the id of the membership.
    pub async fn add_user(&self, project: &str, user: &Actor<'_>, role: &str) -> String {
        let path = format!("/api/v1/projects/{project}/memberships");
        let body = json!({ "emails": [user.name], "roleSlugs": [role] });
        id(&self.ok("POST", &path, Some(body)).await["memberships"][0])
    }
}

/// The id of an object.
pub fn id(object: &Value) -> String {
    object["id"].as_str().unwrap().to_owned()
}
