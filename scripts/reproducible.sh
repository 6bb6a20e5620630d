#!/usr/bin/env bash
# Builds twice from the committed sources, in two folders with different names, and compares the bytes.
#
#   scripts/reproducible.sh              the release binary, without the dashboard: two release builds
#   scripts/reproducible.sh --quick      our library core, unoptimised; what it is made from is built once
#
# Equal bytes need the same compiler, the same C compiler and linker, and the same target.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

is_quick=false
[ "${1:-}" = --quick ] && is_quick=true

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Paths of this machine stand in debug information and in messages of panics, and those of C files too.
registry=${CARGO_HOME:-$HOME/.cargo}
remapped="$work/one=/tacit $work/another=/tacit $registry=/cargo"
RUSTFLAGS=$(printf -- '--remap-path-prefix=%s ' $remapped)
CFLAGS=$(printf -- '-ffile-prefix-map=%s ' $remapped)
export RUSTFLAGS CFLAGS SOURCE_DATE_EPOCH=0 CARGO_INCREMENTAL=0

# build FOLDER: prints the checksums of what is made there.
build() {
  local folder=$work/$1
  mkdir "$folder"
  git archive HEAD | tar -x -C "$folder"
  cd "$folder"
  if $is_quick; then
    export CARGO_TARGET_DIR=$work/target
    cargo clean --quiet --package tacit-core
    cargo build --quiet --locked --package tacit-core
    (cd "$work/target/debug" && sha256sum libtacit_core.rlib)
  else
    CARGO_TARGET_DIR=$folder/target cargo build --quiet --locked --release --package tacit
    (cd target/release && sha256sum tacit)
  fi
}

say "building twice, in two folders"
first=$(build one)
second=$(build another)
[ "$first" = "$second" ] || fail "the builds differ:
$first
$second"
printf 'both builds are the same:\n%s\n' "$first"
