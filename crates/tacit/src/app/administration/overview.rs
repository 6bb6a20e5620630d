//! What the instance is and how much is in it.

use tacit_store::{identities, organizations, projects, users};

use super::super::{App, audit::Event, caller::Caller, error::Result};

/// The instance at a glance.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The release.
    pub version: &'static str,
    /// The database engine, for people.
    pub database: &'static str,
    /// Accounts, of invited people too.
    pub users: i64,
    /// Organizations.
    pub organizations: i64,
    /// Projects of all organizations.
    pub projects: i64,
    /// Machine identities of all organizations.
    pub identities: i64,
}

/// Looks at the instance.
///
/// # Errors
///
/// If the audit log cannot be written.
pub async fn overview(app: &App, caller: &Caller) -> Result<Overview> {
    let mut db = app.database.read().await?;
    let overview = Overview {
        version: env!("CARGO_PKG_VERSION"),
        database: app.database.engine_name(),
        users: users::count(&mut db).await?,
        organizations: organizations::count(&mut db).await?,
        projects: projects::count_all(&mut db).await?,
        identities: identities::count_all(&mut db).await?,
    };
    app.audit.record(Event::new(app, caller, "get-instance-overview"))?;
    Ok(overview)
}
