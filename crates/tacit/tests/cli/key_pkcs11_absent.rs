//! A build without the feature `pkcs11`: it says so, and how to build one that has it.

use std::{fs, os::unix::fs::PermissionsExt};

use crate::{
    harness::{ROOT_KEY, Server, server},
    key_rotation::{key, stopped_server},
    key_services::key_text,
};

const BUILD: &str = "cargo build --release -p tacit --features pkcs11";
const WRAPPED: &str = r#"{
  "kind": "pkcs11",
  "key": { "module": "/usr/lib/softhsm/libsofthsm2.so", "token": "tacit", "key": "root" },
  "wrapped": { "mechanism": "aes-gcm", "iv": "AAAA", "ciphertext": "AAAA" }
}"#;

#[test]
fn a_build_without_pkcs11_says_how_to_build_it_in() {
    let folder = tempfile::tempdir().unwrap();
    stopped_server(folder.path());
    let before = key_text(folder.path());
    let migrate = [
        "migrate",
        "--to",
        "pkcs11",
        "--pkcs11-module",
        "/nowhere",
        "--pkcs11-token",
        "t",
        "--pkcs11-key",
        "k",
    ];

    let refused = key(folder.path(), &migrate, "");

    assert_eq!(refused.code, Some(ROOT_KEY), "{refused:?}");
    assert!(refused.stderr.contains(BUILD), "{}", refused.stderr);
    assert_eq!(key_text(folder.path()), before);

    let file = folder.path().join("data/root-key/root.key");
    fs::write(&file, WRAPPED).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let started = Server::refused(server(folder.path()));
    assert_eq!(started.code, Some(ROOT_KEY), "{started:?}");
    assert!(started.stderr.contains(BUILD), "{}", started.stderr);
    assert!(key(folder.path(), &["verify"], "").stderr.contains(BUILD));
}
