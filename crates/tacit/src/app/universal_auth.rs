//! Universal Auth of an identity: attach, look at, change, detach, end a lockout (wire-contract 10.4).

use tacit_core::{
    id::IdentityId,
    permission::{Action, Subject},
    trusted_ip::TrustedIps,
};
use tacit_store::{
    Connection, StoreError,
    auth_methods::{self, AuthMethodRow, UNIVERSAL_AUTH, UniversalAuthRow},
    identities::IdentityRow,
};

use super::{
    App, Caller, UnitOfWork, boundary,
    bounds::Bounds,
    error::{Error, Result},
    identities::{self, event},
    token_settings::{self, TokenSettings, set, stored},
};

/// The settings of an identity's Universal Auth.
#[derive(Clone, Debug)]
pub struct UniversalAuth {
    /// What all methods share.
    pub method: AuthMethodRow,
    /// What only this one has.
    pub universal: UniversalAuthRow,
}

/// What a request sets; `None` keeps what is there, or takes the default.
#[derive(Clone, Debug, Default)]
pub struct UniversalAuthSettings {
    /// What all methods share.
    pub tokens: TokenSettings,
    /// Where a login may come from.
    pub client_secret_trusted_ips: Option<TrustedIps>,
    /// Whether wrong client secrets lock the method for a while.
    pub lockout_enabled: Option<bool>,
    /// Wrong client secrets that lock it, 1 to 30.
    pub lockout_threshold: Option<i64>,
    /// Seconds it stays locked, 30 to 86400.
    pub lockout_duration_seconds: Option<i64>,
    /// Seconds after the last wrong client secret that they are forgotten, 5 to 3600.
    pub lockout_counter_reset_seconds: Option<i64>,
}

impl UniversalAuthSettings {
    fn check(&self) -> Result<()> {
        let mut bounds = Bounds::default();
        self.tokens.check(&mut bounds);
        bounds.number("lockoutThreshold", self.lockout_threshold, &(1..=30));
        bounds.number("lockoutDurationSeconds", self.lockout_duration_seconds, &(30..=86_400));
        bounds.number("lockoutCounterResetSeconds", self.lockout_counter_reset_seconds, &(5..=3600));
        bounds.finish()
    }

    fn apply(&self, auth: &mut UniversalAuth) -> Result<()> {
        self.tokens.apply(&mut auth.method)?;
        let universal = &mut auth.universal;
        if let Some(ips) = &self.client_secret_trusted_ips {
            universal.client_secret_trusted_ips = stored(ips)?;
        }
        set(&mut universal.lockout_enabled, self.lockout_enabled);
        set(&mut universal.lockout_threshold, self.lockout_threshold);
        set(&mut universal.lockout_duration_seconds, self.lockout_duration_seconds);
        set(&mut universal.lockout_counter_reset_seconds, self.lockout_counter_reset_seconds);
        Ok(())
    }
}

impl UniversalAuth {
    fn new(app: &App, identity: &IdentityId) -> Result<Self> {
        let method = token_settings::new_method(app, identity, UNIVERSAL_AUTH)?;
        let universal = UniversalAuthRow {
            auth_method_id: method.id.clone(),
            client_id: app.new_id(),
            client_secret_trusted_ips: stored(&TrustedIps::any())?,
            lockout_enabled: true,
            lockout_threshold: 3,
            lockout_duration_seconds: 300,
            lockout_counter_reset_seconds: 30,
            failures: 0,
            last_failure_at: None,
            locked_until: None,
        };
        Ok(Self { method, universal })
    }
}

/// Attaches Universal Auth to an identity, which gives it a client id.
///
/// # Errors
///
/// [`Error::Form`], [`Error::Forbidden`], [`Error::NotFound`], [`Error::Boundary`],
/// [`Error::Invalid`] if it is attached already or the TTL is above the max TTL.
pub async fn attach(
    app: &App,
    caller: &Caller,
    id: &IdentityId,
    settings: UniversalAuthSettings,
) -> Result<UniversalAuth> {
    const MESSAGE: &str =
        "You cannot attach an auth method to an identity that has more rights than you have";
    settings.check()?;
    caller.organization()?.require(Action::Create, Subject::Identity)?;

    let (caller, id) = (caller.clone(), id.clone());
    app.write(move |work| {
        Box::pin(async move {
            let identity = boundary::open_identity(work, &caller, &id, MESSAGE).await?;
            attach_to(work, &caller, &identity, &settings).await
        })
    })
    .await
}

/// Attaches Universal Auth to an identity that the caller may change, or has just made.
///
/// # Errors
///
/// As [`attach`].
pub(super) async fn attach_to(
    work: &mut UnitOfWork,
    caller: &Caller,
    identity: &IdentityRow,
    settings: &UniversalAuthSettings,
) -> Result<UniversalAuth> {
    let mut auth = UniversalAuth::new(&work.app, &identity.id)?;
    settings.apply(&mut auth)?;
    auth_methods::insert(&mut work.db, &auth.method).await.map_err(already_attached)?;
    auth_methods::insert_universal(&mut work.db, &auth.universal).await?;
    work.record(
        event(&work.app, caller, "add-identity-universal-auth", identity)
            .with("clientId", auth.universal.client_id.as_str()),
    );
    Ok(auth)
}

pub(super) fn already_attached(error: StoreError) -> Error {
    match error {
        StoreError::AlreadyExists => Error::Invalid("This identity has this auth method already".to_owned()),
        error => error.into(),
    }
}

/// The Universal Auth of an identity.
///
/// # Errors
///
/// [`Error::Forbidden`], [`Error::NotFound`] for the identity or if it is not attached.
pub async fn get(app: &App, caller: &Caller, id: &IdentityId) -> Result<UniversalAuth> {
    caller.organization()?.require(Action::Read, Subject::Identity)?;

    let mut db = app.database.read().await?;
    let identity = identities::find(&mut db, caller, id).await?;
    let auth = find(&mut db, id).await?;
    app.audit.record(event(app, caller, "get-identity-universal-auth", &identity))?;
    Ok(auth)
}

pub(super) async fn find(db: &mut Connection, id: &IdentityId) -> Result<UniversalAuth> {
    let not_attached = || Error::NotFound(format!("Identity '{id}' does not have Universal Auth"));
    let method = auth_methods::find(db, id, UNIVERSAL_AUTH).await?.ok_or_else(not_attached)?;
    let universal = auth_methods::find_universal(db, &method.id).await?.ok_or_else(not_attached)?;
    Ok(UniversalAuth { method, universal })
}

/// Begins a change to the Universal Auth of an identity.
pub(super) async fn open(
    work: &mut UnitOfWork,
    caller: &Caller,
    id: &IdentityId,
) -> Result<(IdentityRow, UniversalAuth)> {
    const MESSAGE: &str = "You cannot change credentials of an identity that has more rights than you have";
    let identity = boundary::open_identity(work, caller, id, MESSAGE).await?;
    let auth = find(&mut work.db, id).await?;
    Ok((identity, auth))
}

/// Changes the settings. Tokens keep the limits of their login; trusted IPs count from now on.
///
/// # Errors
///
/// As [`attach`], and [`Error::NotFound`] if it is not attached.
pub async fn update(
    app: &App,
    caller: &Caller,
    id: &IdentityId,
    settings: UniversalAuthSettings,
) -> Result<UniversalAuth> {
    settings.check()?;
    caller.organization()?.require(Action::Edit, Subject::Identity)?;

    let (caller, id) = (caller.clone(), id.clone());
    app.write(move |work| {
        Box::pin(async move {
            let (identity, mut auth) = open(work, &caller, &id).await?;
            let before = auth.clone();
            settings.apply(&mut auth)?;
            if auth.method != before.method || auth.universal != before.universal {
                auth.method.updated_at = work.app.now();
                auth_methods::update(&mut work.db, &auth.method).await?;
                auth_methods::update_universal(&mut work.db, &auth.universal).await?;
            }
            work.record(event(&work.app, &caller, "update-identity-universal-auth", &identity));
            Ok(auth)
        })
    })
    .await
}

/// Detaches Universal Auth. Its client secrets and tokens end at once.
///
/// # Errors
///
/// [`Error::Forbidden`], [`Error::NotFound`], [`Error::Boundary`].
pub async fn delete(app: &App, caller: &Caller, id: &IdentityId) -> Result<UniversalAuth> {
    caller.organization()?.require(Action::Edit, Subject::Identity)?;

    let (caller, id) = (caller.clone(), id.clone());
    app.write(move |work| {
        Box::pin(async move {
            let (identity, auth) = open(work, &caller, &id).await?;
            auth_methods::delete(&mut work.db, &auth.method.id).await?;
            work.record(event(&work.app, &caller, "revoke-identity-universal-auth", &identity));
            Ok(auth)
        })
    })
    .await
}

/// Ends a lockout and forgets wrong client secrets. Returns how many lockouts that were: 0 or 1.
///
/// # Errors
///
/// As [`delete`].
pub async fn clear_lockouts(app: &App, caller: &Caller, id: &IdentityId) -> Result<i64> {
    caller.organization()?.require(Action::Edit, Subject::Identity)?;

    let (caller, id) = (caller.clone(), id.clone());
    app.write(move |work| {
        Box::pin(async move {
            let (identity, auth) = open(work, &caller, &id).await?;
            let cleared = auth_methods::clear_failures(&mut work.db, &auth.method.id).await?;
            work.record(event(&work.app, &caller, "clear-identity-universal-auth-lockouts", &identity));
            Ok(i64::from(cleared))
        })
    })
    .await
}
