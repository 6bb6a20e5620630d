//! What a permission is about.

super::names::names! {
    /// A kind of thing that a rule speaks of (wire-contract 12.4, decisions 30).
    ///
    /// Names that exist for organizations and for projects share a variant; which actions they
    /// have there says the [catalog](super::Scope::catalog).
    Subject {
        /// Secrets and their values.
        Secrets = "secrets",
        /// Folders of an environment.
        SecretFolders = "secret-folders",
        /// Folders included in a folder.
        SecretImports = "secret-imports",
        /// Credentials made on demand, and their leases.
        DynamicSecrets = "dynamic-secrets",
        /// Credentials that are renewed on a schedule.
        SecretRotation = "secret-rotation",
        /// Copies of secrets kept up to date elsewhere.
        SecretSyncs = "secret-syncs",
        /// The stream of changes to secrets.
        SecretEventSubscriptions = "secret-event-subscriptions",
        /// Policies that ask for approval of changes or access.
        SecretApproval = "secret-approval",
        /// Changes that wait for approval.
        SecretApprovalRequest = "secret-approval-request",
        /// Snapshots of a folder.
        SecretRollback = "secret-rollback",
        /// The log of changes.
        Commits = "commits",
        /// Custom roles.
        Role = "role",
        /// Settings of the project or organization.
        Settings = "settings",
        /// Environments of a project.
        Environments = "environments",
        /// Tags of a project.
        Tags = "tags",
        /// Addresses from which a project may be used.
        IpAllowlist = "ip-allowlist",
        /// Connections to other services, the older kind.
        Integrations = "integrations",
        /// Webhooks of a project.
        Webhooks = "webhooks",
        /// Service tokens of a project.
        ServiceTokens = "service-tokens",
        /// People.
        Member = "member",
        /// Groups of people and identities.
        Groups = "groups",
        /// Machine identities.
        Identity = "identity",
        /// The project itself, or in an organization its projects.
        Workspace = "workspace",
        /// The audit log.
        AuditLogs = "audit-logs",
        /// Connections to other services.
        AppConnections = "app-connections",
        /// Which key management service protects the data.
        Kms = "kms",
        /// Keys for encrypting and signing.
        Cmek = "cmek",
        /// The console over all projects of an organization.
        OrganizationAdminConsole = "organization-admin-console",
        /// Whom to tell about incidents.
        IncidentContact = "incident-contact",
        /// Single sign-on.
        Sso = "sso",
        /// Provisioning of users from a directory.
        Scim = "scim",
        /// Sign-in by LDAP.
        Ldap = "ldap",
        /// Plan and invoices.
        Billing = "billing",
        /// The search for leaked secrets.
        SecretScanning = "secret-scanning",
    }
}
