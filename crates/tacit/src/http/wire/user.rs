//! People, as the wire shows them (wire-contract 5).

use schemars::JsonSchema;
use serde::Serialize;
use tacit_core::{
    id::{SessionId, UserId},
    time::Timestamp,
};
use tacit_store::{user_sessions::UserSessionRow, users::UserRow};

use crate::app::{second_factor::Method, users::Profile};

/// A person, as they see themselves. The key fields are of clients that encrypted in the browser:
/// they are empty here.
#[derive(Debug, Serialize, JsonSchema)]
#[expect(clippy::struct_field_names, reason = "the wire names them")]
#[serde(rename_all = "camelCase")]
pub struct User {
    id: UserId,
    /// The same as `id`.
    user_id: UserId,
    email: String,
    /// The same as `email`.
    username: String,
    first_name: Option<String>,
    last_name: Option<String>,
    /// How they may sign in; `email` is e-mail and password.
    auth_methods: Vec<&'static str>,
    /// Whether they may manage the instance.
    super_admin: bool,
    is_accepted: bool,
    is_mfa_enabled: bool,
    /// The second factors they have, the one asked for first in front; `totp` is an authenticator app,
    /// `webauthn` a passkey.
    mfa_methods: Option<Vec<&'static str>>,
    selected_mfa_method: Option<&'static str>,
    /// Where they are signed in.
    devices: Vec<Device>,
    is_ghost: bool,
    is_email_verified: bool,
    /// Whether sign-in is locked after too many wrong passwords.
    is_locked: bool,
    temporary_lock_date_end: Option<Timestamp>,
    consecutive_failed_mfa_attempts: i64,
    consecutive_failed_password_attempts: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
    #[serde(flatten)]
    keys: Keys,
}

/// Where a person is signed in.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Device {
    ip: String,
    user_agent: String,
}

/// Keys of clients that encrypted in the browser; always empty.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Keys {
    encryption_version: i64,
    client_public_key: Option<String>,
    server_private_key: Option<String>,
    protected_key: Option<String>,
    #[serde(rename = "protectedKeyIV")]
    protected_key_iv: Option<String>,
    protected_key_tag: Option<String>,
    public_key: String,
    encrypted_private_key: String,
    iv: String,
    tag: String,
    salt: String,
    verifier: String,
}

impl From<Profile> for User {
    fn from(profile: Profile) -> Self {
        let failures = profile.failures.map_or(0, |row| row.failures);
        let methods: Vec<_> = profile.second_factor.methods().into_iter().map(Method::as_str).collect();
        Self {
            devices: profile.sessions.into_iter().map(Device::from).collect(),
            is_locked: profile.locked_until.is_some(),
            temporary_lock_date_end: profile.locked_until,
            consecutive_failed_password_attempts: failures,
            is_mfa_enabled: profile.second_factor.is_enabled,
            selected_mfa_method: methods.first().copied(),
            mfa_methods: Some(methods).filter(|methods| !methods.is_empty()),
            ..Self::from(profile.user)
        }
    }
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        Self {
            id: row.id.clone(),
            user_id: row.id,
            username: row.email.clone(),
            email: row.email,
            first_name: row.first_name,
            last_name: row.last_name,
            auth_methods: vec!["email"],
            super_admin: row.is_instance_admin,
            is_accepted: !row.password_hash.is_empty(),
            is_mfa_enabled: false,
            mfa_methods: None,
            selected_mfa_method: None,
            devices: Vec::new(),
            is_ghost: false,
            is_email_verified: row.email_verified_at.is_some(),
            is_locked: false,
            temporary_lock_date_end: None,
            consecutive_failed_mfa_attempts: 0,
            consecutive_failed_password_attempts: 0,
            created_at: row.created_at,
            updated_at: row.updated_at,
            keys: Keys { encryption_version: 2, ..Keys::default() },
        }
    }
}

impl From<UserSessionRow> for Device {
    fn from(row: UserSessionRow) -> Self {
        Self { ip: row.ip, user_agent: row.user_agent }
    }
}

/// What `…/user` and `…/users/me` answer.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UserResponse {
    /// The caller.
    pub user: User,
}

/// A session.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    id: SessionId,
    user_id: UserId,
    /// From where it was opened.
    ip: String,
    /// With what it was opened.
    user_agent: String,
    refresh_version: i64,
    access_version: i64,
    /// When its refresh token was last replaced.
    last_used: Timestamp,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<UserSessionRow> for Session {
    fn from(row: UserSessionRow) -> Self {
        Self {
            id: row.id,
            user_id: row.user_id,
            ip: row.ip,
            user_agent: row.user_agent,
            refresh_version: row.refresh_version,
            access_version: row.access_version,
            last_used: row.last_used_at,
            created_at: row.created_at,
            updated_at: row.last_used_at,
        }
    }
}

/// What an action without a result answers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MessageResponse {
    /// A sentence for people.
    pub message: &'static str,
}
