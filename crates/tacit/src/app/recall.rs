//! What was found out about callers, kept in memory for as long as nobody's rights change
//! (architecture 5).
//!
//! Only what lets somebody in is kept. A refusal is always decided by the database, so that who was
//! given a right, or a longer life for a token, has it at once.

use std::sync::Arc;

use quick_cache::{Equivalent, sync::Cache};
use tacit_core::{permission::Fingerprint, time::Timestamp, token::IdentityClaims, trusted_ip::TrustedIps};
use tacit_store::{access_tokens::TokenIdentityRow, projects::ProjectRow, revisions::RightsEpoch};

use super::{
    App,
    access::{ProjectAccess, ProjectName},
    access_tokens::refuse_ended,
    authentication::uses::Used,
    caller::{Actor, Caller, Client, OrganizationAccess},
    error::Result,
    rights, token_settings,
};

/// Tokens that are remembered at most.
const TOKENS_MAX: usize = 16_384;
/// Callers' places in projects that are remembered at most.
const PLACES_MAX: usize = 32_768;

/// SHA-256 of a token, which stands for it here.
pub type TokenDigest = [u8; 32];

/// What this process remembers of callers.
pub struct Recall {
    tokens: Cache<TokenDigest, Arc<KnownToken>>,
    places: Cache<PlaceKey, Arc<KnownPlace>>,
}

impl Default for Recall {
    fn default() -> Self {
        Self { tokens: Cache::new(TOKENS_MAX), places: Cache::new(PLACES_MAX) }
    }
}

/// A machine's token that was let in, with everything it is checked against at each use.
struct KnownToken {
    epoch: RightsEpoch,
    /// Seconds; none if the token itself says nothing.
    expires_at: Option<i64>,
    /// Without the rules of roles, which are in `organization`.
    row: TokenIdentityRow,
    trusted_ips: TrustedIps,
    actor: Arc<Actor>,
    organization: Arc<OrganizationAccess>,
}

/// A caller's place in a project.
pub(super) struct KnownPlace {
    epoch: RightsEpoch,
    /// When a role or privilege begins or ends.
    until: Option<Timestamp>,
    /// The project as it was found; its revision may have moved since.
    pub(super) project: ProjectRow,
    /// Stands for what the caller may.
    pub(super) fingerprint: Fingerprint,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct PlaceKey {
    organization: String,
    actor_kind: &'static str,
    actor: String,
    project: ProjectName,
}

/// [`PlaceKey`] without owning its texts; both have the same hash.
#[derive(Hash)]
struct PlaceQuery<'a> {
    organization: &'a str,
    actor_kind: &'static str,
    actor: &'a str,
    project: &'a ProjectName,
}

impl Equivalent<PlaceKey> for PlaceQuery<'_> {
    fn equivalent(&self, key: &PlaceKey) -> bool {
        self.organization == key.organization
            && self.actor_kind == key.actor_kind
            && self.actor == key.actor
            && *self.project == key.project
    }
}

impl Recall {
    /// The caller who holds a token that was let in before and still counts.
    pub(super) fn caller(&self, app: &App, digest: &TokenDigest, client: &Client) -> Option<Caller> {
        let epoch = app.database.revisions().rights(app.uptime())?;
        let known = self.tokens.get(digest).filter(|known| known.epoch == epoch)?;
        let now = app.now();
        known.counts(now, client).then(|| {
            app.uses.count(Used::AccessToken(known.row.id.clone()), now);
            let organization = Some(Arc::clone(&known.organization));
            Caller::known(Arc::clone(&known.actor), organization, client.clone())
        })
    }

    /// Remembers a token that was let in. One with a limit of uses is counted in the database each time,
    /// so it is not remembered.
    ///
    /// # Errors
    ///
    /// [`Error::Internal`](super::Error::Internal) if its row is damaged.
    pub(super) fn keep_token(
        &self,
        digest: TokenDigest,
        epoch: RightsEpoch,
        token: &AdmittedToken<'_>,
    ) -> Result<()> {
        let (row, caller) = (token.row, token.caller);
        let Some(organization) = caller.organization.clone().filter(|_| row.num_uses_limit == 0) else {
            return Ok(());
        };
        let trusted_ips = token_settings::read_stored(&row.access_token_trusted_ips)?;
        let row = TokenIdentityRow { role_permissions: None, group_roles: None, ..row.clone() };
        let known = KnownToken {
            epoch,
            expires_at: token.claims.expires_at,
            row,
            trusted_ips,
            actor: Arc::clone(&caller.actor),
            organization,
        };
        self.tokens.insert(digest, Arc::new(known));
        Ok(())
    }

    /// The caller's place in a project it was in before, if nobody's rights have changed since.
    pub(super) fn place(&self, app: &App, caller: &Caller, project: &ProjectName) -> Option<Arc<KnownPlace>> {
        let epoch = app.database.revisions().rights(app.uptime())?;
        let query = PlaceQuery {
            organization: caller.organization.as_ref()?.id.as_str(),
            actor_kind: caller.actor.kind(),
            actor: caller.actor.id(),
            project,
        };
        self.places.get(&query).filter(|known| known.is_of(epoch, app.now()))
    }

    /// Remembers a caller's place in a project as it was found at `now`, under the state of the rights
    /// before it was looked for.
    pub(super) fn keep_place(
        &self,
        caller: &Caller,
        name: &ProjectName,
        access: &ProjectAccess,
        epoch: RightsEpoch,
        now: Timestamp,
    ) {
        let Some(organization) = &caller.organization else { return };
        let key = PlaceKey {
            organization: organization.id.as_str().to_owned(),
            actor_kind: caller.actor.kind(),
            actor: caller.actor.id().to_owned(),
            project: name.clone(),
        };
        let known = KnownPlace {
            epoch,
            until: rights::next_change(&access.grants, now),
            project: access.project.clone(),
            fingerprint: access.fingerprint,
        };
        self.places.insert(key, Arc::new(known));
    }
}

impl KnownPlace {
    /// Whether nobody's rights have changed since it was found.
    pub(super) fn counts(&self, app: &App) -> bool {
        app.database.revisions().rights(app.uptime()).is_some_and(|epoch| self.is_of(epoch, app.now()))
    }

    /// What the caller may in the project at a revision, without the roles that it comes from. None if
    /// the rules are not in memory any more.
    pub(super) fn access(&self, revision: i64) -> Option<ProjectAccess> {
        Some(ProjectAccess {
            project: ProjectRow { revision, ..self.project.clone() },
            grants: Vec::new(),
            permissions: rights::known_in_project(self.fingerprint)?,
            fingerprint: self.fingerprint,
            entered: None,
        })
    }

    fn is_of(&self, epoch: RightsEpoch, now: Timestamp) -> bool {
        self.epoch == epoch && self.until.is_none_or(|until| now < until)
    }
}

/// A token that was let in: what it says, its row, and who holds it.
pub(super) struct AdmittedToken<'a> {
    pub(super) claims: &'a IdentityClaims,
    pub(super) row: &'a TokenIdentityRow,
    pub(super) caller: &'a Caller,
}

impl KnownToken {
    /// Whether time and address still let it in.
    fn counts(&self, now: Timestamp, client: &Client) -> bool {
        self.expires_at.is_none_or(|end| now.seconds() < end)
            && refuse_ended(&self.row, now).is_ok()
            && self.trusted_ips.allow(client.ip)
    }
}
