//! What the scenarios work on: an organization, a project of 100 secrets and an identity that may use it.

use serde_json::{Value, json};

use crate::{
    error::{Error, Result},
    http::Request,
    servers::Servers,
};

/// Secrets in the folder that is read.
pub(crate) const SECRETS: usize = 100;
/// The secret that is read by name, one of the [`SECRETS`].
pub(crate) const SECRET: &str = "FOO";

/// Access to the prepared project. Not `Debug`: it holds credentials, if only of a server that lives
/// for a minute.
pub(crate) struct Fixture {
    /// The project.
    pub(crate) project_id: String,
    /// The identity's Universal Auth client id.
    pub(crate) client_id: String,
    /// The identity's client secret.
    pub(crate) client_secret: String,
    /// An access token of the identity.
    pub(crate) token: String,
    /// The token of the administrator.
    pub(crate) admin: String,
    /// The organization.
    pub(crate) organization_id: String,
}

/// Prepares a fresh server through its API, as its first administrator would.
pub(crate) async fn prepare(server: &Servers) -> Result<Fixture> {
    let (admin, organization_id) = bootstrap(server).await?;
    let project = Request::post("/api/v2/workspace", &json!({ "projectName": "bench" })).bearer(&admin);
    let project_id = text(&send(server, &project).await?, &project, "/project/id")?;
    let identity_id = create_identity(server, &admin, &organization_id, "bench").await?;
    let (client_id, client_secret) = attach_universal_auth(server, &admin, &identity_id).await?;
    admit(server, &admin, &project_id, &identity_id).await?;
    let login = login_request(&client_id, &client_secret);
    let token = text(&send(server, &login).await?, &login, "/accessToken")?;
    create_secrets(server, &token, &project_id).await?;
    Ok(Fixture { project_id, client_id, client_secret, token, admin, organization_id })
}

/// The Universal Auth login (wire-contract 19.4).
pub(crate) fn login_request(client_id: &str, client_secret: &str) -> Request {
    let body = json!({ "clientId": client_id, "clientSecret": client_secret });
    Request::post("/api/v1/auth/universal-auth/login", &body)
}

/// Makes the first administrator (wire-contract 19.1). Returns its token and the organization's id.
async fn bootstrap(server: &Servers) -> Result<(String, String)> {
    let body =
        json!({ "email": "bench@example.test", "password": "only for the bench", "organization": "bench" });
    let request = Request::post("/api/v1/admin/bootstrap", &body);
    let answer = send(server, &request).await?;
    let token = text(&answer, &request, "/identity/credentials/token")?;
    Ok((token, text(&answer, &request, "/organization/id")?))
}

/// Makes an identity. Returns its id.
pub(crate) async fn create_identity(
    server: &Servers,
    admin: &str,
    organization_id: &str,
    name: &str,
) -> Result<String> {
    let body = json!({ "name": name, "organizationId": organization_id, "role": "no-access" });
    let request = Request::post("/api/v1/identities", &body).bearer(admin);
    text(&send(server, &request).await?, &request, "/identity/id")
}

/// Makes an identity a member of the project.
async fn admit(server: &Servers, admin: &str, project_id: &str, identity_id: &str) -> Result<()> {
    let path = format!("/api/v2/workspace/{project_id}/identity-memberships/{identity_id}");
    send(server, &Request::post(path, &json!({ "role": "member" })).bearer(admin)).await?;
    Ok(())
}

/// Makes one more identity that is a member of the project.
pub(crate) async fn add_member(server: &Servers, fixture: &Fixture, name: &str) -> Result<()> {
    let id = create_identity(server, &fixture.admin, &fixture.organization_id, name).await?;
    admit(server, &fixture.admin, &fixture.project_id, &id).await
}

/// Gives the identity Universal Auth (wire-contract 19.3). Returns client id and client secret.
async fn attach_universal_auth(server: &Servers, admin: &str, identity_id: &str) -> Result<(String, String)> {
    let path = format!("/api/v1/auth/universal-auth/identities/{identity_id}");
    let attach = Request::post(path.clone(), &json!({})).bearer(admin);
    let client_id = text(&send(server, &attach).await?, &attach, "/identityUniversalAuth/clientId")?;
    let create = Request::post(path + "/client-secrets", &json!({})).bearer(admin);
    Ok((client_id, text(&send(server, &create).await?, &create, "/clientSecret")?))
}

/// Creates the [`SECRETS`] in one batch (wire-contract 7.9).
async fn create_secrets(server: &Servers, token: &str, project_id: &str) -> Result<()> {
    let secret = |index: usize| {
        let name = if index == 0 { SECRET.to_owned() } else { format!("SETTING_{index:03}") };
        // 64 characters: a usual length for what people keep as secrets.
        json!({ "secretKey": name, "secretValue": format!("{index:064}") })
    };
    let secrets: Vec<Value> = (0..SECRETS).map(secret).collect();
    let body = json!({ "workspaceId": project_id, "environment": "dev", "secrets": secrets });
    send(server, &Request::post("/api/v3/secrets/batch/raw", &body).bearer(token)).await?;
    Ok(())
}

/// Sends a request that must be answered 200 with JSON.
pub(crate) async fn send(server: &Servers, request: &Request) -> Result<Value> {
    let response = server.fetch(request).await?;
    if response.status != 200 {
        return Err(response.unexpected(request, 200));
    }
    let no_json = |_| Error::Unfit(format!("the answer to {} is no JSON", request.name()));
    serde_json::from_str(&response.body).map_err(no_json)
}

/// The text at `pointer` of an answer.
pub(crate) fn text(answer: &Value, request: &Request, pointer: &'static str) -> Result<String> {
    let text = answer.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    text.ok_or_else(|| Error::Field { request: request.name(), pointer })
}
