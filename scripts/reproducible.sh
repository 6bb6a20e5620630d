#!/usr/bin/env bash
# Builds twice from the committed sources, in two folders with different names, and compares the bytes.
#
#   scripts/reproducible.sh              the release binary, without the dashboard: two release builds
#   scripts/reproducible.sh --quick      only tacit-core and what it is made from, unoptimised
#
# Equal bytes need the same compiler, the same C compiler and linker, and the same target.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

is_quick=false
[ "${1:-}" = --quick ] && is_quick=true

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# build FOLDER: prints the checksums of what is made there.
build() {
  local folder=$work/$1
  mkdir "$folder"
  git archive HEAD | tar -x -C "$folder"
  # Paths of this machine stand in debug information and in messages of panics, and those of C files too.
  local registry=${CARGO_HOME:-$HOME/.cargo}
  export RUSTFLAGS="--remap-path-prefix=$folder=/tacit --remap-path-prefix=$registry=/cargo"
  export CFLAGS="-ffile-prefix-map=$folder=/tacit -ffile-prefix-map=$registry=/cargo"
  export SOURCE_DATE_EPOCH=0 CARGO_INCREMENTAL=0 CARGO_TARGET_DIR=$folder/target
  if $is_quick; then
    (cd "$folder" && cargo build --quiet --locked --package tacit-core)
    (cd "$folder/target/debug" && sha256sum libtacit_core.rlib)
  else
    (cd "$folder" && cargo build --quiet --locked --release --package tacit)
    (cd "$folder/target/release" && sha256sum tacit)
  fi
}

say "building twice: this takes as long as two builds from nothing"
first=$(build one)
second=$(build another)
[ "$first" = "$second" ] || fail "the builds differ: $first and $second"
printf 'both builds are the same: %s\n' "$first"
