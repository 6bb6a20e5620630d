//! What may be done to a subject.

super::names::names! {
    /// Something done to a [`Subject`](super::Subject) (wire-contract 12.4, decisions 30).
    Action {
        /// See it. On secrets this is [`Self::DescribeSecret`] and [`Self::ReadValue`] together.
        Read = "read",
        /// See that a secret exists, and all of it but the value.
        DescribeSecret = "describeSecret",
        /// See the value of a secret.
        ReadValue = "readValue",
        /// Make a new one.
        Create = "create",
        /// Change it.
        Edit = "edit",
        /// Delete it.
        Delete = "delete",
        /// Follow the changes of secrets, the older name.
        Subscribe = "subscribe",
        /// See how a dynamic secret is made.
        ReadRootCredential = "read-root-credential",
        /// Set up a dynamic secret.
        CreateRootCredential = "create-root-credential",
        /// Change how a dynamic secret is made.
        EditRootCredential = "edit-root-credential",
        /// Remove a dynamic secret.
        DeleteRootCredential = "delete-root-credential",
        /// Get, renew and end a lease of a dynamic secret.
        Lease = "lease",
        /// See the credentials a rotation made.
        ReadGeneratedCredentials = "read-generated-credentials",
        /// Rotate now.
        RotateSecrets = "rotate-secrets",
        /// Sync now.
        SyncSecrets = "sync-secrets",
        /// Fetch secrets from the other side of a sync.
        ImportSecrets = "import-secrets",
        /// Remove secrets at the other side of a sync.
        RemoveSecrets = "remove-secrets",
        /// Hear of new secrets.
        SubscribeToCreationEvents = "subscribe-to-creation-events",
        /// Hear of changed secrets.
        SubscribeToUpdateEvents = "subscribe-to-update-events",
        /// Hear of deleted secrets.
        SubscribeToDeletionEvents = "subscribe-to-deletion-events",
        /// Hear of changed imports.
        SubscribeToImportMutationEvents = "subscribe-to-import-mutation-events",
        /// Change secrets past a policy that asks for approval.
        AllowChangeBypass = "allow-change-bypass",
        /// Take access past a policy that asks for approval.
        AllowAccessBypass = "allow-access-bypass",
        /// Undo commits.
        PerformRollback = "perform-rollback",
        /// Give rights to others, the older name.
        GrantPrivileges = "grant-privileges",
        /// Give a role.
        AssignRole = "assign-role",
        /// Give rights beside the roles.
        AssignAdditionalPrivileges = "assign-additional-privileges",
        /// Act with the rights of another.
        AssumePrivileges = "assume-privileges",
        /// Remove a way to authenticate.
        RevokeAuth = "revoke-auth",
        /// Issue a token.
        CreateToken = "create-token",
        /// See tokens.
        GetToken = "get-token",
        /// Revoke a token.
        DeleteToken = "delete-token",
        /// See connections.
        ReadAppConnections = "read-app-connections",
        /// Make a connection.
        CreateAppConnections = "create-app-connections",
        /// Change a connection.
        EditAppConnections = "edit-app-connections",
        /// Delete a connection.
        DeleteAppConnections = "delete-app-connections",
        /// Use a connection.
        ConnectAppConnections = "connect-app-connections",
        /// Encrypt with a key.
        Encrypt = "encrypt",
        /// Decrypt with a key.
        Decrypt = "decrypt",
        /// Sign with a key.
        Sign = "sign",
        /// Verify a signature.
        Verify = "verify",
        /// Take a private key out.
        ExportPrivateKey = "export-private-key",
        /// Enter every project of the organization.
        AccessAllProjects = "access-all-projects",
    }
}

/// A set of actions, one bit each, so that a rule is compared without a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ActionSet(u64);

const _: () = assert!(Action::ALL.len() <= u64::BITS as usize, "an ActionSet has a bit per action");

impl ActionSet {
    pub(super) const EMPTY: Self = Self(0);

    pub(super) const fn with(self, action: Action) -> Self {
        Self(self.0 | 1 << action as u32)
    }

    pub(super) const fn contains(self, action: Action) -> bool {
        self.0 & 1 << action as u32 != 0
    }

    pub(super) const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those that are in both.
    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those that are in one of them.
    pub(super) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that are not in the other.
    pub(super) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The actions, in the order of their declaration.
    pub(super) fn iter(self) -> impl Iterator<Item = Action> {
        Action::ALL.iter().copied().filter(move |action| self.contains(*action))
    }
}

impl FromIterator<Action> for ActionSet {
    fn from_iter<I: IntoIterator<Item = Action>>(actions: I) -> Self {
        actions.into_iter().fold(Self::EMPTY, Self::with)
    }
}
