//! Whose privileges are meant, and what the caller may do to that member.

use tacit_core::{
    id::{IdentityId, MembershipId},
    permission::{Action, Object, Rule, Subject},
    time::Timestamp,
};
use tacit_store::{
    Connection,
    additional_privileges::{self, PrivilegeRow},
    project_memberships::{self, Member, MembershipRow},
};

use super::{
    super::{
        App,
        access::{ProjectAccess, ProjectName},
        audit::Event,
        caller::Caller,
        error::{Error, Result},
    },
    PrivilegeName, unknown,
};

/// What kind of member holds privileges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A person.
    User,
    /// A machine identity.
    Identity,
}

/// Whose privileges are meant.
#[derive(Clone, Debug)]
pub enum Holder {
    /// The person with this membership.
    User(MembershipId),
    /// An identity in a project.
    Identity(ProjectName, IdentityId),
}

/// A member whose privileges are meant, and the caller's place in the project.
pub(super) struct Target {
    pub(super) access: ProjectAccess,
    pub(super) membership: MembershipRow,
    /// The e-mail, if it is a person.
    email: Option<String>,
}

impl Target {
    /// Finds the member, if the caller may do `action` to it.
    pub(super) async fn enter(
        db: &mut Connection,
        caller: &Caller,
        holder: &Holder,
        action: Action,
        now: Timestamp,
    ) -> Result<Self> {
        match holder {
            Holder::User(id) => {
                let membership = find_membership(db, caller, id, Kind::User).await?;
                Self::of(db, caller, membership, action, now).await
            }
            Holder::Identity(project, identity) => {
                let access = ProjectAccess::enter(db, caller, project, now).await?;
                let object = Object::new().identity_id(identity.as_str());
                access.require(action, Subject::Identity, &object)?;
                let found =
                    project_memberships::find(db, &access.project.id, Member::Identity(identity)).await?;
                let membership = found.ok_or_else(|| {
                    Error::NotFound(format!("Identity '{identity}' is not a member of this project"))
                })?;
                Ok(Self { access, membership, email: None })
            }
        }
    }

    /// Finds a privilege and its member, if the caller may do `action` to it.
    pub(super) async fn find(
        db: &mut Connection,
        caller: &Caller,
        name: &PrivilegeName,
        action: Action,
        now: Timestamp,
    ) -> Result<(Self, PrivilegeRow)> {
        match name {
            PrivilegeName::Id(id, kind) => {
                let row = additional_privileges::find(db, &caller.organization()?.id, id)
                    .await?
                    .ok_or_else(|| unknown(id.as_str()))?;
                let membership = find_membership(db, caller, &row.membership_id, *kind).await;
                let membership = membership.map_err(|error| match error {
                    Error::NotFound(_) => unknown(id.as_str()),
                    other => other,
                })?;
                Ok((Self::of(db, caller, membership, action, now).await?, row))
            }
            PrivilegeName::Slug(slug, holder) => {
                let target = Self::enter(db, caller, holder, action, now).await?;
                let found = additional_privileges::find_by_slug(db, &target.membership.id, slug).await?;
                Ok((target, found.ok_or_else(|| unknown(slug))?))
            }
        }
    }

    async fn of(
        db: &mut Connection,
        caller: &Caller,
        membership: MembershipRow,
        action: Action,
        now: Timestamp,
    ) -> Result<Self> {
        let project = ProjectName::Id(membership.project_id.to_string());
        let access = ProjectAccess::enter(db, caller, &project, now).await?;
        let email = match &membership.user_id {
            None => None,
            Some(user) => project_memberships::list_users(db, &membership.project_id)
                .await?
                .into_iter()
                .find(|row| row.user_id == *user)
                .map(|row| row.email),
        };
        let target = Self { access, membership, email };
        target.access.require(action, target.subject(), &target.object())?;
        Ok(target)
    }

    /// Whether the member is a machine identity.
    pub(super) const fn is_identity(&self) -> bool {
        self.membership.identity_id.is_some()
    }

    /// Refuses rules that the caller may not assign to this member: assigning takes
    /// `assign-additional-privileges` or its older name `grant-privileges`.
    pub(super) fn require_assignable(&self, rules: &[Rule]) -> Result<()> {
        for rule in rules {
            for action in rule.actions() {
                let object = self.object().assignable_right(*action, rule.subject());
                let subject = self.subject();
                if !self.access.permissions.allows(Action::GrantPrivileges, subject, &object) {
                    self.access.require(Action::AssignAdditionalPrivileges, subject, &object)?;
                }
            }
        }
        Ok(())
    }

    /// An event about privileges of this member.
    pub(super) fn event(&self, app: &App, caller: &Caller, kind: &str) -> Event {
        let event = Event::new(app, caller, kind).project(&self.membership.project_id);
        match (&self.membership.identity_id, &self.email) {
            (Some(identity), _) => event.with("identityId", identity.as_str()),
            (None, Some(email)) => event.with("email", email.as_str()),
            (None, None) => event,
        }
    }

    const fn subject(&self) -> Subject {
        if self.is_identity() { Subject::Identity } else { Subject::Member }
    }

    fn object(&self) -> Object<'_> {
        match (&self.membership.identity_id, &self.email) {
            (Some(identity), _) => Object::new().identity_id(identity.as_str()),
            (None, Some(email)) => Object::new().user_email(email),
            (None, None) => Object::new(),
        }
    }
}

/// The membership called `id` of a member of this kind.
async fn find_membership(
    db: &mut Connection,
    caller: &Caller,
    id: &MembershipId,
    kind: Kind,
) -> Result<MembershipRow> {
    let is_kind = |row: &MembershipRow| match kind {
        Kind::User => row.user_id.is_some(),
        Kind::Identity => row.identity_id.is_some(),
    };
    project_memberships::find_by_id(db, &caller.organization()?.id, id)
        .await?
        .filter(is_kind)
        .ok_or_else(|| Error::not_found("Membership", id))
}
