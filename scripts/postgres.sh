#!/usr/bin/env bash
# A throw-away PostgreSQL server for tests: its own folder, a free loopback port, a random password, no fsync.
#
#   scripts/postgres.sh start          starts it, unless it runs, and prints its URL
#   scripts/postgres.sh url            prints its URL
#   scripts/postgres.sh database NAME  creates an empty database on it and prints the URL of that
#   scripts/postgres.sh stop           stops it and removes everything
#   scripts/postgres.sh installed      succeeds if the programs are here
#
# TACIT_POSTGRES_STATE names the file that remembers where it is (default: .cache/postgres).
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

POSTGRES_VERSION_MIN=14
state_file=${TACIT_POSTGRES_STATE:-.cache/postgres}
# The user inside the database, and the name of its first database.
owner=tacit

# Prints the folder of the newest installed server's programs, nothing if there is none.
find_programs() {
  local folder version newest=0 programs
  for folder in /usr/lib/postgresql/*/bin "$(dirname "$(readlink -f "$(command -v initdb)")")"; do
    { [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ]; } || continue
    version=$("$folder/postgres" --version | grep -oE '[0-9]+' | head -n 1)
    [ "$version" -gt "$newest" ] || continue
    newest=$version
    programs=$folder
  done
  [ "$newest" -ge "$POSTGRES_VERSION_MIN" ] && printf '%s\n' "$programs"
}

# PostgreSQL refuses to run as root, so root hands over to the account of the package, or to nobody.
system_user() {
  if [ "$(id -u)" -ne 0 ]; then
    id -un
  elif id postgres >/dev/null 2>&1; then
    echo postgres
  else
    echo nobody
  fi
}

# unprivileged COMMAND…, in the server's folder: that account may not be able to read the current one.
unprivileged() {
  cd "$folder"
  if [ "$(id -u)" -eq 0 ]; then
    set -- setpriv --reuid="$(system_user)" --regid="$(id -g "$(system_user)")" --clear-groups "$@"
  fi
  "$@"
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

random_password() { head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n'; }

# Sorts text as most installations do, not by bytes, so that a query which relies on the order is found out.
locale_options() {
  if "$programs/initdb" --help | grep -q icu-locale; then
    echo --locale=C --locale-provider=icu --icu-locale=en
  else
    echo --locale=C
  fi
}

create_cluster() {
  # shellcheck disable=SC2046 # several options
  unprivileged "$programs/initdb" --pgdata=data --username="$owner" --pwfile=password --auth=password \
    --encoding=UTF8 --no-sync $(locale_options) >"$folder/initdb.log" 2>&1 || {
    cat "$folder/initdb.log" >&2
    fail "PostgreSQL could not create its files in $folder"
  }
}

configure() {
  cat >>"$folder/data/postgresql.conf" <<EOF
listen_addresses = '127.0.0.1'
port = $1
unix_socket_directories = '$folder'
max_connections = 300
fsync = off
synchronous_commit = off
full_page_writes = off
EOF
}

start_server() {
  unprivileged "$programs/pg_ctl" --pgdata=data --log=server.log --wait --timeout=60 start >/dev/null 9>&- || {
    cat "$folder/server.log" >&2
    fail "PostgreSQL did not start"
  }
}

# on_server PROGRAM ARGUMENT…: runs a client program as the owner.
on_server() {
  local program=$1
  shift
  PGPASSWORD=$(cat "$folder/password") "$programs/$program" --host="$folder" --port="$(cat "$folder/port")" \
    --username="$owner" --no-password "$@"
}

url_of() { echo "postgres://$owner:$(cat "$folder/password")@127.0.0.1:$(cat "$folder/port")/$1"; }

is_running() {
  [ -s "$state_file" ] || return 1
  folder=$(cat "$state_file")
  [ -s "$folder/port" ] && "$programs/pg_isready" --quiet --host="$folder" --port="$(cat "$folder/port")"
}

require_running() { is_running || fail "no server is running: scripts/postgres.sh start"; }

require_programs() {
  programs=$(find_programs) ||
    fail "PostgreSQL $POSTGRES_VERSION_MIN or newer is missing: run 'sudo apt-get install postgresql'"
}

create_server() {
  folder=$(mktemp -d "${TMPDIR:-/tmp}/tacit-postgres.XXXXXX")
  echo "$folder" >"$state_file"
  (umask 077 && random_password >"$folder/password")
  free_port >"$folder/port"
  [ "$(id -u)" -ne 0 ] || chown -R "$(system_user)" "$folder"
  (create_cluster)
  configure "$(cat "$folder/port")"
  (start_server)
  on_server createdb "$owner"
}

start() {
  require_programs
  mkdir -p .cache "$(dirname "$state_file")"
  # Of two that start it at the same time the second waits, and finds it running.
  exec 9>.cache/postgres.lock
  flock 9
  is_running || {
    stop
    create_server
  }
  url_of "$owner"
}

url() {
  require_programs
  require_running
  url_of "$owner"
}

database() {
  [ -n "${1:-}" ] || fail "which database? scripts/postgres.sh database NAME"
  require_programs
  require_running
  on_server createdb "$1"
  url_of "$1"
}

# Also clears up after a server that was killed.
stop() {
  [ -s "$state_file" ] || return 0
  require_programs
  if is_running; then
    (unprivileged "$programs/pg_ctl" --pgdata=data --mode=immediate --wait stop >/dev/null) ||
      say "warning: PostgreSQL in $folder did not stop when asked"
  fi
  rm -rf "$(cat "$state_file")" "$state_file"
}

case "${1:-}" in
  start) start ;;
  url) url ;;
  database) database "${2:-}" ;;
  stop) stop ;;
  installed) find_programs >/dev/null ;;
  *) fail "usage: scripts/postgres.sh start | url | database NAME | stop | installed" ;;
esac
