//! Setting the instance up, once: its first user, organization and machine (`decisions.md` 13).

use tacit_core::{
    id::AccessTokenId,
    name::Email,
    permission::OrganizationRole,
    token::{Claims, IdentityClaims},
    trusted_ip::TrustedIps,
};
use tacit_store::{
    access_tokens::{self, AccessTokenRow},
    auth_methods::{self, AuthMethodRow},
    identities::{self, IdentityRow},
    instance,
    organizations::OrganizationRow,
    user_sessions,
    users::{self, UserRow},
};

use super::{
    App,
    audit::Event,
    caller::Client,
    error::{Error, Result},
    organizations,
    passwords::{self, Password},
    sign_in::{self, SignedIn},
    users::checked_name,
    work::UnitOfWork,
};

/// The name of the machine identity that the bootstrap makes.
const IDENTITY_NAME: &str = "Instance administrator";
const TOKEN_AUTH: &str = "token-auth";
/// What everybody hears who is too late.
const DONE: &str = "This instance has already been set up";

/// From where the request comes, as far as it may set the instance up.
#[derive(Clone, Debug)]
pub enum Entry {
    /// From this machine, and by no web page of another site.
    Local,
    /// From anywhere else, with the set-up token if one was sent.
    Remote {
        /// The text of the token.
        setup_token: Option<String>,
    },
}

/// Who is to be the first user.
#[derive(Clone, Debug)]
pub struct FirstUser {
    /// E-mail, as typed.
    pub email: String,
    /// Password.
    pub password: Password,
    /// First name, if it was asked for.
    pub first_name: String,
    /// Last name, if it was asked for.
    pub last_name: String,
    /// The name of the organization.
    pub organization: String,
}

/// The first user and organization.
#[derive(Clone, Debug)]
pub struct Founded {
    /// The instance's administrator.
    pub user: UserRow,
    /// The organization.
    pub organization: OrganizationRow,
}

/// The machine identity of the instance's administrator, and its token, which is shown once.
#[derive(Clone)]
pub struct Machine {
    /// The identity.
    pub identity: IdentityRow,
    /// Its access token, which never ends by itself.
    pub token: String,
}

/// Prints no token.
impl std::fmt::Debug for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Machine({})", self.identity.id)
    }
}

/// Proof that a request may set the instance up.
#[derive(Debug)]
pub struct Admission {
    client: Client,
    /// Somebody was faster: then form errors come first, and nothing is done.
    is_late: bool,
}

/// Asks whether this request may set the instance up, before anything it says is looked at. Once
/// that is done everybody may, and hears so.
///
/// # Errors
///
/// [`Error::Refused`] from another machine without the set-up token.
pub async fn admit(app: &App, client: Client, entry: &Entry) -> Result<Admission> {
    let is_late = super::instance::get(app).await?.is_initialized;
    if is_late || is_open(app, entry) {
        return Ok(Admission { client, is_late });
    }
    tracing::warn!(client.ip = %client.ip, "refused to set the instance up from another machine");
    app.audit.record(Event::by_nobody(app, &client, "bootstrap-instance").denied())?;
    Err(Error::Refused(
        "From another machine this needs the set-up token that the server printed at its start, in the \
         header X-Tacit-Setup-Token. It is valid for 30 minutes; a restart makes a new one."
            .to_owned(),
    ))
}

fn is_open(app: &App, entry: &Entry) -> bool {
    match entry {
        Entry::Local => true,
        Entry::Remote { .. } if app.settings.allow_remote_bootstrap => true,
        Entry::Remote { setup_token: None } => false,
        Entry::Remote { setup_token: Some(text) } => {
            app.setup_token.as_ref().is_some_and(|token| token.accepts(text, &app.keys.hashes, app.now()))
        }
    }
}

/// Sets the instance up with a machine identity for scripts.
///
/// # Errors
///
/// [`Error::Form`] for a bad e-mail or name, [`Error::Invalid`] if the password is too short or the
/// instance was set up before.
pub async fn bootstrap(app: &App, admission: Admission, first: FirstUser) -> Result<(Founded, Machine)> {
    let founding = Founding::prepare(app, admission, first).await?;
    let founded = app
        .write(move |work| {
            Box::pin(async move {
                let founded = founding.settle(work).await?;
                let machine = insert_machine(work, &founded.organization).await?;
                Ok((founded, machine))
            })
        })
        .await?;
    spend_token(app);
    Ok(founded)
}

/// Sets the instance up from a web page, which is signed in at once.
///
/// # Errors
///
/// As [`bootstrap`].
pub async fn sign_up(app: &App, admission: Admission, first: FirstUser) -> Result<(Founded, SignedIn)> {
    let client = admission.client.clone();
    let founding = Founding::prepare(app, admission, first).await?;
    let founded = app
        .write(move |work| {
            Box::pin(async move {
                let founded = founding.settle(work).await?;
                let signed_in = open_session(work, &client, &founded).await?;
                Ok((founded, signed_in))
            })
        })
        .await?;
    spend_token(app);
    Ok(founded)
}

fn spend_token(app: &App) {
    if let Some(token) = &app.setup_token {
        token.spend();
    }
}

/// A set-up that is allowed and well formed.
struct Founding {
    client: Client,
    user: UserRow,
    organization: String,
}

impl Founding {
    async fn prepare(app: &App, admission: Admission, first: FirstUser) -> Result<Self> {
        let email = Email::parse(&first.email).map_err(Error::name("email"))?;
        let organization = organizations::checked_name("organization", &first.organization)?;
        let first_name = checked_name("firstName", &first.first_name)?;
        let last_name = checked_name("lastName", &first.last_name)?;
        if admission.is_late {
            return Err(Error::Invalid(DONE.to_owned()));
        }
        first.password.check_new()?;
        let now = app.now();
        let user = UserRow {
            email_verified_at: None,
            id: app.new_id(),
            email: email.into_string(),
            first_name,
            last_name,
            password_hash: passwords::hash(app, &first.password).await?,
            is_instance_admin: true,
            created_at: now,
            updated_at: now,
        };
        Ok(Self { client: admission.client, user, organization })
    }

    async fn settle(self, work: &mut UnitOfWork) -> Result<Founded> {
        if !instance::initialize(&mut work.db, work.app.now()).await? {
            return Err(Error::Invalid(DONE.to_owned()));
        }
        users::insert(&mut work.db, &self.user).await?;
        let organization = organizations::insert(work, self.organization, &self.user.id).await?;
        let event = Event::by_nobody(&work.app, &self.client, "bootstrap-instance");
        let event = event.organization(&organization.id);
        work.record(event.actor("user", self.user.id.as_str(), &self.user.email));
        Ok(Founded { user: self.user, organization })
    }
}

async fn open_session(work: &mut UnitOfWork, client: &Client, founded: &Founded) -> Result<SignedIn> {
    let organization_id = Some(founded.organization.id.clone());
    let (session, refresh_token) =
        sign_in::open(&work.app, &founded.user.id, organization_id.clone(), client);
    user_sessions::insert(&mut work.db, &session).await?;
    let access_token = sign_in::access_token(&work.app, &session, None);
    Ok(SignedIn { access_token, refresh_token: Some(refresh_token), organization_id })
}

/// Adds the identity with Token Auth and one token that never ends by itself, usable from anywhere.
async fn insert_machine(work: &mut UnitOfWork, organization: &OrganizationRow) -> Result<Machine> {
    let identity = identity_row(&work.app, organization);
    let method = auth_method_row(&work.app, &identity)?;
    let token = token_row(&work.app, &method);
    identities::insert(&mut work.db, &identity).await?;
    auth_methods::insert(&mut work.db, &method).await?;
    access_tokens::insert(&mut work.db, &token).await?;
    let text = work.app.keys.tokens.sign(&claims(&identity, &token.id, work.app.now().seconds()));
    Ok(Machine { identity, token: text })
}

fn identity_row(app: &App, organization: &OrganizationRow) -> IdentityRow {
    let now = app.now();
    IdentityRow {
        id: app.new_id(),
        organization_id: organization.id.clone(),
        membership_id: app.new_id(),
        name: IDENTITY_NAME.to_owned(),
        role: OrganizationRole::Admin.slug().to_owned(),
        custom_role_id: None,
        is_instance_admin: true,
        has_delete_protection: false,
        metadata: "[]".to_owned(),
        last_login_auth_method: None,
        last_login_at: None,
        created_at: now,
        updated_at: now,
    }
}

fn auth_method_row(app: &App, identity: &IdentityRow) -> Result<AuthMethodRow> {
    let trusted_ips = serde_json::to_string(&TrustedIps::any())
        .map_err(|error| Error::Internal(format!("trusted IPs cannot be written: {error}")))?;
    Ok(AuthMethodRow {
        id: app.new_id(),
        identity_id: identity.id.clone(),
        method: TOKEN_AUTH.to_owned(),
        access_token_ttl: 0,
        access_token_max_ttl: 0,
        access_token_num_uses_limit: 0,
        access_token_period: 0,
        access_token_trusted_ips: trusted_ips,
        created_at: identity.created_at,
        updated_at: identity.updated_at,
    })
}

fn token_row(app: &App, method: &AuthMethodRow) -> AccessTokenRow {
    AccessTokenRow {
        id: app.new_id(),
        identity_id: method.identity_id.clone(),
        auth_method_id: method.id.clone(),
        client_secret_id: None,
        method: TOKEN_AUTH.to_owned(),
        name: Some("Bootstrap".to_owned()),
        ttl_seconds: 0,
        max_ttl_seconds: 0,
        period_seconds: 0,
        num_uses: 0,
        num_uses_limit: 0,
        is_revoked: false,
        last_used_at: None,
        last_renewed_at: None,
        created_at: method.created_at,
        updated_at: method.updated_at,
        attributes: None,
    }
}

fn claims(identity: &IdentityRow, token: &AccessTokenId, issued_at: i64) -> Claims {
    Claims::Identity(IdentityClaims {
        identity_id: identity.id.clone(),
        client_secret_id: None,
        access_token_id: token.clone(),
        identity_name: identity.name.clone(),
        auth_method: TOKEN_AUTH.to_owned(),
        organization_id: identity.organization_id.clone(),
        issued_at,
        expires_at: None,
    })
}
