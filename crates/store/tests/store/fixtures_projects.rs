//! Projects, folders, secrets and tags for tests.

use tacit_core::{
    cipher::Ciphertext,
    id::{EnvironmentId, FolderId, ProjectId, SecretId, TagId},
    name::{FolderName, SecretPath},
};
use tacit_store::{
    Connection, environments,
    environments::EnvironmentRow,
    folders::{self, FolderRow},
    projects::{self, ProjectRow},
    secrets::SecretRow,
    tags::{self, TagRow},
};

use crate::fixtures::{START, organization};

/// A path.
pub fn path(text: &str) -> SecretPath {
    SecretPath::parse(text).unwrap()
}

/// Adds a project, in an organization of its own.
pub async fn project(db: &mut Connection, id: &str) -> ProjectId {
    let row = ProjectRow {
        id: ProjectId::new(id),
        organization_id: organization(db, &format!("organization of {id}")).await,
        name: id.to_owned(),
        slug: id.to_owned(),
        description: None,
        r#type: "secret-manager".to_owned(),
        data_key_ciphertext: Ciphertext(b"key".to_vec()),
        other_data_key_ciphertext: None,
        revision: 0,
        auto_capitalization: true,
        has_delete_protection: false,
        secret_sharing: true,
        show_snapshots_legacy: false,
        pit_version_limit: 10,
        plaintext_reads: true,
        audit_logs_retention_days: None,
        created_at: START,
        updated_at: START,
    };
    projects::insert(db, &row).await.unwrap();
    row.id
}

/// Adds an environment without any folder; its id is `project` and slug.
pub async fn environment(db: &mut Connection, project: &ProjectId, slug: &str) -> EnvironmentId {
    let row = EnvironmentRow {
        id: EnvironmentId::new(format!("{project} {slug}")),
        project_id: project.clone(),
        name: slug.to_uppercase(),
        slug: slug.to_owned(),
        position: 1,
        created_at: START,
        updated_at: START,
    };
    environments::insert(db, &row).await.unwrap();
    row.id
}

/// A folder that is not stored yet; its id is environment and path.
pub fn folder_row(project: &ProjectId, environment: &EnvironmentId, path: &SecretPath) -> FolderRow {
    let id = |path: &SecretPath| FolderId::new(format!("{environment} {path}"));
    FolderRow {
        id: id(path),
        project_id: project.clone(),
        environment_id: environment.clone(),
        parent_id: path.parent().as_ref().map(id),
        name: path.name().map_or_else(|| "root".to_owned(), FolderName::into_string),
        path: path.as_str().to_owned(),
        description: None,
        version: 1,
        secret_count: 0,
        secrets_changed_at: None,
        created_at: START,
        updated_at: START,
    }
}

/// Adds a folder; those above it have to be there.
pub async fn folder(
    db: &mut Connection,
    project: &ProjectId,
    environment: &EnvironmentId,
    at: &str,
) -> FolderRow {
    let row = folder_row(project, environment, &path(at));
    folders::insert(db, &row).await.unwrap();
    row
}

/// Version 1 of a secret that is not stored yet; its id is folder and name.
pub fn secret_row(folder: &FolderRow, name: &str) -> SecretRow {
    let ciphertext = |field: &str| Ciphertext(format!("{field} of {name}\0\u{ff}").into_bytes());
    SecretRow {
        id: SecretId::new(format!("{} {name}", folder.id)),
        folder_id: folder.id.clone(),
        name: name.to_owned(),
        owner_user_id: String::new(),
        version: 1,
        value_ciphertext: ciphertext("value"),
        value_hash: None,
        comment_ciphertext: ciphertext("comment"),
        metadata_ciphertext: ciphertext("metadata"),
        skip_multiline_encoding: true,
        reminder_note: Some("rotate".to_owned()),
        reminder_repeat_days: Some(30),
        actor_type: "identity".to_owned(),
        actor_id: "ci".to_owned(),
        actor_name: "CI".to_owned(),
        created_at: START,
        updated_at: START,
    }
}

/// Adds a tag whose id is its slug.
pub async fn tag(db: &mut Connection, project: &ProjectId, slug: &str) -> TagId {
    let row = TagRow {
        id: TagId::new(slug),
        project_id: project.clone(),
        slug: slug.to_owned(),
        color: Some("#ff0000".to_owned()),
        created_by: None,
        created_by_type: "user".to_owned(),
        created_at: START,
        updated_at: START,
    };
    tags::insert(db, &row).await.unwrap();
    row.id
}
