//! `tacit quickstart`: from a running server to a secret that a machine has read, in one command.

mod curls;
mod undo;
mod walk;

use std::{path::Path, time::Duration};

use serde_json::{Value, json};

use super::{
    arguments::QuickstartArguments,
    client::{Client, Trust},
    failure::Failure,
    setup, sign_in, terminal,
};
use walk::Walked;

/// How long the server may take for one request.
const TIME_MAX: Duration = Duration::from_secs(30);
/// The project's name.
const PROJECT: &str = "Demo App";
/// The project's description: what `--undo` knows it by, so that it deletes no other.
const DESCRIPTION: &str = "Made by tacit quickstart; tacit quickstart --undo deletes it";
/// The identity's name.
const IDENTITY: &str = "demo-app";

/// Walks, or undoes an earlier walk.
pub(super) fn run(flags: &QuickstartArguments, file: Option<&Path>) -> Result<(), Failure> {
    let client = Client::new(&flags.server, file, TIME_MAX, Trust::Configured)?;
    let person = administrator(&client, flags)?;
    if flags.undo {
        return undo::run(&person, flags.json);
    }
    refuse_second(&person)?;
    let report = |line: &str| {
        if !flags.json {
            terminal::line(&format!("{} {line}", terminal::green("✓")));
        }
    };
    let walked = walk::run(&client, &person, report).map_err(half_done)?;
    if flags.json {
        terminal::line(&format!("{:#}", summary(&walked)));
    } else {
        curls::show(&client, &walked);
    }
    Ok(())
}

/// Signs the person in, after setting the server up if that is still to be done.
///
/// The bootstrap's own token is not used: the project would then belong to that machine, and the
/// person would not see it.
fn administrator(client: &Client, flags: &QuickstartArguments) -> Result<Client, Failure> {
    if let Some(token) = sign_in::token_from_environment() {
        return Ok(client.with_token(token));
    }
    if sign_in::is_initialized(client)? {
        let credentials = sign_in::credentials(&flags.person)?;
        return sign_in::sign_in(client, &credentials, flags.person.organization.as_deref());
    }
    if flags.undo {
        return Err(Failure::failed("this server is not set up yet", "there is nothing to undo"));
    }
    let (answer, credentials) = sign_in::bootstrap(client, &flags.person)?;
    if !flags.json {
        let [administrator, organization, _] = setup::made(&answer)?;
        terminal::line(&administrator);
        terminal::line(&organization);
    }
    sign_in::sign_in(client, &credentials, None)
}

fn refuse_second(person: &Client) -> Result<(), Failure> {
    if undo::projects(person)?.is_empty() {
        return Ok(());
    }
    Err(Failure::failed(
        format!("{PROJECT} is there from an earlier quickstart"),
        "delete it with: tacit quickstart --undo",
    ))
}

fn half_done(failure: Failure) -> Failure {
    let next = format!("{}; what was made so far goes with: tacit quickstart --undo", failure.next);
    Failure { next, ..failure }
}

fn summary(walked: &Walked) -> Value {
    json!({
        "projectId": walked.project_id,
        "environment": "dev",
        "secretKey": "FOO",
        "identityId": walked.identity_id,
        "clientId": walked.client_id,
        "clientSecret": walked.client_secret.as_str(),
    })
}
