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

# What is done when the stage is reached that a command tells: it ends with 130, and nothing is left.
does=verify
interrupted() { # WHAT SIGNAL PROJECT COMMAND…
  local what="$does, $1" signal=$2 folder=$3 pid status=0
  shift 3
  "$does" --with pip-environment "$folder" >"$SCRATCH/log" 2>&1 &
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

does=bench
interrupted 'during a cold build' INT "$(BUILD=60 project cold)" scratch_there
interrupted 'between the builds' TERM "$(BUILD=3 project again)" image_there
interrupted 'waiting for ready' INT "$(project unready3)" container_there

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

# Something else listens at the port, and would answer in the container's place.
folder=$(CHECK='exit 0' project taken)
echo 'EXPOSE 8097' >>"$folder/Dockerfile"
python3 -m http.server --directory "$folder" --bind 127.0.0.1 8097 >/dev/null 2>&1 &
server=$!
for _ in $(seq 50); do curl -sf http://127.0.0.1:8097/ >/dev/null && break; sleep 0.1; done
status=0
TMPDIR=$SCRATCH/tmp "$DOCKFIT" verify --frontend builtin --network host --probe http://localhost:8097/ \
  --with pip-environment "$folder" >"$SCRATCH/log" 2>&1 || status=$?
kill "$server"
{ [ "$status" = 1 ] && grep -q 'port 8097 is taken by something else' "$SCRATCH/log"; } || { fail "port taken: $status"; cat "$SCRATCH/log"; }
say 'a port that is taken is named'

# No room for the copies, or for the images that are read.
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=2m tmpfs "$SCRATCH/tmp" 2>/dev/null; then
  for what in context image; do
    folder=$(CHECK='exit 0' project "full-$what")
    # Another file system, so that it is copied, not linked.
    [ "$what" = image ] || head -c 4000000 /dev/zero >"$folder/large"
    status=0
    verify --with pip-environment "$folder" >"$SCRATCH/log" 2>&1 || status=$?
    { [ "$status" = 2 ] && grep -qi 'no space left' "$SCRATCH/log" && grep -q 'make room' "$SCRATCH/log"; } ||
      { fail "disk full, $what: $status"; cat "$SCRATCH/log"; }
    remains=$(left)
    [ -z "$remains" ] || fail "disk full, $what: left behind: $remains"
  done
  umount "$SCRATCH/tmp"
  say 'a full disk is named, with what to do'
fi

# The engine goes away in mid build. Last, as it is started again for what is counted.
if [ -n "$own" ]; then
  folder=$(BUILD=60 project gone)
  status=0
  verify --with pip-environment "$folder" >"$SCRATCH/log" 2>&1 &
  for _ in $(seq 600); do scratch_there && break; sleep 0.1; done
  sleep 5
  "$REPOSITORY/tests/lab/install-engine.sh" stop
  wait %% || status=$?
  "$REPOSITORY/tests/lab/install-engine.sh" start
  { [ "$status" = 2 ] && grep -q 'the engine went away' "$SCRATCH/log"; } || { fail "engine gone: $status"; cat "$SCRATCH/log"; }
  say 'an engine that goes away is said'
fi

remains=$(left)
[ -z "$remains" ] || fail "left behind: $remains"
[ "$failures" = 0 ] || exit 1
say 'all as it should be'
