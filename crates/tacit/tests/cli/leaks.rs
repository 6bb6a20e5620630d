//! What a process leaves behind: its log at its most talkative, its metrics, its files, its database. No secret
//! stands there, in whatever form.
//!
//! What a process has in its memory is another matter: keys, and what it is answering with. That is no promise
//! (SECURITY.md), and core dumps are turned off for that reason.

use std::{fs, path::Path, process::Command};

use serde_json::{Value, json};

use crate::{
    canary::Canary,
    harness::{PASSWORD, Server, server},
    postgres,
};

/// Everything secret that was given to a server, or came from it.
struct Secrets(Vec<Canary>);

impl Secrets {
    fn new() -> Self {
        Self(vec![Canary::new(PASSWORD)])
    }

    fn add(&mut self, text: &str) -> String {
        let canary = Canary::new(text);
        let text = canary.text().to_owned();
        self.0.push(canary);
        text
    }

    fn assert_not_in(&self, what: &str, bytes: &[u8]) {
        for canary in &self.0 {
            assert_eq!(canary.found_in(bytes), None, "in {what}");
        }
    }
}

fn ok(server: &Server, method: &str, path: &str, token: &str, body: &Value) -> Value {
    let (status, answer) = server.call(method, path, Some(token), Some(body));
    assert_eq!(status, 200, "{method} {path}: {answer}");
    answer
}

fn text(answer: &Value, pointer: &str) -> String {
    answer
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_else(|| panic!("no {pointer}: {answer}"))
        .to_owned()
}

/// A person signs in, rightly and wrongly.
fn sign_in(server: &Server, secrets: &mut Secrets, organization: &str) -> String {
    let login = json!({ "email": "ada@example.test", "password": PASSWORD });
    let (_, session) = server.call("POST", "/api/v3/auth/login", None, Some(&login));
    let first = secrets.add(&text(&session, "/accessToken"));
    let chosen = json!({ "organizationId": organization });
    let token = text(&ok(server, "POST", "/api/v3/auth/select-organization", &first, &chosen), "/token");
    let wrong = json!({ "email": "ada@example.test", "password": secrets.add("wrong-password-canary 1\"/") });
    assert_eq!(server.call("POST", "/api/v3/auth/login", None, Some(&wrong)).0, 401);
    secrets.add(&token)
}

/// A project with secrets that have everything that one can have.
fn fill(server: &Server, secrets: &mut Secrets, token: &str) -> String {
    let made = ok(server, "POST", "/api/v1/projects", token, &json!({ "projectName": "Shop" }));
    let project = text(&made, "/project/id");
    for (name, number) in [("FIRST", 1), ("SECOND", 2)] {
        let body = json!({
            "projectId": project, "environment": "dev",
            "secretValue": secrets.add(&format!("value-canary-{number} \"/+")),
            "secretComment": secrets.add(&format!("comment-canary-{number} \"/+")),
            "secretMetadata": [{ "key": "a", "value": secrets.add(&format!("metadata-canary-{number} \"/+")) }],
        });
        ok(server, "POST", &format!("/api/v4/secrets/{name}"), token, &body);
    }
    let list = format!("/api/v4/secrets?projectId={project}&environment=dev");
    let (_, listed) = server.call("GET", &list, Some(token), None);
    assert!(listed.to_string().contains("value-canary-2"), "{listed}");
    let body = json!({
        "projectId": project, "environment": "dev", "secretValue": secrets.add("changed-canary \"/+1"),
        "secretPath": "/",
    });
    ok(server, "PATCH", "/api/v4/secrets/FIRST", token, &body);
    let webhook = json!({
        "projectId": project, "environment": "dev", "secretPath": "/",
        "webhookUrl": format!("http://127.0.0.2:9/{}", secrets.add("webhook-canary-path")),
        "webhookSecretKey": secrets.add("webhook-canary-key \"/"),
    });
    ok(server, "POST", "/api/v1/webhooks", token, &webhook);
    project
}

/// Machines with each kind of credential, used rightly and wrongly.
fn machines(server: &Server, secrets: &mut Secrets, token: &str, organization: &str, project: &str) {
    let body = json!({ "name": "ci", "organizationId": organization, "role": "no-access" });
    let identity = text(&ok(server, "POST", "/api/v1/identities", token, &body), "/identity/id");
    let method = format!("/api/v1/auth/universal-auth/identities/{identity}");
    let client_id = text(&ok(server, "POST", &method, token, &json!({})), "/identityUniversalAuth/clientId");
    let made = ok(server, "POST", &format!("{method}/client-secrets"), token, &json!({}));
    let client_secret = secrets.add(&text(&made, "/clientSecret"));
    let login = |secret: &str| {
        let body = json!({ "clientId": client_id, "clientSecret": secret });
        server.call("POST", "/api/v1/auth/universal-auth/login", None, Some(&body))
    };
    let machine = secrets.add(&text(&login(&client_secret).1, "/accessToken"));
    assert_eq!(login(&secrets.add("wrong-secret-canary \"/")).0, 401);
    assert_eq!(server.call("GET", "/api/v1/projects", Some(&machine), None).0, 200);
    let renew = json!({ "accessToken": machine });
    server.call("POST", "/api/v1/auth/token/renew", None, Some(&renew));
    let ldap = json!({
        "url": "ldaps://127.0.0.2:9", "bindDN": "cn=x", "bindPass": secrets.add("bind-canary-password \"/"),
        "searchBase": "dc=x", "allowedFields": [{ "key": "ou", "value": "x" }],
    });
    ok(server, "POST", &format!("/api/v1/auth/ldap-auth/identities/{identity}"), token, &ldap);
    let login = json!({ "identityId": identity, "username": "x", "password": secrets.add("ldap-canary-password \"/") });
    server.call("POST", "/api/v1/auth/ldap-auth/login", None, Some(&login));
    let body = json!({
        "projectId": project, "name": "old", "permissions": ["read"], "expiresIn": 3600,
        "scopes": [{ "environment": "dev", "secretPath": "/**" }],
    });
    let service = text(&ok(server, "POST", "/api/v2/service-token", token, &body), "/serviceToken");
    // The last part is what proves; the one before is the id, and no secret.
    secrets.add(service.rsplit('.').next().unwrap());
    let list = format!("/api/v3/secrets/raw?workspaceId={project}&environment=dev&secretPath=/");
    assert_eq!(server.call("GET", &list, Some(&service), None).0, 200);
}

fn all_files(folder: &Path, into: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all_files(&path, into) } else { into.push(path) }
    }
}

fn run(folder: &Path, mut command: Command, dump: impl FnOnce() -> Option<String>) {
    command.args(["--log-level", "trace", "--metrics-listen", "127.0.0.1:0"]);
    let server = Server::start(command);
    let mut secrets = Secrets::new();
    if let Ok(token) = fs::read_to_string(folder.join("data/setup-token")) {
        secrets.add(token.trim());
    }
    let admin = server.bootstrap();
    secrets.add(&text(&admin, "/identity/credentials/token"));
    let organization = text(&admin, "/organization/id");
    let token = sign_in(&server, &mut secrets, &organization);
    let project = fill(&server, &mut secrets, &token);
    machines(&server, &mut secrets, &token, &organization, &project);

    let metrics = server.line_with("serving metrics");
    let url = format!("http://{}/metrics", metrics["address"].as_str().unwrap());
    let agent = ureq::Agent::config_builder().proxy(None).build().new_agent();
    let shown = agent.get(&url).call().unwrap().body_mut().read_to_string().unwrap();
    secrets.assert_not_in("the metrics", shown.as_bytes());
    let mut files = Vec::new();
    all_files(&folder.join("data"), &mut files);
    files.retain(|path| !path.ends_with("setup-token"));
    assert!(files.iter().any(|path| path.to_string_lossy().contains("journal")), "{files:?}");
    for path in &files {
        secrets.assert_not_in(&path.to_string_lossy(), &fs::read(path).unwrap());
    }
    if let Some(dump) = dump() {
        assert!(dump.contains(&organization), "the dump is empty");
        secrets.assert_not_in("the dump", dump.as_bytes());
    }
    if let Ok(key) = fs::read_to_string(folder.join("data/root-key/root.key")) {
        secrets.add(key.trim());
    }
    let ended = server.stop();
    assert!(ended.stderr.contains("\"stopped\""), "the log is not whole: {}", ended.stderr);
    secrets.assert_not_in("the log", ended.stderr.as_bytes());
}

#[test]
fn no_secret_is_in_the_log_the_metrics_the_journal_or_the_database_file() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), server(folder.path()), || None);
}

#[test]
fn no_secret_is_in_the_log_or_a_dump_of_postgresql() {
    let Some(url) = postgres::schema() else { return };
    let folder = tempfile::tempdir().unwrap();
    let command = postgres::node(folder.path(), &url, postgres::KEY);
    run(folder.path(), command, || Some(postgres::dump(&url)));
}
