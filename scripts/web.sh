#!/usr/bin/env bash
# The dashboard, in web/.
#
#   scripts/web.sh build    builds it into web/dist, from where the server's binary takes it; nothing if it is up to date
#   scripts/web.sh check    lints, types and unit tests
#   scripts/web.sh browser  builds it and tests the debug binary, which must have been built after it, in Chromium
#   scripts/web.sh axe      the same for axe, which looks at every page in light, dark and on a phone
#   scripts/web.sh missing  says what is missing to build it, in one line; nothing if nothing is
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

NODE_VERSION_WEB_MIN=20.19
BROWSER_SECONDS_MAX=1200
stamp=$PWD/.cache/web-built

missing() {
  if ! have node || ! have npm; then
    echo "Node.js and npm are missing: install Node.js $NODE_VERSION_WEB_MIN or newer, see https://nodejs.org"
  elif ! at_least "$(node --version | tr -d v)" "$NODE_VERSION_WEB_MIN"; then
    echo "Node.js $(node --version) is too old for the dashboard, $NODE_VERSION_WEB_MIN or newer is needed"
  fi
}

require_node() {
  local problem
  problem=$(missing)
  [ -z "$problem" ] || fail "$problem"
}

install_packages_of_web() {
  cmp -s web/package-lock.json web/node_modules/.installed && return
  say "installing the npm packages of the dashboard"
  (cd web && npm ci --ignore-scripts --loglevel=error)
  cp web/package-lock.json web/node_modules/.installed
}

# A digest of everything the build reads.
sources() {
  (cd web && find src public index.html build.js vite.config.ts tsconfig.json package-lock.json -type f -print0 |
    sort -z | xargs -0 sha256sum | sha256sum)
}

# A build that changes nothing would still make Cargo build the server again.
build() {
  require_node
  local wanted
  wanted=$(sources)
  [ -f web/dist/index.html ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && return
  install_packages_of_web
  say "building the dashboard"
  (cd web && npm run --silent build)
  mkdir -p "$(dirname "$stamp")"
  printf '%s\n' "$wanted" >"$stamp"
}

check() {
  require_node
  install_packages_of_web
  (cd web && npm run --silent lint && npm run --silent types && npm run --silent unit)
}

# in_chromium SCRIPT [OPTION…]: runs a script of web/package.json against a server with these options. A hanging
# Chromium ends after BROWSER_SECONDS_MAX, three times what a slow machine needs, and fails the step.
in_chromium() {
  local script=$1
  shift
  e2e/with-server --binary "$(target_folder)/debug/tacit" "$@" -- \
    timeout --kill-after 10 "$BROWSER_SECONDS_MAX" npm --prefix web run --silent "$script"
}

prepare_browser() {
  build
  install_packages_of_web
}

browser() {
  prepare_browser
  in_chromium browser --allow-egress 127.0.0.0/8 --backups
  in_chromium browser-below --base-path /tacit
  in_chromium browser-mail --mail
}

axe() {
  prepare_browser
  in_chromium browser-axe --allow-egress 127.0.0.0/8 --backups
}

case "${1:-}" in
  build) build ;;
  check) check ;;
  browser) browser ;;
  axe) axe ;;
  missing) missing ;;
  *) fail "usage: scripts/web.sh build | check | browser | axe | missing" ;;
esac
