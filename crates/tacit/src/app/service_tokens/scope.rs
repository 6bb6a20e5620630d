//! Where a service token counts and what it may do there, and the rules this comes to.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tacit_core::{
    name::SecretPath,
    permission::{Action, Rule, Scope, Subject},
    webhook::FolderPattern,
};

use crate::app::{
    error::{Error, Result},
    rights,
};

/// The places that one token can be for at most. Each comes to six rules, and a role can have 300.
pub const SCOPES_MAX: usize = 50;

/// What a token may read and write: secrets, and what they are in.
const SUBJECTS: [Subject; 3] = [Subject::Secrets, Subject::SecretFolders, Subject::SecretImports];

/// Folders of one environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenScope {
    /// The slug of the environment.
    pub environment: String,
    /// A path, or a pattern of paths.
    pub secret_path: String,
}

/// What a token may do in its places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenPermission {
    /// Reading.
    Read,
    /// Making, changing and deleting.
    Write,
}

impl TokenPermission {
    /// As the wire calls it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }

    const fn actions(self) -> &'static [Action] {
        match self {
            Self::Read => &[Action::Read],
            Self::Write => &[Action::Create, Action::Edit, Action::Delete],
        }
    }
}

impl TokenScope {
    /// Reads a scope as a request says it. A path is spelled the one way of [`FolderPattern`].
    ///
    /// # Errors
    ///
    /// What is wrong with the path: not a path, or not a pattern that rules can have.
    pub fn parse(environment: String, secret_path: &str) -> std::result::Result<Self, String> {
        let pattern = FolderPattern::parse(secret_path).map_err(|error| error.to_string())?;
        let scope = Self { environment, secret_path: pattern.as_str().to_owned() };
        scope.rule(Subject::Secrets, TokenPermission::Read).map_err(|error| error.to_string())?;
        Ok(scope)
    }

    /// The one folder it is for, if it is no pattern.
    pub(super) fn folder(&self) -> Option<SecretPath> {
        if self.secret_path.contains(['*', '?']) {
            return None;
        }
        SecretPath::parse(&self.secret_path).ok()
    }

    fn rule(
        &self,
        subject: Subject,
        permission: TokenPermission,
    ) -> std::result::Result<Rule, tacit_core::permission::RuleError> {
        let rule = json!({
            "subject": subject,
            "action": permission.actions(),
            "conditions": { "environment": self.environment, "secretPath": { "$glob": self.secret_path } },
        });
        Rule::parse(&rule, Scope::Project)
    }
}

/// The rules that places and permissions come to: everything else is denied.
///
/// # Errors
///
/// [`Error::Internal`] if a scope is none that [`TokenScope::parse`] makes.
pub(super) fn rules(scopes: &[TokenScope], permissions: &[TokenPermission]) -> Result<Vec<Rule>> {
    let mut rules = Vec::new();
    for scope in scopes {
        for permission in permissions {
            for subject in SUBJECTS {
                let rule = scope.rule(subject, *permission);
                rules.push(rule.map_err(|error| Error::Internal(format!("scope: {error}")))?);
            }
        }
    }
    Ok(rules)
}

/// Reads stored scopes.
///
/// # Errors
///
/// [`Error::Internal`] if they cannot be read.
pub fn stored_scopes(text: &str) -> Result<Vec<TokenScope>> {
    rights::read_json(text)
}

/// Reads stored permissions.
///
/// # Errors
///
/// [`Error::Internal`] if they cannot be read.
pub fn stored_permissions(text: &str) -> Result<Vec<TokenPermission>> {
    rights::read_json(text)
}

/// What is stored of scopes or permissions.
pub(super) fn to_store(items: &impl Serialize) -> Result<String> {
    let value: Value =
        serde_json::to_value(items).map_err(|error| Error::Internal(format!("scopes: {error}")))?;
    Ok(value.to_string())
}
