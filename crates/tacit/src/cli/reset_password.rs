//! `tacit reset-password`: a link to set a forgotten password anew, for servers that send no mail.
//!
//! It opens database and root key itself instead of asking the server, since a link gives all that its
//! person may do: who can run it can read everything anyway.

use std::{
    net::{IpAddr, Ipv4Addr},
    path::Path,
};

use tokio::runtime::Builder;

use super::{
    arguments::ResetPasswordArguments,
    config::{self, Settings},
    failure::Failure,
    log,
    root_key::unlock::Unlock,
    start::{self, Purpose},
    terminal,
};
use crate::app::{App, Client, Error, password_reset};

/// Makes the link and prints it.
pub(super) fn run(flags: ResetPasswordArguments, file: Option<&Path>) -> Result<(), Failure> {
    let settings = config::resolve(flags.server, file)?;
    log::start(&settings)?;
    let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| {
        Failure::failed(format!("cannot start: {error}"), "check the limits of this machine")
    })?;
    let app = runtime.block_on(start::start(&settings, &mut Unlock::Ask, Purpose::Write))?.app;
    let link = runtime.block_on(link(&app, &flags.email, &settings))?;
    terminal::line(
        "Give this link to nobody but the person it is for, and start the server if you stopped it:",
    );
    terminal::line(&link);
    terminal::line("It works once, for 30 minutes, and ends all sessions of the person.");
    Ok(())
}

async fn link(app: &App, email: &str, settings: &Settings) -> Result<String, Failure> {
    let site = app.settings.site().unwrap_or_else(|| {
        let scheme = if settings.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}{}", config::reachable(settings.listen), settings.base_path.as_str())
    });
    let client = Client { ip: IpAddr::V4(Ipv4Addr::LOCALHOST), user_agent: "tacit reset-password".into() };
    match password_reset::link_for_operator(app, &client, email, &site).await {
        Ok(link) => Ok(String::clone(&link)),
        Err(Error::NotFound(_) | Error::Form(_)) => Err(Failure::failed(
            format!("{} has no account {email:?} with a password", start::describe(&settings.database)),
            "check the e-mail, and that --data-dir or --database-url is that of the server",
        )),
        Err(error) => Err(Failure::failed(format!("the link was not made: {error}"), "try again")),
    }
}
