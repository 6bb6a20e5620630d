//! From settings to an application: database, root key, key check, audit journal.

use tacit_core::{egress::EgressRules, random::Random};
use tacit_store::{Database, StoreError};

use super::{
    backup_schedule,
    config::Settings,
    failure::{Failure, Kind},
    files, filling, places,
    root_key::{self, KeyPlace, LoadedKey, unlock::Unlock},
};
use crate::app::{
    self, App, Clock, Parts,
    answers::Answers,
    audit::Recorder,
    auth_method::{key_sets::KeySets, lockout::LoginTurns},
    authentication::Uses,
    backup::Ongoing,
    changes::Signals,
    draining::Draining,
    egress::Egress,
    instance::{self, StartError},
    keys::Keys,
    passwords::PasswordQueue,
    recall::Recall,
    residents::Residents,
    setup_token::SetupToken,
};

/// A server that is ready to be asked.
pub(super) struct Started {
    /// The application.
    pub(super) app: App,
    /// Whether this is the first start on this database.
    pub(super) is_first: bool,
    /// Where the root key came from, for people.
    pub(super) key_origin: String,
    /// Whether the root key was made just now.
    pub(super) is_key_new: bool,
    /// Where the root key is kept, if that is not a variable.
    pub(super) key_place: Option<KeyPlace>,
}

/// The folder of the audit journal, in the data folder.
const JOURNAL: &str = "journal";

/// What the application is started for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To answer requests.
    Serve,
    /// To write something once. On PostgreSQL a server may run beside it, and has the journal open.
    Write,
}

/// Opens everything.
///
/// # Errors
///
/// If the database or the root key cannot be used; each names cause and next step.
pub(super) async fn start(
    settings: &Settings,
    unlock: &mut Unlock,
    purpose: Purpose,
) -> Result<Started, Failure> {
    let (clock, random) = (Clock::system(), Random::system());
    backup_schedule::make_folder(settings.backups.as_ref())?;
    let database = open_database(settings).await?;
    let is_first = is_new(&database).await.map_err(|error| database_failure(&error, &settings.database))?;
    let loaded = root_key::load(&settings.root_key, is_first, unlock, &random)?;
    let loaded = root_key::settle(&database, loaded).await?;
    let LoadedKey { key, origin, is_new, mode, place } = loaded;
    let (instance, instance_keys) =
        instance::prepare(&database, &key, &random, clock.now()).await.map_err(|error| match error {
            StartError::WrongRootKey { .. } => root_key::wrong(&origin),
            StartError::Damaged(_) => root_key::damaged(),
            StartError::Store(error) => database_failure(&error, &settings.database),
        })?;
    let audit = match purpose {
        Purpose::Serve => open_journal(settings, &database).await?,
        Purpose::Write => Recorder::of_writes(database.clone()),
    };
    let app = App::new(Parts {
        database,
        keys: Keys::new(key, instance_keys),
        audit,
        changes: Signals::default(),
        draining: Draining::default(),
        answers: Answers::new(settings.answer_memory),
        residents: Residents::new(settings.answer_memory),
        recall: Recall::default(),
        uses: Uses::default(),
        passwords: PasswordQueue::default(),
        egress: Egress::new(EgressRules::new(settings.allowed_egress.clone())),
        key_sets: KeySets::default(),
        login_turns: LoginTurns::default(),
        backups: Ongoing::default(),
        setup_token: (!instance.is_initialized).then(|| SetupToken::new(&random, clock.now())),
        settings: app::Settings {
            site_url: settings.site_url.clone(),
            base_path: settings.base_path.clone(),
            allow_remote_bootstrap: settings.allow_remote_bootstrap,
            mailer: settings.mailer.clone(),
            clouds: settings.clouds.clone(),
            audit_stream_folder: settings.audit_stream_folder.clone(),
            root_key_mode: mode,
            backups: settings.backups.clone(),
            is_behind_proxy: settings.is_behind_proxy || !settings.trusted_proxies.is_empty(),
            audit_checkpoints: Some(settings.data_folder.join("audit-checkpoints")),
            audit_retention_days: settings.audit_retention_days,
            strict_audit: settings.strict_audit,
        },
        clock,
        random,
    });
    Ok(Started { app, is_first, key_origin: origin, is_key_new: is_new, key_place: place })
}

/// Whether nothing was ever encrypted in this database, so that a root key may be made for it.
async fn is_new(database: &Database) -> Result<bool, StoreError> {
    Ok(tacit_store::instance::find(&mut database.read().await?).await?.is_none())
}

/// Makes the data folder and opens the database, bringing its schema up to date.
///
/// # Errors
///
/// If another server uses it, a newer release wrote it, or it cannot be reached.
pub(super) async fn open_database(settings: &Settings) -> Result<Database, Failure> {
    files::make_private_folder(&settings.data_folder).map_err(|error| {
        Failure::new(
            Kind::Database,
            format!("cannot make the data folder {}: {error}", settings.data_folder.display()),
            "make the folder above it writable, or choose another with --data-dir",
        )
    })?;
    filling::refuse_unfinished(&settings.database)?;
    Database::open(&settings.database).await.map_err(|error| database_failure(&error, &settings.database))
}

async fn open_journal(settings: &Settings, database: &Database) -> Result<Recorder, Failure> {
    let folder = settings.data_folder.join(JOURNAL);
    let unusable = |error: &dyn std::fmt::Display| {
        Failure::new(
            Kind::Database,
            format!("the audit journal {} cannot be used: {error}", folder.display()),
            "make the data folder writable; without a journal nothing may be read",
        )
    };
    files::make_private_folder(&folder).map_err(|error| unusable(&error))?;
    Recorder::open(database.clone(), &folder).await.map_err(|error| unusable(&error))
}

/// Says what is wrong with the database, never showing the password of its address.
pub(super) fn database_failure(error: &StoreError, database: &tacit_store::Settings) -> Failure {
    let place = describe(database);
    let (cause, next) = match error {
        StoreError::InUse(_) => (
            format!("another tacit server is using {place}"),
            "stop it first, or start this one on another folder with --data-dir".to_owned(),
        ),
        StoreError::Newer { found, known } => (
            format!("{place} has schema version {found}; this release knows versions up to {known}"),
            "start the newer release that wrote it; nothing was changed".to_owned(),
        ),
        StoreError::Unavailable(cause) => (format!("{place} cannot be opened: {cause}"), next_step(database)),
        StoreError::Setting(cause) => (
            format!("the database setting cannot be used: {cause}"),
            "write postgres://user:password@host/name, or sqlite:/path/to/tacit.db".to_owned(),
        ),
        StoreError::AlreadyExists
        | StoreError::Related
        | StoreError::Held
        | StoreError::TooLong
        | StoreError::Failure(_) => (format!("{place} cannot be used: {error}"), next_step(database)),
    };
    Failure::new(Kind::Database, cause, next)
}

fn next_step(database: &tacit_store::Settings) -> String {
    match database {
        tacit_store::Settings::Sqlite(_) => "check that the file and its folder are writable and not full",
        tacit_store::Settings::Postgres(_) => {
            "check that PostgreSQL 14 or later runs there and that user, password and name are right"
        }
    }
    .to_owned()
}

/// The database for people: a path, or host and name.
pub(super) fn describe(database: &tacit_store::Settings) -> String {
    match database {
        tacit_store::Settings::Sqlite(path) => places::shown(path),
        tacit_store::Settings::Postgres(url) => {
            format!("PostgreSQL{}", host_and_name(url).map(|place| format!(" {place}")).unwrap_or_default())
        }
    }
}

/// `db.internal/tacit` of `postgres://user:password@db.internal/tacit?…`. `None` where it is not
/// certain which part is the password, such as with an `@` in it.
fn host_and_name(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let place = match rest.split_once('@') {
        Some((_, place)) => place,
        None => rest,
    };
    let place = place.split('?').next()?;
    (!place.is_empty() && !place.contains('@') && rest.matches('@').count() <= 1).then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        let shown = |url: &str| describe(&tacit_store::Settings::Postgres(url.to_owned()));
        assert_eq!(
            shown("postgres://tacit:hunter2@db.internal/tacit?sslmode=prefer"),
            "PostgreSQL db.internal/tacit"
        );
        assert_eq!(shown("postgres://db/tacit?user=u&password=hunter2"), "PostgreSQL db/tacit");
        for url in ["postgres://u:hunter2@x@db/tacit", "postgres://u:p?a@hunter2@db", "postgres://"] {
            assert_eq!(shown(url), "PostgreSQL", "{url}");
        }
    }
}
