//! A server for one test: real database, real stack, a clock that stands still, seeded random bytes.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    body::Body,
    extract::{ConnectInfo, Request},
    http::HeaderMap,
    response::Response,
};
use serde_json::{Value, json};
use tacit::{
    app::{
        App, Clock, Parts, Settings,
        answers::{Answers, BYTES_MAX_DEFAULT},
        audit::Recorder,
        auth_method::{key_sets::KeySets, lockout::LoginTurns},
        authentication::Uses,
        backup::Ongoing,
        changes::{Signals, Timing},
        draining::Draining,
        egress::{self, Egress},
        instance,
        keys::Keys,
        passwords::PasswordQueue,
        recall::Recall,
        residents::Residents,
        setup_token::SetupToken,
    },
    http::{
        limits::Limits,
        shell::{self, Shell},
    },
};
use tacit_core::{
    cipher::{Ciphertext, KeyBytes},
    egress::EgressRules,
    id::{OrganizationId, UserId},
    keyring::RootKey,
    random::Random,
    time::Timestamp,
};
use tacit_store::{
    Database,
    audit_events::{self, AuditEventRow},
    organization_memberships::{self, OrganizationMembershipRow},
    organizations::{self, OrganizationRow},
    users::{self, UserRow},
};
use tower::Service;

pub use crate::harness_postgres::{on_postgres, postgres_schema};

/// When tests begin: 2026-01-31T12:00:00Z.
pub const START: Timestamp = Timestamp::from_millis(1_769_860_800_000);

/// A running server.
pub struct TestServer {
    /// The application inside, for looking behind the wire.
    pub app: App,
    /// Moves the time.
    pub clock: Clock,
    shell: Shell,
    folder: tempfile::TempDir,
}

/// What differs between servers on one database.
pub struct Node {
    /// Of its random bytes.
    pub seed: u64,
    /// Of its streams.
    pub timing: Timing,
    /// What its operator chose.
    pub settings: Settings,
}

/// Where a server is.
struct Place {
    database: Database,
    clock: Clock,
    folder: tempfile::TempDir,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// The body as JSON; null if there is none.
    pub body: Value,
    /// The body as text.
    pub text: String,
}

impl Answer {
    /// Reads a response to its end.
    pub async fn read(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Self { status: parts.status.as_u16(), headers: parts.headers, body, text }
    }

    /// The body without the ids of the request and the decision, which are never the same twice.
    pub fn without_request_id(&self) -> Value {
        let mut body = self.body.clone();
        body.as_object_mut().unwrap().remove("reqId");
        body.as_object_mut().unwrap().remove("decisionId");
        body
    }

    /// The session's cookie that came with it, as a browser sends it back.
    pub fn cookie(&self) -> Option<String> {
        let cookie = self.headers.get("set-cookie")?.to_str().unwrap();
        Some(cookie.split(';').next().unwrap().to_owned())
    }
}

/// Runs a test on SQLite, and on PostgreSQL if `TACIT_TEST_POSTGRES` names a server.
pub async fn each_engine(test: impl AsyncFn(&TestServer)) {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = tacit_store::Settings::Sqlite(folder.path().join("tacit.db"));
    test(&TestServer::start(&sqlite, folder).await).await;
    on_postgres(async |database| {
        let folder = tempfile::tempdir().unwrap();
        test(&TestServer::start(database, folder).await).await;
    })
    .await;
}

/// Runs a test as [`each_engine`] with what an operator chose, on a server that trusts these certificates in PEM.
pub async fn each_engine_with(settings: Settings, certificates: &str, test: impl AsyncFn(&TestServer)) {
    let start = async |database: &tacit_store::Settings| {
        let folder = tempfile::tempdir().unwrap();
        let node = Node { seed: 1, timing: Timing::default(), settings: settings.clone() };
        let roots = egress::trust::certificates(certificates.as_bytes());
        TestServer::start_with(database, folder, node, Egress::trusting(loopback(), roots)).await
    };
    let folder = tempfile::tempdir().unwrap();
    test(&start(&tacit_store::Settings::Sqlite(folder.path().join("tacit.db"))).await).await;
    on_postgres(async |database| test(&start(database).await).await).await;
}

/// Starts one of several servers on a database.
pub async fn node(settings: &tacit_store::Settings, seed: u64) -> TestServer {
    node_with(settings, seed, &first_root_key(), tempfile::tempdir().unwrap()).await
}

/// Starts one of several servers on a database that has this root key, with what an earlier one left in its folder.
pub async fn node_with(
    settings: &tacit_store::Settings,
    seed: u64,
    root: &RootKey,
    folder: tempfile::TempDir,
) -> TestServer {
    let node = Node { seed, timing: Timing::default(), settings: Settings::default() };
    let database = Database::open(settings).await.unwrap();
    let (clock, egress) = (Clock::manual(START), Egress::new(loopback()));
    TestServer::assemble(Place { database, clock, folder }, root, node, egress, BYTES_MAX_DEFAULT)
        .await
        .followed()
        .await
}

/// The root key that servers of tests begin with.
pub fn first_root_key() -> RootKey {
    RootKey::generate(&Random::seeded(1))
}

/// Only this address, so that the others of loopback stay refused.
pub fn loopback() -> EgressRules {
    EgressRules::new(vec!["127.0.0.1/32".parse().unwrap()])
}

/// A data key for an organization that a test makes itself.
pub fn organization_key(app: &App, id: &OrganizationId) -> Ciphertext {
    let key = KeyBytes::generate(&app.random);
    app.keys.root().wrap(&format!("organization:{id}"), &key, 1, &app.random)
}

impl TestServer {
    /// Starts on an open or new database.
    pub async fn start(settings: &tacit_store::Settings, folder: tempfile::TempDir) -> Self {
        Self::start_node(
            settings,
            folder,
            Node { seed: 1, timing: Timing::default(), settings: Settings::default() },
        )
        .await
    }

    /// Starts one of several servers on a database; all have the same root key.
    pub async fn start_node(settings: &tacit_store::Settings, folder: tempfile::TempDir, node: Node) -> Self {
        Self::start_with(settings, folder, node, Egress::new(loopback())).await
    }

    /// Starts one that sends requests in a way of its own.
    pub async fn start_with(
        settings: &tacit_store::Settings,
        folder: tempfile::TempDir,
        node: Node,
        egress: Egress,
    ) -> Self {
        let place =
            Place { database: Database::open(settings).await.unwrap(), clock: Clock::manual(START), folder };
        Self::assemble(place, &first_root_key(), node, egress, BYTES_MAX_DEFAULT).await.followed().await
    }

    /// The server, after it has looked at what others changed.
    async fn followed(self) -> Self {
        tacit_store::feed::follow(&self.app.database, self.app.uptime()).await.unwrap();
        self
    }

    /// Another server on the same database and clock, which keeps neither answers nor folders: it always
    /// reads.
    pub async fn without_memory(&self) -> Self {
        let node = Node { seed: 9, timing: Timing::default(), settings: Settings::default() };
        let folder = tempfile::tempdir().unwrap();
        let place = Place { database: self.app.database.clone(), clock: self.clock.clone(), folder };
        Self::assemble(place, &self.app.keys.root(), node, self.app.egress.clone(), 0).await
    }

    /// The same server by another door, which takes less of each client.
    pub fn limited(&self, limits: Limits) -> Self {
        let settings = shell::Settings { limits: Arc::new(limits), ..shell::Settings::default() };
        let shell = Shell::new(self.app.clone(), settings, |_, _| {});
        let folder = tempfile::tempdir().unwrap();
        Self { app: self.app.clone(), clock: self.clock.clone(), shell, folder }
    }

    async fn assemble(place: Place, root: &RootKey, node: Node, egress: Egress, memory_bytes: u64) -> Self {
        let Place { database, clock, folder } = place;
        let root = RootKey::parse(&root.to_text()).unwrap();
        let random = Random::seeded(node.seed);
        let (_, keys) = instance::prepare(&database, &root, &random, clock.now()).await.unwrap();
        let app = App::new(Parts {
            audit: Recorder::open(database.clone(), folder.path()).await.unwrap(),
            database,
            clock: clock.clone(),
            keys: Keys::new(root, keys),
            changes: Signals::new(node.timing),
            draining: Draining::default(),
            answers: Answers::new(memory_bytes),
            residents: Residents::new(memory_bytes),
            recall: Recall::default(),
            uses: Uses::default(),
            passwords: PasswordQueue::default(),
            egress,
            key_sets: KeySets::default(),
            login_turns: LoginTurns::default(),
            backups: Ongoing::default(),
            setup_token: Some(SetupToken::new(&random, clock.now())),
            settings: node.settings,
            random,
        });
        let shell = Shell::new(app.clone(), shell::Settings::default(), |_, _| {});
        Self { app, clock, shell, folder }
    }

    /// The folder of its journal.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Sends a request from loopback.
    pub async fn send(&self, request: axum::http::Request<Body>) -> Answer {
        Answer::read(self.respond(request).await).await
    }

    /// Sends a request from loopback. The body of the answer is still to be read.
    pub async fn respond(&self, request: axum::http::Request<Body>) -> Response {
        let mut request: Request = request;
        let peer = SocketAddr::from(([127, 0, 0, 1], 40000));
        if request.extensions().get::<ConnectInfo<SocketAddr>>().is_none() {
            request.extensions_mut().insert(ConnectInfo(peer));
        }
        self.shell.clone().call(request).await.unwrap()
    }

    /// Sends JSON with an optional token.
    pub async fn call(&self, method: &str, path: &str, token: Option<&str>, body: Option<Value>) -> Answer {
        let mut request = axum::http::Request::builder()
            .method(method)
            .uri(path)
            .header("host", "127.0.0.1:8080")
            .header("user-agent", "tests");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = match body {
            Some(body) => {
                request = request.header("content-type", "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        self.send(request.body(body).unwrap()).await
    }

    /// Sends JSON with headers of its own from another peer than loopback, or from there.
    pub async fn call_from(
        &self,
        peer: [u8; 4],
        headers: &[(&str, &str)],
        path: &str,
        body: &Value,
    ) -> Answer {
        let mut request = axum::http::Request::builder()
            .method("POST")
            .uri(path)
            .header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::from(body.to_string())).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from((peer, 40000))));
        self.send(request).await
    }

    /// The audit events of an organization in their order; of the instance for "".
    pub async fn events(&self, organization_id: &str) -> Vec<AuditEventRow> {
        self.app.audit.flush().await.unwrap();
        let mut db = self.app.database.read().await.unwrap();
        audit_events::list(&mut db, &OrganizationId::new(organization_id), 1, 10_000).await.unwrap()
    }

    /// Whether the organization's audit log holds such an event.
    pub async fn has_event(&self, organization_id: &str, kind: &str) -> bool {
        self.events(organization_id).await.iter().any(|event| event.event_type == kind)
    }

    /// GET without a token.
    pub async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, None, None).await
    }

    /// Bootstraps the instance and signs its administrator in to the organization.
    pub async fn with_admin(&self) -> Admin<'_> {
        let body = json!({ "email": "ada@example.test", "password": "correct horse battery", "organization": "Acme" });
        let answer = self.call("POST", "/api/v1/admin/bootstrap", None, Some(body)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let organization_id = answer.body["organization"]["id"].as_str().unwrap().to_owned();
        let identity_token = answer.body["identity"]["credentials"]["token"].as_str().unwrap().to_owned();
        let user_id = answer.body["user"]["id"].as_str().unwrap().to_owned();
        let token = self.sign_in("ada@example.test", "correct horse battery", &organization_id).await;
        Admin { server: self, token, identity_token, organization_id, user_id }
    }

    /// Makes another organization with an admin of its own, who is in no other. The instance must
    /// have been bootstrapped.
    pub async fn second_organization(&self) -> Admin<'_> {
        let user_id = self.add_user("eve@example.test", "eve has a password").await;
        let organization_id = self.add_organization("Evil", &user_id).await;
        let token = self.sign_in("eve@example.test", "eve has a password", &organization_id).await;
        Admin { server: self, token, identity_token: String::new(), organization_id, user_id }
    }

    /// Makes a user who is in no organization and returns the id.
    pub async fn add_user(&self, email: &str, password: &str) -> String {
        let user = UserRow {
            email_verified_at: None,
            id: self.app.new_id(),
            email: email.to_owned(),
            first_name: None,
            last_name: None,
            password_hash: tacit_core::password::hash(password, &self.app.random),
            is_instance_admin: false,
            created_at: self.app.now(),
            updated_at: self.app.now(),
        };
        let mut tx = self.app.database.begin().await.unwrap();
        users::insert(&mut tx, &user).await.unwrap();
        tx.commit().await.unwrap();
        user.id.to_string()
    }

    async fn add_organization(&self, name: &str, admin: &str) -> String {
        let id: OrganizationId = self.app.new_id();
        let organization = OrganizationRow {
            id: id.clone(),
            name: name.to_owned(),
            slug: name.to_lowercase(),
            data_key_ciphertext: organization_key(&self.app, &id),
            other_data_key_ciphertext: None,
            access_revision: 1,
            default_membership_role: "member".to_owned(),
            user_token_ttl_seconds: None,
            requires_second_factor: false,
            second_factor_method: None,
            created_at: self.app.now(),
            updated_at: self.app.now(),
        };
        let mut tx = self.app.database.begin().await.unwrap();
        organizations::insert(&mut tx, &organization).await.unwrap();
        tx.commit().await.unwrap();
        self.add_to_organization(id.as_str(), admin, "admin").await;
        id.to_string()
    }

    /// Adds a user to an organization.
    pub async fn add_to_organization(&self, organization_id: &str, user_id: &str, role: &str) {
        let membership = OrganizationMembershipRow {
            invite_email: None,
            id: self.app.new_id(),
            organization_id: OrganizationId::new(organization_id),
            user_id: UserId::new(user_id),
            role: role.to_owned(),
            custom_role_id: None,
            is_active: true,
            accepted_at: Some(self.app.now()),
            created_at: self.app.now(),
            updated_at: self.app.now(),
        };
        let mut tx = self.app.database.begin().await.unwrap();
        organization_memberships::insert(&mut tx, &membership).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Signs a user in to an organization and returns the access token.
    pub async fn sign_in(&self, email: &str, password: &str, organization_id: &str) -> String {
        let body = json!({ "email": email, "password": password });
        let answer = self.call("POST", "/api/v3/auth/login", None, Some(body)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let token = answer.body["accessToken"].as_str().unwrap().to_owned();
        let body = json!({ "organizationId": organization_id });
        let answer = self.call("POST", "/api/v3/auth/select-organization", Some(&token), Some(body)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.body["token"].as_str().unwrap().to_owned()
    }
}

/// An organization's first admin, signed in.
pub struct Admin<'a> {
    pub server: &'a TestServer,
    pub token: String,
    /// The token of the identity that the bootstrap made; empty in a second organization.
    pub identity_token: String,
    pub organization_id: String,
    pub user_id: String,
}

impl Admin<'_> {
    /// Sends a request as the administrator.
    pub async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.server.call(method, path, Some(&self.token), body).await
    }

    /// Sends a request that must succeed and returns the body.
    pub async fn ok(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let answer = self.call(method, path, body).await;
        assert_eq!(answer.status, 200, "{method} {path}: {}", answer.text);
        answer.body
    }

    /// Makes a project and returns its id.
    pub async fn project(&self, name: &str) -> String {
        let body = self.ok("POST", "/api/v2/workspace", Some(json!({ "projectName": name }))).await;
        body["project"]["id"].as_str().unwrap().to_owned()
    }

    /// Makes an identity with Universal Auth and returns (identity id, client id, client secret).
    pub async fn machine(&self, name: &str, organization_role: &str) -> (String, String, String) {
        let organization = &self.organization_id;
        let body = json!({ "name": name, "organizationId": organization, "role": organization_role });
        let body = self.ok("POST", "/api/v1/identities", Some(body)).await;
        let id = body["identity"]["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/auth/universal-auth/identities/{id}");
        let body = self.ok("POST", &path, Some(json!({}))).await;
        let client_id = body["identityUniversalAuth"]["clientId"].as_str().unwrap().to_owned();
        let body = self.ok("POST", &format!("{path}/client-secrets"), Some(json!({}))).await;
        (id, client_id, body["clientSecret"].as_str().unwrap().to_owned())
    }

    /// Makes an identity, adds it to the project with a role, and returns (identity id, access token).
    pub async fn member(&self, project: &str, role: &str) -> (String, String) {
        let (id, client_id, client_secret) = self.machine(&format!("{role} of {project}"), "no-access").await;
        let path = format!("/api/v2/workspace/{project}/identity-memberships/{id}");
        self.ok("POST", &path, Some(json!({ "role": role }))).await;
        (id, self.server.machine_token(&client_id, &client_secret).await)
    }

    /// Puts a secret into the root of `dev`.
    pub async fn secret(&self, project: &str, name: &str, value: &str) {
        let body = json!({ "workspaceId": project, "environment": "dev", "secretValue": value });
        self.ok("POST", &format!("/api/v3/secrets/raw/{name}"), Some(body)).await;
    }
}

impl TestServer {
    /// Logs a machine in.
    pub async fn machine_token(&self, client_id: &str, client_secret: &str) -> String {
        let body = json!({ "clientId": client_id, "clientSecret": client_secret });
        let answer = self.call("POST", "/api/v1/auth/universal-auth/login", None, Some(body)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.body["accessToken"].as_str().unwrap().to_owned()
    }
}
