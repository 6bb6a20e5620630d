//! Every table is known to decide about rights, or not to.

use std::{fs, path::Path};

use tacit_store::{Database, FromRow, HARMLESS, RIGHTS, Row, Settings, StoreError};

/// Tables of which no cached right depends. What readers of a project see is kept by the project's
/// revision, and credentials are looked at in the database whenever somebody signs in.
const OTHERS: [&str; 48] = [
    "audit_blocks",
    "audit_chains",
    "audit_checkpoints",
    "audit_events",
    "audit_pending",
    "audit_prunings",
    "audit_retention_cursors",
    "audit_signing_keys",
    "audit_streams",
    "auth_method_settings",
    "backup_leases",
    "backup_runs",
    "client_secrets",
    "commit_changes",
    "commits",
    "data_key_rotations",
    "email_verifications",
    "environments",
    "folder_versions",
    "folders",
    "history_horizons",
    "instance_keys",
    "invitations",
    "login_failures",
    "mails",
    "passkeys",
    "password_resets",
    "recovery_keys",
    "rights_revisions",
    "schema_lock",
    "schema_migrations",
    "second_factor_challenges",
    "secret_import_versions",
    "secret_imports",
    "secret_references",
    "secret_tags",
    "secret_versions",
    "secrets",
    "tags",
    "universal_auths",
    "used_passkey_challenges",
    "user_preferences",
    "user_recovery_codes",
    "user_second_factors",
    "user_totp",
    "webhook_cursors",
    "webhook_deliveries",
    "webhooks",
];

/// Every table of the schema, by name.
pub fn all_tables() -> Vec<&'static str> {
    let mut all: Vec<&str> = RIGHTS.into_iter().chain(OTHERS).collect();
    all.sort_unstable();
    all
}

struct TableName(String);

impl FromRow for TableName {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self(row.get("name")?))
    }
}

#[tokio::test]
async fn every_table_decides_about_rights_or_is_known_not_to() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(&Settings::Sqlite(folder.path().join("tacit.db"))).await.unwrap();
    let sql =
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    let tables: Vec<TableName> = database.read().await.unwrap().fetch_all(sql, &[]).await.unwrap();
    let names: Vec<&str> = tables.iter().map(|table| table.0.as_str()).collect();
    assert_eq!(names, all_tables(), "decide for a new table whether caches of rights rest on it");
}

/// A list that names a statement nobody makes any more would let its successor through.
#[test]
fn every_harmless_statement_is_made_somewhere() {
    let sources: String = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    for statement in HARMLESS {
        assert!(sources.contains(statement), "{statement}");
    }
}
