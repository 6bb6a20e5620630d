# shellcheck shell=bash
# Helpers shared by the scripts of this folder. Sourced by them, never run.

# The oldest Rust that builds this workspace; equal to `rust-version` in Cargo.toml.
RUST_VERSION_MIN=1.91

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "error: $*"
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# at_least VERSION MINIMUM: whether a dotted version is not older than another.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# as_root COMMAND…: runs it as root. Without a terminal sudo must not ask, or it would wait for ever.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif have sudo && [ -t 0 ]; then
    sudo "$@"
  elif have sudo; then
    sudo -n "$@"
  else
    return 1
  fi
}

# install_packages PACKAGE…: with apt, all in one call, so that sudo asks for a password once at most.
install_packages() {
  local command="apt-get install -y --no-install-recommends $*"
  have apt-get || fail "please install what provides, on Debian, these packages: $*"
  say "installing with apt: $*"
  as_root sh -c "apt-get update -qq && DEBIAN_FRONTEND=noninteractive $command" >&2 ||
    fail "apt could not install them; please run: sudo apt-get update && sudo $command"
}

require_rust() {
  have cargo || fail "cargo is missing: install Rust $RUST_VERSION_MIN or newer with rustup, see https://rustup.rs"
  local version
  version=$(rustc --version | cut -d ' ' -f 2)
  at_least "$version" "$RUST_VERSION_MIN" ||
    fail "Rust $version is too old, $RUST_VERSION_MIN or newer is needed: run 'rustup update stable'"
}

require_rust_component() {
  cargo "$1" --version >/dev/null 2>&1 || fail "cargo $1 is missing: run 'rustup component add $2'"
}

# The folder that cargo builds into.
target_folder() { printf '%s\n' "${CARGO_TARGET_DIR:-target}"; }
