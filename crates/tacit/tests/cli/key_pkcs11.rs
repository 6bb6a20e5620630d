//! Root keys that a PKCS#11 token wraps: SoftHSM, with tokens in a folder of the test.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use crate::{
    harness::{Ended, ROOT_KEY, Server, run, server, tacit},
    key_rotation::{reads, stopped_server},
    key_services::{key, key_text, with},
};

/// Where Debian and Ubuntu put it.
const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
const PIN: &str = "pin-canary-4711";
const WRONG: &str = "wrong-canary-0815";
const OFFICER_PIN: &str = "officer-canary";

/// A SoftHSM of its own.
struct SoftHsm {
    folder: PathBuf,
    settings: String,
}

impl SoftHsm {
    /// With one token, `tacit`.
    fn new(folder: &Path) -> Self {
        assert!(Path::new(MODULE).exists(), "run: sudo apt-get install softhsm2 opensc");
        let folder = folder.join("softhsm");
        let settings = folder.join("softhsm2.conf").to_str().unwrap().to_owned();
        fs::create_dir_all(folder.join("tokens")).unwrap();
        let hsm = Self { folder, settings };
        hsm.configure("");
        hsm.add_token("tacit");
        hsm
    }

    fn configure(&self, more: &str) {
        let tokens = self.folder.join("tokens");
        fs::write(&self.settings, format!("directories.tokendir = {}\n{more}\n", tokens.display())).unwrap();
    }

    fn add_token(&self, label: &str) {
        let made = ["--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", OFFICER_PIN];
        self.tool("softhsm2-util", &made);
    }

    /// A key that was not made by Tacit, and how it is.
    fn add_key(&self, label: &str, kind: &str, more: &[&str]) {
        let made = ["--keygen", "--key-type", kind, "--label", label];
        let login = ["--module", MODULE, "--token-label", "tacit", "--login", "--pin", PIN];
        self.tool("pkcs11-tool", &[login.as_slice(), &made, more].concat());
    }

    fn tool(&self, name: &str, arguments: &[&str]) {
        let mut tool = Command::new(name);
        let Output { status, stdout, stderr } =
            tool.args(arguments).env("SOFTHSM2_CONF", &self.settings).output().unwrap();
        assert!(status.success(), "{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    }

    /// What a command needs to use it, with this PIN.
    fn variables<'a>(&'a self, pin: &'a str) -> [(&'a str, &'a str); 2] {
        [("SOFTHSM2_CONF", &self.settings), ("TACIT_PKCS11_PIN", pin)]
    }

    fn server(&self, folder: &Path, pin: &str) -> Command {
        with(server(folder), &self.variables(pin))
    }

    fn key(&self, folder: &Path, arguments: &[&str]) -> Ended {
        key(folder, &self.variables(PIN), arguments)
    }

    /// Moves the root key to a key of that name, which is made.
    fn migrate(&self, folder: &Path) -> Ended {
        self.key(folder, &[migrate("tacit", "root").as_slice(), &["--pkcs11-create-key"]].concat())
    }
}

fn migrate<'a>(token: &'a str, key: &'a str) -> [&'a str; 9] {
    ["migrate", "--to", "pkcs11", "--pkcs11-module", MODULE, "--pkcs11-token", token, "--pkcs11-key", key]
}

/// Refused for this cause, and nothing was changed.
fn assert_refused(folder: &Path, before: &str, refused: &Ended, cause: &str) {
    assert_eq!(refused.code, Some(ROOT_KEY), "{refused:?}");
    assert!(refused.stderr.contains(cause), "{cause:?} is not in {}", refused.stderr);
    assert!(!refused.stderr.contains(PIN) && !refused.stderr.contains(WRONG), "{}", refused.stderr);
    assert_eq!(key_text(folder), before, "{cause}");
}

#[test]
fn a_root_key_is_wrapped_by_a_token_rotated_checked_and_moved_back() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, hsm) = (folder.path(), SoftHsm::new(folder.path()));
    let secret = stopped_server(folder);
    let in_clear = key_text(folder);

    let migrated = hsm.migrate(folder);

    assert_eq!(migrated.code, Some(0), "{migrated:?}");
    let wrapped = key_text(folder);
    assert!(wrapped.contains("\"pkcs11\"") && wrapped.contains("\"aes-gcm\""), "{wrapped}");
    assert!(!wrapped.contains(in_clear.trim()) && !wrapped.contains(PIN), "{wrapped}");
    let started = Server::start(hsm.server(folder, PIN));
    assert!(reads(&started, &secret));
    let ended = started.stop();
    assert!(ended.code == Some(0) && !ended.stderr.contains(PIN), "{ended:?}");

    for command in ["rotate", "verify"] {
        let done = hsm.key(folder, &[command]);
        assert_eq!(done.code, Some(0), "{command}: {done:?}");
        assert!(!done.stdout.contains(PIN) && !done.stderr.contains(PIN), "{done:?}");
    }
    assert_ne!(key_text(folder), wrapped);
    assert!(reads(&Server::start(hsm.server(folder, PIN)), &secret));
    let back = hsm.key(folder, &["migrate", "--to", "file"]);
    assert_eq!(back.code, Some(0), "{back:?}");
    assert!(reads(&Server::start(server(folder)), &secret));
}

#[test]
fn a_server_without_the_right_pin_is_sealed_and_tries_none_twice() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, hsm) = (folder.path(), SoftHsm::new(folder.path()));
    let secret = stopped_server(folder);
    assert_eq!(hsm.migrate(folder).code, Some(0));
    let unseal = |pin: &str| run(tacit(folder, &["unseal", "--passphrase-stdin", "--data-dir", "data"]), pin);

    let sealed = Server::start_sealed(hsm.server(folder, ""));
    assert_eq!(sealed.call("GET", "/api/status", None, None).0, 503);
    assert_eq!(sealed.stop().code, Some(0));

    let mut sealed = Server::start_sealed(hsm.server(folder, WRONG));
    assert_eq!(sealed.call("GET", &secret.1, Some(&secret.0), None).0, 503);
    let refused = unseal(WRONG);
    assert_eq!(refused.code, Some(ROOT_KEY), "{refused:?}");
    assert!(refused.stderr.contains("the token tacit refuses the PIN"), "{}", refused.stderr);
    let unsealed = unseal(PIN);
    assert_eq!(unsealed.code, Some(0), "{unsealed:?}");
    sealed.wait_for("\"listening\"");
    assert!(reads(&sealed, &secret));
    let log = sealed.stop().stderr;
    assert!(log.contains("sealed: give the PIN of the token tacit with: tacit unseal"), "{log}");
    // Once by itself, once by hand.
    assert_eq!(log.matches("refuses the PIN").count(), 2, "{log}");
    assert!(!log.contains(PIN) && !log.contains(WRONG), "{log}");
}

#[test]
fn a_pin_comes_from_a_file_that_nobody_else_may_read() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, hsm) = (folder.path(), SoftHsm::new(folder.path()));
    let secret = stopped_server(folder);
    let before = key_text(folder);
    let file = folder.join("pin");
    fs::write(&file, format!("{PIN}\n")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let arguments =
        [migrate("tacit", "root").as_slice(), &["--pkcs11-create-key", "--pkcs11-pin-file", "pin"]].concat();
    let migrate = || key(folder, &[("SOFTHSM2_CONF", &hsm.settings)], &arguments);

    assert_refused(folder, &before, &migrate(), "others on this machine may read the PIN");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let migrated = migrate();

    assert_eq!(migrated.code, Some(0), "{migrated:?}");
    assert!(reads(&Server::start(hsm.server(folder, "")), &secret));
    fs::remove_file(&file).unwrap();
    let missing = Server::refused(hsm.server(folder, ""));
    assert_eq!(missing.code, Some(ROOT_KEY), "{missing:?}");
    assert!(missing.stderr.contains("the file with the PIN of the token tacit is missing"), "{missing:?}");
}

#[test]
fn a_module_or_token_that_is_not_there_is_said_in_plain_words() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, hsm) = (folder.path(), SoftHsm::new(folder.path()));
    stopped_server(folder);
    let before = key_text(folder);
    hsm.add_token("other");
    let refuses = |arguments: &[&str], cause: &str| {
        assert_refused(folder, &before, &hsm.key(folder, arguments), cause);
    };

    let mut nowhere = migrate("tacit", "root");
    nowhere[4] = "/nowhere/module.so";
    refuses(&nowhere, "the PKCS#11 module /nowhere/module.so cannot be loaded");
    fs::write(folder.join("text.so"), "not a library").unwrap();
    nowhere[4] = "text.so";
    refuses(&nowhere, "text.so cannot be loaded");
    refuses(&migrate("tresor", "root"), "no token with the label tresor; there are: ");
    let wrong = key(folder, &hsm.variables(WRONG), &migrate("tacit", "root"));
    assert_refused(folder, &before, &wrong, "the token tacit refuses the PIN");
    let without = key(folder, &hsm.variables(""), &migrate("tacit", "root"));
    assert_refused(folder, &before, &without, "the token tacit needs its PIN");
    hsm.add_token("other");
    refuses(&migrate("other", "root"), "has several tokens with the label other");
}

#[test]
fn a_key_that_is_not_there_or_not_safe_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, hsm) = (folder.path(), SoftHsm::new(folder.path()));
    stopped_server(folder);
    let before = key_text(folder);
    let refuses = |arguments: &[&str], cause: &str| {
        assert_refused(folder, &before, &hsm.key(folder, arguments), cause);
    };

    refuses(&migrate("tacit", "root"), "no AES key with the label root");
    hsm.add_key("short", "AES:16", &["--sensitive"]);
    refuses(&migrate("tacit", "short"), "has fewer than 256 bits");
    hsm.add_key("loose", "AES:32", &["--sensitive", "--extractable"]);
    refuses(&migrate("tacit", "loose"), "may leave the token");
    hsm.add_key("open", "AES:32", &[]);
    refuses(&migrate("tacit", "open"), "may leave the token");
    hsm.add_key("twice", "AES:32", &["--sensitive"]);
    refuses(
        &[migrate("tacit", "twice").as_slice(), &["--pkcs11-create-key"]].concat(),
        "has a key with the label twice already",
    );
    hsm.add_key("twice", "AES:32", &["--sensitive"]);
    refuses(&migrate("tacit", "twice"), "several AES keys with the label twice");
    // As docs/keys.md has it made by OpenSC.
    hsm.add_key("good", "AES:32", &["--sensitive"]);
    hsm.configure("slots.mechanisms = CKM_AES_CBC");
    refuses(&migrate("tacit", "good"), "the token tacit does not have AES-GCM");
    hsm.configure("");
    let migrated = hsm.key(folder, &migrate("tacit", "good"));
    assert_eq!(migrated.code, Some(0), "{migrated:?}");
}

#[test]
fn a_key_file_that_the_token_did_not_make_does_not_open() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, hsm) = (folder.path(), SoftHsm::new(folder.path()));
    let secret = stopped_server(folder);
    assert_eq!(hsm.migrate(folder).code, Some(0));
    let file = folder.join("data/root-key/root.key");
    let wrapped = key_text(folder);
    let start_says = |cause: &str| {
        let refused = Server::refused(hsm.server(folder, PIN));
        assert_eq!(refused.code, Some(ROOT_KEY), "{refused:?}");
        assert!(refused.stderr.contains(cause), "{cause:?} is not in {}", refused.stderr);
    };

    let at = wrapped.find("\"ciphertext\": \"").unwrap() + "\"ciphertext\": \"".len();
    let letter = if wrapped[at..].starts_with('A') { "B" } else { "A" };
    fs::write(&file, format!("{}{letter}{}", &wrapped[..at], &wrapped[at + 1..])).unwrap();
    start_says("the key root of the token tacit does not open the root key");
    fs::write(&file, wrapped.replace("\"ciphertext\": \"", "\"ciphertext\": \"!")).unwrap();
    start_says("does not hold what the token tacit made");
    fs::write(&file, &wrapped).unwrap();

    // Another key of the same name, in another token of the same name.
    let tokens = hsm.folder.join("tokens");
    fs::rename(&tokens, hsm.folder.join("away")).unwrap();
    fs::create_dir(&tokens).unwrap();
    start_says("no token with the label tacit; there is none");
    hsm.add_token("tacit");
    start_says("no AES key with the label root");
    hsm.add_key("root", "AES:32", &["--sensitive"]);
    start_says("the key root of the token tacit does not open the root key");

    fs::remove_dir_all(&tokens).unwrap();
    fs::rename(hsm.folder.join("away"), &tokens).unwrap();
    assert!(reads(&Server::start(hsm.server(folder, PIN)), &secret));
}
