//! The whole database at once: whether anything changed, and back to how it was.
//!
//! To look at each table after each request, and to fill each anew, takes longer than all the requests. So once a copy
//! is [kept](keep), triggers note which tables are written to, by whatever statement, and only those are looked at.

use std::collections::{BTreeMap, BTreeSet};

use tacit_store::{Connection, FromRow, Row, StoreError};

use crate::harness::TestServer;

/// What the server writes by itself, whatever becomes of a request.
const LOGS: &str = "audit_blocks audit_chains audit_checkpoints audit_events audit_pending audit_signing_keys \
                    rights_revisions schema_migrations";
/// How the copies of tables are called.
const COPY: &str = "copy_of_";
/// Where triggers note the names of tables that are written to. No table's copy is called so.
const WRITTEN: &str = "copy_of__written";
/// How triggers are called, and on PostgreSQL what they run.
const NOTE: &str = "note_write";
/// What triggers look for.
const WRITES: [&str; 3] = ["INSERT", "UPDATE", "DELETE"];

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
    let tables = tables(&mut db).await;
    contents_of(&mut db, &tables).await
}

/// What each table holds that was written to since everything was kept or restored.
pub async fn written_contents(server: &TestServer) -> BTreeMap<String, String> {
    let mut db = server.app.database.read().await.unwrap();
    let tables = written(&mut db).await;
    contents_of(&mut db, &tables).await
}

async fn contents_of(db: &mut Connection, tables: &[String]) -> BTreeMap<String, String> {
    let mut selects = Vec::new();
    for table in tables {
        let lines = if db.sees_one_moment() {
            let columns = format!("SELECT name AS text FROM pragma_table_info('{table}')");
            let columns = texts(db, &columns).await;
            let columns: Vec<_> = columns.iter().map(|name| format!("quote({name})")).collect();
            let line = columns.join("||'|'||");
            format!("group_concat(line, ';') FROM (SELECT {line} AS line FROM {table} ORDER BY 1)")
        } else {
            format!("string_agg(t::text, ';' ORDER BY t::text) FROM {table} t")
        };
        selects.push(format!("SELECT '{table}' AS name, coalesce((SELECT {lines}), '') AS text"));
    }
    if selects.is_empty() {
        return BTreeMap::new();
    }
    let rows: Vec<Contents> = db.fetch_all(&selects.join(" UNION ALL "), &[]).await.unwrap();
    rows.into_iter().map(|Contents(name, text)| (name, text)).collect()
}

async fn written(db: &mut Connection) -> Vec<String> {
    texts(db, &format!("SELECT DISTINCT name AS text FROM {WRITTEN}")).await
}

/// The names of the tables in which two moments differ, as far as the second was looked at.
pub fn differences(one: &BTreeMap<String, String>, other: &BTreeMap<String, String>) -> Vec<String> {
    other.keys().filter(|table| one.get(*table) != other.get(*table)).cloned().collect()
}

/// What an answer changed, which is put back. A refusal is taken to have changed nothing: whoever asks
/// looks at the whole once at the end.
pub async fn changes_by(server: &TestServer, before: &BTreeMap<String, String>, status: u16) -> Vec<String> {
    if status >= 400 {
        return Vec::new();
    }
    let changed = differences(before, &written_contents(server).await);
    if !changed.is_empty() {
        restore(server).await;
    }
    changed
}

/// Keeps a copy of everything, for [`restore`], and notes from now on what is written to.
pub async fn keep(server: &TestServer) {
    let mut db = server.app.database.begin().await.unwrap();
    run(&mut db, &format!("CREATE TABLE {WRITTEN} (name TEXT)")).await;
    if !db.sees_one_moment() {
        let body = format!("BEGIN INSERT INTO {WRITTEN} VALUES (TG_TABLE_NAME); RETURN NULL; END");
        run(&mut db, &format!("CREATE FUNCTION {NOTE}() RETURNS trigger LANGUAGE plpgsql AS '{body}'")).await;
    }
    for table in tables(&mut db).await {
        run(&mut db, &format!("CREATE TABLE {COPY}{table} AS SELECT * FROM {table}")).await;
        for write in WRITES {
            let does = if db.sees_one_moment() {
                format!("BEGIN INSERT INTO {WRITTEN} VALUES ('{table}'); END")
            } else {
                format!("EXECUTE FUNCTION {NOTE}()")
            };
            let name = trigger(&table, write);
            run(&mut db, &format!("CREATE TRIGGER {name} AFTER {write} ON {table} FOR EACH ROW {does}"))
                .await;
        }
    }
    db.commit().await.unwrap();
}

fn trigger(table: &str, write: &str) -> String {
    format!("{NOTE}_{write}_{table}")
}

async fn run(db: &mut Connection, sql: &str) {
    db.execute(sql, &[]).await.unwrap();
}

/// Makes everything as it was when it was kept.
pub async fn restore(server: &TestServer) {
    let mut db = server.app.database.begin().await.unwrap();
    // Rows go and come in any order; what refers to what is right again at the end.
    let without_order = if db.sees_one_moment() {
        "PRAGMA defer_foreign_keys = ON"
    } else {
        "SET LOCAL session_replication_role = replica"
    };
    run(&mut db, without_order).await;
    let mut emptied = BTreeSet::new();
    // What goes may take along rows of other tables, which is noted too.
    while let Some(table) = written(&mut db).await.into_iter().find(|table| !emptied.contains(table)) {
        run(&mut db, &format!("DELETE FROM {table}")).await;
        emptied.insert(table);
    }
    for table in &emptied {
        run(&mut db, &format!("INSERT INTO {table} SELECT * FROM {COPY}{table}")).await;
    }
    run(&mut db, &format!("DELETE FROM {WRITTEN}")).await;
    db.commit().await.unwrap();
}

/// Drops what was kept, so that something else can be.
pub async fn forget(server: &TestServer) {
    let mut db = server.app.database.begin().await.unwrap();
    for table in tables(&mut db).await {
        for write in WRITES {
            let place = if db.sees_one_moment() { String::new() } else { format!(" ON {table}") };
            run(&mut db, &format!("DROP TRIGGER {}{place}", trigger(&table, write))).await;
        }
        run(&mut db, &format!("DROP TABLE {COPY}{table}")).await;
    }
    if !db.sees_one_moment() {
        run(&mut db, &format!("DROP FUNCTION {NOTE}()")).await;
    }
    run(&mut db, &format!("DROP TABLE {WRITTEN}")).await;
    db.commit().await.unwrap();
}
