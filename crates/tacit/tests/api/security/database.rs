//! The whole database at once: whether anything changed, and back to how it was.

use std::collections::BTreeMap;

use tacit_store::{Connection, FromRow, Row, StoreError};

use crate::harness::TestServer;

/// What the server writes by itself, whatever becomes of a request.
const LOGS: &str = "audit_blocks audit_chains audit_checkpoints audit_events audit_pending audit_signing_keys \
                    rights_revisions schema_migrations";
/// How the copies of tables are called.
const COPY: &str = "copy_of_";

struct Text(String);

impl FromRow for Text {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self(row.get("text")?))
    }
}

async fn texts(db: &mut Connection, sql: &str) -> Vec<String> {
    let rows: Vec<Text> = db.fetch_all(sql, &[]).await.unwrap();
    rows.into_iter().map(|row| row.0).collect()
}

/// The tables that requests change.
async fn tables(db: &mut Connection) -> Vec<String> {
    let sql = if db.sees_one_moment() {
        "SELECT name AS text FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    } else {
        "SELECT tablename::text AS text FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
    };
    let mut tables = texts(db, sql).await;
    tables.retain(|table| !LOGS.contains(table.as_str()) && !table.starts_with(COPY));
    tables
}

struct Contents(String, String);

impl FromRow for Contents {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self(row.get("name")?, row.get("text")?))
    }
}

/// What each table holds, as a text that is the same as long as it holds the same.
pub async fn contents(server: &TestServer) -> BTreeMap<String, String> {
    let mut db = server.app.database.read().await.unwrap();
    let mut selects = Vec::new();
    for table in tables(&mut db).await {
        let lines = if db.sees_one_moment() {
            let columns = format!("SELECT name AS text FROM pragma_table_info('{table}')");
            let columns = texts(&mut db, &columns).await;
            let columns: Vec<_> = columns.iter().map(|name| format!("quote({name})")).collect();
            let line = columns.join("||'|'||");
            format!("group_concat(line, ';') FROM (SELECT {line} AS line FROM {table} ORDER BY 1)")
        } else {
            format!("string_agg(t::text, ';' ORDER BY t::text) FROM {table} t")
        };
        selects.push(format!("SELECT '{table}' AS name, coalesce((SELECT {lines}), '') AS text"));
    }
    let rows: Vec<Contents> = db.fetch_all(&selects.join(" UNION ALL "), &[]).await.unwrap();
    rows.into_iter().map(|Contents(name, text)| (name, text)).collect()
}

/// The names of the tables in which two moments differ.
pub fn differences(one: &BTreeMap<String, String>, other: &BTreeMap<String, String>) -> Vec<String> {
    one.keys().filter(|table| one.get(*table) != other.get(*table)).cloned().collect()
}

/// What an answer changed, which is put back. A refusal is taken to have changed nothing: whoever asks
/// looks at the whole once at the end.
pub async fn changes_by(server: &TestServer, before: &BTreeMap<String, String>, status: u16) -> Vec<String> {
    if status >= 400 {
        return Vec::new();
    }
    let changed = differences(before, &contents(server).await);
    if !changed.is_empty() {
        restore(server).await;
    }
    changed
}

/// Keeps a copy of everything, for [`restore`].
pub async fn keep(server: &TestServer) {
    let mut db = server.app.database.begin().await.unwrap();
    for table in tables(&mut db).await {
        db.execute(&format!("CREATE TABLE {COPY}{table} AS SELECT * FROM {table}"), &[]).await.unwrap();
    }
    db.commit().await.unwrap();
}

/// Makes everything as it was when it was kept.
pub async fn restore(server: &TestServer) {
    let mut db = server.app.database.begin().await.unwrap();
    let tables = tables(&mut db).await;
    let go = tables.iter().map(|table| format!("DELETE FROM {table}"));
    let come = tables.iter().map(|table| format!("INSERT INTO {table} SELECT * FROM {COPY}{table}"));
    let all: Vec<String> = go.chain(come).collect();
    // Rows go and come in any order; what refers to what is right again at the end.
    if db.sees_one_moment() {
        db.execute("PRAGMA defer_foreign_keys = ON", &[]).await.unwrap();
        for sql in all {
            db.execute(&sql, &[]).await.unwrap();
        }
    } else {
        db.execute("SET LOCAL session_replication_role = replica", &[]).await.unwrap();
        db.execute(&format!("DO $$ BEGIN {}; END $$", all.join("; ")), &[]).await.unwrap();
    }
    db.commit().await.unwrap();
}

/// Drops what was kept, so that something else can be.
pub async fn forget(server: &TestServer) {
    let mut db = server.app.database.begin().await.unwrap();
    for table in tables(&mut db).await {
        db.execute(&format!("DROP TABLE {COPY}{table}"), &[]).await.unwrap();
    }
    db.commit().await.unwrap();
}
