//! What belongs to an organization, a project or a person goes with it: tables of tomorrow too.

use tacit_store::{Database, FromRow, Row, Settings, StoreError};

/// A column that names an owner, without a foreign key that deletes the row with it.
#[derive(Debug, PartialEq, Eq)]
struct Kept(String, String);

impl FromRow for Kept {
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self(row.get("table_name")?, row.get("column_name")?))
    }
}

const KEPT: &str = "
    SELECT t.name AS table_name, c.name AS column_name
      FROM sqlite_master t JOIN pragma_table_info(t.name) c
     WHERE t.type = 'table' AND c.name IN ('organization_id', 'project_id', 'user_id', 'owner_user_id')
       AND NOT EXISTS (SELECT 1 FROM pragma_foreign_key_list(t.name) k
                        WHERE k.\"from\" = c.name AND k.on_delete = 'CASCADE')
     ORDER BY t.name, c.name";

#[tokio::test]
async fn only_the_audit_log_and_what_is_deleted_by_hand_outlives_its_owner() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(&Settings::Sqlite(folder.path().join("tacit.db"))).await.unwrap();

    let kept: Vec<Kept> = database.read().await.unwrap().fetch_all(KEPT, &[]).await.unwrap();

    let known = [
        // The audit log stays.
        ("audit_blocks", "organization_id"),
        ("audit_chains", "organization_id"),
        ("audit_checkpoints", "organization_id"),
        ("audit_events", "organization_id"),
        ("audit_events", "project_id"),
        ("audit_pending", "organization_id"),
        ("audit_pending", "project_id"),
        ("audit_prunings", "organization_id"),
        ("audit_retention_cursors", "organization_id"),
        // Commits stay; what concerns own values is shown to their owner alone.
        ("commit_changes", "owner_user_id"),
        // Own values go by `secret_overrides::delete_of_owner`.
        ("secret_versions", "owner_user_id"),
        ("secrets", "owner_user_id"),
    ];
    assert_eq!(kept, known.map(|(table, column)| Kept(table.to_owned(), column.to_owned())));
}
