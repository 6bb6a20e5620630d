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
    /// A tag of a project.
    pub struct TagRow {
        /// Its id.
        pub id: TagId,
        /// Its project.
        pub project_id: ProjectId,
        /// Unique in the project.
        pub slug: String,
        /// A color for user interfaces, such as `#ff0000`.
        pub color: Option<String>,
        /// Who made it.
        pub created_by: Option<String>,
        /// `user` or `identity`.
        pub created_by_type: String,
        /// When it was made.
        pub created_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
    }
}

/// The project's tag with this id.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(db: &mut Connection, project: &ProjectId, id: &TagId) -> Result<Option<TagRow>> {
    db.fetch_optional("SELECT * FROM tags WHERE project_id = $1 AND id = $2", params![project, id]).await
}

/// The project's tag with this slug.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_by_slug(db: &mut Connection, project: &ProjectId, slug: &str) -> Result<Option<TagRow>> {
    db.fetch_optional("SELECT * FROM tags WHERE project_id = $1 AND slug = $2", params![project, slug]).await
}
