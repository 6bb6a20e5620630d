# shellcheck shell=bash
# Steps that are counted, and lanes of steps beside each other. Sourced by scripts/test.sh, never run.

# A line for each step that ended: passed, or failed.
outcomes=$(mktemp)
# The processes of the lanes, each the leader of its group.
lanes=()
in_lane=false

# step HEADING COMMAND…: runs a command. In a lane what it says comes in one piece, when it has ended.
step() {
  if ! $in_lane; then
    run_step "$@"
    return
  fi
  local said
  said=$(mktemp)
  printf '.. %s\n' "$1"
  run_step "$@" >"$said" 2>&1
  flock "$outcomes" cat "$said"
  rm "$said"
}

run_step() {
  local heading=$1 started=$SECONDS
  shift
  printf '\n== %s\n' "$heading"
  if "$@"; then
    echo passed >>"$outcomes"
    printf '== %s: passed in %s s\n' "$heading" $((SECONDS - started))
  else
    echo failed >>"$outcomes"
    printf '== %s: FAILED after %s s\n' "$heading" $((SECONDS - started))
  fi
}

# beside_each_other LANE…: runs functions that consist of steps, all at the same time, and waits for them.
beside_each_other() {
  local lane
  # With job control each has a process group of its own, by which end_lanes ends all that it has started.
  set -m
  for lane; do
    (
      set +m
      in_lane=true
      "$lane"
    ) </dev/null &
    lanes+=($!)
  done
  set +m
  for lane in "${lanes[@]}"; do
    wait "$lane" || echo failed >>"$outcomes"
  done
  lanes=()
}

# Ends what still runs, when the whole is given up.
end_lanes() {
  local lane
  for lane in "${lanes[@]}"; do
    kill -- "-$lane" 2>/dev/null || true
  done
}

count_steps() { grep -c "^$1\$" "$outcomes" || true; }
