//! Rules about the source itself, so that the architecture cannot rot: what each layer may mention, how long a file
//! may grow, what must never be left behind. A failure names the file and the line.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;

/// Lines a source file may have, so that a reader takes it in at one sitting.
const SOURCE_LINES_MAX: usize = 400;
/// Lines a file of tests may have.
const TEST_LINES_MAX: usize = 600;
/// Folders that hold what was made or fetched, not written.
const SKIPPED_FOLDERS: [&str; 5] = [".git", ".cache", "target", "node_modules", "dist"];
/// Where a database driver may be named, by beginnings of paths: the engines, and the values and errors that cross to
/// them. Tests may too, to set an engine up.
const DRIVER_FILES: [&str; 3] =
    ["crates/store/src/database", "crates/store/src/value.rs", "crates/store/src/error.rs"];
/// Who opens files, by beginnings of paths: settings and keys at the start, the database, the journal, and the
/// certificates of the machine. No request names any of them.
const FILE_USERS: [&str; 8] = [
    "crates/store/src/database/sqlite",
    "crates/tacit/src/app/audit/anchor.rs",
    "crates/tacit/src/app/audit/journal",
    "crates/tacit/src/app/audit_streams/file.rs",
    "crates/tacit/src/app/backup/",
    "crates/tacit/src/app/egress/trust.rs",
    "crates/tacit/src/cli/",
    "crates/tacit/src/http/ui/backups.rs",
];
/// How names of what is secret end, or what is made of it.
const SECRET_NAMES: [&str; 9] =
    ["hash", "mac", "seal", "signature", "secret", "digest", "password", "token", "plaintext"];
/// What looks like a comparison of secrets and may be open, with the reason.
const COMPARED_OPENLY: [(&str, &str); 13] = [
    ("signed.hash == chain.hash()", "hashes of the audit log, which are stored in the clear and signed"),
    ("chain.hash() != Hash::parse(&self.checkpoint_hash)", "the same"),
    ("pruning.hash != hash", "the same"),
    ("checkpoint.hash != hash", "the same"),
    ("arrived != snapshot.digest(&table)", "digests of the tables of two stores that one person owns"),
    ("*digest == self.digest", "the digest of rows in a file whose parts were authenticated already"),
    ("user.password_hash == proven.hash", "both are from the database: was the password changed meanwhile?"),
    ("**id != self.secret", "an id"),
    ("found.stored.row.id == *secret", "an id"),
    ("*other == hash", "keyed hashes of values in memory, which only say which of them are equal"),
    ("secret.as_str() != Some(\"\")", "whether a setting is there"),
    ("ask::password(\"The same again\")? == *password", "what one person typed twice"),
    (".as_ref() != self.relying_party_hash", "the hash of a public name"),
];
/// Endings of program text. A file without an ending is a script.
const SOURCE_ENDINGS: [&str; 10] = ["", "rs", "sql", "toml", "sh", "py", "js", "ts", "tsx", "css"];

#[test]
fn the_application_layer_does_not_know_http() {
    let files = rust_files(&["crates/tacit/src/app/"]);
    assert_none(&code_mentions(&files, &["axum", "StatusCode", "crate::http", "crate::cli", "crate::jobs"]));
}

#[test]
fn the_wire_does_not_know_the_command_line() {
    assert_none(&code_mentions(&rust_files(&["crates/tacit/src/http/"]), &["crate::cli", "crate::jobs"]));
}

#[test]
fn the_core_does_no_input_or_output_and_has_no_clock() {
    let files = rust_files(&["crates/core/src/"]);
    let words =
        ["tokio", "axum", "rusqlite", "tokio_postgres", "SystemTime", "std::env", "std::fs", "std::process"];
    assert_none(&code_mentions(&files, &words));
}

#[test]
fn the_store_does_not_know_http() {
    assert_none(&code_mentions(&rust_files(&["crates/store/"]), &["axum", "StatusCode"]));
}

#[test]
fn only_the_database_module_of_the_store_and_what_it_converts_name_a_driver() {
    let mut files = rust_files(&["crates/"]);
    files.retain(|file| !file.is_test() && !DRIVER_FILES.iter().any(|start| file.path.starts_with(start)));
    assert_none(&code_mentions(&files, &["rusqlite", "tokio_postgres", "deadpool_postgres"]));
}

#[test]
fn only_the_store_holds_sql() {
    let mut files = rust_files(&["crates/"]);
    // The first copies and compares all tables, whatever they are; the second sends what must not be read as SQL; the
    // next ask and do what nobody may past the code; then one asks the database who waits, and one what it has of the log.
    let others = [
        "security/database.rs",
        "security/class_16_injection.rs",
        "simulation/planted.rs",
        "simulation/truth.rs",
        "harness_waiting.rs",
        "audit_strict.rs",
    ]
    .map(|name| format!("crates/tacit/tests/api/{name}"));
    let may = |file: &SourceFile| file.path.starts_with("crates/store/") || others.contains(&file.path);
    files.retain(|file| !may(file) && !file.is_this_one());
    assert_none(&code_mentions(&files, &["SELECT ", "INSERT INTO ", "DELETE FROM "]));
}

#[test]
fn only_those_open_files_who_must() {
    let mut files = rust_files(&["crates/core/src/", "crates/store/src/", "crates/tacit/src/"]);
    files.retain(|file| !file.is_test() && !FILE_USERS.iter().any(|start| file.path.starts_with(start)));
    assert_none(&code_mentions(&files, &["fs", "OpenOptions"]));
}

#[test]
fn nothing_starts_another_process() {
    let mut files = rust_files(&["crates/core/src/", "crates/store/src/", "crates/tacit/src/"]);
    files.retain(|file| !file.is_test());
    assert_none(&code_mentions(&files, &["process::Command", "libc"]));
}

#[test]
fn what_is_secret_is_not_compared_byte_by_byte() {
    let mut files = rust_files(&["crates/core/src/", "crates/store/src/", "crates/tacit/src/"]);
    files.retain(|file| !file.is_test() && !file.path.ends_with("tests.rs"));
    let found = files.iter().flat_map(|file| {
        let lines = file.text.lines().take_while(|line| *line != "mod tests {").zip(1..);
        lines.filter(|(line, _)| compares_a_secret(code(line))).map(|(line, number)| {
            format!(
                "{}:{number} compares in a time that depends on what is equal: {}",
                file.path,
                line.trim()
            )
        })
    });
    let known = |line: &String| COMPARED_OPENLY.iter().any(|(text, _)| line.contains(text));
    assert_none(&found.filter(|line| !known(line)).collect::<Vec<_>>());
}

#[test]
fn every_promise_of_security_names_tests_that_are_there() {
    let text = read("SECURITY.md").unwrap_or_default();
    let promises =
        text.split("## What Tacit promises").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap();
    let held =
        text.split("## What holds each promise").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap();
    let count = promises
        .lines()
        .filter(|line| line.split('.').next().is_some_and(|n| n.parse::<u8>().is_ok()))
        .count();
    assert!(count >= 8, "{count} promises");
    let tests: Vec<&str> =
        text.split('`').filter(|name| name.contains(".rs::") || name.contains(".py::")).collect();
    for promise in 1..=count {
        let row = held.lines().find(|line| line.starts_with(&format!("| {promise} |")));
        assert!(row.is_some_and(|row| row.contains("::")), "promise {promise} names no test");
    }
    let missing = tests.iter().filter(|name| {
        let (path, function) = name.split_once("::").unwrap();
        !read(path).is_some_and(|source| {
            has_word(&source, &format!("fn {function}")) || has_word(&source, &format!("def {function}"))
        })
    });
    assert_none(
        &missing.map(|name| format!("SECURITY.md names {name}, which is not there")).collect::<Vec<_>>(),
    );
}

#[test]
fn no_file_is_too_long_to_read() {
    let too_long = source_files().into_iter().filter_map(|file| {
        let (lines, limit) = (file.text.lines().count(), file.lines_max());
        (lines > limit).then(|| format!("{} has {lines} lines, more than {limit}", file.path))
    });
    assert_none(&too_long.collect::<Vec<_>>());
}

#[test]
fn nothing_is_left_unfinished() {
    // Put together here, so that this file does not find itself.
    let words = [
        concat!("to", "do!"),
        concat!("un", "implemented!"),
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("X", "XX"),
    ];
    assert_none(&mentions(&source_files(), &words, |line| line));
}

#[test]
fn every_migration_is_listed_in_the_order_of_its_number() {
    let list = read("crates/store/src/migrations.rs").unwrap_or_default();
    let mut found = Vec::new();
    for (name, number) in migration_names().iter().zip(1..) {
        assert!(name.starts_with(&format!("{number:04}_")), "{name} should have the number {number:04}");
        let place = list.find(&format!("migrations/{name}\""));
        assert!(place.is_some(), "{name} is not listed in crates/store/src/migrations.rs");
        found.push(place);
    }
    assert!(found.is_sorted(), "the migrations are not listed in the order of their numbers");
}

#[test]
fn the_changelog_has_a_place_for_the_next_change() {
    let changelog = read("CHANGELOG.md").unwrap_or_default();
    assert!(
        changelog.lines().any(|line| matches!(line, "## Unreleased" | "## [Unreleased]")),
        "CHANGELOG.md has no heading '## Unreleased'"
    );
}

#[test]
fn words_are_found_whole_and_outside_comments() {
    assert!(has_word("use axum::Router;", "axum"));
    assert!(has_word("let sql = \"SELECT id\";", "SELECT "));
    assert!(!has_word("let maximum_axums = 1;", "axum"));
    assert_eq!(code("let url; // not axum"), "let url; ");
}

#[test]
fn comparisons_of_secrets_are_found() {
    for line in
        ["if a.hash == b {", "x != &row.secret_hash", "token.as_str() == given", "mac.as_bytes() != b"]
    {
        assert!(compares_a_secret(line), "{line}");
    }
    for line in ["if hashes == 2 {", "a.len() == b", "secret_id == x", "verify(hash, x)", "token_count != 1"]
    {
        assert!(!compares_a_secret(line), "{line}");
    }
}

/// A file of program text, with its path from the root of the repository.
struct SourceFile {
    path: String,
    text: String,
}

impl SourceFile {
    fn ending(&self) -> &str {
        Path::new(&self.path).extension().and_then(|ending| ending.to_str()).unwrap_or_default()
    }

    fn is_test(&self) -> bool {
        self.path.contains("/tests/")
    }

    fn lines_max(&self) -> usize {
        if self.is_test() { TEST_LINES_MAX } else { SOURCE_LINES_MAX }
    }

    /// Whether it is this file, which must name what it forbids.
    fn is_this_one(&self) -> bool {
        self.path.ends_with("/tests/tidy.rs")
    }
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn read(path: &str) -> Option<String> {
    fs::read_to_string(root().join(path)).ok()
}

/// Every file of program text in the repository.
fn source_files() -> Vec<SourceFile> {
    let mut files = Vec::new();
    collect(root(), "", &mut files);
    files.retain(|file| SOURCE_ENDINGS.contains(&file.ending()));
    files
}

/// The Rust files whose paths start with one of `beginnings`.
fn rust_files(beginnings: &[&str]) -> Vec<SourceFile> {
    let mut files = source_files();
    files.retain(|file| file.ending() == "rs" && beginnings.iter().any(|start| file.path.starts_with(start)));
    files
}

/// Adds the text files below `folder`; `path` is that folder's path from the root, ending in a slash unless empty.
fn collect(folder: &Path, path: &str, files: &mut Vec<SourceFile>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() && !SKIPPED_FOLDERS.contains(&name.as_str()) {
            collect(&entry.path(), &format!("{path}{name}/"), files);
        } else if kind.is_file()
            && let Ok(text) = fs::read_to_string(entry.path())
        {
            files.push(SourceFile { path: format!("{path}{name}"), text });
        }
    }
}

fn migration_names() -> Vec<String> {
    let mut files = source_files();
    files.retain(|file| file.ending() == "sql");
    let mut names: Vec<String> = files
        .iter()
        .filter_map(|file| file.path.strip_prefix("crates/store/migrations/"))
        .map(str::to_owned)
        .collect();
    names.sort();
    names
}

/// The lines that mention one of `words` in code, as `path:line mentions word`.
fn code_mentions(files: &[SourceFile], words: &[&str]) -> Vec<String> {
    mentions(files, words, code)
}

/// The lines that mention one of `words` in the part of them that `part` picks.
fn mentions(files: &[SourceFile], words: &[&str], part: fn(&str) -> &str) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        for (line, number) in file.text.lines().zip(1..) {
            for word in words.iter().filter(|word| has_word(part(line), word)) {
                found.push(format!("{}:{number} mentions {word}", file.path));
            }
        }
    }
    found
}

/// The line without its comment: prose may name what code must not. A `//` inside a text hides what follows it.
fn code(line: &str) -> &str {
    line.split("//").next().unwrap_or_default()
}

/// Whether the line compares something whose name says that it is secret by `==` or `!=`.
fn compares_a_secret(line: &str) -> bool {
    let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    ["==", "!="].iter().any(|operator| {
        line.split_once(&format!(" {operator} ")).is_some_and(|(left, right)| {
            let left = left.trim_end_matches("()").trim_end_matches(".as_str").trim_end_matches(".as_bytes");
            let left = left.rsplit(|letter| !is_name(letter)).next().unwrap_or_default();
            let right = right.trim_start_matches(['&', '*']);
            let right = right.split(|letter| !is_name(letter) && letter != '.').next().unwrap_or_default();
            let right = right.rsplit('.').next().unwrap_or_default();
            [left, right].iter().any(|name| SECRET_NAMES.iter().any(|end| name.to_lowercase().ends_with(end)))
        })
    })
}

/// Whether `line` holds `word`, not as a part of a longer name.
fn has_word(line: &str, word: &str) -> bool {
    let part_of_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    line.match_indices(word).any(|(start, _)| {
        let (before, after) = (&line[..start], &line[start + word.len()..]);
        let goes_on = word.ends_with(part_of_name) && after.starts_with(part_of_name);
        !before.ends_with(part_of_name) && !goes_on
    })
}

fn assert_none(violations: &[String]) {
    assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
}
