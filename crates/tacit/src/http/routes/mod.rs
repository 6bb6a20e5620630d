//! The route table: the whole API. One file per area, so that each fits a page.

mod administration;
mod audit_logs;
mod audit_streams;
mod auth_methods;
mod backups;
mod documents;
mod encryption;
mod environments;
mod events;
mod folders;
mod groups;
mod history;
mod identities;
mod identity_auth;
mod instance;
mod invitations;
mod memberships;
mod organizations;
mod passkeys;
mod password_reset;
mod privileges;
mod projects;
mod roles;
mod search;
mod second_factor;
mod secret_imports;
mod secrets;
mod service_tokens;
mod tags;
mod ui;
mod users;
mod webhooks;

use super::route::Route;

/// A part of the API: the routes of one file.
pub struct Area {
    /// Its name in the API document.
    pub name: &'static str,
    /// Its routes, in the order of the API document.
    pub routes: Vec<Route>,
}

/// All areas, in the order of the API document.
#[must_use]
pub fn areas() -> Vec<Area> {
    vec![
        Area { name: "Instance", routes: instance::routes() },
        Area { name: "Administration", routes: administration::routes() },
        Area { name: "Backups", routes: backups::routes() },
        Area { name: "Encryption", routes: encryption::routes() },
        Area { name: "Users", routes: users::routes() },
        Area { name: "Password reset", routes: password_reset::routes() },
        Area { name: "Second factor", routes: second_factor::routes() },
        Area { name: "Passkeys", routes: passkeys::routes() },
        Area { name: "Organizations", routes: organizations::routes() },
        Area { name: "Invitations", routes: invitations::routes() },
        Area { name: "Projects", routes: projects::routes() },
        Area { name: "Environments", routes: environments::routes() },
        Area { name: "Tags", routes: tags::routes() },
        Area { name: "Memberships", routes: memberships::routes() },
        Area { name: "Roles", routes: roles::routes() },
        Area { name: "Privileges", routes: privileges::routes() },
        Area { name: "Groups", routes: groups::routes() },
        Area { name: "Identities", routes: identities::routes() },
        Area { name: "Identity authentication", routes: identity_auth::routes() },
        Area { name: "Auth methods", routes: auth_methods::routes() },
        Area { name: "Service tokens", routes: service_tokens::routes() },
        Area { name: "Secrets", routes: secrets::routes() },
        Area { name: "Secret imports", routes: secret_imports::routes() },
        Area { name: "Search", routes: search::routes() },
        Area { name: "Folders", routes: folders::routes() },
        Area { name: "History", routes: history::routes() },
        Area { name: "Events", routes: events::routes() },
        Area { name: "Audit log", routes: audit_logs::routes() },
        Area { name: "Audit log streams", routes: audit_streams::routes() },
        Area { name: "Dashboard", routes: ui::routes() },
        Area { name: "Webhooks", routes: webhooks::routes() },
        Area { name: "Documents", routes: documents::routes() },
    ]
}

/// All routes, in the order of the API document.
#[must_use]
pub fn all() -> Vec<Route> {
    areas().into_iter().flat_map(|area| area.routes).collect()
}
