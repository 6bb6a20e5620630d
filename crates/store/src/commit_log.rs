//! Reading the commit log: by folder, in pages, with what each commit changed.
//!
//! Personal overrides are nobody else's business: each function takes the id of the user who reads, and
//! leaves out what commits changed of the overrides of others. It is empty for readers without any.

use tacit_core::id::{CommitId, FolderId, OrganizationId, ProjectId};

use crate::{
    Connection,
    commits::{CommitChangeRow, CommitRow},
    error::Result,
    value::params,
};

/// A part of a log.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// Only commits with this in their message or in the name of who made them, case aside; empty for
    /// all.
    pub search: &'a str,
    /// Whether the oldest commit comes first.
    pub is_ascending: bool,
    /// Commits to leave out at the front.
    pub offset: i64,
    /// Commits at most.
    pub limit: i64,
}

impl Page<'_> {
    const fn order(&self) -> &'static str {
        if self.is_ascending { "ASC" } else { "DESC" }
    }
}

/// The pattern that finds `text` anywhere. Its own wildcards stand for themselves.
fn pattern(text: &str) -> String {
    let mut pattern = "%".to_owned();
    for character in text.to_lowercase().chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

/// The commits of a project whose message or maker has the text searched for.
const OF_PROJECT: &str = "c.project_id = $1
    AND EXISTS (SELECT 1 FROM commit_changes x WHERE x.commit_id = c.id AND x.owner_user_id IN ('', $2))
    AND (lower(COALESCE(c.message, '')) LIKE $3 ESCAPE '\\' OR lower(c.actor_name) LIKE $3 ESCAPE '\\')";

/// A commit of a project.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(db: &mut Connection, project: &ProjectId, id: &CommitId) -> Result<Option<CommitRow>> {
    db.fetch_optional("SELECT * FROM commits WHERE id = $1 AND project_id = $2", params![id, project]).await
}

/// The commit with this id in a project of the organization.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_in_organization(
    db: &mut Connection,
    organization: &OrganizationId,
    id: &CommitId,
) -> Result<Option<CommitRow>> {
    db.fetch_optional(
        "SELECT c.* FROM commits c JOIN projects p ON p.id = c.project_id
          WHERE c.id = $1 AND p.organization_id = $2",
        params![id, organization],
    )
    .await
}

/// The commit that made a revision.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_by_revision(
    db: &mut Connection,
    project: &ProjectId,
    revision: i64,
) -> Result<Option<CommitRow>> {
    db.fetch_optional(
        "SELECT * FROM commits WHERE project_id = $1 AND revision = $2",
        params![project, revision],
    )
    .await
}

/// The commits that changed something directly in a folder.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn of_folder(
    db: &mut Connection,
    project: &ProjectId,
    folder: &FolderId,
    reader: &str,
    page: Page<'_>,
) -> Result<Vec<CommitRow>> {
    let order = page.order();
    if page.search.is_empty() {
        // The index hands the revisions out in order, so a page costs the same however long the log is.
        let sql = format!(
            "SELECT c.* FROM
                (SELECT DISTINCT revision FROM commit_changes
                  WHERE folder_id = $2 AND owner_user_id IN ('', $5)
                  ORDER BY revision {order} LIMIT $4 OFFSET $3) AS x
               JOIN commits c ON c.project_id = $1 AND c.revision = x.revision
              ORDER BY c.revision {order}"
        );
        return db.fetch_all(&sql, params![project, folder, page.offset, page.limit, reader]).await;
    }
    let sql = format!(
        "SELECT * FROM commits
          WHERE project_id = $1
            AND revision IN (SELECT revision FROM commit_changes
                              WHERE folder_id = $2 AND owner_user_id IN ('', $6))
            AND (lower(COALESCE(message, '')) LIKE $5 ESCAPE '\\' OR lower(actor_name) LIKE $5 ESCAPE '\\')
          ORDER BY revision {order} LIMIT $4 OFFSET $3"
    );
    let pattern = pattern(page.search);
    db.fetch_all(&sql, params![project, folder, page.offset, page.limit, &pattern, reader]).await
}

/// How many commits [`of_folder`] has in all.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn count_of_folder(
    db: &mut Connection,
    project: &ProjectId,
    folder: &FolderId,
    reader: &str,
    search: &str,
) -> Result<i64> {
    if search.is_empty() {
        return db
            .fetch_one(
                "SELECT COUNT(DISTINCT revision) AS number FROM commit_changes
                  WHERE folder_id = $1 AND owner_user_id IN ('', $2)",
                params![folder, reader],
            )
            .await;
    }
    db.fetch_one(
        "SELECT COUNT(*) AS number FROM commits
          WHERE project_id = $1
            AND revision IN (SELECT revision FROM commit_changes
                              WHERE folder_id = $2 AND owner_user_id IN ('', $4))
            AND (lower(COALESCE(message, '')) LIKE $3 ESCAPE '\\' OR lower(actor_name) LIKE $3 ESCAPE '\\')",
        params![project, folder, &pattern(search), reader],
    )
    .await
}

/// The commits of a project that changed something the reader may know of.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn of_project(
    db: &mut Connection,
    project: &ProjectId,
    reader: &str,
    page: Page<'_>,
) -> Result<Vec<CommitRow>> {
    let sql = format!(
        "SELECT c.* FROM commits c WHERE {OF_PROJECT} ORDER BY c.revision {} LIMIT $4 OFFSET $5",
        page.order()
    );
    let search = pattern(page.search);
    db.fetch_all(&sql, params![project, reader, &search, page.limit, page.offset]).await
}

/// How many commits [`of_project`] has in all.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn count_of_project(
    db: &mut Connection,
    project: &ProjectId,
    reader: &str,
    search: &str,
) -> Result<i64> {
    let sql = format!("SELECT COUNT(*) AS number FROM commits c WHERE {OF_PROJECT}");
    db.fetch_one(&sql, params![project, reader, &pattern(search)]).await
}

/// What a commit changed, in order, without the first `offset` and at most `limit`; only what is directly in `folder`, if one is named.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn changes(
    db: &mut Connection,
    commit: &CommitId,
    folder: Option<&FolderId>,
    reader: &str,
    (offset, limit): (i64, i64),
) -> Result<Vec<CommitChangeRow>> {
    db.fetch_all(
        "SELECT * FROM commit_changes
          WHERE commit_id = $1 AND (CAST($2 AS TEXT) IS NULL OR folder_id = $2)
            AND owner_user_id IN ('', $5)
          ORDER BY position LIMIT $4 OFFSET $3",
        params![commit, folder, offset, limit, reader],
    )
    .await
}

/// How many changes [`changes`] has in all.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn count_changes(
    db: &mut Connection,
    commit: &CommitId,
    folder: Option<&FolderId>,
    reader: &str,
) -> Result<i64> {
    db.fetch_one(
        "SELECT COUNT(*) AS number FROM commit_changes
          WHERE commit_id = $1 AND (CAST($2 AS TEXT) IS NULL OR folder_id = $2)
            AND owner_user_id IN ('', $3)",
        params![commit, folder, reader],
    )
    .await
}
