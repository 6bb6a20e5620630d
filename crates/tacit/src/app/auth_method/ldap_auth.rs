//! LDAP Auth: a name and a password that a directory knows (wire-contract 10.2, 10.4).

use serde::{Deserialize, Serialize};
use tacit_core::ldap::{Entry, Filter, Outcome, Search};
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::{
    Attempt, Events, Method, Proven, allowed,
    checks::{Checks, Refused},
    ldap_address::Address,
    ldap_directory::{Directory, DirectoryError, Found},
    lockout::Lockout,
    target,
};
use crate::app::{
    bounds::Bounds,
    egress::EgressError,
    error::{Error, Result},
    token_settings::set,
};

/// The longest distinguished name or password, in characters.
const TEXT_MAX: usize = 1024;
/// The longest name that somebody logs in with, in bytes.
const USER_NAME_MAX: usize = 256;
/// The longest name of an attribute, in bytes.
const ATTRIBUTE_MAX: usize = 128;
/// Fields that can be asked for.
const FIELDS_MAX: usize = 20;

/// The settings. They hold a password, so there is no way to print them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LdapAuth {
    /// Where the directory is.
    pub url: String,
    /// PEM of the certificates to trust there in place of the system's.
    pub ca_certificate: String,
    /// As whom this server searches.
    pub bind_dn: String,
    /// The password for that.
    pub bind_pass: Zeroizing<String>,
    /// Below which entry to search.
    pub search_base: String,
    /// How to find who logs in.
    pub search_filter: String,
    /// What the entry has to have.
    pub allowed_fields: Vec<AllowedField>,
    /// Whether wrong passwords lock the method for a while.
    pub lockout_enabled: bool,
    /// When and for how long.
    pub lockout: Lockout,
}

/// An attribute that an entry has to have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllowedField {
    /// The attribute.
    pub key: String,
    /// Its value; or several with commas between, one of which it has to be.
    pub value: String,
}

/// What a request sets.
#[derive(Clone, Default)]
pub struct LdapAuthChange {
    /// Where the directory is.
    pub url: Option<String>,
    /// PEM of the certificates to trust there in place of the system's.
    pub ca_certificate: Option<String>,
    /// As whom this server searches.
    pub bind_dn: Option<String>,
    /// The password for that.
    pub bind_pass: Option<Zeroizing<String>>,
    /// Below which entry to search.
    pub search_base: Option<String>,
    /// How to find who logs in.
    pub search_filter: Option<String>,
    /// What the entry has to have.
    pub allowed_fields: Option<Vec<AllowedField>>,
    /// Whether wrong passwords lock the method for a while.
    pub lockout_enabled: Option<bool>,
    /// Wrong passwords that lock it, 1 to 30.
    pub lockout_threshold: Option<i64>,
    /// Seconds it stays locked, 30 to 86400.
    pub lockout_duration_seconds: Option<i64>,
    /// Seconds after the last wrong password that they are forgotten, 5 to 3600.
    pub lockout_counter_reset_seconds: Option<i64>,
}

/// A name and a password.
pub struct LdapProof {
    /// The name.
    pub user_name: String,
    /// The password.
    pub password: Zeroizing<String>,
}

impl Default for LdapAuth {
    fn default() -> Self {
        Self {
            url: String::new(),
            ca_certificate: String::new(),
            bind_dn: String::new(),
            bind_pass: Zeroizing::default(),
            search_base: String::new(),
            search_filter: "(uid={{username}})".to_owned(),
            allowed_fields: Vec::new(),
            lockout_enabled: true,
            lockout: Lockout::default(),
        }
    }
}

impl AllowedField {
    /// Distinguished names have commas of their own, so a text with `=` is one value.
    fn fits(&self, entry: &Entry) -> bool {
        let is_one = self.value.contains('=');
        entry
            .values(&self.key)
            .any(|value| value == self.value || (!is_one && allowed::has(&self.value, value)))
    }
}

impl LdapAuth {
    fn check(&self) -> Result<()> {
        let mut bounds = Bounds::default();
        let text = |bounds: &mut Bounds, field, text: &str| bounds.text(field, Some(text), &(1..=TEXT_MAX));
        text(&mut bounds, "bindDN", &self.bind_dn);
        text(&mut bounds, "bindPass", &self.bind_pass);
        text(&mut bounds, "searchBase", &self.search_base);
        bounds.list("allowedFields", Some(&self.allowed_fields), FIELDS_MAX);
        for field in &self.allowed_fields {
            bounds.text("allowedFields", Some(&field.key), &(1..=ATTRIBUTE_MAX));
            bounds.text("allowedFields", Some(&field.value), &(1..=allowed::TEXT_MAX));
        }
        self.lockout.check(&mut bounds);
        bounds.finish()?;
        Address::parse(&self.url)?;
        target::check_certificates("ldapCaCertificate", &self.ca_certificate)?;
        self.check_who()
    }

    /// Refuses settings by which the name does not matter, or everybody in the directory is let in.
    fn check_who(&self) -> Result<()> {
        const FILTER: &str = "searchFilter";
        let filter =
            Filter::parse(&self.search_filter).map_err(|error| Error::form(FILTER, error.to_string()))?;
        if !filter.names_user() {
            return Err(Error::form(FILTER, "must have {{username}} in it"));
        }
        let is_of_a_name = |byte: u8| byte.is_ascii_alphanumeric() || b".;-_".contains(&byte);
        if self.allowed_fields.iter().any(|field| !field.key.bytes().all(is_of_a_name)) {
            return Err(Error::form("allowedFields", "a key must be the name of an attribute"));
        }
        if self.allowed_fields.is_empty() && !filter.asks_more() {
            let message = "everybody in the directory would be let in: give allowedFields, or a searchFilter such as \
                           (&(uid={{username}})(ou=robots))";
            return Err(Error::form("allowedFields", message));
        }
        Ok(())
    }

    async fn ask(&self, attempt: Attempt<'_, LdapProof>, checks: &mut Checks) -> Result<Proven, Refused> {
        let (Ok(address), Ok(filter)) = (Address::parse(&self.url), Filter::parse(&self.search_filter))
        else {
            return checks.fail("directory", "the settings are damaged");
        };
        let connected = Directory::connect(attempt.app, &address, &self.ca_certificate).await;
        let mut directory = checks.take("directory", connected)?;
        let outcome = answered(directory.bind(&self.bind_dn, &self.bind_pass).await, checks)?;
        checks.require("bind", outcome == Outcome::SUCCESS, outcome)?;

        let LdapProof { user_name, password } = attempt.proof;
        let attributes: Vec<&str> = self.allowed_fields.iter().map(|field| field.key.as_str()).collect();
        let search = Search { base: &self.search_base, filter: &filter, user_name, attributes: &attributes };
        let entry = match answered(directory.search(search).await, checks)? {
            Found::One(entry) if !entry.dn.is_empty() => entry,
            Found::One(_) | Found::Nobody => return checks.fail("user", "the search finds nobody"),
            Found::Several => return checks.fail("user", "the search finds more than one entry"),
            Found::Failed(outcome) => return checks.fail("search", outcome),
        };
        checks.pass("user", &entry.dn);
        self.check_fields(&entry, checks)?;
        let outcome = answered(directory.bind(&entry.dn, password).await, checks)?;
        checks.require("password", outcome == Outcome::SUCCESS, outcome)?;
        Ok(Proven::new(entry.dn))
    }

    fn check_fields(&self, entry: &Entry, checks: &mut Checks) -> Result<(), Refused> {
        for field in &self.allowed_fields {
            let says: Vec<&str> = entry.values(&field.key).collect();
            let detail = format!("{:?} must be {:?}, the entry says {says:?}", field.key, field.value);
            checks.require("field", field.fits(entry), detail)?;
        }
        Ok(())
    }
}

/// What the directory answers, unless it fails.
fn answered<T>(answer: Result<T, DirectoryError>, checks: &mut Checks) -> Result<T, Refused> {
    match answer {
        Ok(answer) => Ok(answer),
        Err(error) => checks.fail("directory", error),
    }
}

impl Method for LdapAuth {
    const NAME: &'static str = "ldap-auth";
    const TITLE: &'static str = "LDAP Auth";
    const EVENTS: Events = Events {
        login: "login-identity-ldap-auth",
        add: "add-identity-ldap-auth",
        update: "update-identity-ldap-auth",
        get: "get-identity-ldap-auth",
        revoke: "revoke-identity-ldap-auth",
        test: "test-identity-ldap-auth",
    };
    const GUESSED: &'static [&'static str] = &["user", "field", "password"];

    type Change = LdapAuthChange;
    type Proof = LdapProof;

    fn new(change: LdapAuthChange) -> Result<Self> {
        let mut settings = Self::default();
        settings.apply(change)?;
        Ok(settings)
    }

    /// The password goes with the address it is sent to, and with whom is believed there.
    fn apply(&mut self, change: LdapAuthChange) -> Result<()> {
        let moves = change.url.as_ref().is_some_and(|url| *url != self.url)
            || change.ca_certificate.as_ref().is_some_and(|pem| *pem != self.ca_certificate);
        if moves && change.bind_pass.is_none() {
            let message = "give it anew with another url or ldapCaCertificate: it would be sent there";
            return Err(Error::form("bindPass", message));
        }
        set(&mut self.url, change.url);
        set(&mut self.ca_certificate, change.ca_certificate);
        set(&mut self.bind_dn, change.bind_dn);
        set(&mut self.bind_pass, change.bind_pass);
        set(&mut self.search_base, change.search_base);
        set(&mut self.search_filter, change.search_filter);
        set(&mut self.allowed_fields, change.allowed_fields);
        set(&mut self.lockout_enabled, change.lockout_enabled);
        set(&mut self.lockout.threshold, change.lockout_threshold);
        set(&mut self.lockout.duration_seconds, change.lockout_duration_seconds);
        set(&mut self.lockout.counter_reset_seconds, change.lockout_counter_reset_seconds);
        self.check()
    }

    fn lockout(&self) -> Option<Lockout> {
        self.lockout_enabled.then_some(self.lockout)
    }

    async fn verify(&self, attempt: Attempt<'_, LdapProof>, checks: &mut Checks) -> Result<Proven, Refused> {
        let LdapProof { user_name, password } = attempt.proof;
        let is_whole =
            !user_name.is_empty() && user_name.len() <= USER_NAME_MAX && password.len() <= TEXT_MAX;
        checks.require("proof", is_whole, "a name and a password are needed, neither too long")?;
        // A bind without a password succeeds for any name (RFC 4513, section 5.1.2).
        checks.require("proof", !password.is_empty(), "the password must not be empty")?;
        let egress = &attempt.app.egress;
        let turn = egress.question_turn(attempt.organization_id, &self.url).await;
        let _turn = answered(turn.map_err(DirectoryError::from), checks)?;
        match timeout(egress.limits().request, self.ask(attempt, checks)).await {
            Ok(asked) => asked,
            Err(_) => checks.fail("directory", EgressError::TimedOut),
        }
    }
}
