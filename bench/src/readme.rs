//! The table of the README, so that no figure in it is copied by hand.

use std::{fmt::Write, path::Path};

use crate::{
    error::{Error, Result},
    report::{Report, ScenarioReport},
    table::{latency, megabytes, thousands},
};

/// The lines between which the table stands.
const MARKERS: (&str, &str) = ("<!-- bench -->\n", "<!-- /bench -->\n");
/// How scenarios are called for somebody who has not read docs/performance.md.
const TITLES: [(&str, &str); 18] = [
    ("get-one", "one secret by name, audited"),
    ("get-one made anew", "… that nobody asked for before"),
    ("list-100", "list of 100"),
    ("list-100 made anew", "… that nobody asked for before"),
    ("list-100 unchanged", "… unchanged (304)"),
    ("login", "Universal Auth login, durable"),
    ("login by JWT", "… by JWT Auth"),
    ("login by OIDC", "… by OIDC Auth"),
    ("login by Kubernetes", "… by Kubernetes Auth, which asks a stand-in for the cluster each time"),
    ("login by AWS", "… by AWS Auth, which asks a stand-in for STS each time"),
    ("login by LDAP", "… by LDAP Auth, which asks a stand-in for the directory each time"),
    ("login by TLS certificate", "… by a TLS certificate that a proxy hands on"),
    ("create", "creating a secret, durable"),
    ("get-one of 100,000", "one secret, in a folder of 100,000"),
    ("get-one after 10,000 commits", "… after 10,000 commits"),
    ("get-one of 10,000 identities", "… in a project of 10,000 identities"),
    ("get-one after 1,000,000 events", "… after 1,000,000 audit events"),
    ("list-100 linked", "list of 100, with references and imports"),
];

/// Replaces the table between the markers of the file at `path`.
pub(crate) fn write(report: &Report, path: &Path) -> Result<()> {
    let name = path.display();
    let text = std::fs::read_to_string(path).map_err(Error::io(format!("cannot read {name}")))?;
    let replaced = replace(&text, &table(report));
    let replaced = replaced.ok_or_else(|| {
        Error::Unfit(format!("{name} lacks the lines {} and {}", MARKERS.0.trim(), MARKERS.1.trim()))
    })?;
    std::fs::write(path, replaced).map_err(Error::io(format!("cannot write {name}")))
}

fn replace(text: &str, table: &str) -> Option<String> {
    let (before, rest) = text.split_once(MARKERS.0)?;
    let (_, after) = rest.split_once(MARKERS.1)?;
    Some(format!("{before}{}{table}{}{after}", MARKERS.0, MARKERS.1))
}

/// The table in Markdown, and the figures that are in none of its columns.
fn table(report: &Report) -> String {
    let peer = report.peer.as_deref();
    let mut text = String::from("| | requests/s | of the floor | p50 | p99 |");
    text += &peer.map_or_else(String::new, |name| format!(" times {name} |"));
    text += "\n|---|---|---|---|---|";
    text += if peer.is_some() { "---|\n" } else { "\n" };
    for (name, title) in TITLES {
        let first = report.connections.first().copied();
        let is_it = |scenario: &&ScenarioReport| scenario.name == name && Some(scenario.connections) == first;
        if let Some(scenario) = report.all().find(is_it) {
            text += &row(title, scenario, peer.is_some());
        }
    }
    text += &remarks(report);
    text
}

fn row(title: &str, scenario: &ScenarioReport, has_peer: bool) -> String {
    let side = &scenario.tacit;
    let mut row = format!(
        "| {title} | {} | {:.2} | {} | {} |",
        thousands(side.requests_per_second),
        scenario.ratio,
        latency(side.p50_micros),
        latency(side.p99_micros),
    );
    if has_peer {
        let times = scenario.peer.as_ref().map(|peer| format!("{:.0}", peer.times.median));
        row.extend([" ", times.unwrap_or_default().as_str(), " |"]);
    }
    row + "\n"
}

fn remarks(report: &Report) -> String {
    let connections = report.connections.first().copied().unwrap_or(0);
    let mut text = format!(
        "\n{}; {connections} connections. First answer {:.0} ms after the start on an empty folder, {:.0} ms on an \
         old one; {} of memory idle.\n",
        report.setting(),
        report.start_fresh_seconds * 1e3,
        report.start_again_seconds * 1e3,
        megabytes(report.idle_resident_bytes),
    );
    if let Some(writes) = &report.writes {
        // Writing to a String does not fail.
        let _ = writeln!(
            text,
            "Durable creates reach {:.2} of a bare SQLite loop with group commit on the same disk.",
            writes.ratio.median
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example;

    #[test]
    fn only_what_stands_between_the_markers_is_replaced() {
        let text = "# A\n<!-- bench -->\nold\n<!-- /bench -->\nB\n";

        let replaced = replace(text, "new\n").unwrap();

        assert_eq!(replaced, "# A\n<!-- bench -->\nnew\n<!-- /bench -->\nB\n");
        assert_eq!(replace("# A\n", "new\n"), None);
    }

    #[test]
    fn a_row_has_a_title_and_the_figures() {
        let table = table(&example());

        assert!(
            table.contains("| one secret by name, audited | 50,000 | 0.50 | 400 µs | 900 µs |\n"),
            "{table}"
        );
        assert!(table.contains("32 connections"), "{table}");
    }
}
