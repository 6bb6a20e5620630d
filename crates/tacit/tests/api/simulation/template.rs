//! The database that every schedule begins with: made once, then copied.

use std::sync::Mutex;

use serde_json::{Value, json};
use tacit_core::random::Random;
use tokio_postgres::{Client, NoTls};

use super::operation::other_value;
use crate::harness::node;

/// Secrets beside the one that is written to and read: with it, one more than a batch of a rotation has.
pub const OTHER_SECRETS: usize = 50;

/// Who and what there is.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The token of an identity that may do everything in the project.
    pub admin: String,
    /// The token of a person who may do everything.
    pub person: String,
    pub organization: String,
    pub project: String,
    /// Who reads.
    pub identity: String,
    /// The reader's token.
    pub reader: String,
}

/// A database that is copied.
pub struct Template {
    sql: Client,
    /// Databases that are there, the template first.
    names: Mutex<Vec<String>>,
    /// The URL of the server's first database.
    server: String,
    pub facts: Facts,
}

impl Template {
    /// Makes it; `None` without a PostgreSQL server.
    #[expect(clippy::disallowed_methods, reason = "tests are told their server by the environment")]
    pub async fn new() -> Option<Self> {
        let server = std::env::var("TACIT_TEST_POSTGRES").ok()?;
        let (sql, connection) = tokio_postgres::connect(&server, NoTls).await.unwrap();
        tokio::spawn(connection);
        let name = new_name();
        sql.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
        let facts = fill(&url_of(&server, &name)).await;
        Some(Self { sql, names: Mutex::new(vec![name]), server, facts })
    }

    /// Makes a copy.
    pub async fn copy(&self) -> OwnDatabase {
        let (name, template) = (new_name(), self.names.lock().unwrap()[0].clone());
        self.sql.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await.unwrap();
        self.names.lock().unwrap().push(name.clone());
        OwnDatabase { url: url_of(&self.server, &name), name }
    }

    /// Removes a copy, whoever uses it.
    pub async fn remove(&self, copy: OwnDatabase) {
        self.names.lock().unwrap().retain(|name| *name != copy.name);
        self.drop(&copy.name).await;
    }

    /// Removes the template, and copies whose schedule was not run to its end.
    pub async fn end(self) {
        let names = self.names.lock().unwrap().clone();
        for name in names {
            self.drop(&name).await;
        }
    }

    async fn drop(&self, name: &str) {
        self.sql.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).await.unwrap();
    }
}

/// A database of a schedule.
pub struct OwnDatabase {
    pub url: String,
    name: String,
}

impl OwnDatabase {
    /// Its address, such as `127.0.0.1:5432`.
    pub fn address(&self) -> &str {
        let behind = self.url.rsplit_once('@').map_or(self.url.as_str(), |(_, behind)| behind);
        behind.split('/').next().unwrap()
    }
}

fn new_name() -> String {
    let bytes = Random::system().bytes::<8>();
    bytes.iter().fold("simulation_".to_owned(), |name, byte| name + &format!("{byte:02x}"))
}

fn url_of(server: &str, name: &str) -> String {
    let (place, options) = server
        .split_once('?')
        .map_or((server, String::new()), |(place, options)| (place, format!("?{options}")));
    format!("{}/{name}{options}", place.rsplit_once('/').unwrap().0)
}

async fn fill(url: &str) -> Facts {
    let server = node(&tacit_store::Settings::Postgres(url.to_owned()), 1).await;
    let mut owner = server.with_admin().await;
    let person = std::mem::replace(&mut owner.token, owner.identity_token.clone());
    let project = owner.project("Simulated").await;
    let path = format!("/api/v1/organization-admin/projects/{project}/grant-admin-access");
    let granted = server.call("POST", &path, Some(&person), Some(json!({}))).await;
    assert_eq!(granted.status, 200, "{}", granted.text);
    let (identity, reader) = owner.member(&project, "viewer").await;
    let secret = |number: usize| json!({ "secretKey": format!("OTHER_{number}"), "secretValue": other_value(&number.to_string()) });
    let secrets: Vec<Value> = (0..OTHER_SECRETS).map(secret).collect();
    let body = json!({ "projectId": project, "workspaceId": project, "environment": "dev", "secretPath": "/",
        "secrets": secrets });
    owner.ok("POST", "/api/v4/secrets/batch", Some(body)).await;
    server.app.audit.flush().await.unwrap();
    let (admin, organization) = (owner.token.clone(), owner.organization_id.clone());
    Facts { admin, person, organization, project, identity, reader }
}
