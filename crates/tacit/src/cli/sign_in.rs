//! Who the person at the command line is: asked on a terminal, else from flags and standard input.

use std::{fs, path::Path};

use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{
    arguments::Person,
    ask,
    client::{self, Client},
    config,
    failure::Failure,
    terminal,
};

/// Shortest password that is taken on the terminal, in characters; as the dashboard's.
const PASSWORD_CHARACTERS_MIN: usize = 12;
/// The organization's name unless another is given.
const ORGANIZATION: &str = "My organization";

/// E-mail and password.
pub(super) struct Credentials {
    /// The e-mail.
    pub(super) email: String,
    /// The password.
    pub(super) password: Zeroizing<String>,
}

/// Whether the server has its first administrator.
pub(super) fn is_initialized(client: &Client) -> Result<bool, Failure> {
    let answer = client.get("/api/v1/admin/config")?;
    Ok(answer.pointer("/config/initialized").and_then(Value::as_bool).unwrap_or(false))
}

/// Makes the first administrator and organization. Returns the server's answer with who it is.
pub(super) fn bootstrap(client: &Client, person: &Person) -> Result<(Value, Credentials), Failure> {
    let email = email(person)?;
    let password = if person.password_stdin { ask::password_from_stdin()? } else { new_password()? };
    let organization = match &person.organization {
        Some(name) => name.clone(),
        None if terminal::can_ask() => ask::line("Organization", Some(ORGANIZATION))?,
        None => ORGANIZATION.to_owned(),
    };
    let client = client.with_setup_token(setup_token(person.setup_token_file.as_deref())?);
    let body = json!({ "email": email, "password": password.as_str(), "organization": organization });
    let answer = client.post("/api/v1/admin/bootstrap", &body)?;
    Ok((answer, Credentials { email, password }))
}

/// E-mail and password of somebody who has an account.
pub(super) fn credentials(person: &Person) -> Result<Credentials, Failure> {
    let email = email(person)?;
    let password = if person.password_stdin {
        ask::password_from_stdin()?
    } else {
        need_terminal("--password-stdin")?;
        ask::password("Password")?
    };
    Ok(Credentials { email, password })
}

/// Signs in and chooses an organization: the one that is named, or the only one.
pub(super) fn sign_in(
    client: &Client,
    credentials: &Credentials,
    organization: Option<&str>,
) -> Result<Client, Failure> {
    let body = json!({ "email": credentials.email, "password": credentials.password.as_str() });
    let answer = client.post("/api/v3/auth/login", &body)?;
    let user = client.with_token(Zeroizing::new(client::text(&answer, "/accessToken")?));
    let organizations = user.get("/api/v1/organization")?;
    let id = choose(&organizations, organization)?;
    let answer = user.post("/api/v3/auth/select-organization", &json!({ "organizationId": id }))?;
    if answer.get("isMfaEnabled").and_then(Value::as_bool) == Some(true) {
        return Err(Failure::failed(
            "this account has a second factor, which this command cannot ask for",
            "put an access token into TACIT_TOKEN instead",
        ));
    }
    Ok(user.with_token(Zeroizing::new(client::text(&answer, "/token")?)))
}

/// The token in `TACIT_TOKEN`, or in `INFISICAL_TOKEN` as the clients of the same API name it.
pub(super) fn token_from_environment() -> Option<Zeroizing<String>> {
    let token = config::variable("TACIT_TOKEN").or_else(|| config::variable("INFISICAL_TOKEN"))?;
    token.into_string().ok().map(Zeroizing::new)
}

fn choose(answer: &Value, wanted: Option<&str>) -> Result<String, Failure> {
    let all = answer.get("organizations").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let name = |organization: &Value| organization.get("name").and_then(Value::as_str).map(str::to_owned);
    let is_wanted = |organization: &&Value| wanted.is_none_or(|wanted| is_called(organization, wanted));
    let mut fitting = all.iter().filter(is_wanted);
    if let (Some(only), None) = (fitting.next(), fitting.next()) {
        return client::text(only, "/id");
    }
    let names = all.iter().filter_map(name).collect::<Vec<_>>().join(", ");
    Err(Failure::failed(
        format!("it is not clear which organization is meant; yours: {names}"),
        "name one with --organization",
    ))
}

/// Whether an organization, as the server describes it, has this name or slug.
fn is_called(organization: &Value, wanted: &str) -> bool {
    ["name", "slug"].iter().any(|field| organization.get(field).and_then(Value::as_str) == Some(wanted))
}

fn email(person: &Person) -> Result<String, Failure> {
    if let Some(email) = &person.email {
        return Ok(email.clone());
    }
    need_terminal("--email and --password-stdin")?;
    ask::line("E-mail", None)
}

fn new_password() -> Result<Zeroizing<String>, Failure> {
    need_terminal("--password-stdin")?;
    loop {
        let password = ask::password("Password, 12 characters or more")?;
        if password.chars().count() < PASSWORD_CHARACTERS_MIN {
            terminal::error_line("This is too short.");
        } else if *ask::password("The same again")? == *password {
            return Ok(password);
        } else {
            terminal::error_line("These differ.");
        }
    }
}

fn need_terminal(flags: &str) -> Result<(), Failure> {
    if terminal::can_ask() {
        return Ok(());
    }
    Err(Failure::settings("there is no terminal to ask on", format!("add {flags}")))
}

fn setup_token(file: Option<&Path>) -> Result<Option<Zeroizing<String>>, Failure> {
    let text = match file {
        Some(path) => Some(fs::read_to_string(path).map_err(|error| {
            Failure::settings(format!("cannot read {}: {error}", path.display()), "check --setup-token-file")
        })?),
        None => config::variable("TACIT_SETUP_TOKEN").and_then(|text| text.into_string().ok()),
    };
    Ok(text.map(Zeroizing::new).map(|text| Zeroizing::new(text.trim().to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_only_organization_is_chosen_and_of_several_the_named_one() {
        let one = json!({ "organizations": [{ "id": "1", "name": "Acme" }] });
        let two =
            json!({ "organizations": [{ "id": "1", "name": "Acme" }, { "id": "2", "name": "Umbrella" }] });

        assert_eq!(choose(&one, None).unwrap(), "1");
        assert_eq!(choose(&two, Some("Umbrella")).unwrap(), "2");
        assert!(choose(&two, None).unwrap_err().cause.contains("Acme, Umbrella"));
        assert!(choose(&one, Some("Umbrella")).is_err());
    }
}
