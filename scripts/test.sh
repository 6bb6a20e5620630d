#!/usr/bin/env bash
# Everything that must hold before a change lands: `make test`, and what CI runs.
# A step that fails does not stop the ones after it; the last line counts them and the exit status tells.
#
# Steps that leave a processor idle run in two lanes beside each other, each saying all it has to say when it ends.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
. scripts/steps.sh

CARGO_DENY_VERSION=0.20.2
# What temporary files take at most, several times over.
MEMORY_MIB_MIN=4096
tools=$PWD/.cache/tools

# Makes a folder for temporary files, and prints where: in memory, if there is room and programs may run there. The
# thousands of small databases of tests then wait for no disk.
temporary_folder() {
  local folder
  if folder=$(mktemp -d /dev/shm/tacit-test.XXXXXX 2>/dev/null); then
    if [ "$(df --output=avail --block-size=1M "$folder" | tail -n 1)" -ge "$MEMORY_MIB_MIN" ] &&
      cp /bin/true "$folder/true" && "$folder/true"; then
      printf '%s\n' "$folder"
      return
    fi
    rm -rf "$folder"
  fi
  mktemp -d "${TMPDIR:-/tmp}/tacit-test.XXXXXX"
}

install_cargo_deny() {
  "$tools/bin/cargo-deny" --version 2>/dev/null | grep -qF " $CARGO_DENY_VERSION" && return
  say "installing cargo-deny $CARGO_DENY_VERSION into .cache/tools: about a minute"
  # A debug build is quick to make, and the checks take a second either way.
  CARGO_PROFILE_DEV_DEBUG=false cargo install cargo-deny --version "$CARGO_DENY_VERSION" --locked --debug \
    --no-default-features --quiet --root "$tools" --target-dir "$tools/target" && rm -rf "$tools/target"
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

end() {
  end_lanes
  scripts/postgres.sh stop
  rm -rf "$TMPDIR" "$outcomes"
}

TMPDIR=$(temporary_folder)
# PostgreSQL has its files there under another account.
chmod 711 "$TMPDIR"
export TMPDIR
# A server of its own, so that one started by hand is left alone.
export TACIT_POSTGRES_STATE=.cache/postgres-$$
trap end EXIT

step "prerequisites" scripts/prerequisites.sh
[ "$(count_steps failed)" -eq 0 ] || exit 1

TACIT_TEST_POSTGRES=$(scripts/postgres.sh start)
export TACIT_TEST_POSTGRES

# What Cargo makes, one after the other because it works in one folder. Lints and tests build with what is optional, so that
# it is tested, and so is the binary that the steps after them use; the documentation builds without, so that this compiles too.
compiled() {
  step "formatting" cargo fmt --all --check
  step "lints" cargo clippy --workspace --features tacit/pkcs11 --all-targets --locked -- -D warnings
  step "documentation" env RUSTDOCFLAGS="-D warnings" \
    cargo doc --workspace --no-deps --document-private-items --locked
  step "tests, on SQLite and PostgreSQL" cargo test --workspace --features tacit/pkcs11 --locked --no-fail-fast
}

beside_the_compiler() {
  step "dashboard: lints, types and unit tests" scripts/web.sh check
  step "dependencies" check_dependencies
  step "the list of what a release is made of" scripts/sbom --check
}

in_the_browser() {
  step "dashboard: in Chromium" scripts/web.sh browser
}

beside_the_browser() {
  step "the README's quick start" quick_start
  step "the examples in the documentation" examples
  step "client libraries, on SQLite" clients
  step "client libraries, on PostgreSQL" clients_on_postgres
  step "faults" faults
  step "the API document" api_document
  step "the same bytes from the same sources" scripts/reproducible.sh --quick
  step "dashboard: accessibility" scripts/web.sh axe
}

# The compiler of the server puts the dashboard into it.
step "dashboard: build" scripts/web.sh build
beside_each_other compiled beside_the_compiler
beside_each_other in_the_browser beside_the_browser
# These measure, and have the machine for themselves.
step "three nodes on one PostgreSQL" three_nodes
step "a busy server does not grow" soak
step "1,000 idle watchers" watchers

printf '\nsteps: %s passed, %s failed\n' "$(count_steps passed)" "$(count_steps failed)"
[ "$(count_steps failed)" -eq 0 ]
