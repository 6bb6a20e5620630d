//! `/api/v1/invite-org`: invitations into organizations (wire-contract 6.1).

use std::collections::BTreeSet;

use axum::{
    Json,
    extract::{FromRequestParts, State},
    http::{HeaderMap, header::HOST, request::Parts},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tacit_core::{
    id::{MembershipId, OrganizationId, UserId},
    name::Email,
    permission::ProjectRole,
};

use crate::{
    app::{
        App, Caller, Client, Error,
        access::ProjectName,
        authentication,
        invitations::{self, Invitation, Offer, Verified},
        memberships::RoleGrant,
    },
    http::{
        arrival::Arrival,
        extract::Body,
        gate::bearer,
        problem::Problem,
        wire::{text::Required, user::User},
    },
};

/// The most people that one request invites.
const PEOPLE_MAX: usize = 100;
/// The most projects that one request invites to.
const PROJECTS_MAX: usize = 100;

/// The address of the dashboard, as the operator set it or else as the caller reaches it.
#[derive(Debug)]
pub(crate) struct Site(String);

impl FromRequestParts<App> for Site {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let origin = app.settings.site_url.clone().unwrap_or_else(|| {
            let is_https = Arrival::is_https(&parts.extensions);
            let header = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
            let authority = parts.uri.authority().map(axum::http::uri::Authority::as_str);
            let host = header.or(authority).unwrap_or("localhost");
            format!("{}://{host}", if is_https { "https" } else { "http" })
        });
        Ok(Self(format!("{origin}{}", app.settings.base_path.as_str())))
    }
}

impl Site {
    /// Nothing if the link is on its way by mail.
    fn link(&self, invitation: &Invitation) -> Option<InviteLink> {
        let link = String::clone(&*invitation.link(&self.0)?);
        Some(InviteLink { email: invitation.email.clone(), link })
    }
}

/// A link by which an invited person accepts.
#[derive(Serialize, JsonSchema)]
pub struct InviteLink {
    /// Whose it is.
    email: String,
    /// The link, which is good for seven days and one use.
    link: String,
}

/// What `POST /api/v1/invite-org/signup` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InviteRequest {
    /// E-mails, 1 to 100.
    invitee_emails: Vec<Required>,
    /// The organization, which is the caller's.
    organization_id: Required,
    /// Their role in it; the organization's default role if absent.
    #[serde(default)]
    organization_role_slug: Option<Required>,
    /// Projects they are to be in too.
    #[serde(default)]
    projects: Option<Vec<ProjectRequest>>,
}

/// A project that people are invited to.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProjectRequest {
    /// The project.
    id: Required,
    /// Their roles in it; `member` if absent.
    #[serde(default)]
    project_role_slug: Option<Vec<Required>>,
}

/// What `POST /api/v1/invite-org/signup` answers.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InviteResponse {
    message: &'static str,
    /// The links to hand over, for those who were no members yet; absent if all went by mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    complete_invite_links: Option<Vec<InviteLink>>,
    /// To whom a mail is on its way; absent if this server sends none.
    #[serde(skip_serializing_if = "Option::is_none")]
    mailed_to: Option<Vec<String>>,
}

impl InviteResponse {
    fn new(made: &[Invitation], site: &Site, sends_mail: bool) -> Self {
        let links: Vec<InviteLink> = made.iter().filter_map(|one| site.link(one)).collect();
        if !sends_mail {
            let message = "Give each person their link: this server sends no e-mail";
            return Self { message, complete_invite_links: Some(links), mailed_to: None };
        }
        let mailed = made.iter().filter(|one| one.code.is_none()).map(|one| one.email.clone()).collect();
        // Too many mails wait if there are any.
        let links = (!links.is_empty()).then_some(links);
        let message = "Each person gets their link by e-mail";
        Self { message, complete_invite_links: links, mailed_to: Some(mailed) }
    }
}

impl InviteRequest {
    fn offer(self) -> Result<Offer, Error> {
        if !(1..=PEOPLE_MAX).contains(&self.invitee_emails.len()) {
            return Err(Error::form("inviteeEmails", format!("must have 1 to {PEOPLE_MAX} entries")));
        }
        let mut emails: Vec<Email> = Vec::new();
        for Required(text) in &self.invitee_emails {
            let email = Email::parse(text).map_err(Error::name("inviteeEmails"))?;
            if !emails.contains(&email) {
                emails.push(email);
            }
        }
        let projects = self.projects.unwrap_or_default();
        if projects.len() > PROJECTS_MAX {
            return Err(Error::form("projects", format!("must have at most {PROJECTS_MAX} entries")));
        }
        let projects = projects.into_iter().map(ProjectRequest::grants).collect::<Result<_, _>>()?;
        Ok(Offer { emails, role: self.organization_role_slug.map(|Required(slug)| slug), projects })
    }
}

impl ProjectRequest {
    fn grants(self) -> Result<(ProjectName, Vec<RoleGrant>), Error> {
        let member = || BTreeSet::from([ProjectRole::Member.slug().to_owned()]);
        let slugs = self.project_role_slug.map(|slugs| slugs.into_iter().map(|Required(slug)| slug));
        let slugs: BTreeSet<String> = slugs.map_or_else(member, Iterator::collect);
        if slugs.is_empty() {
            return Err(Error::form("projectRoleSlug", "must have at least one entry"));
        }
        let grants = slugs.iter().map(|slug| RoleGrant::permanent(slug)).collect();
        Ok((ProjectName::Id(self.id.0), grants))
    }
}

/// `POST /api/v1/invite-org/signup` invites people.
pub(crate) async fn invite(
    State(app): State<App>,
    caller: Caller,
    site: Site,
    Body(request): Body<InviteRequest>,
) -> Result<Json<InviteResponse>, Problem> {
    let organization = request.organization_id.0.clone();
    let made = invitations::invite(&app, &caller, &organization, request.offer()?).await?;
    Ok(Json(InviteResponse::new(&made, &site, app.settings.mailer.is_some())))
}

/// What `POST /api/v1/invite-org/signup-resend` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResendRequest {
    /// The place of the invited person.
    membership_id: MembershipId,
}

/// What `POST /api/v1/invite-org/signup-resend` answers.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResendResponse {
    /// The new link to hand over, absent if it went by mail; the old one is good no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    signup_token: Option<InviteLink>,
}

/// `POST /api/v1/invite-org/signup-resend` makes a new link for an invited person, and mails it if it can.
pub(crate) async fn resend(
    State(app): State<App>,
    caller: Caller,
    site: Site,
    Body(request): Body<ResendRequest>,
) -> Result<Json<ResendResponse>, Problem> {
    let invitation = invitations::resend(&app, &caller, request.membership_id).await?;
    Ok(Json(ResendResponse { signup_token: site.link(&invitation) }))
}

/// What `POST /api/v1/invite-org/verify` takes.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VerifyRequest {
    /// The e-mail of the link.
    email: Required,
    /// The organization of the link.
    organization_id: Required,
    /// The code of the link.
    code: Required,
}

/// What `POST /api/v1/invite-org/verify` answers.
#[derive(Serialize, JsonSchema)]
pub struct VerifyResponse {
    message: &'static str,
    /// For `POST /api/v3/signup/complete-account/invite`; absent for a person who has an account, and is
    /// in the organization now.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    user: User,
}

/// `POST /api/v1/invite-org/verify` checks the code of an invitation. A person with an account sends
/// their access token too.
pub(crate) async fn verify(
    State(app): State<App>,
    client: Client,
    headers: HeaderMap,
    Body(request): Body<VerifyRequest>,
) -> Result<Json<VerifyResponse>, Problem> {
    let organization = OrganizationId::new(request.organization_id.0);
    let code = request.code.0;
    let signed_in = signed_in(&app, &client, &headers).await;
    let verified =
        invitations::verify(&app, &client, signed_in.as_ref(), &request.email.0, &organization, &code);
    Ok(Json(match verified.await? {
        Verified::Joined(user) => VerifyResponse {
            message: "You are in the organization now: choose it to enter it",
            token: None,
            user: user.into(),
        },
        Verified::NeedsPassword(user) => {
            VerifyResponse { message: "Choose a name and a password", token: Some(code), user: user.into() }
        }
    }))
}

/// The person whose access token came along; a token that has ended is as good as none.
async fn signed_in(app: &App, client: &Client, headers: &HeaderMap) -> Option<UserId> {
    let token = bearer(headers).ok()?;
    let caller = authentication::authenticate(app, token, client.clone()).await.ok()?;
    caller.user_id().cloned()
}
