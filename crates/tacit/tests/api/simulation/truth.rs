//! What the database holds, asked past the code.

use std::{sync::Arc, time::Duration};

use tokio_postgres::{Client, NoTls, types::ToSql};

/// How often it is looked whether somebody waits.
const LOOK_PERIOD: Duration = Duration::from_millis(2);

/// A connection of its own. Clones share it.
#[derive(Clone)]
pub struct Truth {
    sql: Arc<Client>,
    project: String,
    identity: String,
}

impl Truth {
    /// About a project, and an identity that comes and goes in it.
    pub async fn connect(url: &str, project: &str, identity: &str) -> Self {
        let (sql, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
        tokio::spawn(connection);
        Self { sql: Arc::new(sql), project: project.to_owned(), identity: identity.to_owned() }
    }

    /// Changes what nobody may change.
    pub async fn execute(&self, sql: &str) {
        let sql = sql.replace("{project}", &self.project).replace("{identity}", &self.identity);
        self.sql.batch_execute(&sql).await.unwrap();
    }

    async fn one<T>(&self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> T
    where
        T: for<'a> tokio_postgres::types::FromSql<'a>,
    {
        self.sql.query_one(sql, parameters).await.unwrap().get(0)
    }

    /// How many commits the project has.
    pub async fn revision(&self) -> i64 {
        self.one("SELECT revision FROM projects WHERE id = $1", &[&self.project]).await
    }

    /// Whether the identity is in the project.
    pub async fn is_member(&self) -> bool {
        let sql = "SELECT COUNT(*) > 0 FROM project_memberships WHERE identity_id = $1";
        self.one(sql, &[&self.identity]).await
    }

    /// The number of the newest key of the project, and whether it has replaced the one before.
    pub async fn rotation(&self) -> (i64, bool) {
        let sql = "SELECT key_number, state = 'finished' FROM data_key_rotations WHERE project_id = $1";
        let row = self.sql.query_opt(sql, &[&self.project]).await.unwrap();
        row.map_or((1, true), |row| (row.get(0), row.get(1)))
    }

    /// How many rows of the project are under a key that it does not have any more, or does not have yet.
    pub async fn strays(&self) -> i64 {
        let sql = "SELECT COUNT(*) FROM projects p, LATERAL (
                SELECT s.value_ciphertext AS value FROM secrets s JOIN folders f ON f.id = s.folder_id
                 WHERE f.project_id = p.id
                UNION ALL SELECT value_ciphertext FROM secret_versions WHERE project_id = p.id
                UNION ALL SELECT url_ciphertext FROM webhooks WHERE project_id = p.id) AS stored
          WHERE p.id = $1 AND substr(stored.value, 2, 4) <> substr(p.data_key_ciphertext, 2, 4)
            AND substr(stored.value, 2, 4) IS DISTINCT FROM substr(p.other_data_key_ciphertext, 2, 4)";
        self.one(sql, &[&self.project]).await
    }

    /// What shows which root key the database has.
    pub async fn key_check(&self) -> Vec<u8> {
        self.one("SELECT key_check FROM instance WHERE id = 'instance'", &[]).await
    }

    /// The last event that the audit stream has delivered.
    pub async fn cursor(&self) -> i64 {
        self.one("SELECT COALESCE(MAX(delivered_sequence), 0) FROM audit_streams", &[]).await
    }

    /// Returns once somebody waits for a row that somebody else holds.
    pub async fn somebody_waits(&self) {
        let sql = "SELECT COUNT(*) > 0 FROM pg_stat_activity
                    WHERE datname = current_database() AND wait_event_type = 'Lock'";
        while !self.one::<bool>(sql, &[]).await {
            tokio::time::sleep(LOOK_PERIOD).await;
        }
    }
}
