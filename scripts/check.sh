#!/usr/bin/env bash
# The fast checks, for before a commit: formatting, lints and the rules about the source. `make check`.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo fmt --all --check
cargo clippy --workspace --features tacit/pkcs11 --all-targets --locked --quiet -- -D warnings
cargo test --package tacit --features pkcs11 --test tidy --locked --quiet
