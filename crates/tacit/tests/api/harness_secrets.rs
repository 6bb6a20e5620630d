//! A project for tests of what is inside a project.

use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::{Value, json};
use tacit_core::{
    id::{FolderId, ProjectId, SecretId},
    name::SecretPath,
};
use tacit_store::{
    Connection,
    commits::{self, CommitChangeRow},
    folders, projects,
    secret_versions::{self, SecretVersionRow},
    secrets::{self, SecretRow},
};

use crate::harness::{Admin, Answer, TestServer};

/// A project with the environments `dev`, `staging` and `prod`.
pub struct TestProject<'a> {
    pub server: &'a TestServer,
    pub owner: &'a Admin<'a>,
    pub id: String,
    pub slug: String,
    /// The token of a machine with the role `admin` in the project.
    pub admin: String,
    /// The commits that making the project and its tags took.
    baseline: AtomicI64,
}

impl Admin<'_> {
    /// Makes a project with a machine that is admin of it.
    pub async fn test_project(&self) -> TestProject<'_> {
        let body = self.ok("POST", "/api/v2/workspace", Some(json!({ "projectName": "Shop" }))).await;
        let text = |field: &str| body["project"][field].as_str().unwrap().to_owned();
        let (id, slug) = (text("id"), text("slug"));
        let (_, admin) = self.member(&id, "admin").await;
        let baseline = AtomicI64::default();
        let project = TestProject { server: self.server, owner: self, id, slug, admin, baseline };
        project.baseline.store(project.revision().await, Ordering::SeqCst);
        project
    }
}

impl TestProject<'_> {
    /// Makes a machine with a role in the project and returns its token.
    pub async fn machine(&self, role: &str) -> String {
        self.owner.member(&self.id, role).await.1
    }

    /// Makes a machine that is not in the project and returns its token.
    pub async fn outsider(&self) -> String {
        let (_, client_id, client_secret) = self.owner.machine("outsider", "member").await;
        self.server.machine_token(&client_id, &client_secret).await
    }

    /// Makes a tag and returns its id.
    pub async fn tag(&self, slug: &str) -> String {
        let path = format!("/api/v1/workspace/{}/tags", self.id);
        let body = self.owner.ok("POST", &path, Some(json!({ "slug": slug, "color": "#ff0000" }))).await;
        self.baseline.fetch_add(1, Ordering::SeqCst);
        body["workspaceTag"]["id"].as_str().unwrap().to_owned()
    }

    /// Says how many versions of a secret are kept.
    pub async fn keep_versions(&self, count: i64) {
        let path = format!("/api/v1/projects/{}/version-limit", self.id);
        self.owner.ok("PUT", &path, Some(json!({ "pitVersionLimit": count }))).await;
    }

    /// Sends a request as the administrator. The body of a write gets project and environment `dev`.
    pub async fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        self.call_as(&self.admin, method, path, body).await
    }

    /// Sends a request with a token. The body of a write gets project and environment `dev`.
    pub async fn call_as(&self, token: &str, method: &str, path: &str, body: Value) -> Answer {
        if method == "GET" {
            return self.server.call(method, &self.query(path), Some(token), None).await;
        }
        let mut full = json!({ "workspaceId": self.id, "environment": "dev" });
        for (name, value) in body.as_object().unwrap() {
            full[name] = value.clone();
        }
        self.server.call(method, path, Some(token), Some(full)).await
    }

    fn query(&self, path: &str) -> String {
        let separator = if path.contains('?') { '&' } else { '?' };
        let environment = if path.contains("environment=") { "" } else { "&environment=dev" };
        format!("{path}{separator}workspaceId={}{environment}", self.id)
    }

    /// Sends a request that must succeed and returns the body.
    pub async fn ok(&self, method: &str, path: &str, body: Value) -> Value {
        let answer = self.call(method, path, body).await;
        assert_eq!(answer.status, 200, "{method} {path}: {}", answer.text);
        answer.body
    }

    /// Reads with GET what must be there.
    pub async fn read(&self, path: &str) -> Value {
        self.ok("GET", path, Value::Null).await
    }

    /// The status of a GET.
    pub async fn status(&self, path: &str) -> u16 {
        self.call("GET", path, Value::Null).await.status
    }

    /// Makes a secret in the root of `dev` and returns it.
    pub async fn secret(&self, name: &str, value: &str) -> Value {
        let path = format!("/api/v3/secrets/raw/{name}");
        self.ok("POST", &path, json!({ "secretValue": value })).await["secret"].clone()
    }

    /// Makes a folder in `dev` and returns it.
    pub async fn folder(&self, parent: &str, name: &str) -> Value {
        self.ok("POST", "/api/v1/folders", json!({ "name": name, "path": parent })).await["folder"].clone()
    }

    /// Makes a secret in a folder of `dev`.
    pub async fn secret_in(&self, path: &str, name: &str) {
        let body = json!({ "secretValue": "x", "secretPath": path });
        self.ok("POST", &format!("/api/v4/secrets/{name}"), body).await;
    }

    /// `path:name` of each secret in a list, in its order.
    pub async fn keys(&self, query: &str) -> Vec<String> {
        let list = self.read(&format!("/api/v4/secrets?{query}")).await;
        let key = |secret: &Value| {
            format!("{}:{}", secret["secretPath"].as_str().unwrap(), secret["secretKey"].as_str().unwrap())
        };
        list["secrets"].as_array().unwrap().iter().map(key).collect()
    }

    async fn db(&self) -> Connection {
        self.server.app.database.read().await.unwrap()
    }

    fn project_id(&self) -> ProjectId {
        ProjectId::new(self.id.as_str())
    }

    /// The number of commits since the project and its tags were made. Each has left a row in the log.
    pub async fn revision(&self) -> i64 {
        let mut db = self.db().await;
        let organization = self.owner.organization_id.clone().into();
        let revision =
            projects::find(&mut db, &organization, &self.project_id()).await.unwrap().unwrap().revision;
        let log = commits::list(&mut db, &self.project_id(), 10_000).await.unwrap();
        assert_eq!(i64::try_from(log.len()).unwrap(), revision);
        revision - self.baseline.load(Ordering::SeqCst)
    }

    /// What the newest commit changed.
    pub async fn newest_changes(&self) -> Vec<CommitChangeRow> {
        let mut db = self.db().await;
        let log = commits::list(&mut db, &self.project_id(), 1).await.unwrap();
        commits::changes(&mut db, &log[0].id).await.unwrap()
    }

    /// The id of the root folder of `dev`.
    pub async fn root(&self) -> FolderId {
        let mut db = self.db().await;
        folders::find(&mut db, &self.project_id(), "dev", &SecretPath::root()).await.unwrap().unwrap().id
    }

    /// What is stored of a secret in the root of `dev`.
    pub async fn row(&self, name: &str) -> SecretRow {
        let root = self.root().await;
        secrets::find(&mut self.db().await, &root, name).await.unwrap().unwrap()
    }

    /// What is stored of a version.
    pub async fn version_row(&self, secret: &SecretId, version: i64) -> Option<SecretVersionRow> {
        secret_versions::find(&mut self.db().await, secret, version).await.unwrap()
    }

    /// Changes what is stored of a secret, past the application.
    pub async fn overwrite(&self, row: &SecretRow) {
        let mut db = self.server.app.database.begin().await.unwrap();
        secrets::update(&mut db, row).await.unwrap();
        db.commit().await.unwrap();
    }

    /// Lets a folder believe that it has this many more secrets.
    pub async fn pretend_secrets(&self, more: i64) {
        let (root, now) = (self.root().await, self.server.app.now());
        let mut db = self.server.app.database.begin().await.unwrap();
        folders::note_secrets(&mut db, &root, more, now).await.unwrap();
        db.commit().await.unwrap();
    }
}
