//! Environments of projects.

use tacit_core::{
    id::{EnvironmentId, OrganizationId, ProjectId},
    time::Timestamp,
};

use crate::{
    Connection,
    error::Result,
    project_grants::projects_of_member,
    project_memberships::Member,
    value::{params, row},
};

row! {
    /// An environment.
    pub struct EnvironmentRow {
        /// Its id.
        pub id: EnvironmentId,
        /// The project it belongs to.
        pub project_id: ProjectId,
        /// For people.
        pub name: String,
        /// Unique in the project.
        pub slug: String,
        /// Its place among the environments of the project; 1 is the first.
        pub position: i64,
        /// When it was made.
        pub created_at: Timestamp,
        /// When its name, slug or position was last changed.
        pub updated_at: Timestamp,
    }
}

/// Adds an environment.
///
/// # Errors
///
/// [`StoreError::AlreadyExists`](crate::StoreError::AlreadyExists) if the project has one with that
/// slug.
pub async fn insert(db: &mut Connection, environment: &EnvironmentRow) -> Result<()> {
    db.execute(
        "INSERT INTO environments (id, project_id, name, slug, position, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![
            &environment.id,
            &environment.project_id,
            &environment.name,
            &environment.slug,
            environment.position,
            environment.created_at,
            environment.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// Writes name, slug, position and time of an environment.
///
/// # Errors
///
/// [`StoreError::AlreadyExists`](crate::StoreError::AlreadyExists) if the project has another one
/// with that slug.
pub async fn update(db: &mut Connection, environment: &EnvironmentRow) -> Result<()> {
    db.execute(
        "UPDATE environments SET name = $2, slug = $3, position = $4, updated_at = $5 WHERE id = $1",
        params![
            &environment.id,
            &environment.name,
            &environment.slug,
            environment.position,
            environment.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// Deletes an environment with everything in it.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn delete(db: &mut Connection, id: &EnvironmentId) -> Result<()> {
    db.execute("DELETE FROM environments WHERE id = $1", params![id]).await?;
    Ok(())
}

/// Moves the environments at `position` and after it by one place: to the back to make room with
/// `by` 1, to the front to close a gap with `by` -1.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn shift(db: &mut Connection, project: &ProjectId, position: i64, by: i64) -> Result<()> {
    db.execute(
        "UPDATE environments SET position = position + $3 WHERE project_id = $1 AND position >= $2",
        params![project, position, by],
    )
    .await?;
    Ok(())
}

/// How many environments a project has.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn count(db: &mut Connection, project: &ProjectId) -> Result<i64> {
    db.fetch_one("SELECT COUNT(*) AS number FROM environments WHERE project_id = $1", params![project]).await
}

/// The environments of a project, the first one first.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list(db: &mut Connection, project: &ProjectId) -> Result<Vec<EnvironmentRow>> {
    db.fetch_all("SELECT * FROM environments WHERE project_id = $1 ORDER BY position, id", params![project])
        .await
}

/// The environments of all projects of an organization that `member` is in, by position.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_of_member(
    db: &mut Connection,
    organization: &OrganizationId,
    member: Member<'_>,
) -> Result<Vec<EnvironmentRow>> {
    match member {
        Member::User(id) => {
            db.fetch_all(
                concat!(
                    "SELECT e.* FROM environments e
                       JOIN projects p ON p.id = e.project_id
                      WHERE p.organization_id = $1 AND p.id IN (",
                    projects_of_member!("user_id", "$2"),
                    ") ORDER BY e.position, e.id"
                ),
                params![organization, id],
            )
            .await
        }
        Member::Identity(id) => {
            db.fetch_all(
                concat!(
                    "SELECT e.* FROM environments e
                       JOIN projects p ON p.id = e.project_id
                      WHERE p.organization_id = $1 AND p.id IN (",
                    projects_of_member!("identity_id", "$2"),
                    ") ORDER BY e.position, e.id"
                ),
                params![organization, id],
            )
            .await
        }
    }
}

/// The environment called `id`, if it belongs to `project`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(
    db: &mut Connection,
    project: &ProjectId,
    id: &EnvironmentId,
) -> Result<Option<EnvironmentRow>> {
    db.fetch_optional("SELECT * FROM environments WHERE id = $1 AND project_id = $2", params![id, project])
        .await
}

/// The environment with this slug in `project`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_by_slug(
    db: &mut Connection,
    project: &ProjectId,
    slug: &str,
) -> Result<Option<EnvironmentRow>> {
    db.fetch_optional(
        "SELECT * FROM environments WHERE project_id = $1 AND slug = $2",
        params![project, slug],
    )
    .await
}

/// The environment called `id`, if its project belongs to `organization`.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_in_organization(
    db: &mut Connection,
    organization: &OrganizationId,
    id: &EnvironmentId,
) -> Result<Option<EnvironmentRow>> {
    db.fetch_optional(
        "SELECT e.* FROM environments e
           JOIN projects p ON p.id = e.project_id
          WHERE e.id = $1 AND p.organization_id = $2",
        params![id, organization],
    )
    .await
}
