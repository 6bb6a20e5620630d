//! Machine identities and their place in the organization (wire-contract 10.1).

use schemars::JsonSchema;
use serde::Serialize;
use tacit_core::{
    id::{IdentityId, MembershipId, OrganizationId, ProjectId, RoleId},
    time::Timestamp,
};

use super::role::CustomRole;
use crate::app::{Result, identities::Identity, identity_search::Page, metadata::Metadata};

/// An identity as such.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IdentityBody {
    /// Its id.
    id: IdentityId,
    /// Its name.
    name: String,
    /// Its auth methods, the first attached first.
    auth_methods: Vec<String>,
    /// The first of them, for older clients.
    auth_method: Option<String>,
    /// Whether deleting it is refused.
    has_delete_protection: bool,
    /// Its organization.
    org_id: OrganizationId,
    /// The project it belongs to; always null, it belongs to the organization.
    project_id: Option<ProjectId>,
    /// When it was made.
    created_at: Timestamp,
    /// When its own settings last changed.
    updated_at: Timestamp,
}

impl From<Identity> for IdentityBody {
    fn from(Identity { row, auth_methods, .. }: Identity) -> Self {
        Self {
            id: row.id,
            name: row.name,
            auth_method: auth_methods.first().cloned(),
            auth_methods,
            has_delete_protection: row.has_delete_protection,
            org_id: row.organization_id,
            project_id: None,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// One identity.
#[derive(Debug, Serialize, JsonSchema)]
pub struct IdentityResponse {
    identity: IdentityBody,
}

impl From<Identity> for IdentityResponse {
    fn from(identity: Identity) -> Self {
        Self { identity: identity.into() }
    }
}

/// An identity as memberships name it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IdentitySummary {
    /// Its id.
    id: IdentityId,
    /// Its name.
    name: String,
    /// Its auth methods, the first attached first.
    auth_methods: Vec<String>,
    /// The first of them, for older clients.
    auth_method: Option<String>,
    /// Whether deleting it is refused.
    has_delete_protection: bool,
}

impl From<&Identity> for IdentitySummary {
    fn from(identity: &Identity) -> Self {
        Self {
            id: identity.row.id.clone(),
            name: identity.row.name.clone(),
            auth_methods: identity.auth_methods.clone(),
            auth_method: identity.auth_methods.first().cloned(),
            has_delete_protection: identity.row.has_delete_protection,
        }
    }
}

/// A key and a value that somebody gave an identity or a person.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MetadataBody {
    id: String,
    key: String,
    value: String,
}

impl From<Metadata> for MetadataBody {
    fn from(Metadata { id, key, value }: Metadata) -> Self {
        Self { id, key, value }
    }
}

/// The place of an identity in its organization.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrganizationMembership {
    /// The id of the place.
    id: MembershipId,
    /// The slug of the role.
    role: String,
    /// The id of a custom role.
    role_id: Option<RoleId>,
    /// The custom role.
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_role: Option<CustomRole>,
    /// The organization.
    org_id: OrganizationId,
    /// The identity.
    identity_id: IdentityId,
    /// When it was made.
    created_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
    /// How it last logged in.
    last_login_auth_method: Option<String>,
    /// When it last logged in.
    last_login_time: Option<Timestamp>,
    /// Keys and values.
    metadata: Vec<MetadataBody>,
    /// The identity.
    identity: IdentitySummary,
}

impl OrganizationMembership {
    /// The place of `identity`.
    ///
    /// # Errors
    ///
    /// If the row is damaged.
    pub fn of(identity: Identity) -> Result<Self> {
        let summary = IdentitySummary::from(&identity);
        let metadata = identity.metadata()?.into_iter().map(MetadataBody::from).collect();
        let row = identity.row;
        Ok(Self {
            id: row.membership_id,
            role: row.role,
            role_id: row.custom_role_id,
            custom_role: identity.custom_role.map(Into::into),
            org_id: row.organization_id,
            identity_id: row.id,
            created_at: row.created_at,
            updated_at: row.updated_at,
            last_login_auth_method: row.last_login_auth_method,
            last_login_time: row.last_login_at,
            metadata,
            identity: summary,
        })
    }

    /// Those of a part of a list, and how many there are in all.
    ///
    /// # Errors
    ///
    /// If a row is damaged.
    pub fn page(page: Page) -> Result<(Vec<Self>, usize)> {
        let memberships: Result<Vec<Self>> = page.identities.into_iter().map(Self::of).collect();
        Ok((memberships?, page.total_count))
    }
}
