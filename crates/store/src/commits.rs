//! The commit log of a project (architecture 3).

use tacit_core::{
    cipher::Ciphertext,
    id::{CommitId, FolderId, ProjectId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// One commit.
    pub struct CommitRow {
        /// Its id.
        pub id: CommitId,
        /// The project it changed.
        pub project_id: ProjectId,
        /// The project's revision after it.
        pub revision: i64,
        /// `user` or `identity`.
        pub actor_type: String,
        /// Who made it.
        pub actor_id: String,
        /// Their name then.
        pub actor_name: String,
        /// Why, in the words of who made it.
        pub message: Option<String>,
        /// When.
        pub created_at: Timestamp,
    }
}

row! {
    /// One thing a commit changed.
    pub struct CommitChangeRow {
        /// The commit.
        pub commit_id: CommitId,
        /// 0 is the first change.
        pub position: i64,
        /// The project's revision after the commit.
        pub revision: i64,
        /// `secret`, `folder`, `environment` or `tag`.
        pub resource_type: String,
        /// Which one.
        pub resource_id: String,
        /// The folder it is in, if it is in one.
        pub folder_id: Option<FolderId>,
        /// Its name then.
        pub name: String,
        /// Its version before; `None` for a creation.
        pub version_before: Option<i64>,
        /// Its version after; `None` for a deletion.
        pub version_after: Option<i64>,
        /// The slug of its environment then; `None` for tags, and where it is not known any more.
        pub environment_slug: Option<String>,
        /// The path then of the folder it is in, if it is in one.
        pub folder_path: Option<String>,
        /// The user whose personal override it is; empty for what is shared.
        pub owner_user_id: String,
    }
}

row! {
    /// What a commit begins with.
    pub struct RaisedRow {
        /// The project's revision after it.
        pub revision: i64,
        /// The project's data key, wrapped, which stays until the transaction ends.
        pub data_key_ciphertext: Ciphertext,
    }
}

/// Raises the project's revision by one and returns the new one; `None` if there is no such project.
///
/// It is the first statement of every commit: on PostgreSQL the row lock makes commits of one
/// project wait for each other, so that what is read after it cannot change under them.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn next_revision(db: &mut Connection, project: &ProjectId) -> Result<Option<RaisedRow>> {
    let raised: Option<RaisedRow> = db
        .fetch_optional(
            "UPDATE projects SET revision = revision + 1 WHERE id = $1 RETURNING revision, data_key_ciphertext",
            params![project],
        )
        .await?;
    if let Some(raised) = &raised {
        db.note_revision(project, raised.revision);
    }
    Ok(raised)
}

/// Takes a [`next_revision`] back, in the same transaction, because nothing changed after all.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn give_back_revision(db: &mut Connection, project: &ProjectId) -> Result<()> {
    db.execute("UPDATE projects SET revision = revision - 1 WHERE id = $1", params![project]).await?;
    db.forget_revision(project);
    Ok(())
}

/// Adds a commit.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn insert(db: &mut Connection, commit: &CommitRow) -> Result<()> {
    db.execute(
        "INSERT INTO commits
            (id, project_id, revision, actor_type, actor_id, actor_name, message, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            &commit.id,
            &commit.project_id,
            commit.revision,
            &commit.actor_type,
            &commit.actor_id,
            &commit.actor_name,
            commit.message.as_deref(),
            commit.created_at,
        ],
    )
    .await?;
    Ok(())
}

/// Adds one change to a commit.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn insert_change(db: &mut Connection, change: &CommitChangeRow) -> Result<()> {
    db.execute(
        "INSERT INTO commit_changes
            (commit_id, position, revision, resource_type, resource_id, folder_id, name,
             version_before, version_after, environment_slug, folder_path, owner_user_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        params![
            &change.commit_id,
            change.position,
            change.revision,
            &change.resource_type,
            &change.resource_id,
            change.folder_id.as_ref(),
            &change.name,
            change.version_before,
            change.version_after,
            change.environment_slug.as_deref(),
            change.folder_path.as_deref(),
            &change.owner_user_id,
        ],
    )
    .await?;
    Ok(())
}

/// The newest commits of a project, newest first, at most `limit`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(db: &mut Connection, project: &ProjectId, limit: i64) -> Result<Vec<CommitRow>> {
    db.fetch_all(
        "SELECT * FROM commits WHERE project_id = $1 ORDER BY revision DESC LIMIT $2",
        params![project, limit],
    )
    .await
}

/// What commits of a project changed after the change at `position` of the commit to `revision`, in
/// order, at most `limit`. Position [`i64::MAX`] is the end of that commit.
///
/// Commits of a project wait for each other, so nothing is ever added before what was read.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn changes_after(
    db: &mut Connection,
    project: &ProjectId,
    revision: i64,
    position: i64,
    limit: i64,
) -> Result<Vec<CommitChangeRow>> {
    db.fetch_all(
        "SELECT x.* FROM commits c JOIN commit_changes x ON x.commit_id = c.id
          WHERE c.project_id = $1 AND c.revision >= $2 AND (c.revision > $2 OR x.position > $3)
          ORDER BY c.revision, x.position LIMIT $4",
        params![project, revision, position, limit],
    )
    .await
}

/// The revision of the oldest commit of a project that is kept; `None` if there is none.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn oldest(db: &mut Connection, project: &ProjectId) -> Result<Option<i64>> {
    db.fetch_optional(
        "SELECT revision AS number FROM commits WHERE project_id = $1 ORDER BY revision LIMIT 1",
        params![project],
    )
    .await
}

/// What a commit changed, in order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn changes(db: &mut Connection, commit: &CommitId) -> Result<Vec<CommitChangeRow>> {
    db.fetch_all("SELECT * FROM commit_changes WHERE commit_id = $1 ORDER BY position", params![commit]).await
}
