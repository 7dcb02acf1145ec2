#!/usr/bin/env bash
# The figures of docs/claims.md, measured again: `dockfit bench` on the examples, before and after in turn, with the laboratory's
# engine and package index. On an idle machine of two cores: about 40 minutes.
#
#   claims.sh FOLDER    writes FOLDER/NAME.json and FOLDER/NAME.md; RUNS (5) is how often each is measured
#
# Exit: 0 measured; 1 something was not; 77 no engine can run here.
set -euo pipefail
into=$(mkdir -p "${1:?usage: claims.sh FOLDER}" && cd "$1" && pwd)
. "$(dirname "$0")/lab.sh"
# The index belongs to the laboratory's engine, so another one will not do.
LABORATORY=1
engine python distroless uv
command_of_project
"$REPOSITORY/tests/lab/index.sh" start
trap '"$REPOSITORY/tests/lab/index.sh" stop; rm -rf "$SCRATCH"; [ -z "$started" ] || "$REPOSITORY/tests/lab/install-engine.sh" stop' EXIT

measure() { # NAME PROJECT OPTIONS…
  local name=$1 project=$REPOSITORY/examples/$2
  shift 2
  say "$name"
  TMPDIR=$SCRATCH/tmp "$DOCKFIT" bench --frontend builtin --network host --ready-within 300 --service none \
    --runs "${RUNS:-5}" --format json --markdown "$into/$name.md" "$@" "$project" >"$into/$name.json" ||
    fail "$name: exit status $?"
  # Every cold build leaves a layer of its own behind.
  docker builder prune --all --force >/dev/null
}
health='http://localhost:8000/health'
# The first build fills the index, so that both sides meet the same one.
RUNS=1 measure first fastapi-backend --unsafe --no-start --scenario cold
RUNS=1 measure first-uv fastapi-backend --unsafe --installer uv --no-start --scenario cold
measure pip fastapi-backend --unsafe --probe "$health"
measure uv fastapi-backend --unsafe --installer uv --no-start
measure preload gunicorn-backend --all --env DATABASE_URL=sqlite:////tmp/prices.db --scenario nothing --probe "$health"
measure imports fastapi-backend --unsafe --with import-costs --scenario nothing --probe "$health"
[ "$failures" = 0 ] || exit 1
say "measured: $into"
