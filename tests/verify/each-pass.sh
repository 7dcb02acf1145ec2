#!/usr/bin/env bash
# Each pass alone on a project: rewritten, built, compared and started. The present image is built once; a pass that changes
# nothing there is said to. On the backend and an idle machine: about a minute for each pass.
# Exit: 0 each holds; 1 one does not; 77 no engine can run here.
#
#   each-pass.sh [--app] [PASS…]    of the backend example, or of `app`, which is small; FROM=PASS goes on from that pass
set -euo pipefail
. "$(dirname "$0")/lab.sh"
folder=$REPOSITORY/examples/fastapi-backend options=()
if [ "${1:-}" = --app ]; then folder=$VERIFY/app; shift; fi
engine python distroless uv
command_of_project

passes=("$@")
[ "${#passes[@]}" -gt 0 ] || mapfile -t passes < <("$DOCKFIT" passes --format json | python3 -c '
import json, sys
for entry in json.load(sys.stdin): print(entry["id"])')

for pass in "${passes[@]}"; do
  [ -z "${FROM:-}" ] || [ "$pass" = "$FROM" ] || continue
  FROM=''
  options=()
  # Only where it is asked to has it anything to do: the backend installs with pip.
  [ "$pass" != installer ] || options=(--installer uv)
  began=$SECONDS status=0
  verify --only "$pass" "${options[@]}" --ready-within 300 --stop-within 10 "$folder" >"$SCRATCH/log" 2>&1 || status=$?
  if [ "$status" = 0 ] && grep -q ', and start' "$SCRATCH/log"; then
    say "$pass: holds, $((SECONDS - began)) s"
  elif [ "$status" = 0 ]; then
    say "$pass: nothing to do alone"
  else
    fail "$pass: exit status $status"
    sed 's/^/    /' "$SCRATCH/log"
  fi
done
remains=$(left)
[ -z "$remains" ] || fail "left behind: $remains"
[ "$failures" = 0 ] || exit 1
say "each pass holds"
