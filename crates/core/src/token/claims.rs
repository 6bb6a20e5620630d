//! What an access token says, with the names of the wire (wire-contract 3.1).

use serde::{Deserialize, Serialize};

use crate::id::{AccessTokenId, ClientSecretId, IdentityId, OrganizationId, SessionId, UserId};

/// The claims of an access token. On the wire `authTokenType` tells the kinds apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "authTokenType")]
pub enum Claims {
    /// A person: `accessToken`.
    #[serde(rename = "accessToken")]
    User(UserClaims),
    /// A machine identity: `identityAccessToken`.
    #[serde(rename = "identityAccessToken")]
    Identity(IdentityClaims),
}

impl Claims {
    /// When the token ends, in Unix seconds. `None` if only server state ends it.
    #[must_use]
    pub const fn expires_at(&self) -> Option<i64> {
        match self {
            Self::User(claims) => Some(claims.expires_at),
            Self::Identity(claims) => claims.expires_at,
        }
    }
}

/// The claims of a person's access token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserClaims {
    /// Who.
    pub user_id: UserId,
    /// The session it belongs to; `tokenVersionId` on the wire.
    #[serde(rename = "tokenVersionId")]
    pub session_id: SessionId,
    /// The version of the session it was made in. A session that moved on refuses older ones.
    pub access_version: i64,
    /// The organization that was selected, if one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// How the person signed in, such as `email`.
    pub auth_method: String,
    /// When it was issued, in Unix seconds.
    #[serde(rename = "iat")]
    pub issued_at: i64,
    /// When it ends, in Unix seconds.
    #[serde(rename = "exp")]
    pub expires_at: i64,
}

/// The claims of a machine identity's access token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IdentityClaims {
    /// Who.
    pub identity_id: IdentityId,
    /// The client secret it was made with, for Universal Auth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret_id: Option<ClientSecretId>,
    /// The row that holds its state; `identityAccessTokenId` on the wire.
    #[serde(rename = "identityAccessTokenId")]
    pub access_token_id: AccessTokenId,
    /// The name of the identity when the token was issued. The CLI shows it.
    pub identity_name: String,
    /// How the identity signed in, such as `universal-auth`.
    pub auth_method: String,
    /// The organization of the identity; `orgId` on the wire.
    #[serde(rename = "orgId")]
    pub organization_id: OrganizationId,
    /// When it was issued, in Unix seconds.
    #[serde(rename = "iat")]
    pub issued_at: i64,
    /// When it ends at the latest, in Unix seconds. `None` if it may be renewed for ever or never
    /// ends (`decisions.md` 9).
    #[serde(rename = "exp", default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
}
