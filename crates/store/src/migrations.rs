//! The schema's history: one file per step, the same for both engines.

/// Version, name and statements of each migration, oldest first. A landed file never changes.
pub(crate) const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "instance", include_str!("../migrations/0001_instance.sql")),
    (2, "organizations", include_str!("../migrations/0002_organizations.sql")),
    (3, "projects", include_str!("../migrations/0003_projects.sql")),
    (4, "secrets", include_str!("../migrations/0004_secrets.sql")),
    (5, "identities", include_str!("../migrations/0005_identities.sql")),
    (6, "memberships", include_str!("../migrations/0006_memberships.sql")),
    (7, "audit_events", include_str!("../migrations/0007_audit_events.sql")),
    (8, "history", include_str!("../migrations/0008_history.sql")),
    (9, "value_hashes", include_str!("../migrations/0009_value_hashes.sql")),
    (10, "commit_places", include_str!("../migrations/0010_commit_places.sql")),
    (11, "secret_imports", include_str!("../migrations/0011_secret_imports.sql")),
    (12, "dashboard", include_str!("../migrations/0012_dashboard.sql")),
    (13, "secret_references", include_str!("../migrations/0013_secret_references.sql")),
    (14, "webhooks", include_str!("../migrations/0014_webhooks.sql")),
    (15, "second_factor", include_str!("../migrations/0015_second_factor.sql")),
    (16, "roles", include_str!("../migrations/0016_roles.sql")),
    (17, "invitations", include_str!("../migrations/0017_invitations.sql")),
    (18, "mail", include_str!("../migrations/0018_mail.sql")),
    (19, "member_metadata", include_str!("../migrations/0019_member_metadata.sql")),
    (20, "passkeys", include_str!("../migrations/0020_passkeys.sql")),
    (21, "administration", include_str!("../migrations/0021_administration.sql")),
    (22, "rights_revisions", include_str!("../migrations/0022_rights_revisions.sql")),
    (23, "auth_method_settings", include_str!("../migrations/0023_auth_method_settings.sql")),
    (24, "service_tokens", include_str!("../migrations/0024_service_tokens.sql")),
    (25, "token_attributes", include_str!("../migrations/0025_token_attributes.sql")),
    (26, "unused_indexes", include_str!("../migrations/0026_unused_indexes.sql")),
    (27, "audit_chains", include_str!("../migrations/0027_audit_chains.sql")),
    (28, "audit_checkpoints", include_str!("../migrations/0028_audit_checkpoints.sql")),
    (29, "instance_keys", include_str!("../migrations/0029_instance_keys.sql")),
    (30, "data_key_rotations", include_str!("../migrations/0030_data_key_rotations.sql")),
    (31, "backup_runs", include_str!("../migrations/0031_backup_runs.sql")),
    (32, "audit_streams", include_str!("../migrations/0032_audit_streams.sql")),
    (33, "organization_data_keys", include_str!("../migrations/0033_organization_data_keys.sql")),
];

/// Whether a table of this name is or was made by a migration: it is ours.
pub(crate) fn make(table: &str) -> bool {
    let (created, renamed) = (format!("CREATE TABLE {table} ("), format!("RENAME TO {table};"));
    MIGRATIONS.iter().any(|(.., sql)| sql.contains(&created) || sql.contains(&renamed))
}
