#!/usr/bin/env bash
# Builds the dashboard and Tacit, and starts the server on embedded SQLite, with its defaults: `make run`.
# Arguments go to `tacit server`, such as --listen 127.0.0.1:9000 (with make: `make run ARGS="--listen …"`).
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

require_rust
have cc || fail "a C compiler is missing (SQLite and the cryptography are C): run 'sudo apt-get install gcc libc6-dev'"

problem=$(scripts/web.sh missing)
if [ -z "$problem" ]; then
  scripts/web.sh build
else
  say "$problem"
  say "building without the dashboard; the API and the command line work"
fi

binary="$(target_folder)/release/tacit"
[ -x "$binary" ] || say "building Tacit: the first build takes some minutes"
cargo build --release --locked --package tacit
exec "$binary" server "$@"
