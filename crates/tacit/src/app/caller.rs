//! Who makes this request, from where, and what they may do in their organization.

use std::{
    net::IpAddr,
    sync::{Arc, OnceLock},
};

use tacit_core::{
    id::{AccessTokenId, IdentityId, OrganizationId, ProjectId, ServiceTokenId, SessionId, UserId},
    permission::{Action, Fingerprint, Object, PermissionSet, Scope, Subject},
};
use tacit_store::organization_grants::OrganizationGrantsRow;

use super::{
    error::{Error, Result},
    refusal::Denial,
    rights,
    secrets::Location,
};

/// The actor of one request. Every use case asks it before it does anything.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who.
    pub actor: Arc<Actor>,
    /// The organization the token is for, and the rights there. A user has none before choosing one.
    pub organization: Option<Arc<OrganizationAccess>>,
    /// From where.
    pub client: Client,
    /// The project this request turned out to be about; shared by the clones of this caller, so that
    /// a refusal is recorded with it.
    project: Arc<OnceLock<ProjectId>>,
}

/// A person, a machine, or what a person made for a program.
#[derive(Clone, Debug)]
pub enum Actor {
    /// A person, signed in.
    User {
        /// Who.
        id: UserId,
        /// Their e-mail, for the audit log.
        email: String,
        /// Their session; `None` if they use an API key.
        session_id: Option<SessionId>,
        /// Whether they may manage the instance.
        is_instance_admin: bool,
    },
    /// A machine identity.
    Identity {
        /// Which.
        id: IdentityId,
        /// Its name, for the audit log.
        name: String,
        /// The token it used.
        access_token_id: AccessTokenId,
        /// Whether it may manage the instance.
        is_instance_admin: bool,
    },
    /// A service token of a project. It is no member of anything.
    ServiceToken {
        /// Which.
        id: ServiceTokenId,
        /// Its name, for the audit log.
        name: String,
        /// The one folder it is for, which reads mean whatever they name (wire-contract 7.3).
        only_place: Option<Box<Location>>,
    },
}

/// The caller's place in the organization its token is for.
#[derive(Clone, Debug)]
pub struct OrganizationAccess {
    /// Which.
    pub id: OrganizationId,
    /// The slug of the caller's own role there; `custom` for a custom one.
    pub role: String,
    /// What that role and those of the caller's groups allow.
    pub permissions: Arc<PermissionSet>,
    /// Stands for `permissions`: what the rules decide may be kept for it.
    pub fingerprint: Fingerprint,
}

/// Where a request comes from.
#[derive(Clone, Debug)]
pub struct Client {
    /// The peer, or the address a trusted proxy named.
    pub ip: IpAddr,
    /// The `User-Agent` header, cut to 512 bytes; empty if absent.
    pub user_agent: Arc<str>,
}

impl Actor {
    /// `user`, `identity` or `service`, as the wire and the tables say.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::User { .. } => "user",
            Self::Identity { .. } => "identity",
            Self::ServiceToken { .. } => "service",
        }
    }

    /// The id of the user, identity or service token.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::User { id, .. } => id.as_str(),
            Self::Identity { id, .. } => id.as_str(),
            Self::ServiceToken { id, .. } => id.as_str(),
        }
    }

    /// E-mail or name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::User { email, .. } => email,
            Self::Identity { name, .. } | Self::ServiceToken { name, .. } => name,
        }
    }

    /// Whether it may manage the instance.
    #[must_use]
    pub const fn is_instance_admin(&self) -> bool {
        match self {
            Self::User { is_instance_admin, .. } | Self::Identity { is_instance_admin, .. } => {
                *is_instance_admin
            }
            Self::ServiceToken { .. } => false,
        }
    }
}

impl Caller {
    /// The caller of a request of which nothing else is known yet.
    #[must_use]
    pub fn new(actor: Actor, organization: Option<OrganizationAccess>, client: Client) -> Self {
        Self::known(Arc::new(actor), organization.map(Arc::new), client)
    }

    /// The caller of a request who was let in before.
    #[must_use]
    pub fn known(actor: Arc<Actor>, organization: Option<Arc<OrganizationAccess>>, client: Client) -> Self {
        Self { actor, organization, client, project: Arc::default() }
    }

    /// Notes which project the request is about. The first one counts.
    pub(super) fn enters(&self, project: &ProjectId) {
        let _ = self.project.set(project.clone());
    }

    /// The project the request is about, if that is known and it is about one.
    #[must_use]
    pub fn project(&self) -> Option<&ProjectId> {
        self.project.get()
    }

    /// The organization of the token.
    ///
    /// # Errors
    ///
    /// 401 for a user who has not chosen one yet (`decisions.md` 6).
    pub fn organization(&self) -> Result<&OrganizationAccess> {
        self.organization.as_deref().ok_or(Error::Unauthenticated("Select an organization first"))
    }

    /// The organization of the token, which must be the one the request names.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] for any other id, whether it exists or not (`decisions.md` 7).
    pub fn organization_named(&self, id: &str) -> Result<&OrganizationAccess> {
        let organization = self.organization()?;
        if organization.id.as_str() == id {
            return Ok(organization);
        }
        Err(Error::Refused("This token belongs to another organization".to_owned()))
    }

    /// The id of the user; machines have none.
    #[must_use]
    pub fn user_id(&self) -> Option<&UserId> {
        match &*self.actor {
            Actor::User { id, .. } => Some(id),
            Actor::Identity { .. } | Actor::ServiceToken { .. } => None,
        }
    }

    /// The folder that this caller reads, whatever its requests name; `None` for all but service tokens of
    /// one folder.
    #[must_use]
    pub fn only_place(&self) -> Option<&Location> {
        match &*self.actor {
            Actor::ServiceToken { only_place, .. } => only_place.as_deref(),
            Actor::User { .. } | Actor::Identity { .. } => None,
        }
    }
}

impl OrganizationAccess {
    /// The place of somebody who has these roles in the organization.
    ///
    /// # Errors
    ///
    /// [`Error::Internal`] if stored rules cannot be read.
    pub(super) fn with_grants(id: OrganizationId, grants: OrganizationGrantsRow) -> Result<Self> {
        let (permissions, fingerprint) = rights::of_organization(&grants)?;
        Ok(Self { id, role: grants.role, permissions, fingerprint })
    }

    /// Asks the organization role.
    ///
    /// # Errors
    ///
    /// [`Error::Forbidden`] if it does not allow `action` on `subject`.
    pub fn require(&self, action: Action, subject: Subject) -> Result<()> {
        require(&self.permissions, Scope::Organization, action, subject, &Object::default())
    }
}

/// Asks `permissions` in an organization or a project about one object.
///
/// # Errors
///
/// [`Error::Forbidden`] with the caller's own rules on that action and subject.
pub fn require(
    permissions: &PermissionSet,
    scope: Scope,
    action: Action,
    subject: Subject,
    object: &Object<'_>,
) -> Result<()> {
    if permissions.allows(action, subject, object) {
        return Ok(());
    }
    Err(Error::Forbidden(Box::new(Denial::new(permissions, scope, (action, subject), object, false))))
}
