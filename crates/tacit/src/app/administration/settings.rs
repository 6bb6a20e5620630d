//! What administrators set for the whole instance.

use tacit_core::name::Email;
use tacit_store::{
    Connection, identities,
    instance_settings::{self, InstanceSettingsRow},
};

use super::{
    super::{
        App,
        audit::Event,
        caller::Caller,
        error::{Error, Result},
        patch::Patch,
    },
    begin,
};

/// The greatest length of a text for everybody, in characters.
const TEXT_LENGTH_MAX: usize = 10_000;
/// Domains that can be named.
const DOMAINS_MAX: usize = 20;

const NOT_PREPARED: &str = "the instance was not prepared";

/// A change of the settings.
#[derive(Clone, Debug, Default)]
pub struct SettingsChange {
    /// Domains from which new accounts may be, separated by commas.
    pub allowed_sign_up_domain: Patch<String>,
    /// What people read before they sign in.
    pub auth_consent_content: Patch<String>,
    /// What stands above every page.
    pub page_frame_content: Patch<String>,
}

/// The settings, which everybody may know.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn get(app: &App) -> Result<InstanceSettingsRow> {
    find(&mut app.database.read().await?).await
}

/// The settings, and the ids of the identities that manage the instance.
///
/// # Errors
///
/// Fails only if the database does.
pub async fn with_administrators(app: &App) -> Result<(InstanceSettingsRow, Vec<String>)> {
    let mut db = app.database.read().await?;
    let settings = find(&mut db).await?;
    let identities = identities::list_instance_admins(&mut db).await?;
    Ok((settings, identities.into_iter().map(|row| row.id.to_string()).collect()))
}

async fn find(db: &mut Connection) -> Result<InstanceSettingsRow> {
    instance_settings::find(db).await?.ok_or_else(|| Error::Internal(NOT_PREPARED.to_owned()))
}

/// Changes the settings.
///
/// # Errors
///
/// [`Error::Form`] for a bad domain or a text that is too long.
pub async fn update(app: &App, caller: &Caller, change: SettingsChange) -> Result<()> {
    let domains = change.allowed_sign_up_domain.try_map(|text| checked_domains(&text))?;
    let consent = change.auth_consent_content.try_map(|text| checked_text("authConsentContent", text))?;
    let frame = change.page_frame_content.try_map(|text| checked_text("pageFrameContent", text))?;
    let caller = caller.clone();
    app.write(move |work| {
        Box::pin(async move {
            begin(work, &caller).await?;
            let mut row = find(&mut work.db).await?;
            domains.apply(&mut row.allowed_sign_up_domain);
            consent.apply(&mut row.auth_consent_content);
            frame.apply(&mut row.page_frame_content);
            // An empty text is none.
            for field in
                [&mut row.allowed_sign_up_domain, &mut row.auth_consent_content, &mut row.page_frame_content]
            {
                *field = field.take().filter(|text| !text.is_empty());
            }
            instance_settings::update(&mut work.db, &row).await?;
            let event = Event::new(&work.app, &caller, "update-instance-settings");
            work.record(event.with("allowedSignUpDomain", row.allowed_sign_up_domain));
            Ok(())
        })
    })
    .await
}

/// Domains in lower case, separated by commas.
fn checked_domains(text: &str) -> Result<String> {
    const FIELD: &str = "allowedSignUpDomain";
    let domains: Vec<String> = text
        .split(',')
        .map(|domain| domain.trim().to_ascii_lowercase())
        .filter(|domain| !domain.is_empty())
        .collect();
    if domains.len() > DOMAINS_MAX {
        return Err(Error::form(FIELD, format!("must not have more than {DOMAINS_MAX} domains")));
    }
    if let Some(bad) = domains.iter().position(|domain| Email::parse(&format!("a@{domain}")).is_err()) {
        return Err(Error::form(FIELD, format!("domain {} is not one", bad + 1)));
    }
    Ok(domains.join(","))
}

fn checked_text(field: &str, text: String) -> Result<String> {
    if text.chars().count() > TEXT_LENGTH_MAX {
        return Err(Error::form(field, format!("must not have more than {TEXT_LENGTH_MAX} characters")));
    }
    if text.chars().any(|character| character.is_control() && character != '\n') {
        return Err(Error::form(field, "must not contain control characters other than line ends"));
    }
    Ok(text)
}

/// Which new accounts the instance takes.
#[derive(Clone, Debug)]
pub struct AccountPolicy(Option<String>);

impl AccountPolicy {
    /// The one in force.
    ///
    /// # Errors
    ///
    /// Fails only if the database does.
    pub async fn load(db: &mut Connection) -> Result<Self> {
        Ok(Self(find(db).await?.allowed_sign_up_domain))
    }

    /// Refuses a new account with an e-mail elsewhere.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] that names the domains.
    pub fn require(&self, email: &Email) -> Result<()> {
        let Some(domains) = &self.0 else { return Ok(()) };
        let domain = email.as_str().rsplit_once('@').map_or("", |(_, domain)| domain);
        if domains.split(',').any(|allowed| allowed == domain) {
            return Ok(());
        }
        Err(Error::Invalid(format!(
            "New accounts on this server need an e-mail at {}",
            domains.replace(',', ", ")
        )))
    }
}
