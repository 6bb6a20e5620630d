//! Invitations of people into organizations (wire-contract 6.1).
//!
//! The place of an invited person is there at once, with its roles, but counts for nothing until it is
//! accepted ([`accept`]) with the code of the invitation. Whoever knows the code of somebody without a
//! password can become them, so nobody gets a code for a place with more rights than their own.

mod accept;

use std::collections::BTreeSet;

use tacit_core::{
    id::{MembershipId, OrganizationId},
    name::Email,
    permission::{Action, Subject},
    token,
};
use tacit_store::{
    invitations,
    organization_memberships::{self, OrganizationMembershipRow},
    organizations,
    project_memberships::Member,
    users::{self, UserRow},
};
use zeroize::Zeroizing;

pub use accept::{Joined, NewPerson, Verified, complete, verify};

use super::{
    Actor, App,
    access::{self, ProjectName},
    administration::AccountPolicy,
    audit::Event,
    boundary,
    caller::{Caller, OrganizationAccess},
    error::{Error, Result},
    mail::{self, texts},
    memberships::{self, RoleGrant},
    organization_members::unknown_role,
    roles::GivenRole,
    work::UnitOfWork,
};

/// How long a code is valid.
const TTL_SECONDS: i64 = 7 * 24 * 3600;
/// How soon somebody may be mailed again.
const MAIL_AGAIN_SECONDS: i64 = 60;
const MESSAGE: &str = "You cannot give rights that you do not have";

/// Whom to invite, and to what.
#[derive(Clone, Debug)]
pub struct Offer {
    /// Their e-mails.
    pub emails: Vec<Email>,
    /// The slug of their role in the organization; `None` is its default role.
    pub role: Option<String>,
    /// Projects they are to be in too, with their roles there.
    pub projects: Vec<(ProjectName, Vec<RoleGrant>)>,
}

/// An invitation that was made.
pub struct Invitation {
    /// To whom.
    pub email: String,
    /// Into which organization.
    pub organization_id: OrganizationId,
    /// The code, good for one use; `None` if it is on its way by mail, and nobody else gets it.
    pub code: Option<Zeroizing<String>>,
}

impl Invitation {
    /// The link to accept it by, below the address of the dashboard; `None` if it is on its way by mail.
    #[must_use]
    pub fn link(&self, site: &str) -> Option<Zeroizing<String>> {
        let code = self.code.as_ref()?;
        Some(link(site, &self.email, &self.organization_id, code))
    }
}

fn link(site: &str, email: &str, organization: &OrganizationId, code: &str) -> Zeroizing<String> {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("token", code)
        .append_pair("to", email)
        .append_pair("organization_id", organization.as_str())
        .finish();
    Zeroizing::new(format!("{site}/signupinvite?{query}"))
}

/// Prints no code.
impl std::fmt::Debug for Invitation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Invitation({})", self.email)
    }
}

/// Invites people into the caller's organization, which must be the one called `organization`. Who was
/// invited before gets a new code; who is a member is left as they are and out of what is returned. With a
/// mail server each gets a mail.
///
/// # Errors
///
/// [`Error::Refused`] for another organization, [`Error::Forbidden`] without `create` on members,
/// [`Error::Invalid`] for an unknown role, an e-mail from which the instance takes no new accounts and
/// somebody who got a mail a moment ago, [`Error::Boundary`] for rights the caller does not have, and what
/// [`memberships::users::add`] returns for projects. Then nobody is invited.
pub async fn invite(app: &App, caller: &Caller, organization: &str, offer: Offer) -> Result<Vec<Invitation>> {
    caller.organization_named(organization)?;
    let caller = caller.clone();
    app.write(move |work| Box::pin(async move { apply(work, &caller, &offer).await })).await
}

async fn apply(work: &mut UnitOfWork, caller: &Caller, offer: &Offer) -> Result<Vec<Invitation>> {
    let access = access::change_organization(work, caller).await?;
    access.require(Action::Create, Subject::Member)?;
    let role = offered_role(work, &access, offer.role.as_deref()).await?;
    let (mut invited, mut invitations) = (Vec::new(), Vec::new());
    // In one order, so that two who invite the same people do not wait for each other.
    for email in offer.emails.iter().collect::<BTreeSet<_>>() {
        if let Some(membership) = place(work, caller, &access, email, &role).await? {
            invitations.push(issue(work, caller, &membership, email.as_str()).await?);
            invited.push(email.clone());
        }
    }
    for (project, roles) in &offer.projects {
        memberships::users::add_within(work, caller, project, &invited, roles).await?;
    }
    Ok(invitations)
}

async fn offered_role(
    work: &mut UnitOfWork,
    access: &OrganizationAccess,
    slug: Option<&str>,
) -> Result<GivenRole> {
    let slug = if let Some(slug) = slug {
        slug.to_owned()
    } else {
        let organization = organizations::find(&mut work.db, &access.id).await?;
        organization.ok_or(Error::Unauthenticated("This organization is gone"))?.default_membership_role
    };
    let role = GivenRole::in_organization(&mut work.db, &access.id, &slug).await.map_err(unknown_role)?;
    boundary::require_held(&access.permissions, &role.holding(), MESSAGE)?;
    Ok(role)
}

/// The place that an invited person is offered; `None` for a member.
async fn place(
    work: &mut UnitOfWork,
    caller: &Caller,
    access: &OrganizationAccess,
    email: &Email,
    role: &GivenRole,
) -> Result<Option<OrganizationMembershipRow>> {
    let user = person(work, email).await?;
    let known = organization_memberships::find(&mut work.db, &access.id, &user.id).await?;
    match known {
        Some(row) if row.accepted_at.is_some() => Ok(None),
        Some(row) => {
            require_over(work, caller, access, &row).await?;
            Ok(Some(row))
        }
        None => {
            let now = work.app.now();
            let row = OrganizationMembershipRow {
                id: work.app.new_id(),
                organization_id: access.id.clone(),
                user_id: user.id,
                role: role.role.clone(),
                custom_role_id: role.custom.as_ref().map(|custom| custom.id.clone()),
                is_active: true,
                accepted_at: None,
                invite_email: Some(email.as_str().to_owned()),
                created_at: now,
                updated_at: now,
            };
            organization_memberships::insert(&mut work.db, &row).await?;
            Ok(Some(row))
        }
    }
}

/// The person with this e-mail, made without a password if there is none.
async fn person(work: &mut UnitOfWork, email: &Email) -> Result<UserRow> {
    if let Some(user) = users::lock_by_email(&mut work.db, email.as_str()).await? {
        return Ok(user);
    }
    AccountPolicy::load(&mut work.db).await?.require(email)?;
    let now = work.app.now();
    let user = UserRow {
        id: work.app.new_id(),
        email: email.as_str().to_owned(),
        first_name: None,
        last_name: None,
        password_hash: String::new(),
        is_instance_admin: false,
        email_verified_at: None,
        created_at: now,
        updated_at: now,
    };
    users::insert(&mut work.db, &user).await?;
    Ok(user)
}

/// Gives an invited person a new code in place of the old one.
///
/// # Errors
///
/// [`Error::Forbidden`] without `create` on members, [`Error::NotFound`] for an unknown member,
/// [`Error::Invalid`] for somebody who has accepted or got a mail a moment ago, [`Error::Boundary`] for
/// rights the caller does not have.
pub async fn resend(app: &App, caller: &Caller, id: MembershipId) -> Result<Invitation> {
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            let access = access::change_organization(work, &caller).await?;
            access.require(Action::Create, Subject::Member)?;
            let unknown = || Error::not_found("Membership", &id);
            let member = organization_memberships::find_member(&mut work.db, &access.id, &id).await?;
            let member = member.ok_or_else(unknown)?;
            if member.accepted_at.is_some() {
                return Err(Error::Invalid("This person is a member already".to_owned()));
            }
            let row = organization_memberships::find(&mut work.db, &access.id, &member.user_id).await?;
            let row = row.ok_or_else(unknown)?;
            require_over(work, &caller, &access, &row).await?;
            issue(work, &caller, &row, &member.email).await
        })
    })
    .await
}

/// Refuses unless the caller holds all that the place gives, here and in projects.
async fn require_over(
    work: &mut UnitOfWork,
    caller: &Caller,
    access: &OrganizationAccess,
    row: &OrganizationMembershipRow,
) -> Result<()> {
    let (member, now) = (Member::User(&row.user_id), work.app.now());
    boundary::require_over_member(&mut work.db, caller, access, member, now, MESSAGE).await
}

/// Makes the code in place of any before, and the mail with it, if there is a mail server.
async fn issue(
    work: &mut UnitOfWork,
    caller: &Caller,
    membership: &OrganizationMembershipRow,
    email: &str,
) -> Result<Invitation> {
    require_not_mailed_just_now(work, &membership.id, email).await?;
    let (now, code) = (work.app.now(), token::new_secret(&work.app.random));
    let is_mailed = mail_code(work, caller, membership, email, &code).await?;
    let hash = work.app.keys.hashes.hash(code.as_bytes());
    let expires_at = now.plus_seconds(TTL_SECONDS);
    invitations::replace(&mut work.db, &membership.id, &hash, expires_at, is_mailed.then_some(now)).await?;
    let event = Event::new(&work.app, caller, "invite-organization-member").with("email", email);
    work.record(event.with("role", membership.role.as_str()).with("isMailed", is_mailed));
    Ok(Invitation {
        email: email.to_owned(),
        organization_id: membership.organization_id.clone(),
        code: (!is_mailed).then_some(code),
    })
}

/// Nobody fills somebody's mailbox by inviting them again and again.
async fn require_not_mailed_just_now(work: &mut UnitOfWork, id: &MembershipId, email: &str) -> Result<()> {
    let time = work.app.now().plus_seconds(-MAIL_AGAIN_SECONDS);
    if invitations::was_mailed_after(&mut work.db, id, time).await? {
        return Err(Error::Invalid(format!(
            "An invitation was mailed to {email} less than a minute ago. Try again later."
        )));
    }
    Ok(())
}

/// Whether a mail with the code is on its way.
async fn mail_code(
    work: &mut UnitOfWork,
    caller: &Caller,
    membership: &OrganizationMembershipRow,
    email: &str,
    code: &str,
) -> Result<bool> {
    let Some(site) = work.app.settings.site() else { return Ok(false) };
    let id = &membership.organization_id;
    let organization = organizations::find(&mut work.db, id).await?.map(|row| row.name).unwrap_or_default();
    let link = link(&site, email, id, code);
    let inviter = match &*caller.actor {
        Actor::User { email, .. } => email.clone(),
        Actor::Identity { name, .. } | Actor::ServiceToken { name, .. } => {
            format!("The machine \"{}\"", texts::without_links(name))
        }
    };
    let mail = texts::invitation(email, &inviter, &organization, &link, TTL_SECONDS);
    mail::enqueue(work, &mail).await
}
