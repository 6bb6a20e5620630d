//! What can go wrong below the application.

/// Why a statement did not succeed. Not finding a row is no error.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A row with the same key is there already.
    #[error("a row with this key exists")]
    AlreadyExists,
    /// What the row belongs to is not there, or what is to be deleted is still in use.
    #[error("a row this one needs, or one that needs this one")]
    Related,
    /// The database cannot be reached, is full, or did not confirm the commit. Nothing of the
    /// transaction was kept; trying again later may work.
    #[error("database unavailable: {0}")]
    Unavailable(String),
    /// Somebody else holds what this needs, and it does not wait for it any longer. Nothing of the transaction was
    /// kept; trying again may work.
    #[error("somebody else holds a row that this needs")]
    Held,
    /// The schema was written by a newer release than this one.
    #[error(
        "the database has schema version {found}, this release knows versions up to {known}: start the newer release"
    )]
    Newer {
        /// The version in the database.
        found: i64,
        /// The newest version this release has a migration for.
        known: i64,
    },
    /// Another server has this SQLite file open.
    #[error("another tacit server is using {0}")]
    InUse(String),
    /// The setting does not name a database.
    #[error("database setting: {0}")]
    Setting(String),
    /// A value is longer than the database can index: a path below a renamed folder.
    #[error("a value is too long")]
    TooLong,
    /// A statement failed in a way that no caller can mend: a defect or damaged data.
    #[error("database failure: {0}")]
    Failure(String),
}

/// Shorthand for what every function of this crate returns.
pub(crate) type Result<T, E = StoreError> = std::result::Result<T, E>;

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::{ErrorCode, ffi};

        let Some(cause) = error.sqlite_error() else {
            return Self::Failure(error.to_string());
        };
        match (cause.code, cause.extended_code) {
            (_, ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY) => Self::AlreadyExists,
            (_, ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => Self::Related,
            (
                ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::DatabaseBusy
                | ErrorCode::CannotOpen
                | ErrorCode::ReadOnly,
                _,
            ) => Self::Unavailable(error.to_string()),
            _ => Self::Failure(error.to_string()),
        }
    }
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        use tokio_postgres::error::SqlState;

        let Some(state) = error.code() else {
            return if is_connection_lost(&error) {
                Self::Unavailable(error.to_string())
            } else {
                Self::Failure(describe(&error))
            };
        };
        // Class 54 is a program limit; 08 (connection), 40 (rolled back), 53 (resources) and 57 (operator) pass by themselves.
        match state.code().get(..2) {
            _ if *state == SqlState::UNIQUE_VIOLATION => Self::AlreadyExists,
            _ if *state == SqlState::FOREIGN_KEY_VIOLATION => Self::Related,
            _ if *state == SqlState::LOCK_NOT_AVAILABLE => Self::Held,
            Some("54") => Self::TooLong,
            Some("08" | "40" | "53" | "57") => Self::Unavailable(describe(&error)),
            _ => Self::Failure(describe(&error)),
        }
    }
}

impl From<deadpool_postgres::PoolError> for StoreError {
    fn from(error: deadpool_postgres::PoolError) -> Self {
        Self::Unavailable(match error {
            deadpool_postgres::PoolError::Backend(cause) => describe(&cause),
            other => other.to_string(),
        })
    }
}

fn is_connection_lost(error: &tokio_postgres::Error) -> bool {
    error.is_closed()
        || std::error::Error::source(error).is_some_and(<dyn std::error::Error>::is::<std::io::Error>)
}

/// The server's sentence beside the driver's, without the row values that "detail" would hold.
fn describe(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(cause) => format!("{}: {}", cause.code().code(), cause.message()),
        None => match std::error::Error::source(error) {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        },
    }
}
