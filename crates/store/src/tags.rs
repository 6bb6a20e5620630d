//! Tags of projects.

use tacit_core::{
    id::{ProjectId, TagId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// A tag.
    pub struct TagRow {
        /// Its id.
        pub id: TagId,
        /// The project it belongs to.
        pub project_id: ProjectId,
        /// Unique in the project.
        pub slug: String,
        /// As the client wrote it, such as `#ff0000`; may be empty.
        pub color: Option<String>,
        /// The user or identity that made it.
        pub created_by: Option<String>,
        /// `user` or `identity`.
        pub created_by_type: String,
        /// When it was made.
        pub created_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
    }
}

/// Adds a tag.
///
/// # Errors
///
/// [`StoreError::AlreadyExists`](crate::StoreError::AlreadyExists) if the project has one with that
/// slug.
pub async fn insert(db: &mut Connection, tag: &TagRow) -> Result<()> {
    db.execute(
        "INSERT INTO tags (id, project_id, slug, color, created_by, created_by_type, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            &tag.id,
            &tag.project_id,
            &tag.slug,
            tag.color.as_deref(),
            tag.created_by.as_deref(),
            &tag.created_by_type,
            tag.created_at,
            tag.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// Writes slug, color and time of a tag.
///
/// # Errors
///
/// [`StoreError::AlreadyExists`](crate::StoreError::AlreadyExists) if the project has another one
/// with that slug.
pub async fn update(db: &mut Connection, tag: &TagRow) -> Result<()> {
    db.execute(
        "UPDATE tags SET slug = $2, color = $3, updated_at = $4 WHERE id = $1",
        params![&tag.id, &tag.slug, tag.color.as_deref(), tag.updated_at],
    )
    .await?;
    Ok(())
}

/// Deletes a tag and takes it off all secrets.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete(db: &mut Connection, id: &TagId) -> Result<()> {
    db.execute("DELETE FROM tags WHERE id = $1", params![id]).await?;
    Ok(())
}

/// How many tags a project has.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn count(db: &mut Connection, project: &ProjectId) -> Result<i64> {
    db.fetch_one("SELECT COUNT(*) AS number FROM tags WHERE project_id = $1", params![project]).await
}

/// The tags of a project, the oldest first.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(db: &mut Connection, project: &ProjectId) -> Result<Vec<TagRow>> {
    db.fetch_all("SELECT * FROM tags WHERE project_id = $1 ORDER BY created_at, id", params![project]).await
}

/// The tag called `id`, if it belongs to `project`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(db: &mut Connection, project: &ProjectId, id: &TagId) -> Result<Option<TagRow>> {
    db.fetch_optional("SELECT * FROM tags WHERE id = $1 AND project_id = $2", params![id, project]).await
}

/// The tag with this slug in `project`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_by_slug(db: &mut Connection, project: &ProjectId, slug: &str) -> Result<Option<TagRow>> {
    db.fetch_optional("SELECT * FROM tags WHERE project_id = $1 AND slug = $2", params![project, slug]).await
}
