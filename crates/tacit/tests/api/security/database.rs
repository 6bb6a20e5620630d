//! The whole database at once: whether anything changed, and back to how it was.

use std::collections::BTreeMap;

use tacit_store::{Connection, FromRow, Row, StoreError};

use crate::harness::TestServer;

/// What the server writes by itself, whatever becomes of a request.
const LOGS: &str = "audit_events audit_sequences schema_migrations";
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

/// What each table holds, as a text that is the same as long as it holds the same.
pub async fn contents(server: &TestServer) -> BTreeMap<String, String> {
    let mut db = server.app.database.read().await.unwrap();
    let mut contents = BTreeMap::new();
    for table in tables(&mut db).await {
        let sql = if db.sees_one_moment() {
            let columns = format!("SELECT name AS text FROM pragma_table_info('{table}')");
            let columns: Vec<_> =
                texts(&mut db, &columns).await.iter().map(|name| format!("quote({name})")).collect();
            let line = columns.join("||'|'||");
            format!(
                "SELECT coalesce(group_concat(line, ';'), '') AS text FROM (SELECT {line} AS line FROM {table} ORDER BY 1)"
            )
        } else {
            format!("SELECT coalesce(string_agg(t::text, ';' ORDER BY t::text), '') AS text FROM {table} t")
        };
        contents.insert(table, texts(&mut db, &sql).await.remove(0));
    }
    contents
}

/// The names of the tables in which two moments differ.
pub fn differences(one: &BTreeMap<String, String>, other: &BTreeMap<String, String>) -> Vec<String> {
    one.keys().filter(|table| one.get(*table) != other.get(*table)).cloned().collect()
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
    // Rows go and come in any order; what refers to what is right again at the end.
    let any_order = if db.sees_one_moment() {
        "PRAGMA defer_foreign_keys = ON"
    } else {
        "SET LOCAL session_replication_role = replica"
    };
    db.execute(any_order, &[]).await.unwrap();
    let tables = tables(&mut db).await;
    for table in &tables {
        db.execute(&format!("DELETE FROM {table}"), &[]).await.unwrap();
    }
    for table in &tables {
        db.execute(&format!("INSERT INTO {table} SELECT * FROM {COPY}{table}"), &[]).await.unwrap();
    }
    db.commit().await.unwrap();
}
