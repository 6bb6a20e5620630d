//! What migration 15, which makes the tables of memberships anew, keeps of them, on both engines.

use tacit_core::{
    id::{MembershipId, ProjectId, UserId},
    time::Timestamp,
};
use tacit_store::{
    Database, Settings, project_grants,
    project_memberships::{self, Member},
};

use crate::engines::postgres_schema;

const BEFORE: &[&str] = &[
    include_str!("../../migrations/0001_instance.sql"),
    include_str!("../../migrations/0002_organizations.sql"),
    include_str!("../../migrations/0003_projects.sql"),
    include_str!("../../migrations/0004_secrets.sql"),
    include_str!("../../migrations/0005_identities.sql"),
    include_str!("../../migrations/0006_memberships.sql"),
    include_str!("../../migrations/0007_audit_events.sql"),
    include_str!("../../migrations/0008_history.sql"),
    include_str!("../../migrations/0009_value_hashes.sql"),
    include_str!("../../migrations/0010_commit_places.sql"),
    include_str!("../../migrations/0011_secret_imports.sql"),
    include_str!("../../migrations/0012_dashboard.sql"),
    include_str!("../../migrations/0013_secret_references.sql"),
    include_str!("../../migrations/0014_webhooks.sql"),
];

const ROWS: &str = "
INSERT INTO organizations (id, name, slug, data_key_ciphertext, created_at, updated_at)
VALUES ('o', 'o', 'o', EMPTY, 0, 0);
INSERT INTO users (id, email, password_hash, created_at, updated_at) VALUES ('u', 'u', '', 0, 0);
INSERT INTO organization_memberships (id, organization_id, user_id, role, created_at, updated_at)
VALUES ('m', 'o', 'u', 'admin', 0, 0);
INSERT INTO identities (id, organization_id, membership_id, name, role, created_at, updated_at)
VALUES ('i', 'o', 'mi', 'i', 'member', 0, 0);
INSERT INTO projects (id, organization_id, name, slug, type, data_key_ciphertext, created_at, updated_at)
VALUES ('p', 'o', 'p', 'p', 'secret-manager', EMPTY, 0, 0);
INSERT INTO project_memberships (id, project_id, user_id, identity_id, created_at, updated_at)
VALUES ('pu', 'p', 'u', NULL, 1, 2), ('pi', 'p', NULL, 'i', 3, 4);
INSERT INTO membership_roles
    (id, membership_id, role, is_temporary, temporary_range, starts_at, ends_at, created_at, updated_at)
VALUES ('r1', 'pu', 'viewer', FALSE, NULL, NULL, NULL, 5, 6), ('r2', 'pu', 'admin', TRUE, '1h', 7, 8, 9, 10),
    ('r3', 'pi', 'member', FALSE, NULL, NULL, NULL, 11, 12);
";

/// `empty` is how the engine spells bytes of length 0.
fn script(empty: &str) -> String {
    let mut script =
        "CREATE TABLE schema_migrations (version BIGINT PRIMARY KEY, name TEXT NOT NULL);".to_owned();
    for (index, sql) in BEFORE.iter().enumerate() {
        script.push_str(sql);
        let version = (index + 1).to_string();
        script += &["INSERT INTO schema_migrations (version, name) VALUES (", &version, ", 'm');"].concat();
    }
    script.push_str(&ROWS.replace("EMPTY", empty));
    script
}

#[tokio::test]
async fn memberships_from_before_stay_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tacit.db");
    rusqlite::Connection::open(&file).unwrap().execute_batch(&script("x''")).unwrap();
    check(&Database::open(&Settings::Sqlite(file)).await.unwrap()).await;
}

#[tokio::test]
async fn memberships_from_before_stay_on_postgres() {
    let Some(url) = postgres_schema().await else { return };
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    client.batch_execute(&script("''")).await.unwrap();
    drop(client);
    driver.await.unwrap().unwrap();
    check(&Database::open(&Settings::Postgres(url)).await.unwrap()).await;
}

async fn check(database: &Database) {
    let mut db = database.begin().await.unwrap();
    let (project, user) = (ProjectId::new("p"), UserId::new("u"));
    let row = project_memberships::find(&mut db, &project, Member::User(&user)).await.unwrap().unwrap();
    assert_eq!((row.id.as_str(), row.created_at.millis(), row.updated_at.millis()), ("pu", 1, 2));
    let mut roles = project_memberships::roles(&mut db, &row.id).await.unwrap();
    roles.sort_by(|one, other| one.id.cmp(&other.id));
    assert_eq!((roles[0].role.as_str(), roles[0].custom_role_id.as_ref()), ("viewer", None));
    let temporary = &roles[1];
    assert_eq!((temporary.role.as_str(), temporary.temporary_range.as_deref()), ("admin", Some("1h")));
    let times = [temporary.starts_at, temporary.ends_at].map(|time| time.map(Timestamp::millis));
    assert_eq!(
        (times, temporary.created_at.millis(), temporary.updated_at.millis()),
        ([Some(7), Some(8)], 9, 10)
    );
    assert_eq!(project_grants::of_member(&mut db, &project, Member::User(&user)).await.unwrap().len(), 2);
    // Roles still go with their membership.
    project_memberships::delete(&mut db, &MembershipId::new("pu")).await.unwrap();
    assert_eq!(project_memberships::roles_in_project(&mut db, &project).await.unwrap().len(), 1);
}
