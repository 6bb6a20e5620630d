//! Members of a project with what people see of them, and who may become one.

use tacit_core::{
    id::{GroupId, IdentityId, MembershipId, OrganizationId, ProjectId, UserId},
    time::Timestamp,
};

use crate::{
    Connection, FromRow, Row,
    error::Result,
    value::{params, row},
};

row! {
    /// A person in a project.
    pub struct UserMemberRow {
        /// The membership.
        pub id: MembershipId,
        /// The project.
        pub project_id: ProjectId,
        /// The person.
        pub user_id: UserId,
        /// Their e-mail, in lower case.
        pub email: String,
        /// Their first name.
        pub first_name: Option<String>,
        /// Their last name.
        pub last_name: Option<String>,
        /// When they joined.
        pub created_at: Timestamp,
        /// When their roles last changed.
        pub updated_at: Timestamp,
    }
}

row! {
    /// A person who is in a project by a group.
    pub struct GroupUserMemberRow {
        /// The membership of the group.
        pub id: MembershipId,
        /// The project.
        pub project_id: ProjectId,
        /// The person.
        pub user_id: UserId,
        /// Their e-mail, in lower case.
        pub email: String,
        /// Their first name.
        pub first_name: Option<String>,
        /// Their last name.
        pub last_name: Option<String>,
        /// When the group joined.
        pub created_at: Timestamp,
        /// When its roles last changed.
        pub updated_at: Timestamp,
        /// The group.
        pub group_id: GroupId,
        /// Its name.
        pub group_name: String,
    }
}

row! {
    /// A machine identity in a project.
    pub struct IdentityMemberRow {
        /// The membership.
        pub id: MembershipId,
        /// The project.
        pub project_id: ProjectId,
        /// The identity.
        pub identity_id: IdentityId,
        /// Its name.
        pub name: String,
        /// Whether deleting it is refused.
        pub has_delete_protection: bool,
        /// How it last logged in.
        pub last_login_auth_method: Option<String>,
        /// When it last logged in.
        pub last_login_at: Option<Timestamp>,
        /// When it joined.
        pub created_at: Timestamp,
        /// When its roles last changed.
        pub updated_at: Timestamp,
    }
}

row! {
    /// One way in which one identity may authenticate.
    pub struct AuthMethodRow {
        /// The identity.
        pub identity_id: IdentityId,
        /// `universal-auth` or `token-auth`.
        pub method: String,
    }
}

/// The people in a project in no order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_users(db: &mut Connection, project: &ProjectId) -> Result<Vec<UserMemberRow>> {
    db.fetch_all(
        "SELECT m.id, m.project_id, m.user_id, m.created_at, m.updated_at, u.email, u.first_name, u.last_name
           FROM project_memberships m
           JOIN users u ON u.id = m.user_id
          WHERE m.project_id = $1",
        params![project],
    )
    .await
}

/// The people in a project whose membership in the organization counts, in no order: who is suspended
/// there, or is only invited, can do nothing in the project either.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_users_that_count(db: &mut Connection, project: &ProjectId) -> Result<Vec<UserMemberRow>> {
    db.fetch_all(
        "SELECT m.id, m.project_id, m.user_id, m.created_at, m.updated_at, u.email, u.first_name, u.last_name
           FROM project_memberships m
           JOIN projects p ON p.id = m.project_id
           JOIN users u ON u.id = m.user_id
           JOIN organization_memberships o ON o.organization_id = p.organization_id AND o.user_id = m.user_id
          WHERE m.project_id = $1 AND o.is_active AND o.accepted_at IS NOT NULL",
        params![project],
    )
    .await
}

/// The people who are in a project by a group in no order: once for each group.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_group_users(db: &mut Connection, project: &ProjectId) -> Result<Vec<GroupUserMemberRow>> {
    db.fetch_all(
        "SELECT m.id, m.project_id, gm.user_id, m.created_at, m.updated_at, u.email, u.first_name,
                u.last_name, g.id AS group_id, g.name AS group_name
           FROM project_memberships m
           JOIN groups g ON g.id = m.group_id
           JOIN group_members gm ON gm.group_id = g.id
           JOIN users u ON u.id = gm.user_id
          WHERE m.project_id = $1",
        params![project],
    )
    .await
}

/// The machine identities in a project in no order.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn list_identities(db: &mut Connection, project: &ProjectId) -> Result<Vec<IdentityMemberRow>> {
    db.fetch_all(
        "SELECT m.id, m.project_id, m.identity_id, m.created_at, m.updated_at, i.name,
                i.has_delete_protection, i.last_login_auth_method, i.last_login_at
           FROM project_memberships m
           JOIN identities i ON i.id = m.identity_id
          WHERE m.project_id = $1",
        params![project],
    )
    .await
}

/// How the identities in a project may authenticate.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn auth_methods_of_members(db: &mut Connection, project: &ProjectId) -> Result<Vec<AuthMethodRow>> {
    db.fetch_all(
        "SELECT a.identity_id, a.method FROM auth_methods a
           JOIN project_memberships m ON m.identity_id = a.identity_id
          WHERE m.project_id = $1
          ORDER BY a.created_at, a.id",
        params![project],
    )
    .await
}

struct FoundUser(UserId);

impl FromRow for FoundUser {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        row.get("id").map(Self)
    }
}

/// The person with this e-mail, in lower case, if a member of the organization.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn find_user_to_add(
    db: &mut Connection,
    organization: &OrganizationId,
    email: &str,
) -> Result<Option<UserId>> {
    let found: Option<FoundUser> = db
        .fetch_optional(
            "SELECT u.id FROM users u
               JOIN organization_memberships m ON m.user_id = u.id
              WHERE m.organization_id = $1 AND u.email = $2",
            params![organization, email],
        )
        .await?;
    Ok(found.map(|FoundUser(id)| id))
}

/// Whether the identity belongs to the organization.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn is_identity_of(
    db: &mut Connection,
    organization: &OrganizationId,
    id: &IdentityId,
) -> Result<bool> {
    let count: i64 = db
        .fetch_one(
            "SELECT COUNT(*) AS number FROM identities WHERE id = $1 AND organization_id = $2",
            params![id, organization],
        )
        .await?;
    Ok(count > 0)
}
