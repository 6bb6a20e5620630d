//! The roles that are always there, as data (wire-contract 12.1, decisions 31 to 34).

use super::catalog::{CRUD, DYNAMIC_SECRET_ACTIONS, SUBSCRIPTION_ACTIONS};
use super::{Action, Rule, Scope, Subject};

/// The slug that stands for a custom role on the wire. No role may have it.
pub const CUSTOM_ROLE_SLUG: &str = "custom";

/// A built-in role of organizations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OrganizationRole {
    /// May do everything.
    Admin,
    /// May see the organization, make projects and look after identities.
    Member,
    /// May do nothing until given more.
    NoAccess,
}

/// A built-in role of projects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProjectRole {
    /// May do everything.
    Admin,
    /// May work with secrets and what belongs to them, but not manage people and identities.
    Member,
    /// May read.
    Viewer,
    /// May do nothing until given more.
    NoAccess,
}

impl OrganizationRole {
    /// All of them, from the most to the least powerful.
    pub const ALL: &[Self] = &[Self::Admin, Self::Member, Self::NoAccess];

    /// The name in requests and answers.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Member => "member",
            Self::NoAccess => "no-access",
        }
    }

    /// The role with this slug. `None` if it is no built-in one.
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.slug() == slug)
    }

    /// The name to show.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Admin => "Admin",
            Self::Member => "Member",
            Self::NoAccess => "No Access",
        }
    }

    /// One sentence to show.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::Admin => "Everything in the organization",
            Self::Member => "See the organization, create projects and look after identities",
            Self::NoAccess => "Nothing until another role or privilege is added",
        }
    }

    /// What it allows.
    #[must_use]
    pub fn rules(self) -> Vec<Rule> {
        match self {
            Self::Admin => all_rules(Scope::Organization),
            Self::Member => rules(ORGANIZATION_MEMBER),
            Self::NoAccess => Vec::new(),
        }
    }
}

impl ProjectRole {
    /// All of them, from the most to the least powerful.
    pub const ALL: &[Self] = &[Self::Admin, Self::Member, Self::Viewer, Self::NoAccess];

    /// The name in requests and answers.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Member => "member",
            Self::Viewer => "viewer",
            Self::NoAccess => "no-access",
        }
    }

    /// The role with this slug. `None` if it is no built-in one.
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.slug() == slug)
    }

    /// The name to show.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Admin => "Admin",
            Self::Member => "Member",
            Self::Viewer => "Viewer",
            Self::NoAccess => "No Access",
        }
    }

    /// One sentence to show.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::Admin => "Everything in the project",
            Self::Member => "Work with secrets, folders and environments, without managing access",
            Self::Viewer => "Read secrets and settings, change nothing",
            Self::NoAccess => "Nothing until another role or privilege is added",
        }
    }

    /// What it allows.
    #[must_use]
    pub fn rules(self) -> Vec<Rule> {
        match self {
            Self::Admin => all_rules(Scope::Project),
            Self::Member => rules(PROJECT_MEMBER),
            Self::Viewer => rules(PROJECT_VIEWER),
            Self::NoAccess => Vec::new(),
        }
    }
}

type Rights = (Subject, &'static [Action]);

fn rules(rights: &[Rights]) -> Vec<Rule> {
    rights.iter().map(|(subject, actions)| Rule::allow(*subject, actions)).collect()
}

/// Every action on every subject.
fn all_rules(scope: Scope) -> Vec<Rule> {
    scope.catalog().iter().map(|entry| Rule::allow(entry.subject, entry.actions)).collect()
}

const READ: &[Action] = &[Action::Read];
const READ_SECRETS: &[Action] = &[Action::Read, Action::DescribeSecret, Action::ReadValue];

const ORGANIZATION_MEMBER: &[Rights] = &[
    (Subject::Workspace, &[Action::Read, Action::Create]),
    (Subject::Member, READ),
    (Subject::Groups, READ),
    (Subject::Role, READ),
    (Subject::Settings, READ),
    (Subject::Billing, READ),
    (Subject::IncidentContact, READ),
    (Subject::AuditLogs, READ),
    (Subject::Identity, CRUD),
    (Subject::SecretScanning, CRUD),
];

const PROJECT_MEMBER: &[Rights] = &[
    (
        Subject::Secrets,
        &[
            Action::Read,
            Action::DescribeSecret,
            Action::ReadValue,
            Action::Create,
            Action::Edit,
            Action::Delete,
        ],
    ),
    (Subject::SecretFolders, CRUD),
    (Subject::SecretImports, CRUD),
    (Subject::DynamicSecrets, DYNAMIC_SECRET_ACTIONS),
    (Subject::SecretEventSubscriptions, SUBSCRIPTION_ACTIONS),
    (Subject::Tags, CRUD),
    (Subject::Environments, CRUD),
    (Subject::Settings, CRUD),
    (Subject::Integrations, CRUD),
    (Subject::Webhooks, CRUD),
    (Subject::ServiceTokens, CRUD),
    (Subject::SecretRollback, &[Action::Read, Action::Create]),
    (Subject::Commits, &[Action::Read, Action::PerformRollback]),
    (Subject::SecretApproval, READ),
    (Subject::SecretApprovalRequest, READ),
    (Subject::SecretRotation, READ),
    (Subject::SecretSyncs, READ),
    (Subject::Member, READ),
    (Subject::Groups, READ),
    (Subject::Identity, READ),
    (Subject::Role, READ),
    (Subject::AuditLogs, READ),
    (Subject::IpAllowlist, READ),
];

const PROJECT_VIEWER: &[Rights] = &[
    (Subject::Secrets, READ_SECRETS),
    (Subject::SecretEventSubscriptions, SUBSCRIPTION_ACTIONS),
    (Subject::SecretFolders, READ),
    (Subject::SecretImports, READ),
    (Subject::Tags, READ),
    (Subject::Environments, READ),
    (Subject::Settings, READ),
    (Subject::Integrations, READ),
    (Subject::Webhooks, READ),
    (Subject::ServiceTokens, READ),
    (Subject::SecretRollback, READ),
    (Subject::Commits, READ),
    (Subject::SecretApproval, READ),
    (Subject::SecretApprovalRequest, READ),
    (Subject::SecretRotation, READ),
    (Subject::SecretSyncs, READ),
    (Subject::Member, READ),
    (Subject::Groups, READ),
    (Subject::Identity, READ),
    (Subject::Role, READ),
    (Subject::AuditLogs, READ),
    (Subject::IpAllowlist, READ),
];
