//! Which folders commits changed, for webhooks.

use tacit_core::id::ProjectId;

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

row! {
    /// A folder in which something shared changed.
    pub struct ChangedFolderRow {
        /// The slug of its environment: the present one, or if the folder is gone the one then.
        pub environment_slug: String,
        /// Its path then.
        pub path: String,
        /// The newest commit that changed something.
        pub revision: i64,
    }
}

/// The folders in which the commits after `after` up to `until` changed secrets or imports. A folder
/// that is renamed or deleted counts; personal overrides do not.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(
    db: &mut Connection,
    project: &ProjectId,
    after: i64,
    until: i64,
) -> Result<Vec<ChangedFolderRow>> {
    db.fetch_all(
        "SELECT y.environment_slug, y.path, MAX(y.revision) AS revision FROM
            (SELECT COALESCE(e.slug, x.environment_slug) AS environment_slug, c.revision AS revision,
                    CASE WHEN x.resource_type <> 'folder' THEN x.folder_path
                         WHEN x.folder_path = '/' THEN '/' || x.name
                         ELSE x.folder_path || '/' || x.name END AS path
               FROM commits c
               JOIN commit_changes x ON x.commit_id = c.id
               LEFT JOIN folders f ON f.id = x.folder_id
               LEFT JOIN environments e ON e.id = f.environment_id
              WHERE c.project_id = $1 AND c.revision > $2 AND c.revision <= $3
                AND x.owner_user_id = '' AND x.folder_path IS NOT NULL
                AND (x.resource_type IN ('secret', 'import')
                     OR (x.resource_type = 'folder' AND x.version_before IS NOT NULL))) AS y
          WHERE y.environment_slug IS NOT NULL
          GROUP BY y.environment_slug, y.path ORDER BY y.environment_slug, y.path",
        params![project, after, until],
    )
    .await
}
