//! The data keys of projects and organizations, wrapped by the root key: one each, and while it is replaced two.

use tacit_core::{
    cipher::Ciphertext,
    id::{OrganizationId, ProjectId},
};

use crate::{
    Connection,
    error::Result,
    value::{params, row},
};

/// Whose data key it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum KeyOwner {
    /// A project.
    Project(ProjectId),
    /// An organization.
    Organization(OrganizationId),
}

impl KeyOwner {
    /// The id of the project or of the organization.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Project(id) => id.as_str(),
            Self::Organization(id) => id.as_str(),
        }
    }

    /// `project` or `organization`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Project(_) => "project",
            Self::Organization(_) => "organization",
        }
    }

    /// The table whose rows have the keys.
    pub(crate) const fn table(&self) -> &'static str {
        match self {
            Self::Project(_) => "projects",
            Self::Organization(_) => "organizations",
        }
    }
}

row! {
    /// The keys of a project or of an organization, wrapped by the root key.
    pub struct DataKeysRow {
        /// Its id.
        pub id: String,
        /// Its name.
        pub name: String,
        /// Its slug.
        pub slug: String,
        /// Its organization; of an organization itself.
        pub organization_id: OrganizationId,
        /// The name of that.
        pub organization_name: String,
        /// The key that encrypts.
        pub data_key_ciphertext: Ciphertext,
        /// The key that comes or goes.
        pub other_data_key_ciphertext: Option<Ciphertext>,
    }
}

const OF_PROJECTS: &str = "SELECT p.id, p.name, p.slug, p.organization_id, o.name AS organization_name,
        p.data_key_ciphertext, p.other_data_key_ciphertext
   FROM projects p JOIN organizations o ON o.id = p.organization_id";

const OF_ORGANIZATIONS: &str =
    "SELECT o.id, o.name, o.slug, o.id AS organization_id, o.name AS organization_name,
        o.data_key_ciphertext, o.other_data_key_ciphertext
   FROM organizations o";

/// The keys of a project or of an organization.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find(db: &mut Connection, owner: &KeyOwner) -> Result<Option<DataKeysRow>> {
    let sql = match owner {
        KeyOwner::Project(_) => format!("{OF_PROJECTS} WHERE p.id = $1"),
        KeyOwner::Organization(_) => format!("{OF_ORGANIZATIONS} WHERE o.id = $1"),
    };
    db.fetch_optional(&sql, params![owner.id()]).await
}

/// As [`find`]; they stay as they are until the transaction ends. Who writes to the project, or changes who may do
/// what in the organization, waits until then.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn lock(db: &mut Connection, owner: &KeyOwner) -> Result<Option<DataKeysRow>> {
    // Statements that are known to change nobody's rights (database/changes.rs).
    let sql = match owner {
        KeyOwner::Project(_) => "UPDATE projects SET revision = revision WHERE id = $1",
        KeyOwner::Organization(_) => {
            "UPDATE organizations SET access_revision = access_revision WHERE id = $1"
        }
    };
    db.execute(sql, params![owner.id()]).await?;
    find(db, owner).await
}

/// The keys of all projects by id, the next `limit` after the id `after`. Start with an empty one.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_projects(db: &mut Connection, after: &str, limit: i64) -> Result<Vec<DataKeysRow>> {
    let sql = format!("{OF_PROJECTS} WHERE p.id > $1 ORDER BY p.id LIMIT $2");
    db.fetch_all(&sql, params![after, limit]).await
}

/// As [`list_projects`], of all organizations.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_organizations(db: &mut Connection, after: &str, limit: i64) -> Result<Vec<DataKeysRow>> {
    let sql = format!("{OF_ORGANIZATIONS} WHERE o.id > $1 ORDER BY o.id LIMIT $2");
    db.fetch_all(&sql, params![after, limit]).await
}
