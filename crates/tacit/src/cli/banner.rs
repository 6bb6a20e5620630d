//! What a started server tells the person at the terminal, or the log.

use std::net::SocketAddr;

use tacit_store::Settings as Database;

use super::{
    config::{self, Settings},
    start::{self, Started},
    terminal,
};
use crate::http::dashboard;

/// Where the set-up token is, while the instance has no administrator.
pub(super) enum SetupTokenPlace {
    /// Shown to the person at the terminal.
    Shown(String),
    /// In a file that only the server's user may read.
    File(std::path::PathBuf),
}

/// Says where everything is. `token` is `None` once the instance is set up.
pub(super) fn show(
    settings: &Settings,
    started: &Started,
    listen: SocketAddr,
    token: Option<&SetupTokenPlace>,
) {
    let address = address(settings, listen);
    if !terminal::is_read_by_a_person() {
        let token_file = match token {
            Some(SetupTokenPlace::File(path)) => Some(path.display().to_string()),
            _ => None,
        };
        tracing::info!(
            address,
            database = start::describe(&settings.database),
            root_key = started.key_origin,
            setup_token_file = token_file,
            version = env!("CARGO_PKG_VERSION"),
            "listening"
        );
        return;
    }
    for line in lines(settings, started, &address, listen) {
        terminal::line(&line);
    }
    if let Some(SetupTokenPlace::Shown(token)) = token {
        let url = self::address(settings, config::reachable(listen));
        for line in setup_lines(&url, token) {
            terminal::line(&line);
        }
    }
}

fn lines(settings: &Settings, started: &Started, address: &str, listen: SocketAddr) -> Vec<String> {
    let data = match (&settings.database, started.is_first) {
        (Database::Sqlite(_), true) => "new, SQLite",
        (Database::Sqlite(_), false) => "SQLite",
        (Database::Postgres(_), true) => "new",
        (Database::Postgres(_), false) => "",
    };
    let key = if started.is_key_new { "new, mode 0600, keep a copy apart from the data" } else { "" };
    let reach = if listen.ip().is_loopback() {
        "this machine only; use --listen and TLS for others"
    } else if settings.tls.is_some() {
        "TLS"
    } else {
        "no TLS here: the proxy must do it"
    };
    let mut lines = Vec::new();
    if started.is_first {
        lines.push(terminal::bold(&format!("tacit {}  -  secrets server", env!("CARGO_PKG_VERSION"))));
    }
    lines.push(row("data", &start::describe(&settings.database), data));
    lines.push(row("root key", &started.key_origin, key));
    lines.push(row("listening", address, reach));
    lines
}

fn row(name: &str, value: &str, note: &str) -> String {
    let note = if note.is_empty() { String::new() } else { format!("({note})") };
    format!("  {name:<9} {value:<40} {note}").trim_end().to_owned()
}

/// `url` is what the commands need to find this server.
fn setup_lines(url: &str, token: &str) -> Vec<String> {
    let at = config::url_flag(url);
    let mut lines = vec![String::new()];
    if dashboard::is_embedded() {
        lines.push("  Set up in the browser, valid 30 min, works once:".to_owned());
        lines.push(format!("    {url}/setup#{token}"));
    }
    lines.extend([
        "  Set up, in another terminal of this machine:".to_owned(),
        format!("    tacit setup{at}        administrator and organization"),
        format!("    tacit quickstart{at}   the same, then a first project, secret and machine"),
        "  From other machines, or through a proxy, with this token (valid 30 min, works once):".to_owned(),
        format!("    {token}   in TACIT_SETUP_TOKEN or the header X-Tacit-Setup-Token"),
        String::new(),
        "  Health: /api/status   Stop: Ctrl-C".to_owned(),
    ]);
    lines
}

fn address(settings: &Settings, listen: SocketAddr) -> String {
    let scheme = if settings.tls.is_some() { "https" } else { "http" };
    format!("{scheme}://{listen}{}", settings.base_path.as_str())
}
