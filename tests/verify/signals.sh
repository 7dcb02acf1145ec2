#!/usr/bin/env bash
# Interrupts at each stage, and other faults, on a real engine: a clear message, and nothing left behind.
# Exit: 0 as it should be; 1 not so; 77 no engine can run here.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
engine
command_of_project

project() { # NAME: a project whose build takes a while, and whose container is never ready
  local to=$SCRATCH/$1
  mkdir -p "$to"
  printf '%s\n' 'FROM python:3.13-slim' "RUN echo $RANDOM && sleep ${BUILD:-0}" 'RUN pip config list' 'VOLUME /data' \
    "HEALTHCHECK CMD ${CHECK:-exit 1}" 'CMD ["sleep", "600"]' >"$to/Dockerfile"
  echo "$to"
}

# SIGNAL, PATTERN of the engine's state that tells the stage, the project: ends with 130, nothing left.
interrupted() { # WHAT SIGNAL PROJECT COMMAND…
  local what=$1 signal=$2 folder=$3 pid status=0
  shift 3
  verify --with pip-environment "$folder" >"$SCRATCH/log" 2>&1 &
  pid=$!
  for _ in $(seq 600); do "$@" && break; kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  pid=$(pgrep -P "$pid" -x dockfit || echo "$pid")
  kill "-$signal" "$pid" 2>/dev/null || { fail "$what: it had ended"; cat "$SCRATCH/log"; return; }
  wait %% || status=$?
  [ "$status" = 130 ] || { fail "$what: exit status $status, not 130"; cat "$SCRATCH/log"; }
  remains=$(left)
  [ -z "$remains" ] || fail "$what: left behind: $remains"
  say "$what, SIG$signal: ended with 130, nothing left"
}
scratch_there() { [ -n "$(ls "$SCRATCH/tmp")" ]; }
image_there() { docker images --format '{{.Repository}}' | grep -q '^dockfit'; }
container_there() { docker ps --format '{{.Names}}' | grep -q '^dockfit'; }

interrupted 'during the build' INT "$(BUILD=60 project slow)" scratch_there
interrupted 'between the builds' TERM "$(BUILD=3 project slower)" image_there
interrupted 'waiting for ready' INT "$(project unready)" container_there
interrupted 'waiting for ready' TERM "$(project unready2)" container_there

# The probe's tool is not there.
status=0
folder=$(CHECK='["curl", "-f", "http://localhost/"]' project toolless)
verify --with pip-environment "$folder" >"$SCRATCH/log" 2>&1 || status=$?
{ [ "$status" = 1 ] && grep -q 'its health check cannot be run: .*curl' "$SCRATCH/log"; } || { fail 'missing tool'; cat "$SCRATCH/log"; }
say 'a health check whose tool is missing is named'

# A base that cannot be had, and a frontend.
mkdir "$SCRATCH/base"
printf '%s\n' 'FROM registry.invalid/none:1' 'RUN pip install flask' >"$SCRATCH/base/Dockerfile"
status=0
verify "$SCRATCH/base" >"$SCRATCH/log" 2>&1 || status=$?
{ [ "$status" = 2 ] && grep -q 'an image that it builds on cannot be had' "$SCRATCH/log"; } || { fail 'missing base'; cat "$SCRATCH/log"; }
say 'a base that cannot be had is named'
printf '%s\n' '# syntax=registry.invalid/frontend:1' 'FROM python:3.13-slim' 'RUN pip install flask' >"$SCRATCH/base/Dockerfile"
status=0
TMPDIR=$SCRATCH/tmp "$DOCKFIT" verify --network host "$SCRATCH/base" >"$SCRATCH/log" 2>&1 || status=$?
{ [ "$status" = 2 ] && grep -q 'the frontend that its `# syntax=` line names cannot be had' "$SCRATCH/log" && grep -q 'frontend builtin' "$SCRATCH/log"; } || { fail 'missing frontend'; cat "$SCRATCH/log"; }
say 'a frontend that cannot be had is named, with the way out'

remains=$(left)
[ -z "$remains" ] || fail "left behind: $remains"
[ "$failures" = 0 ] || exit 1
say 'all as it should be'
