//! The walk: project, secret, machine identity, and the machine reading the secret.

use std::time::Instant;

use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{
    super::{
        client::{self, Client},
        failure::Failure,
    },
    DESCRIPTION, IDENTITY, PROJECT,
};

/// What the walk made.
pub(super) struct Walked {
    /// The project.
    pub(super) project_id: String,
    /// The machine identity.
    pub(super) identity_id: String,
    /// What it logs in with.
    pub(super) client_id: String,
    /// What it logs in with; the server never tells it again.
    pub(super) client_secret: Zeroizing<String>,
}

/// Walks as `person`, telling each step. The machine's part is done with its own credentials.
pub(super) fn run(server: &Client, person: &Client, told: impl Fn(&str)) -> Result<Walked, Failure> {
    let project = project(person, &told)?;
    let project_id = client::text(&project, "/project/id")?;
    secret(person, &project_id, &told)?;
    let identity_id = identity(person, &project, &told)?;
    let (client_id, client_secret) = credentials(person, &identity_id)?;
    let walked = Walked { project_id, identity_id, client_id, client_secret };
    let machine = log_in(server, &walked)?;
    read_back(&machine, &walked.project_id, &told)?;
    Ok(walked)
}

fn project(person: &Client, told: &impl Fn(&str)) -> Result<Value, Failure> {
    let body = json!({ "projectName": PROJECT, "projectDescription": DESCRIPTION, "type": "secret-manager" });
    let answer = person.post("/api/v1/projects", &body)?;
    let slugs: Vec<&str> = answer
        .pointer("/project/environments")
        .and_then(Value::as_array)
        .map(|all| all.iter().filter_map(|one| one.get("slug")?.as_str()).collect())
        .unwrap_or_default();
    let id = client::text(&answer, "/project/id")?;
    told(&format!("project        {PROJECT}  {id}  (environments {})", slugs.join(", ")));
    Ok(answer)
}

fn secret(person: &Client, project_id: &str, told: &impl Fn(&str)) -> Result<(), Failure> {
    let body = json!({
        "workspaceId": project_id, "environment": "dev", "secretPath": "/", "secretValue": "BAR",
    });
    let answer = person.post("/api/v3/secrets/raw/FOO", &body)?;
    let version = answer.pointer("/secret/version").and_then(Value::as_i64).unwrap_or(1);
    told(&format!("secret         FOO in dev  version {version}"));
    Ok(())
}

/// Makes the identity with the least it needs: nothing in the organization, reading in the project.
fn identity(person: &Client, project: &Value, told: &impl Fn(&str)) -> Result<String, Failure> {
    let organization_id = client::text(project, "/project/orgId")?;
    let project_id = client::text(project, "/project/id")?;
    let body = json!({ "name": IDENTITY, "organizationId": organization_id, "role": "no-access" });
    let id = client::text(&person.post("/api/v1/identities", &body)?, "/identity/id")?;
    let path = format!("/api/v1/projects/{project_id}/memberships/identities/{id}");
    person.post(&path, &json!({ "roles": [{ "role": "viewer" }] }))?;
    told(&format!("identity       {IDENTITY}  organization: no access   project: viewer"));
    Ok(id)
}

fn credentials(person: &Client, identity_id: &str) -> Result<(String, Zeroizing<String>), Failure> {
    let path = format!("/api/v1/auth/universal-auth/identities/{identity_id}");
    let answer = person.post(&path, &json!({}))?;
    let client_id = client::text(&answer, "/identityUniversalAuth/clientId")?;
    let body = json!({ "description": "tacit quickstart" });
    let answer = person.post(&format!("{path}/client-secrets"), &body)?;
    Ok((client_id, Zeroizing::new(client::text(&answer, "/clientSecret")?)))
}

fn log_in(server: &Client, walked: &Walked) -> Result<Client, Failure> {
    let fields = [("clientId", walked.client_id.as_str()), ("clientSecret", walked.client_secret.as_str())];
    let answer = server.post_form("/api/v1/auth/universal-auth/login", &fields)?;
    Ok(server.with_token(Zeroizing::new(client::text(&answer, "/accessToken")?)))
}

fn read_back(machine: &Client, project_id: &str, told: &impl Fn(&str)) -> Result<(), Failure> {
    let start = Instant::now();
    let one = machine.get(&format!("/api/v3/secrets/raw/FOO?workspaceId={project_id}&environment=dev"))?;
    let milliseconds = start.elapsed().as_secs_f64() * 1000.0;
    let all = machine.get(&format!("/api/v3/secrets/raw?workspaceId={project_id}&environment=dev"))?;
    let is_listed = all
        .get("secrets")
        .and_then(Value::as_array)
        .is_some_and(|all| all.iter().any(|one| one.get("secretKey") == Some(&json!("FOO"))));
    if client::text(&one, "/secret/secretValue")? != "BAR" || !is_listed {
        return Err(Failure::failed(
            "the machine did not read what was written",
            "this is a defect: report it with the server's log",
        ));
    }
    told(&format!(
        "read back      FOO through Universal Auth in {milliseconds:.1} ms, alone and in the list"
    ));
    Ok(())
}
