//! `tacit key rotate-data`: begins to replace data keys on a running server.

use std::{path::Path, time::Duration};

use serde_json::{Value, json};

use super::arguments::RotateDataArguments;
use crate::cli::{
    client::{Client, Trust},
    failure::Failure,
    sign_in, terminal,
};

/// How long the server may take: with all projects it looks at each.
const TIME_MAX: Duration = Duration::from_mins(1);

/// Begins, and says how to see how far it is.
pub(super) fn run(flags: &RotateDataArguments, file: Option<&Path>) -> Result<(), Failure> {
    let client = Client::new(&flags.address, file, TIME_MAX, Trust::Configured)?;
    let client = if let Some(token) = sign_in::token_from_environment() {
        client.with_token(token)
    } else {
        let credentials = sign_in::credentials(&flags.person)?;
        sign_in::sign_in(&client, &credentials, flags.person.organization.as_deref())?
    };
    let answer = match &flags.project {
        Some(project) => {
            client.post(&format!("/api/ui/v1/projects/{project}/data-key/rotate"), &json!({}))?
        }
        None => client.post("/api/ui/v1/admin/encryption/rotate-data-keys", &json!({}))?,
    };
    let projects = answer.get("projects").and_then(Value::as_i64).unwrap_or_default();
    terminal::line(&format!("begun: the data keys of {projects} projects are replaced in the background"));
    terminal::line("Server administration, Encryption, shows how far it is.");
    Ok(())
}
