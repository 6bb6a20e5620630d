//! `tacit key rotate-data`: begins to replace data keys on a running server.

use std::{path::Path, time::Duration};

use serde_json::{Value, json};

use super::arguments::RotateDataArguments;
use crate::cli::{
    client::{self, Client, Trust},
    failure::Failure,
    sign_in, terminal,
};

/// How long the server may take: with all projects it looks at each.
const TIME_MAX: Duration = Duration::from_mins(1);
/// The key of the organization that the token is of.
const OF_ORGANIZATION: &str = "/api/ui/v1/organization/data-key";

/// Begins, and says how to see how far it is.
pub(super) fn run(flags: &RotateDataArguments, file: Option<&Path>) -> Result<(), Failure> {
    let client = Client::new(&flags.address, file, TIME_MAX, Trust::Configured)?;
    let client = if let Some(token) = sign_in::token_from_environment() {
        client.with_token(token)
    } else {
        let credentials = sign_in::credentials(&flags.person)?;
        sign_in::sign_in(&client, &credentials, flags.person.organization.as_deref())?
    };
    let body = json!({ "giveUpDamaged": flags.give_up_damaged });
    let answer = match (&flags.project, flags.all) {
        (Some(project), _) => {
            client.post(&format!("/api/ui/v1/projects/{project}/data-key/rotate"), &body)?
        }
        (None, true) => client.post("/api/ui/v1/admin/encryption/rotate-data-keys", &json!({}))?,
        (None, false) => {
            require_organization(&client, flags.person.organization.as_deref())?;
            client.post(&format!("{OF_ORGANIZATION}/rotate"), &body)?
        }
    };
    say(flags, &answer);
    Ok(())
}

/// A token may be of another organization than the one that is named.
fn require_organization(client: &Client, wanted: Option<&str>) -> Result<(), Failure> {
    let key = client.get(OF_ORGANIZATION)?;
    let (name, slug) = (client::text(&key, "/organizationName")?, client::text(&key, "/organizationSlug")?);
    if wanted.is_some_and(|wanted| wanted == name || wanted == slug) {
        return Ok(());
    }
    Err(Failure::failed(
        format!("the token is of another organization: {name}"),
        format!("use a token of the one you mean, or --organization {slug}"),
    ))
}

fn say(flags: &RotateDataArguments, answer: &Value) {
    let count = |field: &str| answer.get(field).and_then(Value::as_i64).unwrap_or_default();
    if flags.give_up_damaged {
        let lost = count("rowsLost");
        terminal::line(&format!(
            "the old data key is destroyed, and with it {lost} rows that did not decrypt"
        ));
        return;
    }
    let (projects, organizations) = (count("projects"), count("organizations"));
    terminal::line(&format!(
        "begun: the data keys of {projects} projects and {organizations} organizations are replaced in the background"
    ));
    terminal::line("Server administration, Encryption, shows how far it is.");
}
