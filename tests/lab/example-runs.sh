#!/usr/bin/env bash
# Proves that the example runs: builds its image with a real engine and the real packages, starts it,
# waits for /health, and stops it with SIGTERM. With a second Dockerfile, or a whole rewritten copy of
# the example, that is built and started too, and both must hold the same packages and answer alike.
#
#   example-runs.sh [--dockerfile FILE] [--project DIR] [--cached] [--keep]
#
#   --dockerfile FILE   judge this Dockerfile too, in the example's own context
#   --project DIR       judge this rewritten copy of the example too (its Dockerfile, its context)
#   --cached            reuse layers of earlier builds (the default builds every step)
#   --keep              leave the images and the engine for a look
#
# Exit: 0 it runs (and both are alike); 1 it does not, or they differ; 2 usage; 77 no engine can run
# on this machine. The engine and the base image stay in $LAB for the next run
# (`install-engine.sh purge` removes them); everything else is removed.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/host.sh"
EXAMPLE=$(cd "$HERE/../../examples/fastapi-backend" && pwd)
READY_WITHIN=${READY_WITHIN:-300} # seconds; four workers import the AI libraries at once

usage() { echo "usage: example-runs.sh [--dockerfile FILE] [--project DIR] [--cached] [--keep]" >&2; exit 2; }
say() { echo "[example] $*"; }
fail() { echo "[example] FAILED: $*" >&2; exit 1; }

dockerfile='' project='' cached='' keep=''
while [ $# -gt 0 ]; do
  case $1 in
    --dockerfile) [ $# -gt 1 ] || usage; dockerfile=$2; shift ;;
    --project) [ $# -gt 1 ] || usage; project=$2; shift ;;
    --cached) cached=1 ;;
    --keep) keep=1 ;;
    *) usage ;;
  esac
  shift
done
[ -z "$dockerfile" ] || [ -r "$dockerfile" ] || { echo "example-runs.sh: cannot read $dockerfile" >&2; exit 2; }
[ -z "$project" ] || [ -r "$project/Dockerfile" ] || { echo "example-runs.sh: no Dockerfile in $project" >&2; exit 2; }

reason=$(why_not)
[ -z "$reason" ] || { say "SKIPPED, this machine cannot run an engine: $reason"; exit 77; }

mkdir -p "$LAB"
exec 9>"$LAB/lock"
flock -w 900 9 || fail "another run has held $LAB/lock for 15 minutes"

began=0 times=()
start_clock() { began=$(date +%s%N); }
lap() { # PART: seconds since start_clock
  local tenths=$((($(date +%s%N) - began) / 100000000))
  times+=("$(printf '%-30s %d.%d s' "$1" $((tenths / 10)) $((tenths % 10)))")
}

dk() { "$HERE/dk" "$@"; }
RUN=run-$$ containers=() images=() builder='' engine_was_up=''
clean_up() {
  local status=$?
  trap - EXIT
  if [ -n "$builder" ]; then kill "$builder" 2>/dev/null || true; wait "$builder" || true; fi
  if engine_pid >/dev/null; then
    for c in "${containers[@]}"; do dk rm --force --volumes "$c" >/dev/null 2>&1 || true; done
    if [ -z "$keep" ]; then
      for i in "${images[@]}"; do dk image rm --force "$i" >/dev/null 2>&1 || true; done
      [ -n "$cached" ] || dk builder prune --force --all >/dev/null 2>&1 || true
      [ -n "$engine_was_up" ] || "$HERE/install-engine.sh" stop
    fi
  fi
  rm -rf "${LAB:?}/$RUN"
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# A copy below $LAB, which is all the engine sees of this machine. The engine's built-in frontend
# stands for the one that a `# syntax=` line would have pulled.
scratch() { # NAME PROJECT DOCKERFILE
  local to=$LAB/$RUN/$1
  mkdir -p "$to"
  cp -a "$2/." "$to/"
  sed -E '1,3{/^#[[:space:]]*syntax[[:space:]]*=/d}' "$3" >"$to/Dockerfile"
}

build() { # NAME
  local log=$LAB/$RUN/$1.log options=()
  [ -n "$cached" ] || options=(--no-cache)
  images+=("example:$1")
  # in the background, as a trap waits for what runs in the foreground
  "$HERE/dk" build --network=host "${options[@]}" --tag "example:$1" "$LAB/$RUN/$1" >"$log" 2>&1 &
  builder=$!
  wait "$builder" || { builder=''; tail -40 "$log" >&2; fail "$1: the image does not build"; }
  builder=''
}

# Every distribution once for each dist-info it has, so that one installed twice shows.
packages() { # NAME
  # in exec form: the image may have no shell
  dk run --rm --network=none --entrypoint python3 "example:$1" -c '
from importlib.metadata import distributions
print(*sorted(d.name.lower() + "==" + d.version for d in distributions()), sep="\n")'
}

# Starts the image without any network but loopback, asks /health, and stops it. The host's curl asks,
# from inside the container'"'"'s network, so the image needs none.
run() { # NAME
  local id pid answer='' health=$LAB/$RUN/$1.health code probe
  id=$(dk run --detach --network=none "example:$1")
  containers+=("$id")
  start_clock
  for _ in $(seq $((READY_WITHIN * 5))); do
    pid=$(dk inspect --format '{{.State.Pid}}' "$id")
    [ "$pid" != 0 ] || { dk logs "$id" 2>&1 | tail -30 >&2; fail "$1: the container stopped before it answered"; }
    answer=$(nsenter --target "$pid" --net curl -sS --max-time 5 http://127.0.0.1:8000/health 2>/dev/null) && break
    sleep 0.2
  done
  [ -n "$answer" ] || { dk logs "$id" 2>&1 | tail -30 >&2; fail "$1: no answer from /health within $READY_WITHIN s"; }
  lap "$1: start to first answer"
  say "$1: GET /health answers $answer"
  say "$1: GET /ready answers $(nsenter --target "$pid" --net curl -sS --max-time 10 http://127.0.0.1:8000/ready)"
  [ "$answer" = '{"status":"ok"}' ] || fail "$1: /health should answer {\"status\":\"ok\"}"
  echo "$answer" >"$health"

  # the image's own HEALTHCHECK, run once as the engine would
  mapfile -t probe < <(dk inspect --format '{{with .Config.Healthcheck}}{{range .Test}}{{println .}}{{end}}{{end}}' "$id" | sed '/^$/d')
  case ${probe[0]:-NONE} in
    CMD) dk exec "$id" "${probe[@]:1}" >/dev/null || fail "$1: its HEALTHCHECK fails: ${probe[*]:1}" ;;
    CMD-SHELL) dk exec "$id" sh -c "${probe[1]}" >/dev/null || fail "$1: its HEALTHCHECK fails: ${probe[1]}" ;;
    *) fail "$1: the image has no HEALTHCHECK" ;;
  esac
  say "$1: its HEALTHCHECK passes"

  start_clock
  dk stop --signal SIGTERM --time 30 "$id" >/dev/null
  lap "$1: stop"
  code=$(dk inspect --format '{{.State.ExitCode}}' "$id")
  [ "$code" = 0 ] || { dk logs "$id" 2>&1 | tail -30 >&2; fail "$1: exit status $code after SIGTERM, not 0"; }
  say "$1: SIGTERM ends it with status 0"
}

judge() { # NAME
  start_clock; build "$1"; lap "$1: build"
  start_clock; packages "$1" >"$LAB/$RUN/$1.packages"; lap "$1: list packages"
  dk image inspect --format '{{json .Config}}' "example:$1" | sed 's/,"/,\n"/g' >"$LAB/$RUN/$1.config"
  say "$1: $(wc -l <"$LAB/$RUN/$1.packages") packages, $(($(dk image inspect --format '{{.Size}}' "example:$1") / 1000000)) MB (overlay2 store)"
  run "$1"
}

! engine_pid >/dev/null || engine_was_up=1
start_clock; "$HERE/install-engine.sh" install; lap "engine: install"
start_clock; "$HERE/install-engine.sh" start; lap "engine: start"
bases=(python)
! grep -qs 'gcr.io/distroless/' "$dockerfile" "$project/Dockerfile" || bases+=(distroless)
start_clock; "$HERE/make-bases.sh" "${bases[@]}"; lap "base images"

scratch before "$EXAMPLE" "$EXAMPLE/Dockerfile"
judge before
if [ -n "$dockerfile$project" ]; then
  scratch after "${project:-$EXAMPLE}" "${dockerfile:-$project/Dockerfile}"
  judge after
  for what in packages health; do
    diff -u "$LAB/$RUN/before.$what" "$LAB/$RUN/after.$what" >&2 || fail "the $what differ"
  done
  say "both have the same packages and give the same answer"
  if diff -u "$LAB/$RUN/before.config" "$LAB/$RUN/after.config" >"$LAB/$RUN/config.diff"; then
    say "both have the same image configuration"
  else
    say "note: the image configuration differs"
    cat "$LAB/$RUN/config.diff"
  fi
fi
say "took:"
printf '  %s\n' "${times[@]}"
