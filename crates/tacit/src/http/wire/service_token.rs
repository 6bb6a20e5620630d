//! Service tokens, as the wire shows them (wire-contract 15).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::{
    id::{ProjectId, ServiceTokenId, UserId},
    time::Timestamp,
};
use tacit_store::{service_tokens::ServiceTokenRow, users::UserRow};

use super::text::{Required, Trimmed};
use crate::app::{
    error::Result,
    service_tokens::{TokenPermission, TokenScope, stored_permissions, stored_scopes},
};

/// Folders of an environment, in a request.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScopeRequest {
    /// The slug of the environment.
    pub environment: Required,
    /// A path such as `/app`, or a pattern such as `/app/**`; `/` if it is left out.
    #[serde(default)]
    pub secret_path: Trimmed,
}

/// Folders of an environment.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Scope {
    /// The slug of the environment.
    environment: String,
    /// A path or a pattern of paths.
    secret_path: String,
}

impl From<TokenScope> for Scope {
    fn from(scope: TokenScope) -> Self {
        Self { environment: scope.environment, secret_path: scope.secret_path }
    }
}

/// What is known of a service token; never the token itself.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServiceTokenData {
    id: ServiceTokenId,
    name: String,
    scopes: Vec<Scope>,
    /// `read`, `write` or both.
    permissions: Vec<&'static str>,
    last_used: Option<Timestamp>,
    /// Null is never.
    expires_at: Option<Timestamp>,
    created_by: UserId,
    project_id: ProjectId,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl ServiceTokenData {
    /// What is known of the token of a row.
    ///
    /// # Errors
    ///
    /// [`Error::Internal`](crate::app::Error::Internal) if the row is damaged.
    pub fn new(row: ServiceTokenRow) -> Result<Self> {
        let permissions = stored_permissions(&row.permissions)?;
        Ok(Self {
            scopes: stored_scopes(&row.scopes)?.into_iter().map(Scope::from).collect(),
            permissions: permissions.into_iter().map(TokenPermission::as_str).collect(),
            id: row.id,
            name: row.name,
            last_used: row.last_used_at,
            expires_at: row.expires_at,
            created_by: row.created_by,
            project_id: row.project_id,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// What a service token learns of itself.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OwnServiceToken {
    #[serde(flatten)]
    data: ServiceTokenData,
    /// The same as `id`.
    #[serde(rename = "_id")]
    legacy_id: ServiceTokenId,
    /// The same as `projectId`.
    workspace: ProjectId,
    /// Always empty: nothing of the token is told to anybody.
    secret_hash: &'static str,
    encrypted_key: Option<String>,
    iv: Option<String>,
    tag: Option<String>,
    /// Who made it.
    user: Maker,
    #[serde(rename = "__v")]
    schema_version: i64,
}

/// Who made a service token.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Maker {
    id: UserId,
    /// The same as `id`.
    #[serde(rename = "_id")]
    legacy_id: UserId,
    email: String,
    first_name: Option<String>,
    last_name: Option<String>,
    auth_methods: Vec<&'static str>,
    /// Always empty.
    mfa_methods: Vec<&'static str>,
    /// Always empty.
    devices: Vec<&'static str>,
    created_at: Timestamp,
    updated_at: Timestamp,
    #[serde(rename = "__v")]
    schema_version: i64,
}

impl OwnServiceToken {
    /// What the token of a row learns of itself and of who made it.
    ///
    /// # Errors
    ///
    /// [`Error::Internal`](crate::app::Error::Internal) if the row is damaged.
    pub fn new(mut row: ServiceTokenRow, maker: UserRow) -> Result<Self> {
        Ok(Self {
            legacy_id: row.id.clone(),
            workspace: row.project_id.clone(),
            secret_hash: "",
            encrypted_key: row.encrypted_key.take(),
            iv: row.iv.take(),
            tag: row.tag.take(),
            user: maker.into(),
            data: ServiceTokenData::new(row)?,
            schema_version: 0,
        })
    }
}

impl From<UserRow> for Maker {
    fn from(row: UserRow) -> Self {
        Self {
            legacy_id: row.id.clone(),
            id: row.id,
            email: row.email,
            first_name: row.first_name,
            last_name: row.last_name,
            auth_methods: vec!["email"],
            mfa_methods: Vec::new(),
            devices: Vec::new(),
            created_at: row.created_at,
            updated_at: row.updated_at,
            schema_version: 0,
        }
    }
}
