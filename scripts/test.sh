#!/usr/bin/env bash
# Everything that must hold before a change lands: `make test`, and what CI runs.
# A step that fails does not stop the ones after it; the last line counts them and the exit status tells.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

CARGO_DENY_VERSION=0.20.2
tools=$PWD/.cache/tools

passed=0
failed=0

# step HEADING COMMAND…
step() {
  local heading=$1 started=$SECONDS
  shift
  printf '\n== %s\n' "$heading"
  if "$@"; then
    passed=$((passed + 1))
    printf '== %s: passed in %s s\n' "$heading" $((SECONDS - started))
  else
    failed=$((failed + 1))
    printf '== %s: FAILED after %s s\n' "$heading" $((SECONDS - started))
  fi
}

install_cargo_deny() {
  "$tools/bin/cargo-deny" --version 2>/dev/null | grep -qF " $CARGO_DENY_VERSION" && return
  say "installing cargo-deny $CARGO_DENY_VERSION into .cache/tools: about a minute"
  # A debug build is quick to make, and the checks take a second either way.
  cargo install cargo-deny --version "$CARGO_DENY_VERSION" --locked --debug --no-default-features --quiet \
    --root "$tools" --target-dir "$tools/target" && rm -rf "$tools/target"
}

check_dependencies() {
  install_cargo_deny || return
  "$tools/bin/cargo-deny" --locked check --hide-inclusion-graph bans licenses sources || return
  if timeout 60 "$tools/bin/cargo-deny" fetch db >/dev/null 2>&1; then
    "$tools/bin/cargo-deny" --locked check --hide-inclusion-graph --disable-fetch advisories
  else
    say "security advisories were NOT checked: their database cannot be reached from here"
  fi
}

# clients [OPTION…]: the unmodified SDKs against the binary that `cargo test` has just built.
clients() { e2e/run --binary "$(target_folder)/debug/tacit" "$@"; }

clients_on_postgres() {
  local url
  url=$(scripts/postgres.sh database e2e) && clients --database-url "$url"
}

three_nodes() {
  local url
  url=$(scripts/postgres.sh database nodes) && e2e/nodes --binary "$(target_folder)/debug/tacit" --database-url "$url"
}

# Disks, databases, rows and processes that fail.
faults() { e2e/faults --binary "$(target_folder)/debug/tacit"; }
# What the API document says, asked by Schemathesis.
api_document() { e2e/openapi --binary "$(target_folder)/debug/tacit" --seconds 40; }

# Shortened: docs/reliability.md has the commands for the long runs.
soak() { e2e/soak --binary "$(target_folder)/debug/tacit" --seconds 20; }
watchers() { e2e/watchers --binary "$(target_folder)/debug/tacit" --count 1000; }

# The README's own commands, word for word.
quick_start() { e2e/with-server --binary "$(target_folder)/debug/tacit" -- e2e/readme; }

# The examples of the pages in docs/.
examples() { e2e/docs --binary "$(target_folder)/debug/tacit"; }

step "prerequisites" scripts/prerequisites.sh
[ "$failed" -eq 0 ] || exit 1

# A server of its own, so that one started by hand is left alone.
export TACIT_POSTGRES_STATE=.cache/postgres-$$
trap 'scripts/postgres.sh stop' EXIT
TACIT_TEST_POSTGRES=$(scripts/postgres.sh start)
export TACIT_TEST_POSTGRES

step "dashboard: build" scripts/web.sh build
step "dashboard: lints, types and unit tests" scripts/web.sh check
step "formatting" cargo fmt --all --check
# Lints and tests build with what is optional, so that it is tested, and so is the binary that all steps below use. The
# documentation builds without, so that this compiles too.
step "lints" cargo clippy --workspace --features tacit/pkcs11 --all-targets --locked -- -D warnings
step "documentation" env RUSTDOCFLAGS="-D warnings" \
  cargo doc --workspace --no-deps --document-private-items --locked
step "tests, on SQLite and PostgreSQL" cargo test --workspace --features tacit/pkcs11 --locked --no-fail-fast
step "dependencies" check_dependencies
step "the list of what a release is made of" scripts/sbom --check
step "the README's quick start" quick_start
step "dashboard: in Chromium" scripts/web.sh browser
step "the examples in the documentation" examples
step "client libraries, on SQLite" clients
step "client libraries, on PostgreSQL" clients_on_postgres
step "three nodes on one PostgreSQL" three_nodes
step "faults" faults
step "the API document" api_document
step "a busy server does not grow" soak
step "1,000 idle watchers" watchers

printf '\nsteps: %s passed, %s failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
