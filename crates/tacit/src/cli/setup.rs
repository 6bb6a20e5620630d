//! `tacit setup`: the first administrator and organization of a running server.

use std::{path::Path, time::Duration};

use serde_json::Value;

use super::{
    arguments::SetupArguments,
    client::{self, Client, Trust},
    failure::Failure,
    sign_in, terminal,
};

/// How long the server may take, which hashes a password.
const TIME_MAX: Duration = Duration::from_secs(30);

/// Sets up, and says what to do next.
pub(super) fn run(flags: &SetupArguments, file: Option<&Path>) -> Result<(), Failure> {
    let client = Client::new(&flags.server, file, TIME_MAX, Trust::Configured)?;
    if sign_in::is_initialized(&client)? {
        return Err(Failure::failed(
            format!("{} is already set up", client.base()),
            "sign in; for a first project and secret: tacit quickstart",
        ));
    }
    let (answer, _) = sign_in::bootstrap(&client, &flags.person)?;
    if flags.json {
        terminal::line(&format!("{answer:#}"));
        return Ok(());
    }
    show(&client, &answer)
}

fn show(client: &Client, answer: &Value) -> Result<(), Failure> {
    let email = client::text(answer, "/user/email")?;
    for line in made(answer)? {
        terminal::line(&line);
    }
    terminal::line(&format!(
        "\nIts token (shown once, saved nowhere, does not end by itself):\n{}",
        client::text(answer, "/identity/credentials/token")?
    ));
    terminal::line(&format!(
        "\nNext:  tacit quickstart{} --email {email}   a first project, secret and machine\n       {}/api/docs   the API",
        client.url_flag(),
        client.base()
    ));
    Ok(())
}

/// What was made: one line each. Also the beginning of `tacit quickstart` on a new server.
pub(super) fn made(answer: &Value) -> Result<[String; 3], Failure> {
    let text = |pointer| client::text(answer, pointer);
    let mark = terminal::green("✓");
    Ok([
        format!("{mark} administrator  {}", text("/user/email")?),
        format!("{mark} organization   {}  {}", text("/organization/name")?, text("/organization/id")?),
        format!("{mark} identity       {}, for scripts; may do everything", text("/identity/name")?),
    ])
}
