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
    assert_eq!(names, ["get-one", "list-100", "list-100 unchanged", "login", "create"]);
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
        "get-one after 10 commits",
        "get-one after 1,000 commits",
        "list-100 linked",
        "list-1,000 linked",
    ] {
        assert!(page.contains(name), "{page}");
    }
    assert!(!page.contains("100,000") && !page.contains("10,000 commits"), "{page}");
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
