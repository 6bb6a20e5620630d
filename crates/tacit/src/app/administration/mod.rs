//! The instance as its administrators see and change it (wire-contract 4.4, 4.5).
//!
//! The routes take administrators only; who changes something is asked again in the transaction. Changes
//! of who manages the instance are made one after the other, so that somebody always does.

mod identities;
mod organizations;
mod overview;
mod settings;
mod users;

pub use identities::{list as list_identities, revoke as revoke_identity};
pub use organizations::{ListedOrganization, list as list_organizations, take_over};
pub use overview::{Overview, overview};
pub use settings::{
    AccountPolicy, SettingsChange, get as get_settings, update as update_settings, with_administrators,
};
pub use users::{delete as delete_users, list as list_users, set_admin};

use tacit_store::{identities as identities_store, instance, users as users_store};

use super::{
    bounds::Bounds,
    caller::{Actor, Caller},
    error::{Error, Result},
    work::UnitOfWork,
};

/// Rows of each kind that are looked through at most.
const ROWS_MAX: i64 = 100_000;
/// The longest page of a list.
const PAGE_MAX: i64 = 100;
/// How long a text to look for may be, in characters.
const SEARCH_LENGTH_MAX: usize = 255;

/// Which part of a list to show.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// What the names must have in them, in any case; empty is no condition.
    pub search: String,
    /// How many to leave out at the beginning.
    pub offset: i64,
    /// How many to show at most.
    pub limit: i64,
}

/// A part of a list, and how long the list is.
#[derive(Clone, Debug)]
pub struct Listed<T> {
    /// The part.
    pub rows: Vec<T>,
    /// How many there are in all.
    pub total: usize,
}

impl Part {
    fn check(&self) -> Result<()> {
        let mut bounds = Bounds::default();
        bounds.number("limit", Some(self.limit), &(1..=PAGE_MAX));
        bounds.number("offset", Some(self.offset), &(0..=ROWS_MAX));
        bounds.text("searchTerm", Some(&self.search), &(0..=SEARCH_LENGTH_MAX));
        bounds.finish()
    }

    /// Whether one of the names has the text in it.
    fn names<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> bool {
        let wanted = self.search.to_lowercase();
        wanted.is_empty() || names.into_iter().any(|name| name.to_lowercase().contains(&wanted))
    }

    fn of<T>(&self, rows: Vec<T>) -> Listed<T> {
        let total = rows.len();
        let at = |number: i64| usize::try_from(number).unwrap_or(0);
        Listed { rows: rows.into_iter().skip(at(self.offset)).take(at(self.limit)).collect(), total }
    }
}

/// Refuses for somebody who does not manage the instance at the moment of this transaction.
///
/// # Errors
///
/// [`Error::Refused`] for them.
pub(in crate::app) async fn require_administrator(work: &mut UnitOfWork, caller: &Caller) -> Result<()> {
    begin(work, caller).await
}

/// Begins a change by an administrator: other such changes wait until it ends.
///
/// # Errors
///
/// [`Error::Refused`] for somebody who manages the instance no more.
async fn begin(work: &mut UnitOfWork, caller: &Caller) -> Result<()> {
    instance::lock(&mut work.db).await?;
    let is_admin = match &*caller.actor {
        Actor::User { id, .. } => {
            users_store::find(&mut work.db, id).await?.is_some_and(|row| row.is_instance_admin)
        }
        Actor::Identity { id, .. } => {
            identities_store::find_anywhere(&mut work.db, id).await?.is_some_and(|row| row.is_instance_admin)
        }
        Actor::ServiceToken { .. } => false,
    };
    if is_admin { Ok(()) } else { Err(Error::Refused("You do not manage this server any more".to_owned())) }
}
