//! Connecting an application in one step: a machine identity, its credentials, its place in a project.
//!
//! It is what the single steps do, with their rights and limits, in one transaction: afterwards all of
//! it is there, or nothing.

use tacit_core::permission::OrganizationRole;
use tacit_store::{client_secrets::ClientSecretRow, project_memberships::MembershipRow};
use zeroize::Zeroizing;

use super::{
    App, Caller,
    access::ProjectName,
    bounds::{Bounds, SECONDS_MAX},
    client_secrets::{self, NewClientSecret},
    error::Result,
    identities::{self, Identity, NewIdentity},
    memberships::{RoleGrant, identities as members},
    token_settings::TokenSettings,
    universal_auth::{self, UniversalAuth, UniversalAuthSettings},
};

/// An application to be connected.
#[derive(Clone, Debug)]
pub struct NewApplication {
    /// The project it reads from.
    pub project: ProjectName,
    /// The name of its identity, 1 to 255 characters.
    pub name: String,
    /// The slug of its role in the project.
    pub role: String,
    /// Seconds its tokens live, from 1 on.
    pub token_ttl_seconds: i64,
}

/// A connected application.
#[derive(Debug)]
pub struct Application {
    /// Its identity, without any right in the organization.
    pub identity: Identity,
    /// How it logs in.
    pub auth: UniversalAuth,
    /// Its client secret, shown this once.
    pub client_secret: Zeroizing<String>,
    /// What is stored of that.
    pub client_secret_row: ClientSecretRow,
    /// Its place in the project.
    pub membership: MembershipRow,
}

/// Connects an application.
///
/// # Errors
///
/// As making an identity, attaching Universal Auth, making a client secret and adding an identity to a
/// project.
pub async fn connect(app: &App, caller: &Caller, new: NewApplication) -> Result<Application> {
    let mut bounds = Bounds::default();
    bounds.number("accessTokenTTL", Some(new.token_ttl_seconds), &(1..=SECONDS_MAX));
    bounds.finish()?;
    let identity = NewIdentity {
        name: new.name,
        role: OrganizationRole::NoAccess.slug().to_owned(),
        has_delete_protection: false,
        metadata: Vec::new(),
    };
    identities::check_new(&identity)?;
    let tokens = TokenSettings {
        ttl_seconds: Some(new.token_ttl_seconds),
        max_ttl_seconds: Some(new.token_ttl_seconds.max(super::token_settings::DEFAULT_SECONDS)),
        ..TokenSettings::default()
    };
    let settings = UniversalAuthSettings { tokens, ..UniversalAuthSettings::default() };
    let (caller, project) = (caller.clone(), new.project);
    let grants = vec![RoleGrant::permanent(&new.role)];
    app.write(move |work| {
        Box::pin(async move {
            let identity = identities::add(work, &caller, identity).await?;
            let auth = universal_auth::attach_to(work, &caller, &identity.row, &settings).await?;
            let secret = NewClientSecret::default();
            let (client_secret, client_secret_row) =
                client_secrets::add(work, &caller, &identity.row, &auth, secret).await?;
            let membership = members::add_in(work, &caller, &project, &identity.row.id, &grants).await?;
            Ok(Application { identity, auth, client_secret, client_secret_row, membership })
        })
    })
    .await
}
