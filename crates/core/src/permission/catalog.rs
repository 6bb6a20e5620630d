//! Which actions and condition fields a subject has, as data (wire-contract 12.4, decisions 30).
//!
//! Subjects outside the core of secrets management (PKI, SSH and the like) are not in it.

use super::action::ActionSet;
use super::{Action, Field, Subject};

/// Whether rules speak about an organization or about a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// An organization and its own things.
    Organization,
    /// One project and what it holds.
    Project,
}

/// A subject, what can be done to it and what conditions can look at.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The subject.
    pub subject: Subject,
    /// Its actions; never empty.
    pub actions: &'static [Action],
    /// Its condition fields. Rules on a subject without any can have no conditions and cannot be
    /// inverted (wire-contract 12.3).
    pub fields: &'static [Field],
}

impl Scope {
    /// All subjects of this scope.
    #[must_use]
    pub const fn catalog(self) -> &'static [Entry] {
        match self {
            Self::Organization => ORGANIZATION,
            Self::Project => PROJECT,
        }
    }

    /// The entry of `subject`. `None` if this scope has no such subject.
    #[must_use]
    pub fn entry(self, subject: Subject) -> Option<&'static Entry> {
        self.catalog().iter().find(|entry| entry.subject == subject)
    }

    /// The actions of `subject`; empty if this scope has no such subject.
    #[must_use]
    pub fn actions(self, subject: Subject) -> &'static [Action] {
        self.entry(subject).map_or(&[], |entry| entry.actions)
    }
}

/// What `action` on `subject` consists of: itself, except that reading a secret is describing it
/// and reading its value (decisions 28).
pub(super) const fn basic_actions(action: Action, subject: Subject) -> ActionSet {
    let none = ActionSet::EMPTY;
    match (action, subject) {
        (Action::Read, Subject::Secrets) => none.with(Action::DescribeSecret).with(Action::ReadValue),
        _ => none.with(action),
    }
}

const fn entry(subject: Subject, actions: &'static [Action], fields: &'static [Field]) -> Entry {
    Entry { subject, actions, fields }
}

const fn plain(subject: Subject, actions: &'static [Action]) -> Entry {
    entry(subject, actions, &[])
}

/// What most subjects have.
pub(super) const CRUD: &[Action] = &[Action::Read, Action::Create, Action::Edit, Action::Delete];

const PLACE: &[Field] = &[Field::Environment, Field::SecretPath];
const PLACE_AND_CONNECTION: &[Field] = &[Field::Environment, Field::SecretPath, Field::ConnectionId];

const ORGANIZATION: &[Entry] = &[
    plain(Subject::Workspace, CRUD),
    plain(Subject::OrganizationAdminConsole, &[Action::AccessAllProjects]),
    plain(Subject::Role, CRUD),
    plain(Subject::Member, CRUD),
    plain(Subject::Groups, CRUD),
    plain(Subject::Identity, CRUD),
    plain(Subject::Settings, CRUD),
    plain(Subject::IncidentContact, CRUD),
    plain(Subject::Sso, CRUD),
    plain(Subject::Scim, CRUD),
    plain(Subject::Ldap, CRUD),
    plain(Subject::Billing, CRUD),
    plain(Subject::Kms, CRUD),
    plain(Subject::AuditLogs, CRUD),
    plain(Subject::SecretScanning, CRUD),
];

const PROJECT: &[Entry] = &[
    entry(
        Subject::Secrets,
        &[
            Action::Read,
            Action::DescribeSecret,
            Action::ReadValue,
            Action::Create,
            Action::Edit,
            Action::Delete,
            Action::Subscribe,
        ],
        &[Field::Environment, Field::SecretPath, Field::SecretName, Field::SecretTags],
    ),
    entry(Subject::SecretFolders, CRUD, PLACE),
    entry(Subject::SecretImports, CRUD, PLACE),
    entry(
        Subject::DynamicSecrets,
        DYNAMIC_SECRET_ACTIONS,
        &[Field::Environment, Field::SecretPath, Field::Metadata],
    ),
    entry(
        Subject::SecretRotation,
        &[
            Action::Read,
            Action::ReadGeneratedCredentials,
            Action::Create,
            Action::Edit,
            Action::RotateSecrets,
            Action::Delete,
        ],
        PLACE_AND_CONNECTION,
    ),
    entry(
        Subject::SecretSyncs,
        &[
            Action::Read,
            Action::Create,
            Action::Edit,
            Action::Delete,
            Action::SyncSecrets,
            Action::ImportSecrets,
            Action::RemoveSecrets,
        ],
        PLACE_AND_CONNECTION,
    ),
    entry(Subject::SecretEventSubscriptions, SUBSCRIPTION_ACTIONS, PLACE),
    plain(
        Subject::SecretApproval,
        &[
            Action::Read,
            Action::Create,
            Action::Edit,
            Action::Delete,
            Action::AllowChangeBypass,
            Action::AllowAccessBypass,
        ],
    ),
    plain(Subject::SecretApprovalRequest, &[Action::Read]),
    plain(Subject::SecretRollback, &[Action::Read, Action::Create]),
    plain(Subject::Commits, &[Action::Read, Action::PerformRollback]),
    plain(Subject::Role, CRUD),
    plain(Subject::Settings, CRUD),
    plain(Subject::Environments, CRUD),
    plain(Subject::Tags, CRUD),
    plain(Subject::IpAllowlist, CRUD),
    plain(Subject::Integrations, CRUD),
    plain(Subject::Webhooks, CRUD),
    plain(Subject::ServiceTokens, CRUD),
    entry(
        Subject::Member,
        &[
            Action::Read,
            Action::Create,
            Action::Edit,
            Action::Delete,
            Action::GrantPrivileges,
            Action::AssignRole,
            Action::AssignAdditionalPrivileges,
            Action::AssumePrivileges,
        ],
        &[Field::UserEmail, Field::AssignableRole, Field::AssignableSubject, Field::AssignableAction],
    ),
    entry(
        Subject::Groups,
        &[
            Action::Read,
            Action::Create,
            Action::Edit,
            Action::Delete,
            Action::GrantPrivileges,
            Action::AssignRole,
        ],
        &[Field::GroupName, Field::AssignableRole],
    ),
    entry(
        Subject::Identity,
        &[
            Action::Read,
            Action::Create,
            Action::Edit,
            Action::Delete,
            Action::GrantPrivileges,
            Action::AssignRole,
            Action::AssignAdditionalPrivileges,
            Action::AssumePrivileges,
            Action::RevokeAuth,
            Action::CreateToken,
            Action::GetToken,
            Action::DeleteToken,
        ],
        &[Field::IdentityId, Field::AssignableRole, Field::AssignableSubject, Field::AssignableAction],
    ),
    plain(Subject::Workspace, &[Action::Edit, Action::Delete]),
    plain(Subject::AuditLogs, &[Action::Read]),
    entry(
        Subject::AppConnections,
        &[
            Action::ReadAppConnections,
            Action::CreateAppConnections,
            Action::EditAppConnections,
            Action::DeleteAppConnections,
            Action::ConnectAppConnections,
        ],
        &[Field::ConnectionId],
    ),
    plain(Subject::Kms, &[Action::Edit]),
    plain(
        Subject::Cmek,
        &[
            Action::Read,
            Action::Create,
            Action::Edit,
            Action::Delete,
            Action::Encrypt,
            Action::Decrypt,
            Action::Sign,
            Action::Verify,
            Action::ExportPrivateKey,
        ],
    ),
];

/// All that can be done with dynamic secrets.
pub(super) const DYNAMIC_SECRET_ACTIONS: &[Action] = &[
    Action::ReadRootCredential,
    Action::CreateRootCredential,
    Action::EditRootCredential,
    Action::DeleteRootCredential,
    Action::Lease,
];

/// All kinds of events that can be followed.
pub(super) const SUBSCRIPTION_ACTIONS: &[Action] = &[
    Action::SubscribeToCreationEvents,
    Action::SubscribeToUpdateEvents,
    Action::SubscribeToDeletionEvents,
    Action::SubscribeToImportMutationEvents,
];
