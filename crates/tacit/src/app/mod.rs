//! The use cases. Each reads as its specification: permission, find, decrypt, audit.
//!
//! Invariant: nothing here knows HTTP, and nothing here writes SQL.

pub mod access;
pub mod access_tokens;
pub mod administration;
pub mod answers;
pub mod api_keys;
pub mod audit;
pub mod audit_export;
pub mod audit_logs;
pub mod audit_proofs;
pub mod audit_streams;
pub mod auth_method;
pub mod authentication;
pub mod backup;
pub mod base_path;
pub mod bootstrap;
pub mod boundary;
pub mod bounds;
pub mod caller;
pub mod changes;
pub mod client_secrets;
pub mod clock;
pub mod commit;
pub mod decisions;
pub mod draining;
pub mod egress;
pub mod email_verification;
pub mod encryption;
pub mod environments;
pub mod error;
pub mod explain;
pub mod folders;
pub mod groups;
pub mod history;
pub mod identities;
pub mod identity_search;
pub mod identity_tokens;
pub mod instance;
pub mod invitations;
pub mod keys;
pub mod mail;
pub mod memberships;
pub mod metadata;
pub mod named_by_rules;
pub mod organization_admin;
pub mod organization_deletion;
mod organization_keys;
pub mod organization_members;
pub mod organizations;
pub mod own_permissions;
pub mod passkeys;
pub mod password_reset;
pub mod passwords;
pub mod patch;
pub mod preferences;
pub mod privileges;
pub mod projects;
pub mod quickstart;
pub mod recall;
pub mod refusal;
pub mod residents;
pub mod rights;
pub mod roles;
pub mod second_factor;
pub mod secret_imports;
pub mod secrets;
pub mod service_tokens;
pub mod setup_token;
pub mod sign_in;
pub mod tags;
pub mod temporary;
pub mod token_auth;
pub mod token_settings;
pub mod universal_auth;
pub mod universal_auth_login;
pub mod user_deletion;
pub mod users;
pub mod webhooks;
pub mod work;

use std::{ops::Deref, sync::Arc};

use tacit_core::{id::new_id, random::Random, time::Timestamp};
use tacit_store::{Database, revisions::Uptime};

pub use caller::{Actor, Caller, Client};
pub use clock::Clock;
pub use error::{Error, Issue, Result};
pub use patch::Patch;
pub use work::UnitOfWork;

/// Everything a use case needs, shared by all requests. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts of an [`App`].
pub struct Parts {
    /// The database.
    pub database: Database,
    /// What time it is.
    pub clock: Clock,
    /// Random bytes.
    pub random: Random,
    /// The root key's derivatives and the data keys in use.
    pub keys: keys::Keys,
    /// Where events of reads and refusals go.
    pub audit: audit::Recorder,
    /// Wakes those who follow the changes of projects.
    pub changes: changes::Signals,
    /// Whether this server is about to stop.
    pub draining: draining::Draining,
    /// Answers that were given.
    pub answers: answers::Answers,
    /// Folders whose secrets are in memory, encrypted.
    pub residents: residents::Residents,
    /// Callers that were let in.
    pub recall: recall::Recall,
    /// Uses of credentials that are not in the database yet.
    pub uses: authentication::Uses,
    /// Where requests wait for their turn to hash a password.
    pub passwords: passwords::PasswordQueue,
    /// What lets another machine set the instance up; none once that is done.
    pub setup_token: Option<setup_token::SetupToken>,
    /// Sends requests to addresses that users name.
    pub egress: egress::Egress,
    /// The public keys of those who sign tokens for machines.
    pub key_sets: auth_method::key_sets::KeySets,
    /// Whose login by a password of a directory is judged at the moment.
    pub login_turns: auth_method::lockout::LoginTurns,
    /// Backups that are being made.
    pub backups: backup::Ongoing,
    /// What the operator chose.
    pub settings: Settings,
}

/// What the operator chose, as far as use cases care.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The address people use, such as `https://tacit.example.com`; with https the cookie is Secure.
    pub site_url: Option<String>,
    /// Where everything is below the host name.
    pub base_path: base_path::BasePath,
    /// Whether the bootstrap is open to other machines without a token (`decisions.md` 13).
    pub allow_remote_bootstrap: bool,
    /// Whether a proxy stands before this server, so that nobody is known to be on this machine.
    pub is_behind_proxy: bool,
    /// Sends mails; without one, links are shown instead. Needs `site_url`.
    pub mailer: Option<mail::Mailer>,
    /// Where public clouds are.
    pub clouds: auth_method::clouds::Clouds,
    /// How the root key is kept: `file`, `variable`, `passphrase`, `aws-kms`, `transit` or `pkcs11`; empty in tests.
    pub root_key_mode: &'static str,
    /// The file that keeps checkpoints of the audit log.
    pub audit_checkpoints: Option<std::path::PathBuf>,
    /// Days that audit events are kept of which no project says it; for good if absent.
    pub audit_retention_days: Option<i64>,
    /// Whether answers wait until their events are in the database, not in the journal alone.
    pub strict_audit: bool,
    /// Where audit streams may write files, if they may.
    pub audit_stream_folder: Option<std::path::PathBuf>,
    /// Where and how often this server makes backups; none if it does not.
    pub backups: Option<backup::Schedule>,
}

impl Settings {
    /// The address of the dashboard, if the operator named it. Links in mails begin with it, and never
    /// with what a request calls this server.
    #[must_use]
    pub fn site(&self) -> Option<String> {
        self.site_url.as_ref().map(|url| format!("{url}{}", self.base_path.as_str()))
    }
}

impl App {
    /// Puts the parts together.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// How long this process has been running, about, by a clock that never goes back.
    #[must_use]
    pub fn uptime(&self) -> Uptime {
        self.clock.uptime()
    }

    /// A new id of any kind.
    pub fn new_id<T: From<String>>(&self) -> T {
        T::from(new_id(self.now(), &self.random))
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
