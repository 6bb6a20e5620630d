//! Organizations and their members, as the wire shows them (wire-contract 5, 6.1).

use schemars::JsonSchema;
use serde::Serialize;
use tacit_core::{
    id::{MembershipId, OrganizationId, RoleId, UserId},
    time::Timestamp,
};
use tacit_store::{
    organization_memberships::{OrganizationMemberRow, OrganizationMembershipRow},
    organizations::OrganizationRow,
};

use super::identity::MetadataBody;
use crate::app::metadata::Metadata;

/// An organization. What this release does not have (single sign-on, provisioning,
/// sub-organizations) is off.
#[derive(Debug, Serialize, JsonSchema)]
#[expect(clippy::struct_field_names, reason = "the wire names them")]
#[serde(rename_all = "camelCase")]
pub struct Organization {
    id: OrganizationId,
    name: String,
    slug: String,
    customer_id: Option<String>,
    auth_enforced: bool,
    scim_enabled: bool,
    kms_default_key_id: Option<String>,
    /// The role of people who are invited without one.
    default_membership_role: String,
    /// Whether people need a second factor to enter.
    enforce_mfa: bool,
    /// Which one, `totp` or `webauthn`; null is any.
    selected_mfa_method: Option<String>,
    allow_secret_sharing_outside_organization: bool,
    should_use_new_privilege_system: bool,
    privilege_upgrade_initiated_by_username: Option<String>,
    privilege_upgrade_initiated_at: Option<Timestamp>,
    root_org_id: Option<String>,
    parent_org_id: Option<String>,
    /// How long access tokens of people are valid, such as `3600s`; null is the instance's default.
    user_token_expiration: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<OrganizationRow> for Organization {
    fn from(row: OrganizationRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            slug: row.slug,
            customer_id: None,
            auth_enforced: false,
            scim_enabled: false,
            kms_default_key_id: None,
            default_membership_role: row.default_membership_role,
            enforce_mfa: row.requires_second_factor,
            selected_mfa_method: row.second_factor_method,
            allow_secret_sharing_outside_organization: false,
            should_use_new_privilege_system: true,
            privilege_upgrade_initiated_by_username: None,
            privilege_upgrade_initiated_at: None,
            root_org_id: None,
            parent_org_id: None,
            user_token_expiration: row.user_token_ttl_seconds.map(|seconds| format!("{seconds}s")),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// What a route about one organization answers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OrganizationResponse {
    /// The organization.
    pub organization: Organization,
}

/// Id, name and slug of an organization.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OrganizationName {
    id: OrganizationId,
    name: String,
    slug: String,
}

impl From<OrganizationRow> for OrganizationName {
    fn from(row: OrganizationRow) -> Self {
        Self { id: row.id, name: row.name, slug: row.slug }
    }
}

/// The place of a person in an organization.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Membership {
    id: MembershipId,
    /// The slug of the role.
    role: String,
    role_id: Option<RoleId>,
    /// `accepted` or `invited`.
    status: &'static str,
    invite_email: Option<String>,
    user_id: UserId,
    org_id: OrganizationId,
    project_favorites: Option<Vec<String>>,
    is_active: bool,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<OrganizationMembershipRow> for Membership {
    fn from(row: OrganizationMembershipRow) -> Self {
        Self {
            id: row.id,
            role: row.role,
            role_id: row.custom_role_id,
            status: status(row.accepted_at),
            invite_email: row.invite_email,
            user_id: row.user_id,
            org_id: row.organization_id,
            project_favorites: None,
            is_active: row.is_active,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

fn status(accepted_at: Option<Timestamp>) -> &'static str {
    if accepted_at.is_some() { "accepted" } else { "invited" }
}

/// A member of an organization with what others may know of the person.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    id: MembershipId,
    /// The slug of the role.
    role: String,
    role_id: Option<RoleId>,
    /// `accepted` or `invited`.
    status: &'static str,
    invite_email: Option<String>,
    user_id: UserId,
    org_id: OrganizationId,
    project_favorites: Option<Vec<String>>,
    is_active: bool,
    /// Keys and values that describe the person; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Vec<MetadataBody>>,
    user: MemberUser,
}

/// A person as other members see them.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct MemberUser {
    id: UserId,
    username: String,
    email: String,
    is_email_verified: bool,
    first_name: Option<String>,
    last_name: Option<String>,
    super_admin: bool,
    /// Always empty: nobody encrypts in the browser.
    public_key: String,
}

impl Member {
    /// From its row.
    pub fn new(organization: &str, row: OrganizationMemberRow) -> Self {
        Self {
            id: row.id,
            role: row.role,
            role_id: row.custom_role_id,
            status: status(row.accepted_at),
            invite_email: row.invite_email,
            user_id: row.user_id.clone(),
            org_id: OrganizationId::new(organization),
            project_favorites: None,
            is_active: row.is_active,
            metadata: None,
            user: MemberUser {
                id: row.user_id,
                username: row.email.clone(),
                email: row.email,
                is_email_verified: row.email_verified_at.is_some(),
                first_name: row.first_name,
                last_name: row.last_name,
                super_admin: row.is_instance_admin,
                public_key: String::new(),
            },
        }
    }
}

impl Member {
    /// With what describes the person.
    #[must_use]
    pub fn described(self, metadata: Vec<Metadata>) -> Self {
        Self { metadata: Some(metadata.into_iter().map(MetadataBody::from).collect()), ..self }
    }
}

/// What the lists of members answer.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MembersResponse {
    /// The members, oldest first.
    pub users: Vec<Member>,
}
